//! The packed layout: nothing is lost, and the lanes past the edge are zero.

use feedalign_kernels::panels::{Way, index, len, pack, unpack};
use proptest::prelude::{prop_assert_eq, proptest};

proptest! {
    #[test]
    fn unpacking_gives_back_what_was_packed(rows in 0..40usize, columns in 0..40usize) {
        let plain: Vec<f32> = (0..rows * columns).map(|i| i as f32 + 1.0).collect();
        for way in [Way::Straight, Way::Turned] {
            let mut packed = vec![f32::NAN; way.len(rows, columns)];
            pack(way, &plain, rows, columns, &mut packed);
            let mut back = vec![0.0; rows * columns];
            unpack(way, &packed, rows, columns, &mut back);
            prop_assert_eq!(&back, &plain);
            let zeros = packed.iter().filter(|value| **value == 0.0).count();
            prop_assert_eq!(zeros, packed.len() - plain.len());
        }
    }

    #[test]
    fn every_element_has_its_own_place(rows in 1..20usize, columns in 1..40usize) {
        let places: std::collections::HashSet<usize> = (0..rows)
            .flat_map(|row| (0..columns).map(move |column| index(rows, row, column)))
            .collect();
        prop_assert_eq!(places.len(), rows * columns);
        prop_assert_eq!(places.iter().all(|place| *place < len(rows, columns)), true);
    }

    #[test]
    fn packing_turned_is_packing_the_transpose(rows in 0..40usize, columns in 0..40usize) {
        let plain: Vec<f32> = (0..rows * columns).map(|i| i as f32 + 1.0).collect();
        let places = (0..columns).flat_map(|c| (0..rows).map(move |r| r * columns + c));
        let transpose: Vec<f32> = places.map(|at| plain[at]).collect();
        let len = Way::Turned.len(rows, columns);
        let (mut turned, mut straight) = (vec![f32::NAN; len], vec![f32::NAN; len]);
        pack(Way::Turned, &plain, rows, columns, &mut turned);
        pack(Way::Straight, &transpose, columns, rows, &mut straight);
        prop_assert_eq!(turned, straight);
    }
}
