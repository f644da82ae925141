//! The forward product in bf16 as a stage.

use feedalign_kernels::bf16::{Epilogue, Forward, Gate};

use super::super::forward::{After, Product};
use super::{Sent, rows, wanted_forms};
use crate::error::Result;
use crate::plan::Lowering;

/// Adds the stage; the caller has checked the shapes, and the matrix is one of bf16.
pub fn stage(product: &Product, lowering: &mut Lowering) -> Result<()> {
    let Product { x: (x, _), matrix, inner, columns, .. } = *product;
    let Product { out: (out, _), accumulate, after, .. } = *product;
    let mut reads = vec![x, matrix];
    reads.extend(after.operand());
    let epilogue = match after {
        After::Activate { bias, activation } => {
            let bias = bias.map_or(std::ptr::null_mut(), |id| lowering.tensors.f32(id));
            Epilogue::Activate { bias, activation }
        }
        After::Gate { h: (h, _), activation } => {
            let h = rows(h, lowering)?;
            Epilogue::Gate(Gate { h: h.rows, h_stride: h.rows_stride, activation })
        }
    };
    let x = rows(x, lowering)?;
    let job = Sent(Forward {
        x: x.rows,
        x_stride: x.rows_stride,
        weight: lowering.tensors.f32(matrix).cast(),
        y: wanted_forms(out, lowering)?,
        inner,
        columns,
        accumulate,
        epilogue,
        // Of each step.
        rows: 0,
    });
    lowering.stage(&reads, &[out], move |step, member| {
        let job = Forward { rows: step.rows, ..job.get() };
        let units = member.split(step.half.forward_units(&job));
        // SAFETY: the caller has checked the shapes; members have disjoint units.
        unsafe { step.half.forward(&job, units) };
    });
    Ok(())
}
