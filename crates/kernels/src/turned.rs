//! The forward product with 16 examples as the vector and the matrix's elements broadcast, over
//! whole panels or listed ones; see `form`.

use core::ops::Range;

use crate::elements::Elements;
use crate::form::TurnedForward;
use crate::gemm::forward_store;
use crate::kernel::LANES;
use crate::vector::Vector;
use crate::wide::Wide;

/// Units of work: one panel each.
#[inline(always)]
pub fn units(job: &TurnedForward) -> usize {
    job.product.columns.div_ceil(LANES)
}

/// # Safety
/// That of `Kernel::turned_forward`, and of [`Vector`].
#[inline(always)]
pub unsafe fn forward<V: Vector, const H: usize, const C: usize>(
    job: &TurnedForward,
    units: Range<usize>,
) {
    let mut wide = Wide::take();
    for panel in units {
        // SAFETY: the panel exists, as the unit does.
        unsafe {
            let lines = match job.lists {
                None => panel * job.product.inner..(panel + 1) * job.product.inner,
                Some(lists) => lists.lines(panel),
            };
            let held = Held::new(job, panel, &lines, &mut wide);
            match job.lists {
                None => rows::<V, _, H, C>(job, panel, &held, |step| step),
                Some(lists) => {
                    let senders = lists.rows.add(lines.start);
                    rows::<V, _, H, C>(job, panel, &held, |step| *senders.add(step) as usize);
                }
            }
        }
    }
    wide.give_back();
}

/// The elements of a panel, line by line, as f32.
struct Held {
    elements: *const f32,
    lines: usize,
    /// Where the next panel's lines start, which are as many or nearly so, and a line's bytes.
    next: *const u8,
    bytes: usize,
}

impl Held {
    /// Those of the matrix itself, or widened.
    #[inline(always)]
    unsafe fn new(
        job: &TurnedForward,
        panel: usize,
        lines: &Range<usize>,
        wide: &mut Wide,
    ) -> Self {
        let bytes = job.elements.line_bytes();
        // SAFETY: the lines exist; `next` is for asking ahead only.
        unsafe {
            let start = job.product.weight.cast::<u8>().add(lines.start * bytes);
            let next = start.wrapping_add(lines.len() * bytes);
            let elements = if job.elements == Elements::F32 {
                start.cast()
            } else {
                let target = wide.room(lines.len());
                job.elements.widen(start, lines.len(), target);
                let count = LANES.min(job.product.columns - panel * LANES);
                // A sign is never zero, but what lies past the edge is.
                for line in 0..if count < LANES { lines.len() } else { 0 } {
                    target.add(line * LANES + count).write_bytes(0, LANES - count);
                }
                target
            };
            Self { elements, lines: lines.len(), next, bytes }
        }
    }
}

/// All rows of one panel: `C` vectors of rows at a time, then what is left in one go. The fewer
/// vectors, the more columns, so that there are always chains enough to hide the latency.
#[inline(always)]
unsafe fn rows<V: Vector, W: Fn(usize) -> usize + Copy, const H: usize, const C: usize>(
    job: &TurnedForward,
    panel: usize,
    held: &Held,
    sender: W,
) {
    let mut row = 0;
    // SAFETY: Xᵀ is padded to vectors of 16 rows.
    unsafe {
        while row < job.product.rows {
            let vectors = (job.product.rows - row).div_ceil(LANES).min(C);
            match vectors {
                1 if C > 1 => tile::<V, W, 16, 1>(job, panel, row, held, sender),
                2 if C > 2 => tile::<V, W, 8, 2>(job, panel, row, held, sender),
                3 if C > 3 => tile::<V, W, 8, 3>(job, panel, row, held, sender),
                _ => tile::<V, W, H, C>(job, panel, row, held, sender),
            }
            row += vectors * LANES;
        }
    }
}

/// Y[row..row + 16 C][panel], `H` columns at a time: H × C vectors of chains over the lines.
#[inline(always)]
unsafe fn tile<V: Vector, W: Fn(usize) -> usize + Copy, const H: usize, const C: usize>(
    job: &TurnedForward,
    panel: usize,
    row: usize,
    held: &Held,
    sender: W,
) {
    // SAFETY: Xᵀ has C panels from `row` on; stores stay below the job's rows.
    unsafe {
        let product = &job.product;
        let mut tile = [[V::splat(0.0); LANES]; C];
        let mut first = 0;
        while first + H <= LANES {
            columns::<V, W, H, C>(job, row, held, sender, first, &mut tile);
            first += H;
        }
        if first < LANES {
            const { assert!(matches!(LANES % H, 0 | 4)) };
            columns::<V, W, 4, C>(job, row, held, sender, first, &mut tile);
        }
        for (c, square) in tile.iter_mut().enumerate() {
            V::turn_square(square);
            let first = row + c * LANES;
            for lane in 0..LANES.min(product.rows.saturating_sub(first)) {
                forward_store(product, square[lane], first + lane, panel * LANES);
            }
        }
    }
}

/// `H` columns of a tile, from `first` of the panel's 16 on.
#[inline(always)]
unsafe fn columns<V: Vector, W: Fn(usize) -> usize, const H: usize, const C: usize>(
    job: &TurnedForward,
    row: usize,
    held: &Held,
    sender: W,
    first: usize,
    tile: &mut [[V; LANES]; C],
) {
    // SAFETY: the lines and the rows of x that they name exist; prefetches may miss.
    unsafe {
        let inner = job.product.inner;
        let x = job.product.x.add(row * inner);
        let mut sums = [[V::splat(0.0); C]; H];
        for line in 0..held.lines {
            let place = x.add(sender(line) * LANES);
            let elements = held.elements.add(line * LANES + first);
            if first == 0 {
                V::prefetch_later(held.next.wrapping_add(line * held.bytes).cast());
            }
            let mut vectors = [V::splat(0.0); C];
            for (c, vector) in vectors.iter_mut().enumerate() {
                *vector = V::load(place.add(c * inner * LANES));
            }
            for (h, chain) in sums.iter_mut().enumerate() {
                let element = V::splat(*elements.add(h));
                for (sum, vector) in chain.iter_mut().zip(vectors) {
                    *sum = element.mul_add(vector, *sum);
                }
            }
        }
        for (h, chain) in sums.into_iter().enumerate() {
            for (square, sum) in tile.iter_mut().zip(chain) {
                square[first + h] = sum;
            }
        }
    }
}
