//! exp, tanh, sigmoid and softplus on 16 lanes: one polynomial with explicit multiply-adds
//! everywhere, so that every kernel with a fused one gives the same bits.

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

/// (artanh s − s) / s³ in powers of s², highest first: the series, to 1e-9 at s = ⅓.
const ARTANH: [f32; 7] = [1.0 / 15.0, 1.0 / 13.0, 1.0 / 11.0, 1.0 / 9.0, 1.0 / 7.0, 0.2, 1.0 / 3.0];

/// −ln 2 in two parts, the first of few bits, so that its multiples are exact.
const LN_2: [f32; 2] = [-0.693_359_4, 2.121_944_4e-4];

/// 2⁻¹⁰⁰: of what is smaller, products and sums soon are denormal, with which a CPU's arithmetic is
/// slow. Beside weights and gradients that train anything it is nothing.
pub const TINY: f32 = 7.888_609e-31;

/// x, or 0 where it is smaller than [`TINY`] either way. A NaN stays one.
///
/// # Safety
/// That of [`Vector`].
#[inline(always)]
pub unsafe fn settled<V: Vector>(x: V) -> V {
    // SAFETY: the caller keeps the contract of `Vector`.
    unsafe {
        let zero = V::splat(0.0);
        let magnitude = zero.sub(x).max(x);
        V::splat(TINY).sub(magnitude).select_positive(zero, x)
    }
}

/// e^x, within 2 units in the last place on [−87.3, 88.3]; x is clamped to that range.
///
/// # Safety
/// That of [`Vector`].
#[inline(always)]
pub unsafe fn exp<V: Vector>(x: V) -> V {
    // SAFETY: the caller keeps the contract of `Vector`.
    unsafe {
        let (r, shifted) = reduced(x);
        let p = polynomial(r, &EXP).mul_add(r.mul(r), r.add(V::splat(1.0)));
        p.mul(shifted.power_of_two())
    }
}

/// x = n ln 2 + r after Cody and Waite: r, and n + [`ROUNDER`].
#[inline(always)]
unsafe fn reduced<V: Vector>(x: V) -> (V, V) {
    // SAFETY: the caller keeps the contract of `Vector`.
    unsafe {
        // In this order of operands a NaN stays one.
        let x = V::splat(EXP_RANGE.1).min(V::splat(EXP_RANGE.0).max(x));
        let shifted = x.mul_add(V::splat(std::f32::consts::LOG2_E), V::splat(ROUNDER));
        let n = shifted.sub(V::splat(ROUNDER));
        let r = n.mul_add(V::splat(LN_2[0]), x);
        (n.mul_add(V::splat(LN_2[1]), r), shifted)
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

/// ln(1 + eˣ) = max(x, 0) + ln(1 + t), t = e^−|x|, and ln(1 + t) = 2 artanh(t / (2 + t)): within 3
/// units in the last place, and nothing overflows.
///
/// # Safety
/// That of [`Vector`].
#[inline(always)]
pub unsafe fn softplus<V: Vector>(x: V) -> V {
    // SAFETY: the caller keeps the contract of `Vector`.
    unsafe {
        let zero = V::splat(0.0);
        let minus = zero.sub(x);
        let t = exp(zero.sub(minus.max(x)));
        let s = t.div(t.add(V::splat(2.0)));
        let (twice, square) = (s.add(s), s.mul(s));
        let log = twice.mul(square).mul_add(polynomial(square, &ARTANH), twice);
        zero.max(x).add(log)
    }
}

/// The derivative of softplus from its output h: 1 − e⁻ʰ, as exact for small h as for large.
///
/// # Safety
/// That of [`Vector`].
#[inline(always)]
pub unsafe fn softplus_derivative<V: Vector>(h: V) -> V {
    // SAFETY: the caller keeps the contract of `Vector`. e⁻ʰ = 2ⁿ (1 + q).
    unsafe {
        let (r, shifted) = reduced(V::splat(0.0).sub(h));
        let q = polynomial(r, &EXP).mul_add(r.mul(r), r);
        let power = shifted.power_of_two();
        V::splat(0.0).sub(power.mul_add(q, power.sub(V::splat(1.0))))
    }
}

/// [`softplus_derivative`] of one value, with its bits.
pub fn softplus_derivative_of(h: f32) -> f32 {
    let clamp = |x: f32| if EXP_RANGE.0 > x { EXP_RANGE.0 } else { x.min(EXP_RANGE.1) };
    let x = if h.is_nan() { h } else { clamp(0.0 - h) };
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUNDER);
    let n = shifted - ROUNDER;
    let r = n.mul_add(LN_2[1], n.mul_add(LN_2[0], x));
    let polynomial = EXP[1..].iter().fold(EXP[0], |sum, coefficient| sum.mul_add(r, *coefficient));
    let q = polynomial.mul_add(r * r, r);
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
    0.0 - power.mul_add(q, power - 1.0)
}
