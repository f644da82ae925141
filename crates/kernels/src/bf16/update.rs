//! The update: tiles of `MP` pairs of rows of W × two panels, stepped in f32 in their store.

use core::mem::MaybeUninit;
use core::ops::Range;

use super::forward::PANELS;
use super::kernel::Update;
use super::panels::LINE;
use super::vector::HalfVector;
use crate::gemm::in_tiles;
use crate::kernel::{LANES, ROW_CHUNK};
use crate::optimizer::{State, plain, stepped};

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
    let (first, end) = (pair, job.inner.div_ceil(2).min(pair + MP));
    let mut sums = [const { MaybeUninit::<[[V; C]; 2]>::uninit() }; MP];
    let sums = sums.as_mut_ptr().cast::<[[V; C]; 2]>();
    // SAFETY: the caller names pairs and panels that exist; the sums have room for MP pairs, and
    // those of first..end are written before they are read.
    unsafe {
        in_tiles!(MP, pair..end, tile::<V, _, C>(job, panel, pair, sums.add(pair - first)));
        if !job.optimizer.is_plain() {
            store(job, sums, first..end, panel);
        }
    }
}

/// Sums of a tile: pairs of rows × both rows × panels.
type Sums<V, const P: usize, const C: usize> = [[[V; C]; 2]; P];

/// For W[2 pair..2 (pair + P)][panel..panel + C] the sums over the rows: a plain step is made with
/// them, for others they go to `out [P]`.
#[inline(always)]
unsafe fn tile<V: HalfVector, const P: usize, const C: usize>(
    job: &Update,
    panel: usize,
    pair: usize,
    out: *mut [[V; C]; 2],
) {
    let pairs = job.inner.div_ceil(2);
    // SAFETY: the tile exists, and room for P pairs; prefetches may miss.
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
        if !job.optimizer.is_plain() {
            return out.cast::<Sums<V, P, C>>().write(totals);
        }
        let rate = plain::<V>(&job.optimizer);
        for (p, totals) in totals.iter().enumerate() {
            for c in 0..C {
                let sums = [totals[0][c], totals[1][c]];
                step_pair(job, sums, panel + c, pair + p, |sum, w, _| rate.mul_add(sum, w));
            }
        }
    }
}

/// The optimizer's step on some pairs of rows of C panels: once for all heights of tiles, as its
/// code is long.
#[inline(always)]
unsafe fn store<V: HalfVector, const C: usize>(
    job: &Update,
    mut sums: *const [[V; C]; 2],
    pairs: Range<usize>,
    panel: usize,
) {
    for pair in pairs {
        for c in 0..C {
            let panel = panel + c;
            // SAFETY: the pairs and panels exist, with their sums; moments are touched in rows of
            // W.
            unsafe {
                let [low, high] = *sums;
                step_pair(job, [low[c], high[c]], panel, pair, |sum, w, row| {
                    let place = (panel * job.inner + row) * LANES;
                    let state = State { moments: job.moments, ..State::NONE }.at(place);
                    stepped(sum, w, state.moments, &job.optimizer)
                });
            }
        }
        // SAFETY: as above.
        sums = unsafe { sums.add(1) };
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

/// Takes 16 columns of two rows of W through `step(sum, w, row)`.
#[inline(always)]
unsafe fn step_pair<V: HalfVector>(
    job: &Update,
    sums: [V; 2],
    panel: usize,
    pair: usize,
    step: impl Fn(V, V, usize) -> V,
) {
    let at = (panel * job.inner.div_ceil(2) + pair) * LINE;
    // SAFETY: the pair exists.
    unsafe {
        let (upper, lower) = (job.upper.add(at), job.lower.add(at).cast());
        let (low, high) = V::join(V::load_pairs(upper), V::load_pairs(lower));
        let row = 2 * pair;
        let low = step(sums[0], low, row);
        // Past an odd count of rows there is no weight.
        let high = if row + 1 < job.inner { step(sums[1], high, row + 1) } else { V::splat(0.0) };
        let halves = V::split(low, high);
        V::store_pairs(halves.0, upper);
        V::store_pairs(halves.1, lower);
    }
}
