//! A block of at most 16 channels: what a member sums and scales at a time.

use feedalign_kernels::{LANES, ROW_CHUNK};

use super::{Address, Norm, Table};

/// A value per channel of a block of them.
pub type Line = [f32; LANES];

/// Rows and positions of x, for a block of channels of it.
#[derive(Clone, Copy)]
pub struct Block {
    pub norm: Norm,
    pub first: usize,
    pub count: usize,
    pub rows: usize,
    pub positions: usize,
}

impl Block {
    /// Calls `f(row, column)` with where the block lies, in ascending order.
    pub fn each(&self, mut f: impl FnMut(usize, usize)) {
        for row in 0..self.rows {
            for position in 0..self.positions {
                f(row, position * self.norm.channels + self.first);
            }
        }
    }

    pub fn values(&self) -> usize {
        self.rows * self.positions
    }

    /// Σ of `term(row, column)`: chunks of 1,024, one chain each, added in order.
    pub fn sum(&self, term: impl Fn(usize, usize) -> Line) -> Line {
        let (mut total, mut chunk, mut count) = ([0.0; LANES], [0.0; LANES], 0);
        self.each(|row, column| {
            add(&mut chunk, term(row, column));
            count += 1;
            if count == ROW_CHUNK {
                add(&mut total, std::mem::take(&mut chunk));
                count = 0;
            }
        });
        add(&mut total, chunk);
        total
    }

    /// # Safety
    /// The table has the row and the block's columns from there on, and nobody writes them now.
    pub unsafe fn load(&self, table: Table, row: usize, column: usize) -> Line {
        // SAFETY: as stated.
        unsafe { load(table.start().add(row * table.stride + column), self.count) }
    }

    /// # Safety
    /// As [`Self::load`], and the columns are the caller's alone.
    pub unsafe fn store(&self, table: Table, row: usize, column: usize, line: Line) {
        let to = table.start().wrapping_add(row * table.stride + column);
        // SAFETY: as stated.
        unsafe {
            if self.count == LANES {
                to.cast::<Line>().write_unaligned(line);
            } else {
                std::ptr::copy_nonoverlapping(line.as_ptr(), to, self.count);
            }
        }
    }

    /// A block of one of the part's vectors.
    pub fn vector(&self, vector: Address<f32>) -> Line {
        // SAFETY: vectors are padded to whole blocks, and nobody writes this one's now.
        unsafe { load(vector.get().add(self.first), LANES) }
    }

    /// Mean and variance of the batch; the running ones follow.
    ///
    /// # Safety
    /// Nobody writes x; the block's statistics are the caller's alone.
    pub unsafe fn statistics(&self, x: Table) -> (Line, Line) {
        let count = self.values() as f32;
        // SAFETY (both): the block lies within x.
        let sum = self.sum(|row, column| unsafe { self.load(x, row, column) });
        let mean = sum.map(|sum| sum / count);
        let squares = self.sum(|row, column| {
            let x = unsafe { self.load(x, row, column) };
            lanes(|lane| (x[lane] - mean[lane]) * (x[lane] - mean[lane]))
        });
        // SAFETY: as stated.
        unsafe {
            self.follow(self.norm.mean, mean);
            if self.values() > 1 {
                self.follow(self.norm.variance, squares.map(|sum| sum / (count - 1.0)));
            }
        }
        (mean, squares.map(|sum| sum / count))
    }

    /// running ← running + momentum · (value − running).
    unsafe fn follow(&self, running: Address<f32>, value: Line) {
        for (lane, value) in value.into_iter().enumerate().take(self.count) {
            // SAFETY: the vector has that channel, which is the caller's alone.
            unsafe {
                let running = running.get().add(self.first + lane);
                *running += self.norm.momentum * (value - *running);
            }
        }
    }
}

pub fn lanes(value: impl FnMut(usize) -> f32) -> Line {
    std::array::from_fn(value)
}

pub fn add(sum: &mut Line, term: Line) {
    sum.iter_mut().zip(term).for_each(|(sum, term)| *sum += term);
}

/// # Safety
/// There are `count` floats, at most a line of them.
#[inline]
unsafe fn load(from: *const f32, count: usize) -> Line {
    // SAFETY (both): as stated.
    if count == LANES {
        return unsafe { from.cast::<Line>().read_unaligned() };
    }
    let mut line = [0.0; LANES];
    unsafe { std::ptr::copy_nonoverlapping(from, line.as_mut_ptr(), count) };
    line
}
