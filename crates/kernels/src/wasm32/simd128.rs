//! 128-bit SIMD as every engine has it.
//!
//! There is no fused multiply-add: products are rounded before they are added, so results differ
//! from the other kernels' in the last bits.

use core::arch::wasm32::{f32x4_add, f32x4_mul, v128};

use super::kernel::Tile;
use super::quads::Quads;
use crate::entry::kernel;

pub const NAME: &str = "simd128";

/// a · b + c, rounded twice.
#[inline(always)]
pub fn madd(a: v128, b: v128, c: v128) -> v128 {
    f32x4_add(f32x4_mul(a, b), c)
}

/// A product needs a register of its own, before it is added.
pub const TILES: [Tile; 4] = [
    Tile::of::<5, 2>("simd128_5x8"),
    Tile::of::<4, 2>("simd128_4x8"),
    Tile::of::<6, 2>("simd128_6x8"),
    Tile::of::<5, 4>("simd128_5x16"),
];

kernel! {
    /// simd128 without relaxed instructions.
    Base, "simd128", Quads, available: true,
    forward: 2 x 1, project: 2 x 1, update: 2 x 1, few: 2, turned: 2 x 1, listed: 2
}
