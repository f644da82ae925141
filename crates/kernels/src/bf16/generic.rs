//! The reference: pairs as 16 words of 32 bits, their products and sums in plain f32 arithmetic,
//! which any CPU does alike. What takes many of its instructions is called, not inlined: that is
//! a quarter of the code and of the compiler's time, and nobody chooses this for its speed.

use super::{Bf16, HalfVector, half_kernel};
use crate::generic::Lanes;
use crate::kernel::LANES;
use crate::vector::Vector;

/// Two numbers as one word, the first in its lower half.
fn word(low: Bf16, high: Bf16) -> u32 {
    u32::from(low.0) | (u32::from(high.0) << 16)
}

fn low(word: u32) -> Bf16 {
    Bf16(word as u16)
}

fn high(word: u32) -> Bf16 {
    Bf16((word >> 16) as u16)
}

// SAFETY (of all bodies): the trait's contract gives 16 pairs or numbers at each pointer.
impl HalfVector for Lanes {
    type Pairs = [u32; LANES];

    #[inline(always)]
    unsafe fn load_pairs(source: *const Bf16) -> Self::Pairs {
        unsafe { source.cast::<[u32; LANES]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store_pairs(pairs: Self::Pairs, target: *mut Bf16) {
        unsafe { target.cast::<[u32; LANES]>().write_unaligned(pairs) }
    }
    #[inline(always)]
    unsafe fn splat_pair(source: *const Bf16) -> Self::Pairs {
        [unsafe { source.cast::<u32>().read_unaligned() }; LANES]
    }
    #[inline(never)]
    unsafe fn dot(self, a: Self::Pairs, b: Self::Pairs) -> Self {
        let mut sums = unsafe { self.to_array() };
        for (sum, (a, b)) in sums.iter_mut().zip(a.into_iter().zip(b)) {
            *sum += high(a).to_f32() * high(b).to_f32();
            *sum += low(a).to_f32() * low(b).to_f32();
        }
        unsafe { Self::load(sums.as_ptr()) }
    }
    #[inline(always)]
    unsafe fn zip(low: Self, high: Self) -> Self::Pairs {
        unsafe { Self::split(low, high) }.0
    }
    #[inline(never)]
    unsafe fn narrow(self, target: *mut Bf16) {
        unsafe {
            let values = self.to_array().map(Bf16::nearest);
            target.cast::<[Bf16; LANES]>().write_unaligned(values);
        }
    }
    #[inline(always)]
    unsafe fn widen(source: *const Bf16) -> Self {
        unsafe {
            let values = source.cast::<[Bf16; LANES]>().read_unaligned().map(Bf16::to_f32);
            Self::load(values.as_ptr())
        }
    }
    #[inline(never)]
    unsafe fn split(low: Self, high: Self) -> (Self::Pairs, Self::Pairs) {
        let (low, high) = unsafe { (low.to_array(), high.to_array()) };
        let (mut upper, mut lower) = ([0; LANES], [0; LANES]);
        for lane in 0..LANES {
            let (low, high) = (Bf16::split(low[lane]), Bf16::split(high[lane]));
            upper[lane] = word(low.0, high.0);
            lower[lane] = word(Bf16(low.1 as u16), Bf16(high.1 as u16));
        }
        (upper, lower)
    }
    #[inline(always)]
    unsafe fn join(upper: Self::Pairs, lower: Self::Pairs) -> (Self, Self) {
        let mut values = [[0.0; LANES]; 2];
        for lane in 0..LANES {
            values[0][lane] = low(upper[lane]).join(low(lower[lane]).0 as i16);
            values[1][lane] = high(upper[lane]).join(high(lower[lane]).0 as i16);
        }
        unsafe { (Self::load(values[0].as_ptr()), Self::load(values[1].as_ptr())) }
    }
}

half_kernel! {
    /// Runs everywhere.
    GenericHalf, "generic", Lanes, available: true, forward: 2, update: 1
}
