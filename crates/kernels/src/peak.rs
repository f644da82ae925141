//! The ceiling: how fast multiply-adds run on registers alone, as measured here and now.

use core::hint::black_box;

use crate::kernel::{Kernel, LANES};
use crate::vector::Vector;

/// Loop shapes tried: independent accumulators of 16 lanes.
pub const SHAPES: [usize; 8] = [2, 3, 4, 6, 8, 10, 12, 16];

/// The best loop shape of one thread.
#[derive(Clone, Copy, Debug)]
pub struct Peak {
    /// Floating-point operations a second; a multiply-add counts two.
    pub flops: f64,
    /// Independent accumulators of the shape that won.
    pub accumulators: usize,
}

/// Measures for about `seconds` in all; `clock` returns seconds from any origin.
pub fn measure(kernel: &dyn Kernel, seconds: f64, clock: impl Fn() -> f64) -> Peak {
    let mut best = Peak { flops: 0.0, accumulators: 0 };
    let end = clock() + seconds;
    while clock() < end {
        for accumulators in SHAPES {
            let start = clock();
            let work = kernel.spin(accumulators, 40_000);
            let flops = work as f64 / (clock() - start);
            if flops > best.flops {
                best = Peak { flops, accumulators };
            }
        }
    }
    best
}

/// # Safety
/// That of [`Vector`].
#[inline(always)]
pub unsafe fn spin<V: Vector>(accumulators: usize, iterations: usize) -> u64 {
    // SAFETY: the caller keeps the contract of `Vector`.
    unsafe {
        match accumulators {
            2 => chains::<V, 2>(iterations),
            3 => chains::<V, 3>(iterations),
            4 => chains::<V, 4>(iterations),
            6 => chains::<V, 6>(iterations),
            8 => chains::<V, 8>(iterations),
            10 => chains::<V, 10>(iterations),
            12 => chains::<V, 12>(iterations),
            _ => chains::<V, 16>(iterations),
        }
    }
}

#[inline(always)]
unsafe fn chains<V: Vector, const N: usize>(iterations: usize) -> u64 {
    // SAFETY: the caller keeps the contract of `Vector`.
    unsafe {
        let factor = V::splat(black_box(0.999_999));
        let addend = V::splat(black_box(1e-6));
        let mut sums = [V::splat(black_box(1.0)); N];
        for _ in 0..iterations {
            for sum in &mut sums {
                *sum = sum.mul_add(factor, addend);
            }
        }
        for sum in sums {
            black_box(sum.to_array());
        }
    }
    (2 * LANES * N * iterations) as u64
}
