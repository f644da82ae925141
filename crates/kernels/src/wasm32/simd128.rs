//! 128-bit SIMD as every engine has it: a tile of 2 × 16 keeps eight accumulators plus operands
//! within the fifteen values that engines hold in registers.
//!
//! There is no fused multiply-add: products are rounded before they are added, so results differ
//! from the other kernels' in the last bits.

use core::arch::wasm32::{f32x4_add, f32x4_mul, v128};

use super::quads::Quads;
use crate::entry::kernel;

/// a · b + c, rounded twice.
#[inline(always)]
pub fn madd(a: v128, b: v128, c: v128) -> v128 {
    f32x4_add(f32x4_mul(a, b), c)
}

kernel! {
    /// simd128 without relaxed instructions.
    Wasm, "simd128", Quads, available: true,
    forward: 2 x 1, project: 2 x 1, update: 2 x 1, few: 2, turned: 2 x 1, listed: 2
}
