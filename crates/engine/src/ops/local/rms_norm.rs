//! h / (rms + ε), row by row: what passes from block to block in forward-forward.

use feedalign_kernels::LANES;

use super::{Table, saved};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::Local;

pub fn forward(op: &Local, epsilon: f32, lowering: &mut Lowering) -> Result<()> {
    let [] = saved(&op.saved)?;
    if !(epsilon > 0.0 && epsilon.is_finite()) {
        return Err(Error::new(format!("epsilon {epsilon} is not above 0")));
    }
    let x = Table::find(&op.x, lowering)?;
    let out = Table::of(&op.out, x.width, lowering)?;
    lowering.stage(&[x.id], &[out.id], move |step, member| {
        for row in member.split(step.rows) {
            // SAFETY: the row is this member's alone.
            let values = unsafe { out.row_like(x, row) };
            let divisor = (squares(values) / values.len() as f32).sqrt() + epsilon;
            values.iter_mut().for_each(|value| *value /= divisor);
        }
    });
    Ok(())
}

/// Σ x² in 16 striped lanes, folded by halves.
fn squares(values: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    for line in values.chunks(LANES) {
        for (sum, value) in lanes.iter_mut().zip(line) {
            *sum += value * value;
        }
    }
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0]
}
