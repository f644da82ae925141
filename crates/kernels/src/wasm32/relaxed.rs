//! 128-bit SIMD with the relaxed multiply-add, which engines fuse where the CPU can: on x86-64 with
//! FMA, and on aarch64. There the bits are those of the native kernels. On a CPU without it an
//! engine may round products before it adds them, as `simd128` does.

use core::arch::wasm32::{f32x4_relaxed_madd, v128};

use super::quads::Quads;
use crate::entry::kernel;

/// a · b + c, rounded once where the CPU can.
#[inline(always)]
pub fn madd(a: v128, b: v128, c: v128) -> v128 {
    f32x4_relaxed_madd(a, b, c)
}

kernel! {
    /// simd128 with the relaxed multiply-add.
    Wasm, "relaxed", Quads, available: true,
    forward: 2 x 1, project: 2 x 1, update: 2 x 1, few: 2, turned: 2 x 1, listed: 2
}
