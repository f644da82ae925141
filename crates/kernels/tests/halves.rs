//! The numbers of bf16.

use feedalign_kernels::bf16::Bf16;

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
