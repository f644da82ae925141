//! Sixteen f32 lanes: what every kernel computes with, whatever its registers are.

use crate::kernel::LANES;

/// Adding and subtracting 1.5 · 2²³ rounds to the nearest integer (ties to even) for |x| < 2²².
pub const ROUNDER: f32 = 12_582_912.0;

/// Elementwise arithmetic on 16 lanes, each operation rounded once as IEEE 754 says.
///
/// # Safety
///
/// The methods use the instructions of their set without asking: call them only where a kernel
/// value of that set exists, from a function inlined into one that enables its target features.
/// Pointers are valid for 16 floats, aligned to 4 bytes.
pub trait Vector: Copy {
    unsafe fn load(source: *const f32) -> Self;
    unsafe fn store(self, target: *mut f32);
    unsafe fn splat(value: f32) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn sub(self, other: Self) -> Self;
    unsafe fn mul(self, other: Self) -> Self;
    unsafe fn div(self, other: Self) -> Self;
    unsafe fn sqrt(self) -> Self;
    /// self · factor + addend, rounded once where the set has fused multiply-add.
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// self · factor + addend in lanes where self is not zero, `addend` untouched in the others.
    #[inline(always)]
    unsafe fn mul_add_unless_zero(self, factor: Self, addend: Self) -> Self {
        // SAFETY: the arrays hold 16 floats.
        unsafe {
            let mut lanes = self.mul_add(factor, addend).to_array();
            for (lane, value) in self.to_array().into_iter().enumerate() {
                if value == 0.0 {
                    lanes[lane] = addend.to_array()[lane];
                }
            }
            Self::load(lanes.as_ptr())
        }
    }
    /// The lanes that are not zero, as bits.
    #[inline(always)]
    unsafe fn nonzero(self) -> u32 {
        // SAFETY: the caller keeps the contract.
        let lanes = unsafe { self.to_array() };
        (0..LANES).map(|lane| u32::from(lanes[lane] != 0.0) << lane).sum()
    }
    /// self > other ? self : other, lane by lane.
    unsafe fn max(self, other: Self) -> Self;
    /// self < other ? self : other, lane by lane.
    unsafe fn min(self, other: Self) -> Self;
    /// self > 0 ? yes : no, lane by lane.
    unsafe fn select_positive(self, yes: Self, no: Self) -> Self;
    /// 2ⁿ for lanes holding n + [`ROUNDER`], −126 ≤ n ≤ 127.
    unsafe fn power_of_two(self) -> Self;
    /// Turns a part of 16 lines of 16 floats: vector c holds float c of each line, 0 ≤ c < 4.
    ///
    /// # Safety
    /// As at the trait; `source` has 4 floats at each of 16 lines.
    #[inline(always)]
    unsafe fn load_columns(source: *const f32) -> [Self; 4] {
        let mut columns = [[0.0; LANES]; 4];
        for (c, column) in columns.iter_mut().enumerate() {
            for (line, value) in column.iter_mut().enumerate() {
                // SAFETY: the caller gives the floats.
                *value = unsafe { *source.add(line * LANES + c) };
            }
        }
        // SAFETY: the arrays hold 16 floats each.
        columns.map(|column| unsafe { Self::load(column.as_ptr()) })
    }
    /// Asks for the cache line of an address, to be read soon.
    #[inline(always)]
    unsafe fn prefetch(_address: *const f32) {}
    /// Asks for the cache line of an address, to be read later: into the core's larger cache.
    #[inline(always)]
    unsafe fn prefetch_later(_address: *const f32) {}
    /// Asks for the cache line of an address, to be written.
    #[inline(always)]
    unsafe fn prefetch_write(_address: *const f32) {}

    /// Turns 16 vectors: lane j of vector i and lane i of vector j change places.
    #[inline(always)]
    unsafe fn turn_square(square: &mut [Self; LANES]) {
        // SAFETY: as at the trait.
        unsafe {
            let rows = square.map(|row| row.to_array());
            for (j, column) in square.iter_mut().enumerate() {
                *column = Self::load(rows.map(|row| row[j]).as_ptr());
            }
        }
    }

    /// # Safety
    /// As at the trait.
    #[inline(always)]
    unsafe fn to_array(self) -> [f32; LANES] {
        let mut lanes = [0.0; LANES];
        // SAFETY: the array holds 16 floats.
        unsafe { self.store(lanes.as_mut_ptr()) };
        lanes
    }
}

/// Folds 16 lanes by halves: 16 → 8 → 4 → 2 → 1, the same tree on every instruction set.
pub fn fold(mut lanes: [f32; LANES], combine: impl Fn(f32, f32) -> f32) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] = combine(lanes[lane], lanes[lane + half]);
        }
        half /= 2;
    }
    lanes[0]
}
