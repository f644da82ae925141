//! The other ceiling: how fast memory that is read, changed and written goes by, as measured here
//! and now. It is what learning from one example at a time runs against.

use crate::kernel::{Kernel, LANES};
use crate::vector::Vector;

/// Loop shapes tried: streams that a buffer is cut into, and lines by which each is asked for
/// ahead (none for 0).
pub const SHAPES: [(usize, usize); 4] = [(1, 0), (1, 16), (4, 0), (4, 16)];

/// Bytes a second, of the best loop shape and the best pass of some that last about `seconds` in
/// all; a byte that is read and written counts once. `clock` returns seconds from any origin.
///
/// # Panics
/// If `buffer` has less than a line of 16 floats for each of four streams.
pub fn measure(
    kernel: &dyn Kernel,
    buffer: &mut [f32],
    seconds: f64,
    clock: impl Fn() -> f64,
) -> f64 {
    let lines = buffer.len() / (4 * LANES) * 4;
    assert!(lines > 0, "a buffer of {} floats is too short", buffer.len());
    let buffer = buffer.as_mut_ptr();
    let mut best = f64::INFINITY;
    let end = clock() + seconds;
    while clock() < end {
        for shape in SHAPES {
            // SAFETY: the buffer holds the lines, a multiple of every shape's streams.
            let pass = || unsafe { kernel.sweep(buffer, lines, shape) };
            // Untimed: another order leaves in the nearest cache what this one comes to first.
            pass();
            let start = clock();
            pass();
            best = best.min(clock() - start);
        }
    }
    (lines * LANES * size_of::<f32>()) as f64 / best
}

/// # Safety
/// That of `Kernel::sweep`, and of [`Vector`].
#[inline(always)]
pub unsafe fn sweep<V: Vector>(start: *mut f32, lines: usize, (streams, ahead): (usize, usize)) {
    // SAFETY: the caller keeps the contracts.
    unsafe {
        match streams {
            4 => passes::<V, 4>(start, lines, ahead),
            _ => passes::<V, 1>(start, lines, ahead),
        }
    }
}

#[inline(always)]
unsafe fn passes<V: Vector, const STREAMS: usize>(start: *mut f32, lines: usize, ahead: usize) {
    // SAFETY: the caller gives the lines; prefetches may miss.
    unsafe {
        let (factor, addend) = (V::splat(0.999), V::splat(1e-3));
        let each = lines / STREAMS;
        for line in 0..each {
            let mut values = [addend; STREAMS];
            for (stream, value) in values.iter_mut().enumerate() {
                let place = start.add((stream * each + line) * LANES);
                if ahead > 0 {
                    V::prefetch_write(place.wrapping_add(ahead * LANES));
                }
                *value = V::load(place).mul_add(factor, addend);
            }
            for (stream, value) in values.into_iter().enumerate() {
                value.store(start.add((stream * each + line) * LANES));
            }
        }
    }
}
