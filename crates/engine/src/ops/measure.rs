//! Σ a·b, Σ a², Σ b² of two tensors of one shape: what angles and norms are made of.

use super::values::{Values, all_lines, same_shape};
use crate::error::{Error, Result};
use crate::metrics::Products;
use crate::plan::Lowering;
use crate::program::Measure;
use crate::tensors::Form;

pub fn lower(op: &Measure, lowering: &mut Lowering) -> Result<()> {
    let [a, b] = [&op.a, &op.b].map(|name| lowering.tensors.find(name));
    let (a, b) = (a?, b?);
    let shape = same_shape(&op.a, &op.b, lowering)?;
    if shape == Form::Labels {
        return Err(Error::new("labels cannot be measured"));
    }
    let (dot, aa, bb) = &op.metrics;
    let places = [lowering.metric(dot)?, lowering.metric(aa)?, lowering.metric(bb)?];
    let operands = [a, b].map(|id| Values::new(id, lowering));
    let turn = lowering.turn();
    lowering.stage(&[a, b], &[], move |step, member| {
        if turn % member.threads() != member.index() {
            return;
        }
        let mut products = Products::new();
        all_lines(shape, step.rows, |row, column, count| {
            // SAFETY: both tensors hold the line, and nobody writes them now.
            let [a, b] = [0, 1].map(|which| unsafe { operands[which].get(row, column, count) });
            products.add(&a[..count], &b[..count]);
        });
        for (place, total) in places.into_iter().zip(products.totals()) {
            // SAFETY: this member alone writes the metric.
            unsafe { step.record(place, total) };
        }
    });
    Ok(())
}
