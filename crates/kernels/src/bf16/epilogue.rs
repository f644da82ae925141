//! What happens between the accumulators of a bf16 product and their store.

use super::kernel::{Epilogue, Forms, Forward};
use super::vector::HalfVector;
use crate::epilogue::{activate, gated};

/// The value of the 16 lanes at (row, column) from the sum of their products.
///
/// # Safety
/// That of [`HalfVector`]; the job has whole panels at (row, column).
#[inline(always)]
pub unsafe fn finish<V: HalfVector>(job: &Forward, mut sum: V, row: usize, column: usize) -> V {
    // SAFETY: whole panels fit into a row of y, of the bias and of the gate's h.
    unsafe {
        if job.accumulate {
            sum = sum.add(V::load(job.y.values.add(row * job.y.values_stride + column)));
        }
        match job.epilogue {
            Epilogue::Activate { bias, activation } => {
                if !bias.is_null() {
                    sum = sum.add(V::load(bias.add(column)));
                }
                activate(sum, activation)
            }
            Epilogue::Gate(by) => {
                let h = V::widen(by.h.add(row * by.h_stride + column));
                gated(sum, h, by.activation)
            }
        }
    }
}

/// Stores 16 lanes of rows `row`, which is even, and `row + 1`, if that exists, in all forms
/// wanted.
///
/// # Safety
/// That of [`HalfVector`]; the forms have whole panels at (row, column).
#[inline(always)]
pub unsafe fn store_forms<V: HalfVector>(
    forms: &Forms,
    low: V,
    high: Option<V>,
    row: usize,
    column: usize,
) {
    // SAFETY: as the caller says.
    unsafe {
        for (value, row) in [(Some(low), row), (high, row + 1)] {
            let Some(value) = value else { continue };
            if !forms.values.is_null() {
                value.store(forms.values.add(row * forms.values_stride + column));
            }
            if !forms.rows.is_null() {
                value.narrow(forms.rows.add(row * forms.rows_stride + column));
            }
        }
        if !forms.paired.is_null() {
            let at = (row / 2 * forms.paired_stride + column) * 2;
            V::store_pairs(V::zip(low, high.unwrap_or(V::splat(0.0))), forms.paired.add(at));
        }
    }
}
