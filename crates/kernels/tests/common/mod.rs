//! Buffers, and what functions should give, in f64.

// Each test file uses its own part.
#![allow(dead_code)]

pub mod half;
pub mod optimizers;

use feedalign_kernels::panels::{self, Way};
use feedalign_kernels::{Activation, LANES};

/// Reproducible values in (−1, 1), none of them special.
pub fn values(len: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12345);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..len).map(|_| next()).collect()
}

/// A row-major matrix with a stride, its panels, and zero in the lanes past the edge.
pub struct Rows {
    pub data: Vec<f32>,
    pub stride: usize,
}

pub fn rows(rows: usize, width: usize, seed: u32) -> Rows {
    let stride = width.next_multiple_of(LANES) + LANES;
    let mut data = values(rows * stride, seed);
    for row in 0..rows {
        data[row * stride + width..(row + 1) * stride].fill(0.0);
    }
    Rows { data, stride }
}

pub fn packed(rows: usize, columns: usize, seed: u32) -> (Vec<f32>, Vec<f32>) {
    let plain = values(rows * columns, seed);
    let mut packed = vec![f32::NAN; panels::len(rows, columns)];
    panels::pack(Way::Straight, &plain, rows, columns, &mut packed);
    (plain, packed)
}

pub fn activated(a: f64, activation: Activation) -> f64 {
    match activation {
        Activation::Identity => a,
        Activation::Tanh => a.tanh(),
        Activation::Sigmoid => 1.0 / (1.0 + (-a).exp()),
        Activation::Relu => a.max(0.0),
        Activation::LeakyRelu(slope) => {
            if a > 0.0 {
                a
            } else {
                f64::from(slope) * a
            }
        }
        Activation::HardTanh => a.clamp(-1.0, 1.0),
        Activation::Softplus => a.max(0.0) + (-a.abs()).exp().ln_1p(),
    }
}

pub const ACTIVATIONS: [Activation; 7] = [
    Activation::Identity,
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Relu,
    Activation::LeakyRelu(0.1),
    Activation::HardTanh,
    Activation::Softplus,
];

/// Relative to the larger of 1 and the value: chains of up to a few dozen terms.
pub fn assert_near(found: f32, expected: f64, what: &str) {
    assert_sum_near(found, expected, 1, what);
}

/// The same for a chain of `terms`, whose rounding grows as their square root.
pub fn assert_sum_near(found: f32, expected: f64, terms: usize, what: &str) {
    let difference = (f64::from(found) - expected).abs();
    let bound = 4e-6 * expected.abs().max(1.0) * (terms as f64 / 64.0).sqrt().max(1.0);
    assert!(difference <= bound, "{what}: {found} is not {expected}");
}
