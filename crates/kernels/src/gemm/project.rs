//! Project: the roles are swapped, the matrix's panels are broadcast in place and deltaᵀ is the
//! vector.

use core::hint::black_box;
use core::ops::Range;

use super::{in_tiles, in_vectors};
use crate::kernel::{LANES, Project};
use crate::vector::Vector;

/// Units of work: blocks of `MV` vectors of rows, in each `MR` values of i a tile. So a block of
/// deltaᵀ stays in a core's own cache while M streams by.
#[inline(always)]
pub fn project_units<const MR: usize, const MV: usize>(job: &Project) -> usize {
    job.rows.div_ceil(MV * LANES) * job.inner.div_ceil(MR)
}

/// # Safety
/// That of `Kernel::project`, and of [`Vector`].
#[inline(always)]
pub unsafe fn project<V: Vector, const MR: usize, const MV: usize>(
    job: &Project,
    units: Range<usize>,
) {
    let tiles = job.inner.div_ceil(MR);
    for unit in units {
        let (row, mut i) = (unit / tiles * MV * LANES, unit % tiles * MR);
        let end = job.inner.min(i + MR);
        // SAFETY: the rows and i..end exist, as the unit does.
        unsafe {
            in_tiles!(MR, i..end, project_rows::<V, _, MV>(job, i, row));
        }
    }
}

/// At most `MV` vectors of rows from `row` on, of i..i + R.
#[inline(always)]
unsafe fn project_rows<V: Vector, const R: usize, const MV: usize>(
    job: &Project,
    i: usize,
    mut row: usize,
) {
    let end = job.rows.min(row + MV * LANES);
    // SAFETY: deltaᵀ is padded to vectors of 16 rows.
    unsafe { in_vectors!(MV, row..end, project_tile::<V, R, _>(job, i, row)) }
}

/// Y[row..row + 16 C][i..i + R]: R × 16 C chains over `columns`.
#[inline(always)]
unsafe fn project_tile<V: Vector, const R: usize, const C: usize>(
    job: &Project,
    i: usize,
    row: usize,
) {
    // SAFETY: i..i + R < inner; delta_t has C panels from `row` on; prefetches may miss.
    unsafe {
        let mut sums = [[V::splat(0.0); C]; R];
        let panel_floats = job.inner * LANES;
        for panel in 0..job.columns.div_ceil(LANES) {
            let matrix = job.matrix.add(panel * panel_floats + i * LANES);
            // The next panel's part of this tile, and this panel's part of the next tile, lie out
            // of the hardware prefetchers' reach.
            for r in 0..R {
                V::prefetch(matrix.wrapping_add(panel_floats + r * LANES));
                V::prefetch_later(matrix.wrapping_add((R + r) * LANES));
            }
            // So do the lines that the store touches, one a row: each panel asks for a row's.
            if panel < C * LANES {
                V::prefetch_later(job.y.wrapping_add((row + panel) * job.y_stride + i));
                if let Some(by) = &job.gate {
                    V::prefetch_later(by.h.wrapping_add((row + panel) * by.h_stride + i));
                }
            }
            for lane in 0..LANES.min(job.columns - panel * LANES) {
                let column = panel * LANES + lane;
                let delta = job.delta_t.add(row * job.columns + column * LANES);
                let mut vectors = [V::splat(0.0); C];
                for (c, vector) in vectors.iter_mut().enumerate() {
                    *vector = V::load(delta.add(c * job.columns * LANES));
                }
                for (r, chain) in sums.iter_mut().enumerate() {
                    let m = V::splat(*matrix.add(r * LANES + lane));
                    for (sum, vector) in chain.iter_mut().zip(vectors) {
                        *sum = m.mul_add(vector, *sum);
                    }
                }
            }
        }
        project_store(job, &sums, i, row);
    }
}

/// Turns the tile by way of the stack: it holds 16 rows per vector, y wants R values per row.
#[inline(always)]
pub unsafe fn project_store<V: Vector, const R: usize, const C: usize>(
    job: &Project,
    sums: &[[V; C]; R],
    i: usize,
    row: usize,
) {
    // A copy, which the stores to y cannot be thought to change.
    let job = *job;
    // SAFETY: rows below job.rows and i..i + R exist in y and in the gate's h.
    unsafe {
        for c in 0..black_box(C) {
            let mut tile = [[0.0; LANES]; R];
            for (r, chain) in sums.iter().enumerate() {
                tile[r] = chain[c].to_array();
            }
            let first = row + c * LANES;
            for lane in 0..LANES.min(job.rows.saturating_sub(first)) {
                let y = job.y.add((first + lane) * job.y_stride + i);
                let mut values = [0.0; R];
                for r in 0..R {
                    values[r] = tile[r][lane];
                }
                if job.accumulate {
                    for (r, value) in values.iter_mut().enumerate() {
                        *value += *y.add(r);
                    }
                }
                if let Some(by) = &job.gate {
                    let h = by.h.add((first + lane) * by.h_stride + i);
                    for (r, value) in values.iter_mut().enumerate() {
                        *value *= by.activation.derivative(*h.add(r));
                    }
                }
                core::ptr::copy_nonoverlapping(values.as_ptr(), y, R);
            }
        }
    }
}
