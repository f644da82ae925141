//! The packed layout: nothing is lost, and the lanes past the edge are zero.

use feedalign_kernels::panels::{index, len, pack, pack_turned, unpack, unpack_turned};
use proptest::prelude::{prop_assert_eq, proptest};

proptest! {
    #[test]
    fn unpacking_gives_back_what_was_packed(rows in 0..40usize, columns in 0..40usize) {
        let plain: Vec<f32> = (0..rows * columns).map(|i| i as f32 + 1.0).collect();
        let mut packed = vec![f32::NAN; len(rows, columns)];
        pack(&plain, rows, columns, &mut packed);
        let mut back = vec![0.0; rows * columns];
        unpack(&packed, rows, columns, &mut back);
        prop_assert_eq!(back, plain);
        for row in 0..rows {
            for column in columns..columns.next_multiple_of(16) {
                prop_assert_eq!(packed[index(rows, row, column)], 0.0);
            }
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
        let transpose: Vec<f32> =
            (0..columns).flat_map(|c| (0..rows).map(move |r| r * columns + c)).map(|at| plain[at]).collect();
        let (mut turned, mut packed) = (vec![f32::NAN; len(columns, rows)], vec![0.0; len(columns, rows)]);
        pack_turned(&plain, rows, columns, &mut turned);
        pack(&transpose, columns, rows, &mut packed);
        prop_assert_eq!(&turned, &packed);
        let mut back = vec![0.0; rows * columns];
        unpack_turned(&turned, rows, columns, &mut back);
        prop_assert_eq!(back, plain);
    }
}
