//! The number itself.

/// The upper half of an f32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Bf16(pub u16);

impl Bf16 {
    /// The nearest bf16 number, halves away from zero.
    #[inline(always)]
    #[must_use]
    pub fn nearest(value: f32) -> Self {
        Self((value.to_bits().wrapping_add(0x8000) >> 16) as u16)
    }

    #[inline(always)]
    #[must_use]
    pub fn to_f32(self) -> f32 {
        f32::from_bits(u32::from(self.0) << 16)
    }

    /// The two halves of an f32: the nearest bf16 number, and what is missing in its bits.
    #[inline(always)]
    #[must_use]
    pub fn split(value: f32) -> (Self, i16) {
        (Self::nearest(value), value.to_bits() as i16)
    }

    /// The f32 whose halves these are.
    #[inline(always)]
    #[must_use]
    pub fn join(self, lower: i16) -> f32 {
        f32::from_bits((u32::from(self.0) << 16).wrapping_add(i32::from(lower) as u32))
    }
}
