//! Systems of many right-hand sides, one a row, by the factors of `factor`.

use feedalign_kernels::double::{Product, WIDTH, multiply};

use super::matrix::Matrix;

/// A lower triangular L `[size × size]`, with its transpose above the diagonal.
#[derive(Clone, Copy)]
pub struct Triangle {
    pub l: Matrix,
    pub size: usize,
}

impl Triangle {
    /// Rows x ← x · L⁻ᵀ: each solves L y = x.
    ///
    /// # Safety
    /// L and the rows are there, with a panel's room after each; the rows are the caller's alone.
    pub unsafe fn forward(self, x: Matrix, rows: usize) {
        let Self { l, size } = self;
        for first in (0..size).step_by(WIDTH) {
            // SAFETY (of the whole): as stated.
            unsafe {
                add(x, (0, first, first), l.at(0, first), l.stride, (rows, -1.0));
                for row in 0..rows {
                    for column in first..size.min(first + WIDTH) {
                        let before = x.row(row, first, column - first);
                        let known = dot(before, l.row(column, first, column - first));
                        let value = *x.at(row, column) - known;
                        *x.at(row, column) = value / *l.at(column, column);
                    }
                }
            }
        }
    }

    /// Rows x ← x · L⁻¹: each solves Lᵀ y = x.
    ///
    /// # Safety
    /// As at [`Self::forward`]; of L only the lower triangle is read.
    pub unsafe fn backward(self, x: Matrix, rows: usize) {
        let Self { l, size } = self;
        for first in (0..size).step_by(WIDTH).rev() {
            let end = size.min(first + WIDTH);
            // SAFETY (of the whole): as stated.
            unsafe {
                add(x, (end, size - end, first), l.at(end, first), l.stride, (rows, -1.0));
                for row in 0..rows {
                    for column in (first..end).rev() {
                        let mut value = *x.at(row, column);
                        for after in column + 1..end {
                            value -= *x.at(row, after) * *l.at(after, column);
                        }
                        *x.at(row, column) = value / *l.at(column, column);
                    }
                }
            }
        }
    }
}

/// Columns `to` to `to` + 16 of x ← themselves + factor · (columns `from` to `from` + `inner`) · b.
///
/// # Safety
/// As at [`Triangle::forward`]; b has `inner` rows of 16.
pub unsafe fn add(
    x: Matrix,
    (from, inner, to): (usize, usize, usize),
    b: *const f64,
    b_stride: usize,
    (rows, factor): (usize, f64),
) {
    let (x_start, c) = (x.at(0, from), x.at(0, to));
    let (x_stride, c_stride) = (x.stride, x.stride);
    let job =
        Product { x: x_start, x_stride, x_step: 1, b, b_stride, c, c_stride, rows, inner, factor };
    // SAFETY: as stated; the columns read are none of those written.
    unsafe { multiply(&job) };
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}
