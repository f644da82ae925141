//! Σ a·b, Σ a², Σ b² of two tensors of one shape: what angles and norms are made of.

use feedalign_kernels::LANES;
use feedalign_kernels::bf16::{Bf16, panels};

use super::Address;
use crate::error::{Error, Result};
use crate::metrics::Products;
use crate::plan::Lowering;
use crate::program::Measure;
use crate::tensors::Form;

pub fn lower(op: &Measure, lowering: &mut Lowering) -> Result<()> {
    let [a, b] = [&op.a, &op.b].map(|name| lowering.tensors.find(name));
    let (a, b) = (a?, b?);
    let forms = [a, b].map(|id| lowering.tensors.form(id));
    if forms[0].logical() != forms[1].logical() {
        return Err(Error::new(format!("tensors {:?} and {:?} differ in shape", op.a, op.b)));
    }
    if forms[0] == Form::Labels {
        return Err(Error::new("labels cannot be measured"));
    }
    let (dot, aa, bb) = &op.metrics;
    let places = [lowering.metric(dot)?, lowering.metric(aa)?, lowering.metric(bb)?];
    let [a_values, b_values] = [a, b].map(|id| Address(lowering.tensors.f32(id)));
    let turn = lowering.turn();
    lowering.stage(&[a, b], &[], move |step, member| {
        if turn % member.threads() != member.index() {
            return;
        }
        let mut products = Products::new();
        let mut line = [[0.0; LANES]; 2];
        each_line(forms[0].logical(), step.rows, |row, column, count| {
            // SAFETY: both tensors hold the line, and nobody writes them now.
            unsafe {
                copy_line(forms[0], a_values.get(), (row, column), &mut line[0][..count]);
                copy_line(forms[1], b_values.get(), (row, column), &mut line[1][..count]);
            }
            products.add(&line[0][..count], &line[1][..count]);
        });
        for (place, total) in places.into_iter().zip(products.totals()) {
            // SAFETY: this member alone writes the metric.
            unsafe { step.record(place, total) };
        }
    });
    Ok(())
}

/// Calls `f(row, column, count)` for lines of at most 16 elements, row by row; `n` are the rows
/// of what holds one per example.
fn each_line(form: Form, n: usize, mut f: impl FnMut(usize, usize, usize)) {
    let (rows, width) = match form {
        Form::Matrix { rows, columns, .. } | Form::Half { rows, columns, .. } => (rows, columns),
        Form::Vector { len } => (1, len),
        Form::Rows { width, .. } => (n, width),
        Form::Labels => (0, 0),
    };
    for row in 0..rows {
        for column in (0..width).step_by(LANES) {
            f(row, column, LANES.min(width - column));
        }
    }
}

/// Copies elements (row, column…) of a tensor, whatever way it lies.
///
/// # Safety
/// `values` holds a tensor of that form, with those elements.
unsafe fn copy_line(
    form: Form,
    values: *const f32,
    (row, column): (usize, usize),
    line: &mut [f32],
) {
    for (lane, value) in line.iter_mut().enumerate() {
        let column = column + lane;
        // SAFETY: as stated.
        *value = unsafe {
            match form {
                Form::Matrix { rows, columns, way } => {
                    *values.add(way.index((rows, columns), row, column))
                }
                Form::Half { rows, columns, way, master } => {
                    let upper = values.cast::<Bf16>();
                    let at = panels::index(way, (rows, columns), row, column);
                    let lower = upper.add(panels::len(way, rows, columns) + at).cast::<i16>();
                    (*upper.add(at)).join(if master { *lower } else { 0 })
                }
                Form::Rows { stride, .. } => *values.add(row * stride + column),
                Form::Vector { .. } | Form::Labels => *values.add(column),
            }
        };
    }
}
