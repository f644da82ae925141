//! Where a product reads its rows of x.

use super::in_register;

/// Places in R rows, 16 at most. A register for every four and two for the strides are enough:
/// 0 to 3 strides go into the instruction, where the third has a register of its own.
pub struct Quads<const R: usize> {
    /// In rows 0, 4, 8 and 12.
    first: [*const f32; 4],
    stride: usize,
    third: usize,
}

impl<const R: usize> Quads<R> {
    #[inline(always)]
    pub fn new(x: *const f32, stride: usize) -> Self {
        const { assert!(R <= 16) };
        let first = [0, 4, 8, 12].map(|row| x.wrapping_add(row * stride));
        Self { first, stride, third: 3 * stride }
    }

    /// Has all of them lie in registers at this place of a loop.
    #[inline(always)]
    pub fn keep_in_registers(&mut self) {
        let stride = |stride| in_register(core::ptr::without_provenance(stride)).addr();
        (self.stride, self.third) = (stride(self.stride), stride(self.third));
        for (quad, place) in self.first.iter_mut().enumerate() {
            if R > 4 * quad {
                *place = in_register(*place);
            }
        }
    }

    /// The place in row r, r < R.
    #[inline(always)]
    pub fn row(&self, r: usize) -> *const f32 {
        let strides = [0, self.stride, 2 * self.stride, self.third];
        self.first[r / 4].wrapping_add(strides[r % 4])
    }

    #[inline(always)]
    pub fn advance(&mut self, floats: usize) {
        self.first = self.first.map(|place| place.wrapping_add(floats));
    }
}
