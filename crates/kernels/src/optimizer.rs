//! The optimizers: what becomes of a gradient between the accumulators of an update and the
//! parameter's store.

use crate::vecmath::settled;
use crate::vector::Vector;

/// One step of an optimizer on a parameter w, of whose gradient s is the sum over the rows.
///
/// * plain, where nothing but `learning_rate` and `scale` is set and there is no mirror:
///   w ← fma(−(learning_rate · scale), s, w);
///   of one row: w ← fma(x, −(learning_rate · scale) · delta, w) where x is not zero, and
///   elsewhere w stays as it is, so that whole lines of W need not be looked at
/// * else g = s · scale, cut to ±`clip`; with decay g ← fma(weight_decay, w, g);
///   the moments make u of g; with shrinking w ← fma(−shrink, w, w);
///   then w ← fma(−learning_rate, u, w). A mirror takes the last two with the same u.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optimizer {
    pub learning_rate: f32,
    /// 1 / rows for the mean over the batch, 1 for the sum.
    pub scale: f32,
    /// The most that an element of the gradient may be, before decay; infinity for no bound.
    pub clip: f32,
    /// λ of the decay that is part of the gradient; biases have none.
    pub weight_decay: f32,
    /// The share of w that is lost at each step, beside the gradient; biases lose none.
    pub shrink: f32,
    pub moments: Moments,
}

/// What an optimizer remembers of the gradients g, and the direction u that it makes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moments {
    /// u = g.
    None,
    /// v ← settled(fma(momentum, v, g)); u = v, with Nesterov u = fma(momentum, v, g).
    ///
    /// Where there are no gradients any longer, as of a dead unit, v would else end at the least
    /// number above zero, which times the momentum rounds to itself: denormal arithmetic at every
    /// step from then on. See [`settled`].
    Velocity { momentum: f32, nesterov: bool },
    /// m ← settled(fma(first, g − m, m)), where there is an m, else m = g;
    /// v ← settled(fma(second, g · g − v, v)); u = m / (√(v · correction) + epsilon).
    ///
    /// `first` and `second` are 1 − β: in f32 a β near 1 says little of 1 − β, which is what
    /// matters, and v cannot fall below zero. `correction` is 1 / (1 − β₂ᵗ) at step t, or 1; that
    /// of m is a factor of the learning rate.
    Adaptive { first: f32, second: f32, correction: f32, epsilon: f32 },
}

impl Optimizer {
    /// The plain step.
    #[must_use]
    pub const fn sgd(learning_rate: f32, scale: f32) -> Self {
        let (clip, moments) = (f32::INFINITY, Moments::None);
        Self { learning_rate, scale, clip, weight_decay: 0.0, shrink: 0.0, moments }
    }

    /// Without what biases do not take part in.
    #[must_use]
    pub const fn of_bias(self) -> Self {
        Self { weight_decay: 0.0, shrink: 0.0, ..self }
    }

    /// Whether it is the plain step, but for a mirror.
    #[inline(always)]
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.moments == Moments::None
            && self.clip == f32::INFINITY
            && self.weight_decay == 0.0
            && self.shrink == 0.0
    }
}

/// What moves along with a parameter: each lies as that does, or is null.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// v of [`Moments::Velocity`]; m, null where there is none, and v of [`Moments::Adaptive`].
    pub moments: [*mut f32; 2],
    /// A second parameter that takes the same steps.
    pub mirror: *mut f32,
}

impl State {
    pub const NONE: Self =
        Self { moments: [core::ptr::null_mut(); 2], mirror: core::ptr::null_mut() };

    /// That of the parameter `place` floats on.
    #[inline(always)]
    #[must_use]
    pub fn at(self, place: usize) -> Self {
        let at = |start: *mut f32| {
            if start.is_null() { start } else { start.wrapping_add(place) }
        };
        Self { moments: self.moments.map(at), mirror: at(self.mirror) }
    }
}

/// The step on 16 parameters in memory; `sum` is their gradient, summed over the rows.
///
/// # Safety
/// That of [`Vector`]; `parameter` points to 16 floats, and what the optimizer has of `state` too.
#[inline(always)]
pub unsafe fn step<V: Vector>(sum: V, parameter: *mut f32, state: State, optimizer: &Optimizer) {
    // SAFETY: the caller gives 16 floats each.
    unsafe {
        let w = V::load(parameter);
        if optimizer.is_plain() && state.mirror.is_null() {
            return plain::<V>(optimizer).mul_add(sum, w).store(parameter);
        }
        let u = direction(sum, w, state.moments, optimizer);
        moved(w, u, optimizer).store(parameter);
        if !state.mirror.is_null() {
            moved(V::load(state.mirror), u, optimizer).store(state.mirror);
        }
    }
}

/// The 16 parameters `w` after the step, there being no mirror.
///
/// # Safety
/// That of [`Vector`]; what the optimizer has of `moments` points to 16 floats.
#[inline(always)]
pub unsafe fn stepped<V: Vector>(sum: V, w: V, moments: [*mut f32; 2], optimizer: &Optimizer) -> V {
    // SAFETY: the caller's.
    unsafe {
        if optimizer.is_plain() {
            return plain::<V>(optimizer).mul_add(sum, w);
        }
        moved(w, direction(sum, w, moments, optimizer), optimizer)
    }
}

/// What the plain step multiplies the sum with.
///
/// # Safety
/// That of [`Vector`].
#[inline(always)]
pub unsafe fn plain<V: Vector>(optimizer: &Optimizer) -> V {
    // SAFETY: the caller keeps the contract of `Vector`.
    unsafe { V::splat(-(optimizer.learning_rate * optimizer.scale)) }
}

/// u.
#[inline(always)]
unsafe fn direction<V: Vector>(sum: V, w: V, moments: [*mut f32; 2], optimizer: &Optimizer) -> V {
    // SAFETY: the caller gives 16 floats each.
    unsafe {
        let mut g = sum.mul(V::splat(optimizer.scale));
        if optimizer.clip != f32::INFINITY {
            // In this order of operands a NaN stays one.
            g = V::splat(-optimizer.clip).max(g);
            g = V::splat(optimizer.clip).min(g);
        }
        if optimizer.weight_decay != 0.0 {
            g = V::splat(optimizer.weight_decay).mul_add(w, g);
        }
        match optimizer.moments {
            Moments::None => g,
            Moments::Velocity { momentum, nesterov } => {
                let momentum = V::splat(momentum);
                let v = settled(momentum.mul_add(V::load(moments[0]), g));
                v.store(moments[0]);
                if nesterov { momentum.mul_add(v, g) } else { v }
            }
            Moments::Adaptive { first, second, correction, epsilon } => {
                let towards = |old: V, new: V, share: f32| {
                    settled(V::splat(share).mul_add(new.sub(old), old))
                };
                let v = towards(V::load(moments[1]), g.mul(g), second);
                v.store(moments[1]);
                let mut m = g;
                if !moments[0].is_null() {
                    m = towards(V::load(moments[0]), g, first);
                    m.store(moments[0]);
                }
                m.div(v.mul(V::splat(correction)).sqrt().add(V::splat(epsilon)))
            }
        }
    }
}

/// w after the step of direction u.
#[inline(always)]
unsafe fn moved<V: Vector>(mut w: V, u: V, optimizer: &Optimizer) -> V {
    // SAFETY: the caller keeps the contract of `Vector`.
    unsafe {
        if optimizer.shrink != 0.0 {
            w = V::splat(-optimizer.shrink).mul_add(w, w);
        }
        V::splat(-optimizer.learning_rate).mul_add(u, w)
    }
}
