//! Draws into rows, a vector or a matrix. A draw hangs on step, index and element alone, so
//! members draw their own lines, and passes that need the same noise may draw it again.

use super::half;
use super::values::{Values, own_lines};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::{Distribution, Noise};
use crate::random::Draws;

pub fn lower(op: &Noise, lowering: &mut Lowering) -> Result<()> {
    let Noise { distribution, stream, index, .. } = *op;
    let (Distribution::Uniform { range: size } | Distribution::Normal { deviation: size }) =
        distribution;
    if !(size.is_finite() && size >= 0.0) {
        let out = &op.out;
        return Err(Error::new(format!("draws for {out:?} of size {size}, neither 0 nor above")));
    }
    let (out, values) = Values::writable(&op.out, lowering)?;
    let shape = lowering.tensors.form(out).logical();
    let (_, width) = shape.size(0);
    lowering.stage(&[], &[out], move |step, member| {
        let draws = Draws::new(step.seed, stream, step.number, index);
        own_lines(shape, step.rows, member, |row, column, count| {
            let mut line = [0.0; _];
            let (first, part) = (row * width + column, &mut line[..count]);
            match distribution {
                Distribution::Uniform { range } => draws.uniform(range, first, part),
                Distribution::Normal { deviation } => draws.normal(deviation, first, part),
            }
            // SAFETY: the line is there and this member's alone.
            unsafe { values.put(row, column, count, &line) };
        });
    });
    half::narrow(out, lowering)
}
