//! Learning from one example at a time: the step that one row asks for and the forward product of
//! the next row share a pass over W, which then moves once where it would move twice.
//!
//! Lines of W whose x is zero in both rows are passed over: the update leaves them alone and the
//! product gains nothing from them.

use core::hint::black_box;
use core::ops::Range;

use crate::epilogue::load_first;
use crate::few;
use crate::gemm::forward_store;
use crate::kernel::{Forward, LANES, Online};
use crate::optimizer::plain;
use crate::vector::Vector;

/// Units of work: one panel each, as in the forward product of one row.
#[inline(always)]
pub fn online_units(job: &Online) -> usize {
    few::forward_units(&job.forward)
}

/// `CHAINS` of 16 lanes are what the registers hold: a panel needs a sum, a step and a line.
///
/// # Safety
/// That of `Kernel::online`, and of [`Vector`].
#[inline(always)]
pub unsafe fn online<V: Vector, const CHAINS: usize>(job: &Online, panels: Range<usize>) {
    // SAFETY: the panels exist, as the units do.
    unsafe {
        if panels.is_empty() {
            return;
        }
        let lines = Lines::of::<V>(job);
        let mut panel = panels.start;
        while panel < panels.end {
            let fits = |count: &usize| 3 * count <= CHAINS && panel + count <= panels.end;
            let count = [4, 2].into_iter().find(fits).unwrap_or(1);
            match count {
                4 if CHAINS >= 12 => pass::<V, 4>(job, &lines, panel),
                2 if CHAINS >= 6 => pass::<V, 2>(job, &lines, panel),
                _ => pass::<V, 1>(job, &lines, panel),
            }
            panel += count;
        }
    }
}

/// The lines of a panel that either row touches, ascending.
struct Lines {
    count: usize,
    /// Each line's number, and its x in the row before and in the row after.
    numbers: *const u32,
    before: *const f32,
    after: *const f32,
}

impl Lines {
    /// Writes the list into the job's memory.
    #[inline(always)]
    unsafe fn of<V: Vector>(job: &Online) -> Self {
        let inner = job.forward.inner;
        let part = inner.next_multiple_of(LANES);
        // SAFETY: the memory holds three parts of `inner` words, rounded up to 16.
        unsafe {
            let numbers = job.memory.cast::<u32>();
            let (before, after) = (job.memory.add(part), job.memory.add(2 * part));
            let mut count = 0;
            for first in (0..inner).step_by(LANES) {
                let width = LANES.min(inner - first);
                let x = load_first::<V>(job.update.x.add(first), width, 0.0);
                let next = load_first::<V>(job.forward.x.add(first), width, 0.0);
                let mut touched = x.nonzero() | next.nonzero();
                if touched == 0xffff {
                    for lane in 0..LANES {
                        *numbers.add(count + lane) = (first + lane) as u32;
                    }
                    x.store(before.add(count));
                    next.store(after.add(count));
                    count += LANES;
                    continue;
                }
                while touched != 0 {
                    let number = first + touched.trailing_zeros() as usize;
                    *numbers.add(count) = number as u32;
                    *before.add(count) = *job.update.x.add(number);
                    *after.add(count) = *job.forward.x.add(number);
                    count += 1;
                    touched &= touched - 1;
                }
            }
            Self { count, numbers, before, after }
        }
    }
}

/// P panels: each line takes its step, then its part in the chain.
#[inline(always)]
unsafe fn pass<V: Vector, const P: usize>(job: &Online, lines: &Lines, panel: usize) {
    let Forward { inner, .. } = job.forward;
    // SAFETY: the panels exist, and the lines in them; P is 4 at most.
    unsafe {
        let weight = job.update.weight.add(panel * inner * LANES);
        let rate = plain::<V>(&job.update.optimizer);
        let mut steps = [V::splat(0.0); P];
        for (p, step) in steps.iter_mut().enumerate() {
            *step = rate.mul(V::load(job.update.delta.add((panel + p) * LANES)));
        }
        let mut sums = [V::splat(0.0); P];
        // Four panels' places are one register plus 0 to 3 strides, of which only the third has to
        // be kept apart; the compiler would keep a register, or a slot on the stack, for each.
        let stride = inner * LANES;
        let strides = [0, stride, 2 * stride, black_box(3 * stride)];
        for place in 0..lines.count {
            let line = weight.add(*lines.numbers.add(place) as usize * LANES);
            let x = V::splat(*lines.before.add(place));
            let next = V::splat(*lines.after.add(place));
            for p in 0..P {
                let line = line.add(strides[p]);
                let w = x.mul_add_unless_zero(steps[p], V::load(line));
                w.store(line);
                sums[p] = next.mul_add(w, sums[p]);
            }
        }
        // As in `forward_store_tile`: code for one panel, not for each.
        for p in 0..black_box(P) {
            finish(job, lines, sums[p], panel + p);
        }
    }
}

/// Stores a panel's sums. A line that was passed over would have added a zero to the chain, and
/// that changes a sum in one case: it may turn −0, which only an underflow leaves, into +0.
#[inline(always)]
unsafe fn finish<V: Vector>(job: &Online, lines: &Lines, sum: V, panel: usize) {
    // SAFETY: the panel exists.
    unsafe {
        let negative_zero = |sum: f32| sum.to_bits() == (-0.0f32).to_bits();
        if lines.count < job.forward.inner && sum.to_array().into_iter().any(negative_zero) {
            few::forward::<V, 1>(&job.forward, panel..panel + 1);
        } else {
            forward_store(&job.forward, sum, 0, panel * LANES);
        }
    }
}
