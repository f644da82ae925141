//! The ceiling: how fast multiply-adds run on registers alone, as measured here and now.

use core::hint::black_box;
use core::marker::PhantomData;

use crate::bf16::{Bf16, HalfVector};
use crate::kernel::LANES;
use crate::vector::Vector;

/// Loop shapes tried: independent accumulators of 16 lanes.
pub const SHAPES: [usize; 9] = [2, 3, 4, 5, 6, 8, 10, 12, 16];

/// The best loop shape of one thread.
#[derive(Clone, Copy, Debug)]
pub struct Peak {
    /// Floating-point operations a second; a multiply-add counts two.
    pub flops: f64,
    /// Independent accumulators of the shape that won.
    pub accumulators: usize,
}

/// Measures for about `seconds` in all; `spin` is that of a kernel, f32's or bf16's, and `clock`
/// returns seconds from any origin.
pub fn measure(spin: impl Fn(usize, usize) -> u64, seconds: f64, clock: impl Fn() -> f64) -> Peak {
    let mut best = Peak { flops: 0.0, accumulators: 0 };
    let end = clock() + seconds;
    while clock() < end {
        for accumulators in SHAPES {
            let start = clock();
            let work = spin(accumulators, 40_000);
            let flops = work as f64 / (clock() - start);
            if flops > best.flops {
                best = Peak { flops, accumulators };
            }
        }
    }
    best
}

/// One step of a chain of sums: what a kernel's products are made of.
///
/// # Safety
///
/// Of both functions: that of [`Vector`].
pub(crate) trait Chain {
    type Sums: Vector;
    type Factor: Copy;
    /// Floating-point operations of a step, a lane.
    const OPERATIONS: usize;
    unsafe fn factor() -> Self::Factor;
    unsafe fn step(sums: Self::Sums, factor: Self::Factor) -> Self::Sums;
}

/// sum ← sum · factor + a constant, in f32.
pub(crate) struct MultiplyAdd<V>(PhantomData<V>);

// SAFETY (of all bodies): as the trait states.
impl<V: Vector> Chain for MultiplyAdd<V> {
    type Sums = V;
    type Factor = (V, V);
    const OPERATIONS: usize = 2;
    #[inline(always)]
    unsafe fn factor() -> Self::Factor {
        unsafe { (V::splat(black_box(0.999_999)), V::splat(black_box(1e-6))) }
    }
    #[inline(always)]
    unsafe fn step(sums: V, (factor, addend): Self::Factor) -> V {
        unsafe { sums.mul_add(factor, addend) }
    }
}

/// sum ← sum + two products of bf16.
pub(crate) struct Dot<V>(PhantomData<V>);

// SAFETY (of all bodies): as the trait states.
impl<V: HalfVector> Chain for Dot<V> {
    type Sums = V;
    type Factor = V::Pairs;
    const OPERATIONS: usize = 4;
    #[inline(always)]
    unsafe fn factor() -> Self::Factor {
        let pair = [Bf16::nearest(black_box(1e-3)); 2];
        unsafe { V::splat_pair(pair.as_ptr()) }
    }
    #[inline(always)]
    unsafe fn step(sums: V, factor: Self::Factor) -> V {
        unsafe { sums.dot(factor, factor) }
    }
}

/// # Safety
/// That of [`Chain`].
#[inline(always)]
pub(crate) unsafe fn spin<C: Chain>(accumulators: usize, iterations: usize) -> u64 {
    // SAFETY: the caller keeps the contract of `Chain`.
    unsafe {
        match accumulators {
            2 => chains::<C, 2>(iterations),
            3 => chains::<C, 3>(iterations),
            4 => chains::<C, 4>(iterations),
            5 => chains::<C, 5>(iterations),
            6 => chains::<C, 6>(iterations),
            8 => chains::<C, 8>(iterations),
            10 => chains::<C, 10>(iterations),
            12 => chains::<C, 12>(iterations),
            _ => chains::<C, 16>(iterations),
        }
    }
}

#[inline(always)]
unsafe fn chains<C: Chain, const N: usize>(iterations: usize) -> u64 {
    // SAFETY: the caller keeps the contract of `Chain`.
    unsafe {
        let factor = C::factor();
        let mut sums = [C::Sums::splat(black_box(1.0)); N];
        for _ in 0..iterations {
            for sum in &mut sums {
                *sum = C::step(*sum, factor);
            }
        }
        for sum in sums {
            black_box(sum.to_array());
        }
    }
    (C::OPERATIONS * LANES * N * iterations) as u64
}
