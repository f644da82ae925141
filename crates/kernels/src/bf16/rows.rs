//! Passes over matrices: narrowing of rows, turning of weights, the bias's update.

use core::ops::Range;

use super::Bf16;
use super::epilogue::store_forms;
use super::kernel::{Narrow, Turn, UpdateBias};
use super::panels::LINE;
use super::vector::HalfVector;
use crate::epilogue::load_first;
use crate::kernel::{LANES, ROW_CHUNK};
use crate::optimizer::step;

/// # Safety
/// That of `HalfKernel::narrow`, and of [`HalfVector`].
#[inline(always)]
pub unsafe fn narrow<V: HalfVector>(job: &Narrow, units: Range<usize>) {
    // The values are there already.
    let mut forms = job.forms;
    forms.values = core::ptr::null_mut();
    for row in units.map(|unit| 2 * unit) {
        for column in (0..job.columns).step_by(LANES) {
            let count = LANES.min(job.columns - column);
            // SAFETY: `count` floats are left in each row that exists.
            unsafe {
                let load = |row: usize| {
                    let place = row * job.forms.values_stride + column;
                    load_first::<V>(job.forms.values.add(place), count, 0.0)
                };
                let high = if row + 1 < job.rows { Some(load(row + 1)) } else { None };
                store_forms(&forms, load(row), high, row, column);
            }
        }
    }
}

/// # Safety
/// That of `HalfKernel::turn`, and of [`HalfVector`].
#[inline(always)]
pub unsafe fn turn<V: HalfVector>(job: &Turn, units: Range<usize>) {
    const HALF: usize = LANES / 2;
    let zero = [Bf16::default(); LINE];
    let (source_pairs, target_pairs) = (job.inner.div_ceil(2), job.columns.div_ceil(2));
    for unit in units {
        for panel in 0..job.columns.div_ceil(LANES) {
            // SAFETY: lines past the edges are neither read nor written.
            unsafe {
                let mut lines = [V::load_pairs(zero.as_ptr()); HALF];
                for (p, line) in lines.iter_mut().enumerate() {
                    let pair = unit * HALF + p;
                    if pair < source_pairs {
                        *line = V::load_pairs(job.source.add((panel * source_pairs + pair) * LINE));
                    }
                }
                for (p, line) in V::turn(lines).into_iter().enumerate() {
                    let pair = panel * HALF + p;
                    if pair < target_pairs {
                        V::store_pairs(line, job.target.add((unit * target_pairs + pair) * LINE));
                    }
                }
            }
        }
    }
}

/// # Safety
/// That of `HalfKernel::update_bias`, and of [`HalfVector`].
#[inline(always)]
pub unsafe fn update_bias<V: HalfVector>(job: &UpdateBias, units: Range<usize>) {
    let one = [Bf16::nearest(1.0); 2];
    for column in units.map(|unit| unit * LANES) {
        // SAFETY: the panel of `column` exists in delta, bias and state.
        unsafe {
            let one = V::splat_pair(one.as_ptr());
            let mut total = V::splat(0.0);
            for first in (0..job.rows).step_by(ROW_CHUNK) {
                let mut sum = V::splat(0.0);
                for pair in first / 2..job.rows.min(first + ROW_CHUNK).div_ceil(2) {
                    let delta = job.delta.add((pair * job.delta_stride + column) * 2);
                    sum = sum.dot(one, V::load_pairs(delta));
                }
                total = total.add(sum);
            }
            let optimizer = job.optimizer.of_bias();
            step(total, job.bias.add(column), job.state.at(column), &optimizer);
        }
    }
}
