//! ⟨A, B⟩, ⟨A, A⟩, ⟨B, B⟩ of two sums of gradients, of which none is formed.

use super::grams::{Grams, Room, Sums, add_rows};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::{MeasureUpdates, Pair};

pub fn lower(op: &MeasureUpdates, lowering: &mut Lowering) -> Result<()> {
    let (a, b) = (grams(&op.a, lowering)?, grams(&op.b, lowering)?);
    let (Some(first), Some(_)) = (a.first(), b.first()) else {
        return Err(Error::new("there is an update without a pair, which has no shape"));
    };
    a.iter().chain(&b).try_for_each(|pair| first.check_alike(pair))?;
    let (ab, aa, bb) = &op.metrics;
    let room = Room::new(lowering)?;
    for (metric, left, right) in [(ab, &a, &b), (aa, &a, &a), (bb, &b, &b)] {
        let place = lowering.metric(metric)?;
        let sums = Sums::new(lowering)?;
        let products = left.iter().flat_map(|one| right.iter().map(move |other| (*one, *other)));
        add_rows(products.collect(), sums, room, lowering);
        let turn = lowering.turn();
        lowering.stage(&[sums.id], &[], move |step, member| {
            if turn % member.threads() == member.index() {
                // SAFETY: the rows were written before the barrier; this member alone writes the
                // metric.
                unsafe { step.record(place, sums.total(step.rows)) };
            }
        });
    }
    Ok(())
}

fn grams(pairs: &[Pair], lowering: &mut Lowering) -> Result<Vec<Grams>> {
    pairs.iter().map(|pair| Grams::new(pair, lowering)).collect()
}
