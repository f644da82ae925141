//! out ← activation(x · W + bias): the forward product; members share its units.

use super::forward::{After, Product, stage};
use super::{combine, conv, kernel_activation, online};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::{Combine, Linear, Scalar, Term};

pub fn lower(op: &Linear, lowering: &mut Lowering) -> Result<()> {
    if op.x == op.out {
        return Err(Error::new(format!("tensor {:?} is both x and out", op.x)));
    }
    if let Some(noise) = &op.noise {
        place(noise, op, lowering)?;
    }
    if let Some(patches) = &op.patches {
        return conv::forward(op, patches, lowering);
    }
    let (weight, inner, columns) = lowering.matrix(&op.weight)?;
    let (x, x_stride) = lowering.rows_of(&op.x, inner)?;
    let (out, y_stride) = lowering.rows_of(&op.out, columns)?;
    let bias = op.bias.as_ref().map(|name| lowering.vector(name, columns)).transpose()?;
    let product = Product {
        x: (x, x_stride),
        matrix: weight,
        inner,
        columns,
        out: (out, y_stride),
        accumulate: op.accumulate || op.noise.is_some(),
        after: After::Activate { bias, activation: kernel_activation(op.activation)? },
    };
    if let Some(update) = lowering.deferred.get(op.weight.as_str()).copied() {
        return online::stage(&product, update, lowering);
    }
    stage(&product, lowering)
}

/// Puts noise where the product adds it to its sums: into its out.
fn place(noise: &str, op: &Linear, lowering: &mut Lowering) -> Result<()> {
    if noise == op.out {
        return Err(Error::new(format!("tensor {noise:?} is both noise and out")));
    }
    let term = |tensor: &str| Term {
        tensor: tensor.to_owned(),
        factor: Scalar::Constant(1.0),
        sign: false,
    };
    let held = op.accumulate.then(|| term(&op.out));
    let terms = held.into_iter().chain([term(noise)]).collect();
    combine::lower(&Combine { terms, out: op.out.clone() }, lowering)
}
