//! out ← activation(x · W + bias): the forward product; members share its units.

use feedalign_kernels::{Epilogue, Forward};

use super::{Address, kernel_activation, no_patches, optional_address, unsupported};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::Linear;

pub fn lower(op: &Linear, lowering: &mut Lowering) -> Result<()> {
    no_patches(op.patches.as_ref())?;
    if op.noise.is_some() {
        return Err(unsupported("added noise"));
    }
    let (weight, inner, columns) = lowering.matrix(&op.weight)?;
    let (x, x_stride) = lowering.rows_of(&op.x, inner)?;
    let (out, y_stride) = lowering.rows_of(&op.out, columns)?;
    if out == x {
        return Err(Error::new(format!("tensor {:?} is both x and out", op.x)));
    }
    let bias = op.bias.as_ref().map(|name| lowering.vector(name, columns)).transpose()?;
    let activation = kernel_activation(op.activation)?;
    let accumulate = op.accumulate;
    let mut reads = vec![x, weight];
    reads.extend(bias);
    let [px, pw, py] = [x, weight, out].map(|id| Address(lowering.tensors.f32(id)));
    let pb = optional_address(lowering, bias);
    lowering.stage(&reads, &[out], move |step, member| {
        let job = Forward {
            x: px.get(),
            x_stride,
            weight: pw.get(),
            y: py.get(),
            y_stride,
            rows: step.rows,
            inner,
            columns,
            accumulate,
            epilogue: Epilogue::Activate { bias: pb.get(), activation },
        };
        let units = member.split(step.kernel.forward_units(&job));
        // SAFETY: shapes were checked above; members have disjoint units.
        unsafe { step.kernel.forward(&job, units) };
    });
    Ok(())
}
