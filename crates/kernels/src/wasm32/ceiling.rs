//! The ceiling: see `peak`. A function for each shape, because engines share out registers by the
//! function.

use core::arch::wasm32::{f32x4_splat, v128, v128_store};
use core::hint::black_box;

use super::set::madd;
use crate::kernel::LANES;

/// Quads of a vector.
const QUADS: usize = LANES / 4;

/// As `Kernel::spin`.
pub fn spin(accumulators: usize, iterations: usize) -> u64 {
    match accumulators {
        2 => chains::<{ 2 * QUADS }>(iterations),
        3 => chains::<{ 3 * QUADS }>(iterations),
        4 => chains::<{ 4 * QUADS }>(iterations),
        5 => chains::<{ 5 * QUADS }>(iterations),
        _ => chains::<{ 6 * QUADS }>(iterations),
    }
}

#[inline(never)]
fn chains<const N: usize>(iterations: usize) -> u64 {
    let factor = f32x4_splat(black_box(0.999_999));
    let addend = f32x4_splat(black_box(1e-6));
    let mut sums: [v128; N] = [f32x4_splat(black_box(1.0)); N];
    let mut left = iterations;
    while left != 0 {
        for n in 0..N {
            sums[n] = madd(sums[n], factor, addend);
        }
        left -= 1;
    }
    let mut kept = [0.0f32; 96];
    for n in 0..N {
        // SAFETY: at most 24 quads.
        unsafe { v128_store(kept.as_mut_ptr().add(4 * n).cast(), sums[n]) };
    }
    black_box(kept);
    (2 * 4 * N * iterations) as u64
}
