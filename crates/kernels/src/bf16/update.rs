//! The update: tiles of `MP` pairs of rows of W × two panels, stepped in f32 in their store.

use core::ops::Range;

use super::forward::PANELS;
use super::kernel::Update;
use super::panels::LINE;
use super::vector::HalfVector;
use crate::epilogue::stepped;
use crate::gemm::in_tiles;
use crate::kernel::{LANES, ROW_CHUNK};

/// Units of work: `PANELS` panels, in each `MP` pairs of rows of W.
#[inline(always)]
pub fn update_units<const MP: usize>(job: &Update) -> usize {
    job.columns.div_ceil(PANELS * LANES) * job.inner.div_ceil(2 * MP)
}

/// # Safety
/// That of `HalfKernel::update`, and of [`HalfVector`].
#[inline(always)]
pub unsafe fn update<V: HalfVector, const MP: usize>(job: &Update, units: Range<usize>) {
    let blocks = job.inner.div_ceil(2 * MP);
    let panels = job.columns.div_ceil(LANES);
    for unit in units {
        let (panel, pair) = (unit / blocks * PANELS, unit % blocks * MP);
        // SAFETY: the pairs from `pair` on and the panel exist, as the unit does.
        unsafe {
            if panel + PANELS <= panels {
                pairs::<V, MP, PANELS>(job, panel, pair);
            } else {
                pairs::<V, MP, 1>(job, panel, pair);
            }
        }
    }
}

#[inline(always)]
unsafe fn pairs<V: HalfVector, const MP: usize, const C: usize>(
    job: &Update,
    panel: usize,
    mut pair: usize,
) {
    let end = job.inner.div_ceil(2).min(pair + MP);
    // SAFETY: the caller names pairs and panels that exist.
    unsafe {
        in_tiles!(MP, pair..end, tile::<V, _, C>(job, panel, pair));
    }
}

/// Sums of a tile: pairs of rows × both rows × panels.
type Sums<V, const P: usize, const C: usize> = [[[V; C]; 2]; P];

/// W[2 pair..2 (pair + P)][panel..panel + C].
#[inline(always)]
unsafe fn tile<V: HalfVector, const P: usize, const C: usize>(
    job: &Update,
    panel: usize,
    pair: usize,
) {
    let pairs = job.inner.div_ceil(2);
    // SAFETY: the tile exists; prefetches may miss.
    unsafe {
        for c in 0..C {
            for p in 0..P {
                let at = ((panel + c) * pairs + pair + 3 * P + p) * LINE;
                V::prefetch_write(job.upper.wrapping_add(at).cast());
                V::prefetch_write(job.lower.wrapping_add(at).cast());
            }
        }
        let mut totals = chunk::<V, P, C>(job, panel, pair, 0..job.rows.min(ROW_CHUNK));
        for first in (ROW_CHUNK..job.rows).step_by(ROW_CHUNK) {
            let rows = first..job.rows.min(first + ROW_CHUNK);
            let sums = chunk::<V, P, C>(job, panel, pair, rows);
            for (total, sum) in totals.as_flattened_mut().iter_mut().zip(sums.as_flattened()) {
                for (total, sum) in total.iter_mut().zip(sum) {
                    *total = total.add(*sum);
                }
            }
        }
        for (p, totals) in totals.iter().enumerate() {
            for c in 0..C {
                step_pair(job, [totals[0][c], totals[1][c]], panel + c, pair + p);
            }
        }
    }
}

/// One chain an element over the rows, whose first is even.
#[inline(always)]
unsafe fn chunk<V: HalfVector, const P: usize, const C: usize>(
    job: &Update,
    panel: usize,
    pair: usize,
    rows: Range<usize>,
) -> Sums<V, P, C> {
    // SAFETY: the rows exist in x and delta.
    unsafe {
        let mut sums = [[[V::splat(0.0); C]; 2]; P];
        for row in rows.start / 2..rows.end.div_ceil(2) {
            let delta = job.delta.add((row * job.delta_stride + panel * LANES) * 2);
            let mut d = [V::load_pairs(delta); C];
            for c in 1..C {
                d[c] = V::load_pairs(delta.add(c * LINE));
            }
            let x = job.x.add((row * job.x_stride + 2 * pair) * 2);
            for (i, sums) in sums.as_flattened_mut().iter_mut().enumerate() {
                let x = V::splat_pair(x.add(2 * i));
                for (sum, d) in sums.iter_mut().zip(d) {
                    *sum = sum.dot(x, d);
                }
            }
        }
        sums
    }
}

/// The optimizer's step on 16 columns of two rows of W.
#[inline(always)]
unsafe fn step_pair<V: HalfVector>(job: &Update, sums: [V; 2], panel: usize, pair: usize) {
    let at = (panel * job.inner.div_ceil(2) + pair) * LINE;
    let velocity = |row: usize| {
        if job.velocity.is_null() {
            job.velocity
        } else {
            job.velocity.wrapping_add((panel * job.inner + row) * LANES)
        }
    };
    // SAFETY: the pair exists; the velocity is touched in rows of W alone.
    unsafe {
        let (upper, lower) = (job.upper.add(at), job.lower.add(at).cast());
        let (low, high) = V::join(V::load_pairs(upper), V::load_pairs(lower));
        let (row, decay) = (2 * pair, job.sgd.weight_decay);
        let low = stepped(sums[0], low, velocity(row), &job.sgd, decay);
        // Past an odd count of rows there is no weight.
        let high = if row + 1 < job.inner {
            stepped(sums[1], high, velocity(row + 1), &job.sgd, decay)
        } else {
            V::splat(0.0)
        };
        let halves = V::split(low, high);
        V::store_pairs(halves.0, upper);
        V::store_pairs(halves.1, lower);
    }
}
