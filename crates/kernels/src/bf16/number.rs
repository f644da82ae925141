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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_number_is_within_half_a_step_and_halves_round_away_from_zero() {
        assert_eq!(Bf16::nearest(1.0).to_f32(), 1.0);
        let step = 1.0 / 128.0;
        assert_eq!(Bf16::nearest(1.0 + 0.49 * step).to_f32(), 1.0);
        assert_eq!(Bf16::nearest(1.0 + 0.5 * step).to_f32(), 1.0 + step);
        assert_eq!(Bf16::nearest(-1.0 - 0.5 * step).to_f32(), -1.0 - step);
        assert!(Bf16::nearest(f32::NAN).to_f32().is_nan());
    }

    #[test]
    fn two_halves_give_back_every_f32() {
        let around_halves = (0..=u32::from(u16::MAX)).map(|low| 0x3f80_0000 + low);
        let spread = (0..1 << 16).map(|high: u32| (high << 16) | (high ^ 0x9e37));
        for bits in around_halves.chain(spread) {
            let (upper, lower) = Bf16::split(f32::from_bits(bits));
            assert_eq!(upper.join(lower).to_bits(), bits);
        }
    }
}
