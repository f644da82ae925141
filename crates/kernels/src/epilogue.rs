//! What happens between accumulator and store: activations and gates.

use crate::kernel::{Activation, Gate, LANES};
use crate::vecmath;
use crate::vector::Vector;

/// f(a), lane by lane.
///
/// # Safety
/// That of [`Vector`].
#[inline(always)]
pub unsafe fn activate<V: Vector>(a: V, activation: Activation) -> V {
    // SAFETY: the caller keeps the contract of `Vector`.
    unsafe {
        match activation {
            Activation::Identity => a,
            Activation::Tanh => vecmath::tanh(a),
            Activation::Sigmoid => vecmath::sigmoid(a),
            // In this order of operands a NaN stays one.
            Activation::Relu => V::splat(0.0).max(a),
            Activation::LeakyRelu(slope) => a.select_positive(a, a.mul(V::splat(slope))),
            Activation::HardTanh => V::splat(1.0).min(V::splat(-1.0).max(a)),
            Activation::Softplus => vecmath::softplus(a),
        }
    }
}

/// f′ in terms of the output h, lane by lane.
///
/// # Safety
/// That of [`Vector`].
#[inline(always)]
unsafe fn derivative<V: Vector>(h: V, activation: Activation) -> V {
    // SAFETY: the caller keeps the contract of `Vector`.
    unsafe {
        let one = V::splat(1.0);
        match activation {
            Activation::Identity => one,
            Activation::Tanh => one.sub(h.mul(h)),
            Activation::Sigmoid => h.mul(one.sub(h)),
            Activation::Relu => h.select_positive(one, V::splat(0.0)),
            Activation::LeakyRelu(slope) => h.select_positive(one, V::splat(slope)),
            Activation::HardTanh => one.sub(h.mul(h)).select_positive(one, V::splat(0.0)),
            Activation::Softplus => vecmath::softplus_derivative(h),
        }
    }
}

/// sum ⊙ f′(h) for the 16 lanes of `gate` at (row, column).
///
/// # Safety
/// That of [`Vector`]; the gate has 16 floats at (row, column).
#[inline(always)]
pub unsafe fn gate<V: Vector>(sum: V, gate: &Gate, row: usize, column: usize) -> V {
    // SAFETY: the caller says that h has 16 floats there.
    unsafe { gated(sum, V::load(gate.h.add(row * gate.h_stride + column)), gate.activation) }
}

/// sum ⊙ f′(h), lane by lane.
///
/// # Safety
/// That of [`Vector`].
#[inline(always)]
pub unsafe fn gated<V: Vector>(sum: V, h: V, activation: Activation) -> V {
    // SAFETY: the caller keeps the contract of `Vector`.
    unsafe { sum.mul(derivative(h, activation)) }
}

/// The mask of a vector's first `count` lanes: a copy of `count` floats, the rest left alone.
///
/// # Safety
/// That of [`Vector`]; `target` has `count` ≤ 16 floats.
#[inline(always)]
pub unsafe fn store_first<V: Vector>(value: V, target: *mut f32, count: usize) {
    // SAFETY: the caller gives `count` floats; the array has 16.
    unsafe {
        if count == LANES {
            return value.store(target);
        }
        let lanes = value.to_array();
        core::ptr::copy_nonoverlapping(lanes.as_ptr(), target, count);
    }
}

/// A vector of `count` ≤ 16 floats, `fill` in the other lanes.
///
/// # Safety
/// That of [`Vector`]; `source` has `count` floats.
#[inline(always)]
pub unsafe fn load_first<V: Vector>(source: *const f32, count: usize, fill: f32) -> V {
    // SAFETY: the caller gives `count` floats; the array has 16.
    unsafe {
        if count == LANES {
            return V::load(source);
        }
        let mut lanes = [fill; LANES];
        core::ptr::copy_nonoverlapping(source, lanes.as_mut_ptr(), count);
        V::load(lanes.as_ptr())
    }
}
