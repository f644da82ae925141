//! out ← x ⊙ by, each row by its own number; members share the rows.

use super::half;
use super::values::{Values, own_lines, same_shape};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::RowScale;
use crate::tensors::Form;

pub fn lower(op: &RowScale, lowering: &mut Lowering) -> Result<()> {
    let (out, values) = Values::writable(&op.out, lowering)?;
    let [x, by] = [&op.x, &op.by].map(|name| lowering.tensors.find(name));
    let (x, by) = (x?, by?);
    let shape = same_shape(&op.x, &op.out, lowering)?;
    if !matches!(shape, Form::Rows { .. }) {
        return Err(Error::new(format!("tensor {:?} of shape {shape} has no rows", op.out)));
    }
    let found = lowering.tensors.form(by);
    if !matches!(found, Form::Rows { width: 1, .. }) {
        let name = &op.by;
        return Err(Error::new(format!("tensor {name:?} has shape {found}, expected [n]")));
    }
    let [x_values, by_values] = [x, by].map(|id| Values::new(id, lowering));
    lowering.stage(&[x, by], &[out], move |step, member| {
        own_lines(shape, step.rows, member, |row, column, count| {
            // SAFETY: the lines are there, and what is written now is this member's row.
            unsafe {
                let [factor, ..] = by_values.get(row, 0, 1);
                let line = x_values.get(row, column, count).map(|value| value * factor);
                values.put(row, column, count, &line);
            }
        });
    });
    half::narrow(out, lowering)
}
