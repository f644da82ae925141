//! out ← activation(x · W + bias): the forward product; members share its units.

use super::forward::{After, Product, stage};
use super::{kernel_activation, no_patches, online, unsupported};
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
    let product = Product {
        x: (x, x_stride),
        matrix: weight,
        inner,
        columns,
        out: (out, y_stride),
        accumulate: op.accumulate,
        after: After::Activate { bias, activation: kernel_activation(op.activation)? },
    };
    if let Some(update) = lowering.deferred.get(op.weight.as_str()).copied() {
        return online::stage(&product, update, lowering);
    }
    stage(&product, lowering)
}
