//! The measured clock of a core.

use std::cell::Cell;

use feedalign_kernels::clock;

#[test]
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn a_clock_is_links_over_the_time_of_their_chain() {
    // A time of our own that moves by 1 ms a look: 40,000 links in 1 ms are 40 MHz.
    let looks = Cell::new(0.0);
    let now = || {
        looks.set(looks.get() + 0.001);
        looks.get()
    };
    let hertz = clock::hertz(now).expect("a chain");
    assert!((hertz / 4e7 - 1.0).abs() < 1e-9, "{hertz}");
}
