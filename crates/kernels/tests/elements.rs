//! Grids: what lies on one comes back from its bytes, and what does not is rounded to its nearest.

use feedalign_kernels::{Elements, LANES};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

fn grids(reach: f32) -> [Elements; 5] {
    let sign = Elements::Sign { magnitude: reach };
    [Elements::F32, Elements::Bf16, Elements::int8(reach), Elements::ternary(reach), sign]
}

proptest! {
    #[test]
    fn values_on_a_grid_come_back_from_its_bytes(
        reach in 1e-6..1e6f32, line in proptest::array::uniform16(-1.0..1f32),
    ) {
        for elements in grids(reach) {
            let values = line.map(|value| elements.nearest(value * reach));
            let mut bytes = vec![0; elements.line_bytes()];
            elements.put(&values, &mut bytes);
            prop_assert_eq!(elements.get(&bytes), values);
            prop_assert_eq!(values.map(|value| elements.nearest(value)), values);
        }
    }

    #[test]
    fn rounding_goes_to_the_nearest(reach in 1e-6..1e6f32, value in -1.0..1f32) {
        let value = value * reach;
        let error = |elements: Elements| (elements.nearest(value) - value).abs();
        prop_assert_eq!(error(Elements::F32), 0.0);
        // Eight bits of mantissa; half a step.
        prop_assert!(error(Elements::Bf16) <= value.abs() / 256.0);
        let elements = Elements::int8(reach);
        let Elements::Int8 { scale, .. } = elements else { unreachable!() };
        prop_assert!(error(elements) <= scale / 2.0);
        let ternary = Elements::ternary(reach);
        prop_assert!(error(ternary) <= reach / 2.0);
        prop_assert_eq!(ternary.nearest(5.0 * value).abs().max(reach), reach);
        let sign = Elements::Sign { magnitude: reach }.nearest(value);
        prop_assert!(sign.abs() == reach && sign * value >= 0.0);
    }

    #[test]
    fn the_whole_numbers_are_times_the_least_power_of_two_that_reaches(reach in 1e-30..1e30f32) {
        let Elements::Int8 { scale, .. } = Elements::int8(reach) else { unreachable!() };
        prop_assert_eq!(scale.to_bits() & 0x007f_ffff, 0);
        prop_assert!(127.0 * scale >= reach && 63.5 * scale < reach);
    }
}

#[test]
fn a_matrix_that_reaches_nowhere_has_a_grid_too() {
    for elements in grids(0.0) {
        let mut bytes = vec![0; elements.line_bytes()];
        elements.put(&[0.0; LANES], &mut bytes);
        assert_eq!(elements.get(&bytes), [0.0; LANES]);
    }
}
