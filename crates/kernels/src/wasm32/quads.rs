//! Sixteen lanes in four registers of 128 bits; a multiply-add is the module's own.

use core::arch::wasm32::{
    f32x4_add, f32x4_div, f32x4_gt, f32x4_mul, f32x4_ne, f32x4_pmax, f32x4_pmin, f32x4_splat,
    f32x4_sqrt, f32x4_sub, i32x4_add, i32x4_bitmask, i32x4_shl, i32x4_shuffle, i32x4_splat,
    i64x2_shuffle, v128, v128_bitselect, v128_load, v128_store,
};

use super::set::madd;
use crate::kernel::LANES;
use crate::vector::Vector;

#[derive(Clone, Copy)]
pub struct Quads([v128; 4]);

impl Quads {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(v128, v128) -> v128) -> Self {
        let (a, b) = (self.0, other.0);
        Self([f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])])
    }
}

// SAFETY (of all bodies): simd128 is enabled for the whole module; pointers as the trait says.
impl Vector for Quads {
    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        let at = |quad: usize| unsafe { v128_load(source.add(4 * quad).cast()) };
        Self([at(0), at(1), at(2), at(3)])
    }
    #[inline(always)]
    unsafe fn store(self, target: *mut f32) {
        for (quad, value) in self.0.into_iter().enumerate() {
            unsafe { v128_store(target.add(4 * quad).cast(), value) }
        }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([f32x4_splat(value); 4])
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| f32x4_add(a, b))
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| f32x4_sub(a, b))
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| f32x4_mul(a, b))
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        self.zip(other, |a, b| f32x4_div(a, b))
    }
    #[inline(always)]
    unsafe fn sqrt(self) -> Self {
        Self(self.0.map(|quad| f32x4_sqrt(quad)))
    }
    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        let (a, b, c) = (self.0, factor.0, addend.0);
        let at = |quad: usize| madd(a[quad], b[quad], c[quad]);
        Self([at(0), at(1), at(2), at(3)])
    }
    #[inline(always)]
    unsafe fn mul_add_unless_zero(self, factor: Self, addend: Self) -> Self {
        let sum = unsafe { self.mul_add(factor, addend) };
        let pick = |quad: usize| {
            let differs = f32x4_ne(self.0[quad], f32x4_splat(0.0));
            v128_bitselect(sum.0[quad], addend.0[quad], differs)
        };
        Self([pick(0), pick(1), pick(2), pick(3)])
    }
    #[inline(always)]
    unsafe fn nonzero(self) -> u32 {
        let bits = |quad: usize| {
            u32::from(i32x4_bitmask(f32x4_ne(self.0[quad], f32x4_splat(0.0)))) << (4 * quad)
        };
        bits(0) | bits(1) | bits(2) | bits(3)
    }
    /// `pmax(b, a)` is `b < a ? a : b`: the trait's choice where both are equal.
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        other.zip(self, |a, b| f32x4_pmax(a, b))
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        other.zip(self, |a, b| f32x4_pmin(a, b))
    }
    #[inline(always)]
    unsafe fn select_positive(self, yes: Self, no: Self) -> Self {
        let mask = self.0.map(|quad| f32x4_gt(quad, f32x4_splat(0.0)));
        let pick = |quad: usize| v128_bitselect(yes.0[quad], no.0[quad], mask[quad]);
        Self([pick(0), pick(1), pick(2), pick(3)])
    }
    /// Four by four, of the lines of each quad.
    #[inline(always)]
    unsafe fn load_columns(source: *const f32) -> [Self; 4] {
        let turned = [0, 4, 8, 12].map(|first| {
            let line =
                |line: usize| unsafe { v128_load(source.add((first + line) * LANES).cast()) };
            let [a, b, c, d] = [line(0), line(1), line(2), line(3)];
            let [ab, cd] = [i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d)];
            let ab_high = i32x4_shuffle::<2, 6, 3, 7>(a, b);
            let cd_high = i32x4_shuffle::<2, 6, 3, 7>(c, d);
            [
                i64x2_shuffle::<0, 2>(ab, cd),
                i64x2_shuffle::<1, 3>(ab, cd),
                i64x2_shuffle::<0, 2>(ab_high, cd_high),
                i64x2_shuffle::<1, 3>(ab_high, cd_high),
            ]
        });
        [0, 1, 2, 3].map(|column| Self(turned.map(|quad| quad[column])))
    }
    #[inline(always)]
    unsafe fn power_of_two(self) -> Self {
        Self(self.0.map(|quad| i32x4_add(i32x4_shl(quad, 23), i32x4_splat(0x3f80_0000))))
    }
}
