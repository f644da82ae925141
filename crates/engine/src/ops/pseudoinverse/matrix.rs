//! The memory that members share while they make a pseudoinverse.

use super::super::Address;

/// Numbers in f64, row-major.
#[derive(Clone, Copy)]
pub struct Matrix {
    pub start: Address<f64>,
    pub stride: usize,
}

impl Matrix {
    pub fn at(self, row: usize, column: usize) -> *mut f64 {
        self.start.get().wrapping_add(row * self.stride + column)
    }

    /// # Safety
    /// The numbers are there, and while the slice is used nobody else touches them but to read.
    pub unsafe fn row<'a>(self, row: usize, column: usize, count: usize) -> &'a mut [f64] {
        // SAFETY: as stated.
        unsafe { std::slice::from_raw_parts_mut(self.at(row, column), count) }
    }

    /// The rows from `row` on.
    pub fn from(self, row: usize) -> Self {
        Self { start: Address(self.at(row, 0)), stride: self.stride }
    }
}

/// What the first member finds out for all: two numbers, then for each row its distance from the
/// span of those chosen before, then, as u32, the order in which rows are chosen.
#[derive(Clone, Copy)]
pub struct Shared {
    pub start: Address<f64>,
    pub size: usize,
}

impl Shared {
    /// f64 numbers of it.
    pub fn len(size: usize) -> usize {
        2 + size + size.div_ceil(2)
    }

    /// # Safety
    /// Nobody writes it now.
    pub unsafe fn rank(self) -> usize {
        // SAFETY: as stated.
        unsafe { *self.start.get() as usize }
    }

    /// # Safety
    /// Nobody else touches it now.
    pub unsafe fn set_rank(self, rank: usize) {
        // SAFETY: as stated.
        unsafe { *self.start.get() = rank as f64 }
    }

    /// The greatest distance of all.
    ///
    /// # Safety
    /// Nobody writes it now.
    pub unsafe fn longest(self) -> f64 {
        // SAFETY: as stated.
        unsafe { *self.start.get().add(1) }
    }

    /// # Safety
    /// Nobody else touches it now.
    pub unsafe fn set_longest(self, distance: f64) {
        // SAFETY: as stated.
        unsafe { *self.start.get().add(1) = distance }
    }

    pub fn distance(self, row: usize) -> *mut f64 {
        self.start.get().wrapping_add(2 + row)
    }

    pub fn order(self, row: usize) -> *mut u32 {
        self.start.get().wrapping_add(2 + self.size).cast::<u32>().wrapping_add(row)
    }
}
