//! Passes over matrices of one row per example: activation, softmax, transposition, bias.

use core::ops::Range;

use crate::epilogue::{activate as activated, gated, load_first, store_first};
use crate::kernel::{Activation, Gate, LANES, Map, ROW_CHUNK, Transpose, UpdateBias};
use crate::optimizer::step;
use crate::vecmath::exp;
use crate::vector::{Vector, fold};

/// # Safety
/// That of `Kernel::activate`, and of [`Vector`].
#[inline(always)]
pub unsafe fn activate<V: Vector>(job: &Map, activation: Activation, rows: Range<usize>) {
    for row in rows {
        for column in (0..job.width).step_by(LANES) {
            let count = LANES.min(job.width - column);
            // SAFETY: `count` floats are left in the rows of x and y.
            unsafe {
                let x = load_first::<V>(job.x.add(row * job.x_stride + column), count, 0.0);
                let y = job.y.add(row * job.y_stride + column);
                store_first(activated(x, activation), y, count);
            }
        }
    }
}

/// # Safety
/// That of `Kernel::gate`, and of [`Vector`].
#[inline(always)]
pub unsafe fn gate<V: Vector>(job: &Map, by: &Gate, rows: Range<usize>) {
    for row in rows {
        for column in (0..job.width).step_by(LANES) {
            let count = LANES.min(job.width - column);
            // SAFETY: `count` floats are left in the rows of x, h and y.
            unsafe {
                let x = load_first::<V>(job.x.add(row * job.x_stride + column), count, 0.0);
                let h = load_first::<V>(by.h.add(row * by.h_stride + column), count, 0.0);
                let y = job.y.add(row * job.y_stride + column);
                store_first(gated(x, h, by.activation), y, count);
            }
        }
    }
}

/// # Safety
/// That of `Kernel::softmax`, and of [`Vector`].
#[inline(always)]
pub unsafe fn softmax<V: Vector>(job: &Map, rows: Range<usize>) {
    for row in rows {
        // SAFETY: `count` floats are left in the rows of x and y at each column.
        unsafe {
            let x = job.x.add(row * job.x_stride);
            let y = job.y.add(row * job.y_stride);
            let mut highest = V::splat(f32::NEG_INFINITY);
            for column in (0..job.width).step_by(LANES) {
                let count = LANES.min(job.width - column);
                highest = load_first::<V>(x.add(column), count, f32::NEG_INFINITY).max(highest);
            }
            let highest = V::splat(fold(highest.to_array(), |a, b| if a > b { a } else { b }));
            let mut sum = V::splat(0.0);
            for column in (0..job.width).step_by(LANES) {
                let count = LANES.min(job.width - column);
                let e = exp(load_first::<V>(x.add(column), count, 0.0).sub(highest));
                store_first(e, y.add(column), count);
                sum = sum.add(load_first(y.add(column), count, 0.0));
            }
            let sum = V::splat(fold(sum.to_array(), |a, b| a + b));
            for column in (0..job.width).step_by(LANES) {
                let count = LANES.min(job.width - column);
                let e = load_first::<V>(y.add(column), count, 0.0);
                store_first(e.div(sum), y.add(column), count);
            }
        }
    }
}

pub fn transpose_units(job: &Transpose) -> usize {
    job.columns.div_ceil(LANES)
}

/// Sixteen columns at a time, in squares of 16 rows: reads and writes whole cache lines.
///
/// # Safety
/// That of `Kernel::transpose`, and of [`Vector`].
#[inline(always)]
pub unsafe fn transpose<V: Vector>(job: &Transpose, units: Range<usize>) {
    for unit in units {
        let column = unit * LANES;
        let count = LANES.min(job.columns - column);
        for panel in 0..job.rows.div_ceil(LANES) {
            let row = panel * LANES;
            // SAFETY: the source is read within its rows and columns, the target has the panel.
            unsafe {
                let mut square = [V::splat(0.0); LANES];
                for (r, line) in square.iter_mut().enumerate().take(job.rows - row) {
                    let source = job.source.add((row + r) * job.source_stride + column);
                    *line = load_first(source, count, 0.0);
                }
                V::turn_square(&mut square);
                let target = job.target.add((panel * job.columns + column) * LANES);
                for (c, line) in square.into_iter().enumerate().take(count) {
                    line.store(target.add(c * LANES));
                }
            }
        }
    }
}

/// # Safety
/// That of `Kernel::update_bias`, and of [`Vector`].
#[inline(always)]
pub unsafe fn update_bias<V: Vector>(job: &UpdateBias, units: Range<usize>) {
    for unit in units {
        let column = unit * LANES;
        // SAFETY: the panel of `column` exists in delta, bias and state.
        unsafe {
            let mut total = V::splat(0.0);
            for first in (0..job.rows).step_by(ROW_CHUNK) {
                let mut sum = V::splat(0.0);
                for row in first..job.rows.min(first + ROW_CHUNK) {
                    sum = sum.add(V::load(job.delta.add(row * job.delta_stride + column)));
                }
                total = total.add(sum);
            }
            let optimizer = job.optimizer.of_bias();
            step(total, job.bias.add(column), job.state.at(column), &optimizer);
        }
    }
}
