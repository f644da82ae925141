//! A matrix made from a weight, to carry signals down in its stead: element by element.

use super::combine::sign_of;
use super::pseudoinverse;
use super::values::{Line, Values, own_lines, same_shape};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::{Derivation, Derive};
use crate::tensors::Form;

pub fn lower(op: &Derive, lowering: &mut Lowering) -> Result<()> {
    let shape = same_shape(&op.from, &op.into, lowering)?;
    if !matches!(shape, Form::Matrix { .. }) {
        return Err(Error::new(format!("tensor {:?} of shape {shape} is no matrix", op.from)));
    }
    match &op.how {
        Derivation::Copy => elementwise(op, None, |from, _| from, lowering),
        Derivation::Sign { factor } if factor.is_finite() => {
            let factor = *factor;
            elementwise(op, None, move |from, _| sign_of(from) * factor, lowering)
        }
        Derivation::Sign { factor } => {
            Err(Error::new(format!("factor {factor} for {:?} is not finite", op.into)))
        }
        Derivation::CopySign { magnitude } => {
            let signed = |from, magnitude: f32| sign_of(from) * magnitude.abs();
            elementwise(op, Some(magnitude), signed, lowering)
        }
        Derivation::Pseudoinverse => pseudoinverse::lower(op, lowering),
    }
}

/// into ← f(from, magnitude), where `magnitude` may be `into` itself.
fn elementwise(
    op: &Derive,
    magnitude: Option<&String>,
    f: impl Fn(f32, f32) -> f32 + Send + Sync + 'static,
    lowering: &mut Lowering,
) -> Result<()> {
    let (into, values) = Values::writable(&op.into, lowering)?;
    let from = lowering.tensors.find(&op.from)?;
    let shape = same_shape(&op.from, magnitude.unwrap_or(&op.from), lowering)?;
    let magnitude = lowering.tensors.find(magnitude.unwrap_or(&op.from))?;
    let [sources, magnitudes] = [from, magnitude].map(|id| Values::new(id, lowering));
    lowering.stage(&[from, magnitude], &[into], move |step, member| {
        own_lines(shape, step.rows, member, |row, column, count| {
            // SAFETY: the lines are there, and what is written now is this member's.
            unsafe {
                let line = sources.get(row, column, count);
                let by = magnitudes.get(row, column, count);
                let made: Line = std::array::from_fn(|lane| f(line[lane], by[lane]));
                values.put(row, column, count, &made);
            }
        });
    });
    Ok(())
}
