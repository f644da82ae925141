//! Rows and panels of bf16.

use feedalign_kernels::LANES;
use feedalign_kernels::bf16::{Bf16, Forms, panels};
use feedalign_kernels::panels::Way;

use super::{Rows, rows, values};

/// One matrix of rows in all forms; NaN where nothing has been written.
pub struct Half {
    pub values: Vec<f32>,
    pub rows: Vec<Bf16>,
    pub paired: Vec<Bf16>,
    pub stride: usize,
}

impl Half {
    /// Nothing written yet but `values`.
    pub fn of(source: &Rows, count: usize) -> Self {
        let stride = source.stride;
        let nan = Bf16::nearest(f32::NAN);
        Self {
            values: source.data.clone(),
            rows: vec![nan; count * stride],
            paired: vec![nan; count.div_ceil(2) * stride * 2],
            stride,
        }
    }

    /// Reproducible values in (−1, 1), rounded, in all forms.
    pub fn filled(count: usize, width: usize, seed: u32) -> Self {
        let mut half = Self::of(&rows(count, width, seed), count);
        half.paired.fill(Bf16::default());
        for (at, value) in half.values.iter_mut().enumerate() {
            let rounded = Bf16::nearest(*value);
            *value = rounded.to_f32();
            half.rows[at] = rounded;
            half.paired[paired_index(half.stride, at / half.stride, at % half.stride)] = rounded;
        }
        half
    }

    pub fn forms(&mut self) -> Forms {
        Forms {
            values: self.values.as_mut_ptr(),
            values_stride: self.stride,
            rows: self.rows.as_mut_ptr(),
            rows_stride: self.stride,
            paired: self.paired.as_mut_ptr(),
            paired_stride: self.stride,
        }
    }

    pub fn at(&self, row: usize, column: usize) -> f64 {
        f64::from(self.values[row * self.stride + column])
    }
}

pub fn paired_index(stride: usize, row: usize, column: usize) -> usize {
    (row / 2 * stride + column) * 2 + row % 2
}

/// A matrix as f32, and the two planes of its panels.
pub struct Split {
    pub plain: Vec<f32>,
    pub upper: Vec<Bf16>,
    pub lower: Vec<i16>,
    shape: (usize, usize),
}

impl Split {
    pub fn new(rows: usize, columns: usize, seed: u32) -> Self {
        Self::of(values(rows * columns, seed), (rows, columns))
    }

    pub fn of(plain: Vec<f32>, shape: (usize, usize)) -> Self {
        let len = panels::len(Way::Straight, shape.0, shape.1);
        let (mut upper, mut lower) = (vec![Bf16(0x7fff); len], vec![-1; len]);
        panels::pack(Way::Straight, &plain, shape, &mut upper, Some(&mut lower));
        Self { plain, upper, lower, shape }
    }

    /// The bf16 number nearest to an element.
    pub fn rounded(&self, row: usize, column: usize) -> f64 {
        f64::from(Bf16::nearest(self.plain[row * self.shape.1 + column]).to_f32())
    }

    /// What the planes hold now, row-major.
    pub fn unpacked(&self) -> Vec<f32> {
        let mut plain = vec![f32::NAN; self.plain.len()];
        let planes = (&self.upper[..], Some(&self.lower[..]));
        panels::unpack(Way::Straight, planes, self.shape, &mut plain);
        plain
    }

    /// Whether all lanes past the matrix's edges are zero.
    pub fn is_padded_with_zero(&self) -> bool {
        let (rows, columns) = self.shape;
        let padded = (rows.next_multiple_of(2), columns.next_multiple_of(LANES));
        let past = |row: usize, column: usize| row >= rows || column >= columns;
        (0..padded.0).all(|row| {
            (0..padded.1).filter(|column| past(row, *column)).all(|column| {
                let at = panels::index(Way::Straight, padded, row, column);
                (self.upper[at].0, self.lower[at]) == (0, 0)
            })
        })
    }
}
