//! Sixteen f32 lanes: the one vocabulary in which every loop of this crate is written.
//!
//! An instruction set implements [`Vector`] and gets all kernels from the generic loops. Every
//! operation is defined to the bit for finite lanes, so that the loops compute the same on all
//! instruction sets; `mul_add` alone may differ, where there is no fused multiply-add.

use crate::kernel::LANES;

/// Sixteen f32 lanes in the registers of one instruction set.
///
/// # Safety
///
/// Of every method: the CPU has the instructions of the implementing type. Methods that take a
/// pointer need it valid for [`LANES`] floats (or `count` of them), aligned to 4 bytes.
///
/// All methods are `#[inline(always)]`: they take the target features of the function that they
/// end up in, and would be calls through memory otherwise.
pub(crate) trait Vector: Copy {
    unsafe fn load(from: *const f32) -> Self;
    unsafe fn store(self, to: *mut f32);
    unsafe fn splat(value: f32) -> Self;

    unsafe fn add(self, other: Self) -> Self;
    unsafe fn sub(self, other: Self) -> Self;
    unsafe fn mul(self, other: Self) -> Self;
    /// True division: no reciprocal estimate.
    unsafe fn div(self, other: Self) -> Self;
    /// self · factor + term, rounded once where the instruction set can.
    unsafe fn mul_add(self, factor: Self, term: Self) -> Self;
    /// term − self · factor, rounded once where the instruction set can.
    unsafe fn neg_mul_add(self, factor: Self, term: Self) -> Self;

    /// `self` where self > other, else `other` (so a NaN in either, and −0 against +0, give
    /// `other`).
    unsafe fn max(self, other: Self) -> Self;
    /// `self` where self < other, else `other`.
    unsafe fn min(self, other: Self) -> Self;
    /// `yes` where self ≥ other, else `no` (which a NaN gives).
    unsafe fn select_ge(self, other: Self, yes: Self, no: Self) -> Self;

    /// The nearest integers, ties to even.
    unsafe fn round(self) -> Self;
    /// self · 2ⁿ rounded once, for whole `n` in −252..=254.
    unsafe fn scale_exp2(self, n: Self) -> Self;

    /// Sum over the lanes: halves added, 16 → 8 → 4 → 2 → 1.
    unsafe fn sum(self) -> f32;
    /// Maximum over the lanes by the same tree.
    unsafe fn maximum(self) -> f32;

    /// Rows become columns.
    unsafe fn transpose(block: &mut [Self; LANES]);

    /// The first `count` ≤ 16 lanes from memory, the rest from `fill`.
    #[inline(always)]
    unsafe fn load_part(from: *const f32, count: usize, fill: f32) -> Self {
        let mut lanes = [fill; LANES];
        // SAFETY: the caller vouches for `count` floats, and `count` ≤ LANES.
        unsafe {
            core::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), count);
            Self::load(lanes.as_ptr())
        }
    }

    /// Writes the first `count` ≤ 16 lanes.
    #[inline(always)]
    unsafe fn store_part(self, to: *mut f32, count: usize) {
        let mut lanes = [0.0; LANES];
        // SAFETY: the caller vouches for `count` floats, and `count` ≤ LANES.
        unsafe {
            self.store(lanes.as_mut_ptr());
            core::ptr::copy_nonoverlapping(lanes.as_ptr(), to, count);
        }
    }

    /// Asks for the line to be read soon. Any address is allowed.
    #[inline(always)]
    unsafe fn prefetch(_line: *const f32) {}

    /// Asks for the line to be written soon. Any address is allowed.
    #[inline(always)]
    unsafe fn prefetch_write(_line: *const f32) {}
}

/// 2ⁿ for whole n in −126..=127, from the bits of its exponent.
#[inline(always)]
pub(crate) fn exp2_bits(n: i32) -> f32 {
    f32::from_bits(((n + 127) << 23) as u32)
}
