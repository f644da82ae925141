//! What follows a linear map within its block, one file a part, and the way back through it.

mod activation;
mod average_pool;
mod batch_norm;
mod dropout;
mod max_pool;
mod maxout;
mod rms_norm;

use feedalign_kernels::Map;

use super::table::Table;
use super::{Address, half, kernel_activation};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::{Local, LocalBackward, LocalPart};

pub fn forward(op: &Local, lowering: &mut Lowering) -> Result<()> {
    match &op.part {
        LocalPart::Activation { activation } => activation::forward(op, *activation, lowering),
        LocalPart::Maxout { pieces } => maxout::forward(op, *pieces, lowering),
        LocalPart::MaxPool { patches } => max_pool::forward(op, patches, lowering),
        LocalPart::AveragePool { patches } => average_pool::forward(op, patches, lowering),
        LocalPart::Dropout { rate, index } => dropout::forward(op, *rate, *index, lowering),
        LocalPart::BatchNorm { .. } => batch_norm::forward(op, lowering),
        LocalPart::RmsNorm { epsilon } => rms_norm::forward(op, *epsilon, lowering),
    }?;
    half::narrow(lowering.tensors.find(&op.out)?, lowering)
}

pub fn backward(op: &LocalBackward, lowering: &mut Lowering) -> Result<()> {
    if op.gradients.is_some() && !matches!(op.part, LocalPart::BatchNorm { .. }) {
        return Err(Error::new("only batch norm has gradients of its own"));
    }
    match &op.part {
        LocalPart::Activation { activation } => activation::backward(op, *activation, lowering),
        LocalPart::Maxout { pieces } => maxout::backward(op, *pieces, lowering),
        LocalPart::MaxPool { patches } => max_pool::backward(op, patches, lowering),
        LocalPart::AveragePool { patches } => average_pool::backward(op, patches, lowering),
        LocalPart::Dropout { rate, index } => dropout::backward(op, *rate, *index, lowering),
        LocalPart::BatchNorm { .. } => batch_norm::backward(op, lowering),
        LocalPart::RmsNorm { .. } => Err(Error::new("no signal is carried back through rms norm")),
    }?;
    half::narrow(lowering.tensors.find(&op.out)?, lowering)
}

/// The names that a part saves, as many as it has.
fn saved<const N: usize>(names: &[String]) -> Result<[&str; N]> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let found = names.len();
    names.try_into().map_err(|_| Error::new(format!("{found} saved tensors, where it has {N}")))
}

/// The same, or none in a pass that nothing goes back through.
fn saved_if_any<const N: usize>(names: &[String]) -> Result<Option<[&str; N]>> {
    if names.is_empty() { Ok(None) } else { saved(names).map(Some) }
}

/// Refuses x and out that are one tensor.
fn apart(x: Table, out: Table) -> Result<()> {
    if x.id == out.id { Err(Error::new("the part cannot work in place")) } else { Ok(()) }
}

/// Y = f(X) of a number of rows, of tables of one width.
fn map(x: Table, y: Table, rows: usize) -> Map {
    let (x_stride, y_stride, width) = (x.stride, y.stride, x.width);
    Map { x: x.start(), x_stride, y: y.start(), y_stride, rows, width }
}

#[cfg(test)]
mod tests;
