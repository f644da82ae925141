//! 128-bit SIMD with the relaxed multiply-add, which engines fuse where the CPU can: on x86-64 with
//! FMA, and on aarch64. There the bits are those of the native kernels. On a CPU without it an
//! engine may round products before it adds them, as `simd128` does.

use core::arch::wasm32::{f32x4_relaxed_madd, v128};

use super::kernel::Tile;
use super::quads::Quads;
use crate::entry::kernel;

pub const NAME: &str = "relaxed";

/// a · b + c, rounded once where the CPU can.
#[inline(always)]
pub fn madd(a: v128, b: v128, c: v128) -> v128 {
    f32x4_relaxed_madd(a, b, c)
}

/// 6 × 8 fills the fifteen registers that engines hand out on x86-64, 5 × 8 leaves slack; tiles of
/// 16 columns are for an engine that joins neighbouring registers into 256 bits.
pub const TILES: [Tile; 4] = [
    Tile::of::<6, 2>("relaxed_6x8"),
    Tile::of::<5, 2>("relaxed_5x8"),
    Tile::of::<6, 4>("relaxed_6x16"),
    Tile::of::<5, 4>("relaxed_5x16"),
];

kernel! {
    /// simd128 with the relaxed multiply-add.
    Base, "relaxed", Quads, available: true,
    forward: 2 x 1, project: 2 x 1, update: 2 x 1, few: 2, turned: 2 x 1, listed: 2
}
