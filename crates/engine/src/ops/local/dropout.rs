//! Inverted dropout. A mask is a function of where it falls, so it is drawn anew where it is needed
//! and never stored.

use super::{Table, saved};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::{Local, LocalBackward, Stream};
use crate::random::Draws;

pub fn forward(op: &Local, rate: f32, index: u32, lowering: &mut Lowering) -> Result<()> {
    let [] = saved(&op.saved)?;
    let mask = Mask::new(rate, index, op.training)?;
    stage(mask, (&op.x, &op.out), lowering)
}

pub fn backward(op: &LocalBackward, rate: f32, index: u32, lowering: &mut Lowering) -> Result<()> {
    let [] = saved(&op.saved)?;
    let mask = Mask::new(rate, index, op.training)?;
    stage(mask, (&op.delta, &op.out), lowering)
}

#[derive(Clone, Copy)]
struct Mask {
    index: u32,
    /// Words below it are dropped.
    threshold: u32,
    /// Of what is kept.
    factor: f32,
}

impl Mask {
    fn new(rate: f32, index: u32, training: bool) -> Result<Self> {
        if !(0.0..1.0).contains(&rate) {
            return Err(Error::new(format!("dropout of rate {rate} is not in [0, 1)")));
        }
        let rate = if training { f64::from(rate) } else { 0.0 };
        // Below 2³², as an f32 below 1 is at most 1 − 2⁻²⁴.
        let threshold = (rate * 2f64.powi(32)).round() as u32;
        Ok(Self { index, threshold, factor: (1.0 / (1.0 - rate)) as f32 })
    }
}

/// out ← mask ⊙ x; forwards and backwards alike.
fn stage(mask: Mask, (x, out): (&str, &str), lowering: &mut Lowering) -> Result<()> {
    let x = Table::find(x, lowering)?;
    let out = Table::of(out, x.width, lowering)?;
    lowering.stage(&[x.id], &[out.id], move |step, member| {
        let draws = Draws::new(step.seed, Stream::Dropout, step.number, mask.index);
        for row in member.split(step.rows) {
            // SAFETY: the row is this member's alone.
            let values = unsafe { out.row_like(x, row) };
            if mask.threshold == 0 {
                continue;
            }
            draws.change(row * x.width, values, |value, word| {
                if word < mask.threshold { 0.0 } else { value * mask.factor }
            });
        }
    });
    Ok(())
}
