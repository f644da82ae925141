//! Products of 1 to 15 rows, where W's traffic, not arithmetic, sets the pace: each reads its
//! panels once, in the order in which they lie, and asks ahead for their lines.
//!
//! The bits are those of the tiles in `gemm`: every element is the same chain.

use core::mem::MaybeUninit;
use core::ops::Range;

use crate::epilogue::{gated, load_first, store_first};
use crate::gemm::forward_store_tile;
use crate::kernel::{Forward, LANES, Project, Update};
use crate::optimizer::plain;
use crate::vector::Vector;

/// Lines of 16 floats by which a stream is asked for before it is needed.
const AHEAD: usize = 16;

/// Whether a product of so many rows is one of these.
#[inline(always)]
pub fn is_few(rows: usize) -> bool {
    (1..LANES).contains(&rows)
}

/// Units of work: one panel each.
#[inline(always)]
pub fn forward_units(job: &Forward) -> usize {
    job.columns.div_ceil(LANES)
}

/// Some panels at a time, as one row's chain alone would wait for every sum; `CHAINS` of 16 lanes
/// are what the registers hold.
///
/// # Safety
/// That of `Kernel::forward`, and of [`Vector`].
#[inline(always)]
pub unsafe fn forward<V: Vector, const CHAINS: usize>(job: &Forward, panels: Range<usize>) {
    // Tiles of rows as even as can be, of at most eight.
    let tiles = job.rows.div_ceil(CHAINS.min(8));
    let most = CHAINS / job.rows.div_ceil(tiles);
    let mut panel = panels.start;
    while panel < panels.end {
        let fits = |count: &usize| *count <= most.min(panels.end - panel);
        let count = [8, 6, 4, 3, 2].into_iter().find(fits).unwrap_or(1);
        for tile in 0..tiles {
            let rows = job.rows * tile / tiles..job.rows * (tile + 1) / tiles;
            let mut sums = [const { MaybeUninit::<V>::uninit() }; CHAINS];
            let sums = sums.as_mut_ptr().cast::<V>();
            let (row, group) = (rows.start, panel..panel + count);
            // SAFETY: the rows and panels exist, as the units do; the sums have room for as many
            // as the tile has, and are written before they are read.
            unsafe {
                match rows.len() {
                    1 => forward_panels::<V, 1, CHAINS>(job, row, panel, count, sums),
                    2 => forward_panels::<V, 2, CHAINS>(job, row, panel, count, sums),
                    3 => forward_panels::<V, 3, CHAINS>(job, row, panel, count, sums),
                    4 => forward_panels::<V, 4, CHAINS>(job, row, panel, count, sums),
                    5 => forward_panels::<V, 5, CHAINS>(job, row, panel, count, sums),
                    6 => forward_panels::<V, 6, CHAINS>(job, row, panel, count, sums),
                    7 => forward_panels::<V, 7, CHAINS>(job, row, panel, count, sums),
                    _ => forward_panels::<V, 8, CHAINS>(job, row, panel, count, sums),
                }
                forward_store_tile(job, sums, rows, group);
            }
        }
        panel += count;
    }
}

/// The tile of R rows and `count` panels; what the registers cannot hold is never asked for.
#[inline(always)]
unsafe fn forward_panels<V: Vector, const R: usize, const CHAINS: usize>(
    job: &Forward,
    row: usize,
    panel: usize,
    count: usize,
    out: *mut V,
) {
    // SAFETY: the caller names rows and panels that exist, and room for their sums.
    unsafe {
        match count {
            8 if R * 8 <= CHAINS => forward_tile::<V, R, 8>(job, row, panel, out),
            6 if R * 6 <= CHAINS => forward_tile::<V, R, 6>(job, row, panel, out),
            4 if R * 4 <= CHAINS => forward_tile::<V, R, 4>(job, row, panel, out),
            3 if R * 3 <= CHAINS => forward_tile::<V, R, 3>(job, row, panel, out),
            2 if R * 2 <= CHAINS => forward_tile::<V, R, 2>(job, row, panel, out),
            _ => forward_tile::<V, R, 1>(job, row, panel, out),
        }
    }
}

/// `out [R][P]`: for Y[row..row + R][panel..panel + P], R × 16 P chains over `inner`.
#[inline(always)]
unsafe fn forward_tile<V: Vector, const R: usize, const P: usize>(
    job: &Forward,
    row: usize,
    panel: usize,
    out: *mut V,
) {
    // SAFETY: the rows and panels exist; prefetches may miss; `out` has room for R × P vectors.
    unsafe {
        let weight = job.weight.add(panel * job.inner * LANES);
        let x = job.x.add(row * job.x_stride);
        let mut sums = [[V::splat(0.0); P]; R];
        for k in 0..job.inner {
            let mut w = [V::splat(0.0); P];
            for (p, w) in w.iter_mut().enumerate() {
                let line = weight.add((p * job.inner + k) * LANES);
                V::prefetch(line.wrapping_add(AHEAD * LANES));
                *w = V::load(line);
            }
            for (r, sums) in sums.iter_mut().enumerate() {
                let x = V::splat(*x.add(r * job.x_stride + k));
                for (sum, w) in sums.iter_mut().zip(w) {
                    *sum = x.mul_add(w, *sum);
                }
            }
        }
        out.cast::<[[V; P]; R]>().write(sums);
    }
}

/// Units of work: 16 values of i each.
#[inline(always)]
pub fn project_units(job: &Project) -> usize {
    job.inner.div_ceil(LANES)
}

/// Units whose sums are kept at hand while the panels pass by: so many lines of a panel lie in
/// one piece.
const RUN: usize = 8;

/// The sums of a run for each row.
type Sums = [[[f32; LANES]; RUN]; LANES - 1];

/// # Safety
/// That of `Kernel::project`, and of [`Vector`].
#[inline(always)]
pub unsafe fn project<V: Vector>(job: &Project, units: Range<usize>) {
    let mut first = units.start;
    while first < units.end {
        let run = first..units.end.min(first + RUN);
        let mut sums: Sums = [[[0.0; LANES]; RUN]; LANES - 1];
        // SAFETY: the run exists, as its units do.
        unsafe {
            for panel in 0..job.columns.div_ceil(LANES) {
                for (place, unit) in run.clone().enumerate() {
                    project_block::<V>(job, panel, unit, place, &mut sums);
                }
            }
            project_store::<V>(job, run.clone(), &sums);
        }
        first = run.end;
    }
}

/// Takes the chains of one unit across the columns of one panel. The panel's lines hold 16 columns
/// of one i each; turned, four columns at a time, they are vectors of 16 values of i.
#[inline(always)]
unsafe fn project_block<V: Vector>(
    job: &Project,
    panel: usize,
    unit: usize,
    place: usize,
    sums: &mut Sums,
) {
    // SAFETY: the unit's values of i exist below `inner`, others are not read; prefetches may miss.
    unsafe {
        let i = unit * LANES;
        let mut lines = job.matrix.add((panel * job.inner + i) * LANES);
        let next = lines.wrapping_add(job.inner * LANES);
        let mut last = [0.0; LANES * LANES];
        if job.inner - i < LANES {
            core::ptr::copy_nonoverlapping(lines, last.as_mut_ptr(), (job.inner - i) * LANES);
            lines = last.as_ptr();
        }
        let columns = LANES.min(job.columns - panel * LANES);
        for four in (0..columns).step_by(4) {
            for line in 0..4 {
                V::prefetch(next.wrapping_add((four + line) * LANES));
            }
            let vectors = V::load_columns(lines.add(four));
            for (row, sums) in sums.iter_mut().enumerate().take(job.rows) {
                let delta = job.delta.add(row * job.delta_stride + panel * LANES + four);
                let mut sum = V::load(sums[place].as_ptr());
                for (column, vector) in vectors.into_iter().enumerate().take(columns - four) {
                    sum = V::splat(*delta.add(column)).mul_add(vector, sum);
                }
                sum.store(sums[place].as_mut_ptr());
            }
        }
    }
}

#[inline(always)]
unsafe fn project_store<V: Vector>(job: &Project, run: Range<usize>, sums: &Sums) {
    for (row, sums) in sums.iter().enumerate().take(job.rows) {
        for (unit, sum) in run.clone().zip(sums) {
            let i = unit * LANES;
            let count = LANES.min(job.inner - i);
            // SAFETY: y and the gate's h have `count` floats at (row, i).
            unsafe {
                let y = job.y.add(row * job.y_stride + i);
                let mut sum = V::load(sum.as_ptr());
                if job.accumulate {
                    sum = sum.add(load_first(y, count, 0.0));
                }
                if let Some(by) = &job.gate {
                    let h = load_first(by.h.add(row * by.h_stride + i), count, 0.0);
                    sum = gated(sum, h, by.activation);
                }
                store_first(sum, y, count);
            }
        }
    }
}

/// Whether an update is the plain step of one row, for which see `kernel`. Others are best left
/// to the tiles of `gemm`, however few their rows.
#[inline(always)]
pub fn is_plain(job: &Update) -> bool {
    job.rows == 1 && job.is_plain()
}

/// Values of i in a unit of `update`.
const LINES: usize = 16;

/// Units of work: [`LINES`] values of i of one panel, panel-major: the order in memory.
#[inline(always)]
pub fn update_units(job: &Update) -> usize {
    job.columns.div_ceil(LANES) * job.inner.div_ceil(LINES)
}

/// The plain step of one row.
///
/// # Safety
/// That of `Kernel::update`, and of [`Vector`].
#[inline(always)]
pub unsafe fn update<V: Vector>(job: &Update, units: Range<usize>) {
    let blocks = job.inner.div_ceil(LINES);
    let mut unit = units.start;
    while unit < units.end {
        let (panel, first) = (unit / blocks, unit % blocks);
        let end = blocks.min(first + units.end - unit);
        // SAFETY: the lines exist, as the units do; prefetches may miss.
        unsafe {
            let step = plain::<V>(&job.optimizer).mul(V::load(job.delta.add(panel * LANES)));
            for i in first * LINES..job.inner.min(end * LINES) {
                let line = job.weight.add((panel * job.inner + i) * LANES);
                V::prefetch_write(line.wrapping_add(AHEAD * LANES));
                V::splat(*job.x.add(i)).mul_add_unless_zero(step, V::load(line)).store(line);
            }
        }
        unit += end - first;
    }
}
