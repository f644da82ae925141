//! A bf16 matrix in a buffer of words: its upper halves, then, of a master, its lower halves.

use feedalign_kernels::bf16::{Bf16, panels};
use feedalign_kernels::panels::Way;

/// Row-major values out of the buffer of a matrix of that shape.
pub fn read(held: &[f32], way: Way, shape: (usize, usize), master: bool, values: &mut [f32]) {
    let len = panels::len(way, shape.0, shape.1);
    let start = held.as_ptr();
    // SAFETY: the buffer holds `len` upper halves and, of a master, as many lower ones.
    let (upper, lower) = unsafe {
        let lower = start.cast::<i16>().add(len);
        let upper = std::slice::from_raw_parts(start.cast::<Bf16>(), len);
        (upper, master.then(|| std::slice::from_raw_parts(lower, len)))
    };
    panels::unpack(way, (upper, lower), shape, values);
}

/// Row-major values into the buffer of a matrix of that shape.
pub fn write(held: &mut [f32], way: Way, shape: (usize, usize), master: bool, values: &[f32]) {
    let len = panels::len(way, shape.0, shape.1);
    let start = held.as_mut_ptr();
    // SAFETY: as above; the two parts do not overlap.
    let (upper, lower) = unsafe {
        let lower = start.cast::<i16>().add(len);
        let upper = std::slice::from_raw_parts_mut(start.cast::<Bf16>(), len);
        (upper, master.then(|| std::slice::from_raw_parts_mut(lower, len)))
    };
    panels::pack(way, values, shape, upper, lower);
}
