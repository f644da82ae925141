//! exp, tanh and sigmoid on 16 lanes: one polynomial with explicit multiply-adds everywhere, so
//! that every kernel with a fused one gives the same bits.

use crate::vector::{ROUNDER, Vector};

/// Below it e^x would not be a normal number, above it would overflow: arguments are clamped.
const EXP_RANGE: (f32, f32) = (-87.336_54, 88.376_26);

/// Where f32's tanh rounds to ±1.
const TANH_LIMIT: f32 = 7.905_311;

/// Numerator x · P(x²) and denominator Q(x²) of tanh, highest power first: the rational minimax
/// approximation of degree 13 / 6 in common use for f32.
const TANH_TOP: [f32; 7] = [
    -2.760_768_5e-16,
    2.000_188e-13,
    -8.604_672e-11,
    5.122_297e-8,
    1.485_722_4e-5,
    6.372_619e-4,
    4.893_524_6e-3,
];
const TANH_BOTTOM: [f32; 4] = [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3];

/// (e^r − 1 − r) / r² on |r| ≤ ½ ln 2, highest power first.
const EXP: [f32; 6] =
    [1.987_569_1e-4, 1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5e-1];

#[inline(always)]
unsafe fn polynomial<V: Vector, const N: usize>(x: V, coefficients: &[f32; N]) -> V {
    // SAFETY: the caller keeps the contract of `Vector`.
    unsafe {
        let mut sum = V::splat(coefficients[0]);
        for coefficient in &coefficients[1..] {
            sum = sum.mul_add(x, V::splat(*coefficient));
        }
        sum
    }
}

/// e^x, within 2 units in the last place on [−87.3, 88.3]; x is clamped to that range.
///
/// # Safety
/// That of [`Vector`].
#[inline(always)]
pub unsafe fn exp<V: Vector>(x: V) -> V {
    // SAFETY: the caller keeps the contract of `Vector`. Cody and Waite: x = n ln 2 + r.
    unsafe {
        // In this order of operands a NaN stays one.
        let x = V::splat(EXP_RANGE.1).min(V::splat(EXP_RANGE.0).max(x));
        let shifted = x.mul_add(V::splat(std::f32::consts::LOG2_E), V::splat(ROUNDER));
        let n = shifted.sub(V::splat(ROUNDER));
        let r = n.mul_add(V::splat(-0.693_359_4), x);
        let r = n.mul_add(V::splat(2.121_944_4e-4), r);
        let p = polynomial(r, &EXP).mul_add(r.mul(r), r.add(V::splat(1.0)));
        p.mul(shifted.power_of_two())
    }
}

/// 1 / (1 + e⁻ˣ).
///
/// # Safety
/// That of [`Vector`].
#[inline(always)]
pub unsafe fn sigmoid<V: Vector>(x: V) -> V {
    // SAFETY: the caller keeps the contract of `Vector`.
    unsafe {
        let one = V::splat(1.0);
        one.div(one.add(exp(V::splat(0.0).sub(x))))
    }
}

/// tanh x, within 5 units in the last place.
///
/// # Safety
/// That of [`Vector`].
#[inline(always)]
pub unsafe fn tanh<V: Vector>(x: V) -> V {
    // SAFETY: the caller keeps the contract of `Vector`.
    unsafe {
        let x = V::splat(TANH_LIMIT).min(V::splat(-TANH_LIMIT).max(x));
        let square = x.mul(x);
        x.mul(polynomial(square, &TANH_TOP)).div(polynomial(square, &TANH_BOTTOM))
    }
}
