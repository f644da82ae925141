//! Plain Rust: correct on every CPU, and the reference that the others equal to the bit.
//!
//! Without the target feature, `f32::mul_add` is a call into the C library: true, and slow.

use crate::entry::kernel;
use crate::kernel::LANES;
use crate::vector::{Vector, exp2_bits};

/// The reference kernel.
#[derive(Clone, Copy, Debug)]
pub struct Generic(());

impl Generic {
    /// There is no CPU without it.
    #[must_use]
    #[expect(clippy::unnecessary_wraps, reason = "all kernels are made in the same way")]
    pub fn new() -> Option<Self> {
        Some(Self(()))
    }
}

#[derive(Clone, Copy)]
struct Lanes([f32; LANES]);

/// Lane by lane application of an expression.
macro_rules! lanewise {
    (|$($lane:ident),+| $value:expr) => {{
        let mut out = [0.0_f32; LANES];
        let mut i = 0;
        while i < LANES {
            $(let $lane = $lane.0[i];)+
            out[i] = $value;
            i += 1;
        }
        Lanes(out)
    }};
}

/// Folds halves, 16 → 8 → 4 → 2 → 1.
fn fold(mut lanes: [f32; LANES], join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] = join(lanes[i], lanes[i + half]);
        }
        half /= 2;
    }
    lanes[0]
}

#[expect(clippy::cast_possible_truncation, reason = "exponents are small whole numbers")]
impl Vector for Lanes {
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller vouches for sixteen floats, aligned to 4 bytes as the array is.
        Self(unsafe { from.cast::<[f32; LANES]>().read() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller vouches for sixteen floats, aligned to 4 bytes as the array is.
        unsafe { to.cast::<[f32; LANES]>().write(self.0) }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; LANES])
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        lanewise!(|self, other| self + other)
    }

    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        lanewise!(|self, other| self - other)
    }

    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        lanewise!(|self, other| self * other)
    }

    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        lanewise!(|self, other| self / other)
    }
}
