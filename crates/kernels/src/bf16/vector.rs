//! What the bf16 loops need beyond sixteen f32 lanes.

use super::Bf16;
use crate::kernel::LANES;
use crate::vector::Vector;

/// Sixteen f32 lanes that can gain products of bf16 pairs.
///
/// # Safety
///
/// As at [`Vector`]; a pointer to pairs is valid for 16 of them, 32 numbers.
pub trait HalfVector: Vector {
    /// Sixteen pairs of bf16, the lower index in a pair's lower half.
    type Pairs: Copy;

    unsafe fn load_pairs(source: *const Bf16) -> Self::Pairs;
    unsafe fn store_pairs(pairs: Self::Pairs, target: *mut Bf16);
    /// The one pair at `source` in all lanes.
    unsafe fn splat_pair(source: *const Bf16) -> Self::Pairs;
    /// self + a₁·b₁ + a₀·b₀, lane by lane, as the module's bits say.
    unsafe fn dot(self, a: Self::Pairs, b: Self::Pairs) -> Self;
    /// The pairs (low, high), each rounded.
    unsafe fn zip(low: Self, high: Self) -> Self::Pairs;
    /// Sixteen numbers in a row, rounded.
    unsafe fn narrow(self, target: *mut Bf16);
    /// Sixteen numbers in a row.
    unsafe fn widen(source: *const Bf16) -> Self;
    /// The pairs (low, high) taken apart into their upper and lower halves.
    unsafe fn split(low: Self, high: Self) -> (Self::Pairs, Self::Pairs);
    /// The values (low, high) put together of their upper and lower halves.
    unsafe fn join(upper: Self::Pairs, lower: Self::Pairs) -> (Self, Self);

    /// Sixteen rows, two to a line of pairs, of 16 columns, turned: sixteen columns, two to a line.
    ///
    /// # Safety
    /// As at the trait.
    #[inline(always)]
    unsafe fn turn(lines: [Self::Pairs; LANES / 2]) -> [Self::Pairs; LANES / 2] {
        let mut from = [[[Bf16::default(); 2]; LANES]; LANES / 2];
        let mut to = from;
        // SAFETY: each line is 16 pairs.
        unsafe {
            for (line, target) in lines.into_iter().zip(&mut from) {
                Self::store_pairs(line, target.as_mut_ptr().cast());
            }
            for row in 0..LANES {
                for column in 0..LANES {
                    to[column / 2][row][column % 2] = from[row / 2][column][row % 2];
                }
            }
            to.map(|line| Self::load_pairs(line.as_ptr().cast()))
        }
    }
}
