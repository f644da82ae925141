//! How many elements of an activity are where its function is almost flat.

use super::kernel_activation;
use super::values::{Values, all_lines};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::Saturation;
use crate::tensors::Form;

pub fn lower(op: &Saturation, lowering: &mut Lowering) -> Result<()> {
    let h = lowering.tensors.find(&op.h)?;
    let shape = lowering.tensors.form(h).logical();
    if shape == Form::Labels {
        return Err(Error::new("labels are no activity"));
    }
    let (activation, below) = (kernel_activation(op.activation)?, op.below);
    let place = lowering.metric(&op.metric)?;
    let values = Values::new(h, lowering);
    let turn = lowering.turn();
    lowering.stage(&[h], &[], move |step, member| {
        if turn % member.threads() != member.index() {
            return;
        }
        let mut count = 0_usize;
        all_lines(shape, step.rows, |row, column, len| {
            // SAFETY: the tensor holds the line, and nobody writes it now.
            let line = unsafe { values.get(row, column, len) };
            let flat = |h: &&f32| activation.derivative(**h) < below;
            count += line[..len].iter().filter(flat).count();
        });
        // SAFETY: this member alone writes the metric.
        unsafe { step.record(place, count as f64) };
    });
    Ok(())
}
