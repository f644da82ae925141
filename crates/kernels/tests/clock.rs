//! The measured clock of a core.

use std::cell::Cell;

use feedalign_kernels::clock;

#[test]
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn a_clock_is_links_over_the_time_of_their_chain() {
    // A clock of our own that moves by 1 ms a look: 800,000 links in 1 ms are 800 MHz.
    let looks = Cell::new(0.0);
    let now = || {
        looks.set(looks.get() + 0.001);
        looks.get()
    };
    let hertz = clock::hertz(0.01, now).expect("a chain");
    assert!((hertz / 8e8 - 1.0).abs() < 1e-9, "{hertz}");
}

#[test]
fn no_time_is_no_clock() {
    assert_eq!(clock::hertz(0.0, || 0.0), None);
}
