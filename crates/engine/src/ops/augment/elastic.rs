//! Elastic distortion (Simard, Steinkraus and Platt, 2003): white noise, smoothed by a Gaussian.
//!
//! The noise stands on a grid whose nodes are the Gaussian's deviation apart, from three deviations
//! before the image to three after it: finer noise would be smoothed away. At every pixel, the
//! edge's included, a displacement has the amplitude as its standard deviation.

use feedalign_kernels::LANES;

use super::PLAIN;
use crate::program::Augment;
use crate::random::Draws;

/// Deviations of grid beyond the image.
const MARGIN: usize = 3;

pub struct Elastic {
    height: usize,
    /// Columns, in whole chunks of 16.
    stride: usize,
    /// Nodes of the grid, down and across.
    nodes: (usize, usize),
    /// [height × nodes down], with the amplitude in it.
    down: Vec<f32>,
    /// [nodes across × stride].
    across: Vec<f32>,
}

/// Displacements of rows and of columns, [height × stride] each.
#[derive(Clone, Copy)]
pub struct Bend<'a> {
    fields: [&'a [f32]; 2],
    stride: usize,
}

impl Bend<'_> {
    /// Those of 16 pixels from a column on.
    #[inline(always)]
    pub fn at(self, row: usize, column: usize) -> [[f32; LANES]; 2] {
        self.fields.map(|field| {
            let mut line = [0.0; LANES];
            line.copy_from_slice(&field[row * self.stride + column..][..LANES]);
            line
        })
    }
}

impl Elastic {
    pub fn new(augment: &Augment) -> Self {
        let (height, width) = (augment.height as usize, augment.width as usize);
        let (amplitude, smoothness) = augment.elastic;
        let (down, across) = (weights(height, smoothness), weights(width, smoothness));
        let nodes = (down.len() / height, across.len() / width);
        // U(−1, 1) has the deviation 1/√3.
        let factor = f64::from(amplitude) * 3f64.sqrt();
        let stride = width.next_multiple_of(LANES);
        let turned = (0..nodes.1 * stride).map(|at| {
            let (node, column) = (at / stride, at % stride);
            if column < width { across[column * nodes.1 + node] as f32 } else { 0.0 }
        });
        Self {
            height,
            stride,
            nodes,
            down: down.iter().map(|weight| (weight * factor) as f32).collect(),
            across: turned.collect(),
        }
    }

    /// Numbers of memory that [`Self::draw`] takes.
    pub fn words(&self) -> usize {
        let (down, across) = self.nodes;
        down * (across + self.stride) + 2 * self.height * self.stride
    }

    /// The displacements that are drawn for an example.
    #[inline(always)]
    pub fn draw<'a>(&self, draws: &Draws, memory: &'a mut [f32]) -> Bend<'a> {
        let (down, across) = self.nodes;
        let numbers = self.height * self.stride;
        let (fields, rest) = memory.split_at_mut(2 * numbers);
        let (grid, lines) = rest.split_at_mut(down * across);
        for (which, field) in fields.chunks_mut(numbers).enumerate() {
            draws.uniform(1.0, PLAIN + which * grid.len(), grid);
            product(grid, &self.across, lines, self.stride);
            product(&self.down, lines, field, self.stride);
        }
        let (rows, columns) = fields.split_at(numbers);
        Bend { fields: [rows, columns], stride: self.stride }
    }
}

/// c [m × columns] ← a [m × k] · b [k × columns], 16 columns at a time in registers.
#[inline(always)]
fn product(a: &[f32], b: &[f32], c: &mut [f32], columns: usize) {
    let inner = b.len() / columns;
    for (a, c) in a.chunks(inner).zip(c.chunks_mut(columns)) {
        for (chunk, c) in c.chunks_mut(LANES).enumerate() {
            let mut sums = [0.0; LANES];
            for (a, b) in a.iter().zip(b.chunks_exact(columns)) {
                // An array, for the sums to be one register.
                let b: [f32; LANES] = std::array::from_fn(|lane| b[chunk * LANES + lane]);
                sums = std::array::from_fn(|lane| sums[lane] + a * b[lane]);
            }
            c.copy_from_slice(&sums);
        }
    }
}

/// For each of `size` pixels the Gaussian's values at the nodes, scaled to a norm of one.
fn weights(size: usize, deviation: f32) -> Vec<f64> {
    let deviation = f64::from(deviation);
    let nodes = (size as f64 / deviation).ceil() as usize + 2 * MARGIN;
    let mut weights = Vec::with_capacity(size * nodes);
    for pixel in 0..size {
        let distance = |node: usize| pixel as f64 / deviation - (node as f64 - MARGIN as f64);
        let values: Vec<f64> = (0..nodes).map(|node| gaussian(distance(node))).collect();
        let norm = values.iter().fold(0.0, |sum, value| sum + value * value).sqrt();
        weights.extend(values.iter().map(|value| value / norm));
    }
    weights
}

/// exp(−x² / 2) in plain arithmetic, as for sine and cosine: the exponential of a 1024th of it, ten
/// times squared.
fn gaussian(x: f64) -> f64 {
    let small = -x * x / 2048.0;
    let series = (1..=16).rev().fold(1.0, |sum, n| 1.0 + sum * small / f64::from(n));
    (0..10).fold(series, |value, _| value * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gaussian_agrees_with_the_standard_librarys_exponential() {
        for x in [0.0, 0.1, 1.0, 2.5, 6.0] {
            let exact = (-x * x / 2f64).exp();
            assert!((gaussian(x) - exact).abs() < 1e-12 * exact, "{x}");
        }
    }
}
