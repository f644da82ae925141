//! The reference: plain Rust on any CPU, with true fused multiply-adds from the standard library.
//! Slow where the compiler's baseline has no such instruction, but never different.

use crate::entry::kernel;
use crate::kernel::LANES;
use crate::vector::Vector;

#[derive(Clone, Copy)]
pub struct Lanes([f32; LANES]);

impl Lanes {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        let mut out = self.0;
        for (a, b) in out.iter_mut().zip(other.0) {
            *a = f(*a, b);
        }
        Self(out)
    }
}

impl Vector for Lanes {
    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        // SAFETY: the caller gives 16 floats.
        Self(unsafe { source.cast::<[f32; LANES]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn store(self, target: *mut f32) {
        // SAFETY: the caller gives 16 floats.
        unsafe { target.cast::<[f32; LANES]>().write_unaligned(self.0) }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; LANES])
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        self.zip(other, |a, b| a / b)
    }
    #[inline(always)]
    unsafe fn sqrt(self) -> Self {
        Self(self.0.map(f32::sqrt))
    }
    // Without such an instruction, 16 calls into the mathematical library: once in the program, in
    // place of thousands of times, which took a quarter of the compiler's time.
    #[cfg_attr(any(target_arch = "aarch64", target_feature = "fma"), inline(always))]
    #[cfg_attr(not(any(target_arch = "aarch64", target_feature = "fma")), inline(never))]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        let mut out = addend.0;
        for lane in 0..LANES {
            out[lane] = self.0[lane].mul_add(factor.0[lane], out[lane]);
        }
        Self(out)
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    unsafe fn select_positive(self, yes: Self, no: Self) -> Self {
        let mut out = no.0;
        for lane in 0..LANES {
            if self.0[lane] > 0.0 {
                out[lane] = yes.0[lane];
            }
        }
        Self(out)
    }
    #[inline(always)]
    unsafe fn power_of_two(self) -> Self {
        Self(self.0.map(|x| f32::from_bits((x.to_bits() << 23).wrapping_add(0x3f80_0000))))
    }
}

kernel! {
    /// Runs everywhere; tiles are low because the compiler, not we, holds the registers.
    Generic, "generic", Lanes, available: true,
    forward: 2 x 1, project: 2 x 1, update: 2 x 1, few: 4, turned: 2 x 1, listed: 2
}
