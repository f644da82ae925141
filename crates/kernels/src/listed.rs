//! Project through a panel-sparse matrix, and its update; see `form`.

use core::ops::Range;

use crate::few;
use crate::form::{ListedProject, ListedUpdate};
use crate::gemm::{in_tiles, in_vectors, project_store};
use crate::kernel::{LANES, ROW_CHUNK};
use crate::optimizer::{plain, step};
use crate::vector::Vector;

/// Input rows that share a tile of `project` where the same panels hold them.
const TOGETHER: usize = 4;

/// Units of work: blocks of `C` vectors of rows, in each four values of i.
#[inline(always)]
pub fn project_units<const C: usize>(job: &ListedProject) -> usize {
    job.product.rows.div_ceil(C * LANES) * job.product.inner.div_ceil(TOGETHER)
}

/// # Safety
/// That of `Kernel::listed_project`, and of [`Vector`].
#[inline(always)]
pub unsafe fn project<V: Vector, const C: usize>(job: &ListedProject, units: Range<usize>) {
    let tiles = job.product.inner.div_ceil(TOGETHER);
    for unit in units {
        let (row, first) = (unit / tiles * C * LANES, unit % tiles * TOGETHER);
        let end = job.product.inner.min(first + TOGETHER);
        // SAFETY: the rows and first..end exist, as the unit does.
        unsafe {
            if end - first == TOGETHER && alike(job, first) {
                vectors::<V, TOGETHER, C>(job, first, row);
            } else {
                for i in first..end {
                    vectors::<V, 1, C>(job, i, row);
                }
            }
        }
    }
}

/// The entries of an input row.
#[inline(always)]
unsafe fn entries(job: &ListedProject, i: usize) -> Range<usize> {
    // SAFETY: the lists have that row.
    let [start, end] = [i, i + 1].map(|at| unsafe { *job.lists.starts.add(at) as usize });
    start..end
}

/// Whether the same panels hold the four input rows from `first` on.
#[inline(always)]
unsafe fn alike(job: &ListedProject, first: usize) -> bool {
    // SAFETY: the rows and their entries exist.
    unsafe {
        let panels = |i: usize| {
            let entries = entries(job, i);
            core::slice::from_raw_parts(job.lists.panels.add(entries.start), entries.len())
        };
        (1..TOGETHER).all(|r| panels(first + r) == panels(first))
    }
}

/// At most `C` vectors of rows from `row` on, of i..i + R.
#[inline(always)]
unsafe fn vectors<V: Vector, const R: usize, const C: usize>(
    job: &ListedProject,
    i: usize,
    mut row: usize,
) {
    let end = job.product.rows.min(row + C * LANES);
    // SAFETY: deltaᵀ is padded to vectors of 16 rows.
    unsafe { in_vectors!(C, row..end, project_tile::<V, R, _>(job, i, row)) }
}

/// Y[row..row + 16 C][i..i + R]: R × 16 C chains over the columns of the panels that hold i.
#[inline(always)]
unsafe fn project_tile<V: Vector, const R: usize, const C: usize>(
    job: &ListedProject,
    i: usize,
    row: usize,
) {
    // SAFETY: entries, their panels and lines exist; the R rows have equally many.
    unsafe {
        let columns = job.product.columns;
        let mut starts = [0; R];
        for (r, start) in starts.iter_mut().enumerate() {
            *start = entries(job, i + r).start;
        }
        let mut sums = [[V::splat(0.0); C]; R];
        for entry in 0..entries(job, i).len() {
            let panel = *job.lists.panels.add(starts[0] + entry) as usize;
            let lines = starts.map(|start| *job.lists.lines.add(start + entry) as usize);
            for lane in 0..LANES.min(columns - panel * LANES) {
                let delta = (row * columns) + (panel * LANES + lane) * LANES;
                let delta = job.product.delta_t.add(delta);
                for (chain, line) in sums.iter_mut().zip(lines) {
                    let m = V::splat(*job.product.matrix.add(line * LANES + lane));
                    for (c, sum) in chain.iter_mut().enumerate() {
                        *sum = m.mul_add(V::load(delta.add(c * columns * LANES)), *sum);
                    }
                }
            }
        }
        project_store(&job.product, &sums, i, row);
    }
}

/// Units of work: one panel each.
#[inline(always)]
pub fn update_units(job: &ListedUpdate) -> usize {
    job.product.columns.div_ceil(LANES)
}

/// # Safety
/// That of `Kernel::listed_update`, and of [`Vector`].
#[inline(always)]
pub unsafe fn update<V: Vector, const H: usize>(job: &ListedUpdate, units: Range<usize>) {
    for panel in units {
        // SAFETY: the panel and its lines exist, as the unit does.
        unsafe {
            let lines = job.lists.lines(panel);
            if few::is_plain(&job.product) {
                plain_update::<V>(job, panel, lines);
                continue;
            }
            let mut first = lines.start;
            while first < lines.end {
                let mut line = first;
                let end = lines.end.min(line + H);
                let mut sums = [V::splat(0.0); H];
                let out = sums.as_mut_ptr();
                in_tiles!(
                    H,
                    line..end,
                    update_tile::<V, _>(job, panel, line, out.add(line - first))
                );
                update_store(job, &sums[..end - first], first);
                first = end;
            }
        }
    }
}

/// The plain step of one row, for which see `kernel`.
#[inline(always)]
unsafe fn plain_update<V: Vector>(job: &ListedUpdate, panel: usize, lines: Range<usize>) {
    // SAFETY: the panel and its lines exist.
    unsafe {
        let product = &job.product;
        let step = plain::<V>(&product.optimizer).mul(V::load(product.delta.add(panel * LANES)));
        for line in lines {
            let x = V::splat(*product.x.add(*job.lists.rows.add(line) as usize * LANES));
            let weight = product.weight.add(line * LANES);
            x.mul_add_unless_zero(step, V::load(weight)).store(weight);
        }
    }
}

/// The optimizer's step on the lines from `first` on: once for all heights of tiles, as its code is
/// long.
#[inline(always)]
unsafe fn update_store<V: Vector>(job: &ListedUpdate, sums: &[V], first: usize) {
    let product = &job.product;
    for (at, sum) in sums.iter().enumerate() {
        let at = (first + at) * LANES;
        // SAFETY: the lines exist.
        unsafe { step(*sum, product.weight.add(at), product.state.at(at), &product.optimizer) };
    }
}

/// `out [R]`: for lines line..line + R of the panel, R × 16 sums over the rows.
#[inline(always)]
unsafe fn update_tile<V: Vector, const R: usize>(
    job: &ListedUpdate,
    panel: usize,
    line: usize,
    out: *mut V,
) {
    // SAFETY: the lines exist, and room for R vectors.
    unsafe {
        let product = &job.product;
        let mut totals = update_chunk::<V, R>(job, panel, line, 0..product.rows.min(ROW_CHUNK));
        let mut first = ROW_CHUNK;
        while first < product.rows {
            let rows = first..product.rows.min(first + ROW_CHUNK);
            let sums = update_chunk::<V, R>(job, panel, line, rows);
            for (total, sum) in totals.iter_mut().zip(sums) {
                *total = total.add(sum);
            }
            first += ROW_CHUNK;
        }
        out.cast::<[V; R]>().write(totals);
    }
}

#[inline(always)]
unsafe fn update_chunk<V: Vector, const R: usize>(
    job: &ListedUpdate,
    panel: usize,
    line: usize,
    rows: Range<usize>,
) -> [V; R] {
    // SAFETY: the rows exist in x and delta, in x as panels of 16; a chunk starts at a panel.
    unsafe {
        let product = &job.product;
        let mut places = [product.x; R];
        for (r, place) in places.iter_mut().enumerate() {
            *place = place.add(*job.lists.rows.add(line + r) as usize * LANES);
        }
        let mut sums = [V::splat(0.0); R];
        for row in rows {
            let delta = V::load(product.delta.add(row * product.delta_stride + panel * LANES));
            let x = row / LANES * product.inner * LANES + row % LANES;
            for (sum, place) in sums.iter_mut().zip(places) {
                *sum = V::splat(*place.add(x)).mul_add(delta, *sum);
            }
        }
        sums
    }
}
