//! How many rows have their highest score elsewhere than at their label.

use super::Address;
use super::loss::highest;
use crate::error::Result;
use crate::plan::Lowering;
use crate::program::Classify;

pub fn lower(op: &Classify, lowering: &mut Lowering) -> Result<()> {
    let (scores, width, stride) = lowering.rows(&op.scores)?;
    let targets = lowering.labels(&op.targets)?;
    let place = lowering.metric(&op.metric)?;
    let values = Address(lowering.tensors.f32(scores));
    let labels = Address(lowering.tensors.u32(targets));
    let turn = lowering.turn();
    lowering.stage(&[scores, targets], &[], move |step, member| {
        if turn % member.threads() != member.index() {
            return;
        }
        // SAFETY (of both): both hold the row, and nobody writes them now.
        let wrong = (0..step.rows).filter(|row| unsafe {
            let scores = std::slice::from_raw_parts(values.get().add(row * stride), width);
            highest(scores) != *labels.get().add(*row) as usize
        });
        // This member alone writes the metric.
        unsafe { step.record(place, wrong.count() as f64) };
    });
    Ok(())
}
