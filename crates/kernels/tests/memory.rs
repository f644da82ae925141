//! Memory of matrices.

use feedalign_kernels::memory::Arena;

/// A cache line.
const LINE: usize = 64;

#[test]
fn buffers_are_zero_aligned_and_apart() {
    let mut arena = Arena::new();
    let sizes = [0, 1, 15, 16, 17, 3 << 20, 5, 40 << 20];
    let places: Vec<_> = sizes.iter().map(|size| arena.words(*size).unwrap()).collect();
    for (place, size) in places.iter().zip(sizes) {
        assert_eq!(place.as_ptr() as usize % LINE, 0);
        // SAFETY: the arena gave that many words.
        let words = unsafe { std::slice::from_raw_parts_mut(place.as_ptr(), size) };
        assert!(words.iter().all(|word| *word == 0.0));
        words.fill(1.0);
    }
}

#[test]
fn more_than_there_is_is_refused() {
    assert!(Arena::new().words(usize::MAX / 4).is_none());
    assert!(Arena::new().words(usize::MAX).is_none());
}
