//! Forward: x is broadcast, W's panels stream by.

use core::mem::MaybeUninit;
use core::ops::Range;

use super::quads::Quads;
use super::{in_register, in_tiles, outer_product_step};
use crate::epilogue::{activate, gate};
use crate::kernel::{Epilogue, Forward, LANES};
use crate::vector::Vector;

/// Units of work: groups of `NP` panels, in each `MR` rows a tile.
#[inline(always)]
pub fn forward_units<const MR: usize, const NP: usize>(job: &Forward) -> usize {
    job.columns.div_ceil(NP * LANES) * job.rows.div_ceil(MR)
}

/// # Safety
/// That of `Kernel::forward`, and of [`Vector`].
#[inline(always)]
pub unsafe fn forward<V: Vector, const MR: usize, const NP: usize>(
    job: &Forward,
    units: Range<usize>,
) {
    let blocks = job.rows.div_ceil(MR);
    let panels = job.columns.div_ceil(LANES);
    for unit in units {
        let (first, row) = (unit / blocks * NP, unit % blocks * MR);
        let end = job.rows.min(row + MR);
        let group = if panels - first >= NP { NP } else { 1 };
        for panel in (first..panels.min(first + NP)).step_by(group) {
            let mut sums = [[const { MaybeUninit::<V>::uninit() }; NP]; MR];
            let sums = sums.as_mut_ptr().cast::<V>();
            let mut at = row;
            // SAFETY: rows row..end and the panels exist, as the unit does; the sums have room for
            // MR rows of NP vectors, and those of `end - row` rows are written before they are
            // read.
            unsafe {
                if group == NP {
                    in_tiles!(
                        MR,
                        at..end,
                        forward_tile::<V, _, NP>(job, panel, at, sums.add((at - row) * NP))
                    );
                } else {
                    in_tiles!(
                        MR,
                        at..end,
                        forward_tile::<V, _, 1>(job, panel, at, sums.add(at - row))
                    );
                }
                forward_store_tile(job, sums, row..end, panel..panel + group);
            }
        }
    }
}

/// `out [R][P]`: for Y[row..row + R][panel..panel + P], R × 16 P chains over `inner`.
#[inline(always)]
unsafe fn forward_tile<V: Vector, const R: usize, const P: usize>(
    job: &Forward,
    panel: usize,
    row: usize,
    out: *mut V,
) {
    // SAFETY: the caller names R rows and P panels that exist, and room for R × P vectors.
    unsafe {
        let (inner, x_stride) = (job.inner, job.x_stride);
        let panel_floats = inner * LANES;
        let weight = job.weight.add(panel * panel_floats);
        let x = job.x.add(row * x_stride);
        // Of the next panels, each of the first four tiles of rows asks for its quarter; later
        // ones for what is there.
        let quarter = inner.div_ceil(4);
        let place = if row < 4 * R { P * inner + row / R * quarter } else { 0 };
        let ahead = weight.wrapping_add(place * LANES);
        let mut sums = [[V::splat(0.0); P]; R];
        let (mut line, mut x) = (weight, Quads::<R>::new(x, x_stride));
        let mut k = 0;
        while k + 4 <= inner {
            for p in 0..P {
                V::prefetch_later(ahead.wrapping_add(p * panel_floats + k / 4 * LANES));
            }
            line = in_register(line);
            x.keep_in_registers();
            for step in 0..4 {
                let line = line.add(step * LANES);
                outer_product_step(&mut sums, line, panel_floats, |r| x.row(r).add(step));
            }
            (line, k) = (line.add(4 * LANES), k + 4);
            x.advance(4);
        }
        for _ in k..inner {
            outer_product_step(&mut sums, line, panel_floats, |r| x.row(r));
            line = line.add(LANES);
            x.advance(1);
        }
        out.cast::<[[V; P]; R]>().write(sums);
    }
}

/// The epilogue of some rows of some panels, and its stores: once for all shapes of tiles, as its
/// code is long. `sums [rows][panels]`.
///
/// # Safety
/// That of [`Vector`]; the rows and panels exist.
#[inline(always)]
pub unsafe fn forward_store_tile<V: Vector>(
    job: &Forward,
    mut sums: *const V,
    rows: Range<usize>,
    panels: Range<usize>,
) {
    for row in rows {
        for panel in panels.clone() {
            // SAFETY: the caller's.
            unsafe {
                forward_store(job, *sums, row, panel * LANES);
                sums = sums.add(1);
            }
        }
    }
}

/// The epilogue of one vector of y, and its store.
///
/// # Safety
/// That of [`Vector`]; the row and the panel at `column` exist.
#[inline(always)]
pub unsafe fn forward_store<V: Vector>(job: &Forward, mut sum: V, row: usize, column: usize) {
    // SAFETY: whole panels fit into a row of y, of the bias and of the gate's h.
    unsafe {
        let y = job.y.add(row * job.y_stride + column);
        if job.accumulate {
            sum = sum.add(V::load(y));
        }
        let value = match job.epilogue {
            Epilogue::Activate { bias, activation } => {
                if !bias.is_null() {
                    sum = sum.add(V::load(bias.add(column)));
                }
                activate(sum, activation)
            }
            Epilogue::Gate(ref by) => gate(sum, by, row, column),
        };
        value.store(y);
    }
}
