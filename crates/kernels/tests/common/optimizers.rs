//! The optimizers by their textbook formulas, in f64, and what they step.

use feedalign_kernels::{Moments, Optimizer, State};

use super::{packed, rows};

const SGD: Optimizer = Optimizer::sgd(0.5, 0.25);
const DECAY: Optimizer = Optimizer { weight_decay: 0.1, ..SGD };
const VELOCITY: Moments = Moments::Velocity { momentum: 0.9, nesterov: false };
const NESTEROV: Moments = Moments::Velocity { momentum: 0.9, nesterov: true };
const ADAM: Moments = Moments::Adaptive { first: 0.1, second: 0.01, correction: 4.0, epsilon: 0.5 };
/// Keeps no m.
const RMSPROP: Moments =
    Moments::Adaptive { first: 1.0, second: 0.1, correction: 1.0, epsilon: 0.5 };

/// Optimizers, and whether there is a mirror.
pub const OPTIMIZERS: [(Optimizer, bool); 12] = [
    (Optimizer { moments: VELOCITY, ..SGD }, false),
    (SGD, false),
    (DECAY, false),
    (Optimizer { moments: VELOCITY, ..DECAY }, false),
    (Optimizer { moments: NESTEROV, ..DECAY }, false),
    (Optimizer { clip: 0.1, ..SGD }, false),
    (Optimizer { moments: RMSPROP, ..SGD }, false),
    (Optimizer { moments: ADAM, clip: 0.1, ..DECAY }, false),
    (Optimizer { moments: ADAM, shrink: 0.01, ..SGD }, false),
    (SGD, true),
    (Optimizer { shrink: 0.1, moments: NESTEROV, ..SGD }, true),
    (Optimizer { shrink: 0.1, moments: ADAM, ..SGD }, true),
];

/// A parameter, its two moments, its mirror.
pub type One<T> = [T; 4];

/// One step of one parameter; biases neither decay nor shrink.
pub fn textbook(optimizer: &Optimizer, sum: f64, [w, a, b, mirror]: One<f64>) -> One<f64> {
    let Optimizer { learning_rate, scale, clip, weight_decay, shrink, moments } = *optimizer;
    let [rate, scale, clip, decay, shrink] =
        [learning_rate, scale, clip, weight_decay, shrink].map(f64::from);
    let g = (sum * scale).clamp(-clip, clip) + decay * w;
    let (u, a, b) = match moments {
        Moments::None => (g, a, b),
        Moments::Velocity { momentum, nesterov } => {
            let momentum = f64::from(momentum);
            let v = momentum * a + g;
            (if nesterov { g + momentum * v } else { v }, v, b)
        }
        Moments::Adaptive { first, second, correction, epsilon } => {
            let [first, second, correction, epsilon] =
                [first, second, correction, epsilon].map(f64::from);
            let m = (1.0 - first) * a + first * g;
            let v = (1.0 - second) * b + second * g * g;
            (m / ((v * correction).sqrt() + epsilon), m, v)
        }
    };
    let moved = |w: f64| (1.0 - shrink) * w - rate * u;
    [moved(w), a, b, moved(mirror)]
}

/// Whether the optimizer keeps each moment.
fn keeps(optimizer: &Optimizer) -> [bool; 2] {
    match optimizer.moments {
        Moments::None => [false, false],
        Moments::Velocity { .. } => [true, false],
        Moments::Adaptive { first, .. } => [first < 1.0, true],
    }
}

/// What an update steps: a parameter, its moments, and its mirror.
pub struct Stepped(pub One<Vec<f32>>);

impl Stepped {
    /// Panels of `[inner × columns]`; the second moment is never negative.
    pub fn panels(inner: usize, columns: usize) -> Self {
        Self::new([3, 4, 5, 6].map(|seed| packed(inner, columns, seed).1))
    }

    /// As long as a bias.
    pub fn vector(columns: usize) -> Self {
        Self::new([3, 4, 5, 6].map(|seed| rows(1, columns, seed).data))
    }

    fn new(mut values: One<Vec<f32>>) -> Self {
        values[2].iter_mut().for_each(|value| *value *= *value);
        Self(values)
    }

    pub fn state(&mut self, optimizer: &Optimizer, mirrored: bool) -> State {
        let [_, a, b, mirror] = &mut self.0;
        let given = |values: &mut Vec<f32>, given: bool| {
            if given { values.as_mut_ptr() } else { std::ptr::null_mut() }
        };
        let [has_a, has_b] = keeps(optimizer);
        State { moments: [given(a, has_a), given(b, has_b)], mirror: given(mirror, mirrored) }
    }

    /// What should stand at a place after a step.
    pub fn after(&self, optimizer: &Optimizer, mirrored: bool, sum: f64, at: usize) -> One<f64> {
        let before = [0, 1, 2, 3].map(|part| f64::from(self.0[part][at]));
        let after = textbook(optimizer, sum, before);
        let [has_a, has_b] = keeps(optimizer);
        let kept = [true, has_a, has_b, mirrored];
        [0, 1, 2, 3].map(|part| if kept[part] { after[part] } else { before[part] })
    }
}
