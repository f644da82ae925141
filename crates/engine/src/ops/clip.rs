//! A bound on the norm of all gradients together, without forming one.

use std::collections::BTreeMap;

use super::grams::{Grams, Room, Sums, add_rows};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::{Clip, Reduction};
use crate::tensors::Id;

pub fn lower(op: &Clip, lowering: &mut Lowering) -> Result<()> {
    let norm = lowering.value(&op.norm)?;
    let pairs = op.pairs.iter().map(|pair| Grams::new(pair, lowering));
    let pairs = pairs.collect::<Result<Vec<_>>>()?;
    // Each once, whatever the pairs.
    let deltas: BTreeMap<Id, _> = pairs.iter().map(|pair| (pair.delta.rows, pair.delta)).collect();
    if deltas.keys().any(|id| lowering.tensors.half_rows(*id).is_some()) {
        let cure = "the norm of gradients is bounded in f32 only: choose precision f32";
        return Err(Error::new(cure));
    }
    let sums = Sums::new(lowering)?;
    let room = Room::new(lowering)?;
    add_rows(pairs.iter().map(|pair| (*pair, *pair)).collect(), sums, room, lowering);
    let written: Vec<_> = deltas.keys().copied().collect();
    let reduction = op.reduction;
    lowering.stage(&[sums.id], &written, move |step, member| {
        // Every member adds all rows, in order: that costs less than to tell the others.
        // SAFETY: the rows were written before the barrier.
        let square = unsafe { sums.total(step.rows) };
        let divisor = if reduction == Reduction::Mean { step.rows as f64 } else { 1.0 };
        let found = square.max(0.0).sqrt() / divisor;
        let most = f64::from(norm.at(step.knobs));
        if found > most {
            for row in member.split(step.rows) {
                deltas.values().for_each(|delta| delta.scale(row, (most / found) as f32));
            }
        }
    });
    Ok(())
}
