//! Rows turned: what products need that take 16 examples as a vector.

use feedalign_kernels::Transpose;

use super::Address;
use crate::error::Result;
use crate::plan::Lowering;
use crate::tensors::Id;

/// The transpose of rows of `columns`, in panels of 16 rows, made once however many products read
/// it.
pub fn turned(
    rows: Id,
    source_stride: usize,
    columns: usize,
    lowering: &mut Lowering,
) -> Result<Id> {
    if let Some(known) = lowering.transposed.get(&rows) {
        return Ok(*known);
    }
    let scratch = lowering.tensors.scratch_panels(columns, lowering.batch)?;
    let [source, target] = [rows, scratch].map(|id| Address(lowering.tensors.f32(id)));
    lowering.stage(&[rows], &[scratch], move |step, member| {
        let job = Transpose {
            source: source.get(),
            source_stride,
            target: target.get(),
            rows: step.rows,
            columns,
        };
        let units = member.split(step.kernel.transpose_units(&job));
        // SAFETY: shapes were checked above; members have disjoint units.
        unsafe { step.kernel.transpose(&job, units) };
    });
    if !lowering.conditional() {
        lowering.transposed.insert(rows, scratch);
    }
    Ok(scratch)
}
