//! The forward product: tiles of `MR` rows × two panels.

use core::ops::Range;

use super::epilogue::{finish, store_forms};
use super::kernel::Forward;
use super::panels::LINE;
use super::vector::HalfVector;
use crate::gemm::in_tiles;
use crate::kernel::LANES;

/// Panels walked at once.
pub const PANELS: usize = 2;

/// Units of work: `PANELS` panels, in each `MR` rows; `MR` is even.
#[inline(always)]
pub fn forward_units<const MR: usize>(job: &Forward) -> usize {
    job.columns.div_ceil(PANELS * LANES) * job.rows.div_ceil(MR)
}

/// # Safety
/// That of `HalfKernel::forward`, and of [`HalfVector`].
#[inline(always)]
pub unsafe fn forward<V: HalfVector, const MR: usize>(job: &Forward, units: Range<usize>) {
    let blocks = job.rows.div_ceil(MR);
    let panels = job.columns.div_ceil(LANES);
    for unit in units {
        let (panel, row) = (unit / blocks * PANELS, unit % blocks * MR);
        // SAFETY: the rows from `row` on and the panel exist, as the unit does.
        unsafe {
            if panel + PANELS <= panels {
                rows::<V, MR, PANELS>(job, panel, row);
            } else {
                rows::<V, MR, 1>(job, panel, row);
            }
        }
    }
}

#[inline(always)]
unsafe fn rows<V: HalfVector, const MR: usize, const C: usize>(
    job: &Forward,
    panel: usize,
    mut row: usize,
) {
    let end = job.rows.min(row + MR);
    // SAFETY: the caller names rows and panels that exist.
    unsafe {
        in_tiles!(MR, row..end, tile::<V, _, C>(job, panel, row));
    }
}

/// Y[row..row + R][panel..panel + C]: R × 16 C chains over `inner`. R is even, or 1 at the end.
#[inline(always)]
unsafe fn tile<V: HalfVector, const R: usize, const C: usize>(
    job: &Forward,
    panel: usize,
    row: usize,
) {
    let pairs = job.inner.div_ceil(2);
    // SAFETY: the caller names R rows and C panels that exist; prefetches may miss.
    unsafe {
        let weight = job.weight.add(panel * pairs * LINE);
        let x = job.x.add(row * job.x_stride);
        // Of the next panels, each of the first four tiles of rows asks for its quarter.
        let quarter = (C * pairs).div_ceil(4);
        let place = if row < 4 * R { C * pairs + row / R * quarter } else { 0 };
        let ahead = weight.wrapping_add(place * LINE);
        let mut sums = [[V::splat(0.0); C]; R];
        for k in 0..pairs {
            if k % 2 == 0 {
                V::prefetch_later(ahead.wrapping_add(k / 2 * LINE).cast());
            }
            let mut w = [V::load_pairs(weight.add(k * LINE)); C];
            for c in 1..C {
                w[c] = V::load_pairs(weight.add((c * pairs + k) * LINE));
            }
            for (r, sums) in sums.iter_mut().enumerate() {
                let x = V::splat_pair(x.add(r * job.x_stride + 2 * k));
                for (sum, w) in sums.iter_mut().zip(w) {
                    *sum = sum.dot(x, w);
                }
            }
        }
        store(job, &sums, row, panel * LANES);
    }
}

#[inline(always)]
unsafe fn store<V: HalfVector, const R: usize, const C: usize>(
    job: &Forward,
    sums: &[[V; C]; R],
    row: usize,
    column: usize,
) {
    for r in (0..R).step_by(2) {
        for c in 0..C {
            let column = column + c * LANES;
            // SAFETY: the tile's rows and panels exist in y.
            unsafe {
                let low = finish(job, sums[r][c], row + r, column);
                let high = if r + 1 < R {
                    Some(finish(job, sums[r + 1][c], row + r + 1, column))
                } else {
                    None
                };
                store_forms(&job.y, low, high, row + r, column);
            }
        }
    }
}
