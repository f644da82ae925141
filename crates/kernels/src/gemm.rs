//! The loops of the three products, over tiles of any height; see the table in `kernel`.
//!
//! Everything is inlined into an entry point that enables the instruction set, so a function here
//! is compiled once per set. What is left below the tile's height runs in lower ones.

use core::ops::Range;

use crate::epilogue::{activate, gate, step};
use crate::kernel::{Epilogue, Forward, LANES, Project, ROW_CHUNK, Update};
use crate::vector::Vector;

/// Runs a tile function on `at..end`: as one tile of the full height where that fits, else in
/// tiles of 8, 4, 2 and 1. The tile function's second parameter is the height.
macro_rules! in_tiles {
    (
        $full:ident, $at:ident..$end:ident,
        $tile:ident::<$vector:ident, _ $(, $more:ident)?>($($argument:expr),*)
    ) => {
        if $end - $at == $full {
            $tile::<$vector, $full $(, $more)?>($($argument),*);
        } else {
            while $end - $at >= 8 {
                $tile::<$vector, 8 $(, $more)?>($($argument),*);
                $at += 8;
            }
            if $end - $at >= 4 {
                $tile::<$vector, 4 $(, $more)?>($($argument),*);
                $at += 4;
            }
            if $end - $at >= 2 {
                $tile::<$vector, 2 $(, $more)?>($($argument),*);
                $at += 2;
            }
            if $end > $at {
                $tile::<$vector, 1 $(, $more)?>($($argument),*);
            }
        }
    };
}

pub(crate) use in_tiles;

/// Units of work: panel-major, `MR` rows each.
#[inline(always)]
pub fn forward_units<const MR: usize>(job: &Forward) -> usize {
    job.columns.div_ceil(LANES) * job.rows.div_ceil(MR)
}

/// # Safety
/// That of `Kernel::forward`, and of [`Vector`].
#[inline(always)]
pub unsafe fn forward<V: Vector, const MR: usize>(job: &Forward, units: Range<usize>) {
    let blocks = job.rows.div_ceil(MR);
    for unit in units {
        let (panel, mut row) = (unit / blocks, unit % blocks * MR);
        let end = job.rows.min(row + MR);
        // SAFETY: rows row..end and the panel exist, as the unit does.
        unsafe {
            in_tiles!(MR, row..end, forward_tile::<V, _>(job, panel, row));
        }
    }
}

/// Y[row..row + R][panel]: R × 16 chains over `inner`.
#[inline(always)]
unsafe fn forward_tile<V: Vector, const R: usize>(job: &Forward, panel: usize, row: usize) {
    // SAFETY: the caller names R rows and a panel that exist.
    unsafe {
        let weight = job.weight.add(panel * job.inner * LANES);
        let x = job.x.add(row * job.x_stride);
        // Of the next panel, each of the first four tiles of rows asks for its quarter; later ones
        // for what is there.
        let quarter = job.inner.div_ceil(4);
        let place = if row < 4 * R { job.inner + row / R * quarter } else { 0 };
        let ahead = weight.wrapping_add(place * LANES);
        let mut sums = [V::splat(0.0); R];
        let mut k = 0;
        while k + 4 <= job.inner {
            V::prefetch_later(ahead.wrapping_add(k / 4 * LANES));
            for k in k..k + 4 {
                let w = V::load(weight.add(k * LANES));
                for (r, sum) in sums.iter_mut().enumerate() {
                    *sum = V::splat(*x.add(r * job.x_stride + k)).mul_add(w, *sum);
                }
            }
            k += 4;
        }
        for k in k..job.inner {
            let w = V::load(weight.add(k * LANES));
            for (r, sum) in sums.iter_mut().enumerate() {
                *sum = V::splat(*x.add(r * job.x_stride + k)).mul_add(w, *sum);
            }
        }
        for (r, sum) in sums.into_iter().enumerate() {
            forward_store(job, sum, row + r, panel * LANES);
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

/// At most `MV` vectors of rows from `row` on, of i..i + R: 4, 2 or 1 vectors at a time, as many as
/// the rows fill, at least in part.
#[inline(always)]
unsafe fn project_rows<V: Vector, const R: usize, const MV: usize>(
    job: &Project,
    i: usize,
    mut row: usize,
) {
    let end = job.rows.min(row + MV * LANES);
    // SAFETY: deltaᵀ is padded to vectors of 16 rows.
    unsafe {
        while row < end {
            let vectors = (end - row).div_ceil(LANES);
            if MV >= 4 && vectors >= 4 {
                project_tile::<V, R, 4>(job, i, row);
                row += 4 * LANES;
            } else if MV >= 2 && vectors >= 2 {
                project_tile::<V, R, 2>(job, i, row);
                row += 2 * LANES;
            } else {
                project_tile::<V, R, 1>(job, i, row);
                row += LANES;
            }
        }
    }
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
unsafe fn project_store<V: Vector, const R: usize, const C: usize>(
    job: &Project,
    sums: &[[V; C]; R],
    i: usize,
    row: usize,
) {
    // A copy, which the stores to y cannot be thought to change.
    let job = *job;
    // SAFETY: rows below job.rows and i..i + R exist in y and in the gate's h.
    unsafe {
        for c in 0..C {
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

/// Floats of x that an update works through before it goes on: what a core's own cache holds
/// beside a panel of delta and the tiles of W that come and go.
const UPDATE_CHUNK: usize = 96 * 1024;

/// How an update's tiles are ordered: chunks of i, in each all panels, in each `MR` values of i a
/// tile. So a chunk of x is read from far away once, not once for every panel.
struct UpdateOrder {
    panels: usize,
    /// Tiles of `MR` values of i in all, and in a chunk.
    tiles: usize,
    chunk: usize,
}

/// A unit's place in that order.
struct UpdatePlace {
    /// The chunk's tiles, the panel, and the tile.
    chunk: Range<usize>,
    panel: usize,
    tile: usize,
}

impl UpdateOrder {
    #[inline(always)]
    fn new(job: &Update, height: usize) -> Self {
        let tiles = job.inner.div_ceil(height);
        // Whole cache lines of x.
        let lines = (UPDATE_CHUNK / (job.rows.clamp(1, ROW_CHUNK) * LANES)).max(1);
        let chunk = (lines * LANES / height).max(1);
        Self { panels: job.columns.div_ceil(LANES), tiles, chunk }
    }

    #[inline(always)]
    fn place(&self, unit: usize) -> UpdatePlace {
        let first = unit / (self.chunk * self.panels) * self.chunk;
        let width = self.chunk.min(self.tiles - first);
        let within = unit - first * self.panels;
        UpdatePlace {
            chunk: first..first + width,
            panel: within / width,
            tile: first + within % width,
        }
    }

    /// The place of the next unit: what [`Self::place`] gives, without its divisions.
    #[inline(always)]
    fn advance(&self, place: &mut UpdatePlace) {
        place.tile += 1;
        if place.tile == place.chunk.end {
            place.panel += 1;
            if place.panel == self.panels {
                place.panel = 0;
                place.chunk = place.chunk.end..self.tiles.min(place.chunk.end + self.chunk);
            }
            place.tile = place.chunk.start;
        }
    }
}

/// Units of work: one tile each.
#[inline(always)]
pub fn update_units<const MR: usize>(job: &Update) -> usize {
    job.columns.div_ceil(LANES) * job.inner.div_ceil(MR)
}

/// # Safety
/// That of `Kernel::update`, and of [`Vector`].
#[inline(always)]
pub unsafe fn update<V: Vector, const MR: usize>(job: &Update, units: Range<usize>) {
    if units.is_empty() {
        return;
    }
    let order = UpdateOrder::new(job, MR);
    let mut place = order.place(units.start);
    // The next panel of delta is a cache line a row, far apart: each tile asks for some.
    let share = job.rows.div_ceil(order.chunk.min(order.tiles));
    for _ in units {
        let UpdatePlace { panel, tile, .. } = place;
        let mut i = tile * MR;
        let end = job.inner.min(i + MR);
        // SAFETY: i..end and the panel exist, as the unit does; prefetches may miss.
        unsafe {
            let first = (tile - place.chunk.start) * share;
            for row in first..job.rows.min(first + share) {
                let line = row * job.delta_stride + (panel + 1) * LANES;
                V::prefetch_later(job.delta.wrapping_add(line));
            }
            in_tiles!(MR, i..end, update_tile::<V, _>(job, panel, i));
        }
        order.advance(&mut place);
    }
}

/// W[i..i + R][panel]: R × 16 sums over the rows, then the optimizer's step in the store.
#[inline(always)]
unsafe fn update_tile<V: Vector, const R: usize>(job: &Update, panel: usize, i: usize) {
    // SAFETY: the tile exists; prefetches past the end are harmless.
    unsafe {
        let at = (panel * job.inner + i) * LANES;
        for r in 0..R {
            V::prefetch_write(job.weight.wrapping_add(at + (3 * R + r) * LANES));
        }
        let mut totals = update_chunk::<V, R>(job, panel, i, 0..job.rows.min(ROW_CHUNK));
        let mut first = ROW_CHUNK;
        while first < job.rows {
            let rows = first..job.rows.min(first + ROW_CHUNK);
            let sums = update_chunk::<V, R>(job, panel, i, rows);
            for (total, sum) in totals.iter_mut().zip(sums) {
                *total = total.add(sum);
            }
            first += ROW_CHUNK;
        }
        for (r, total) in totals.into_iter().enumerate() {
            let place = at + r * LANES;
            let velocity =
                if job.velocity.is_null() { job.velocity } else { job.velocity.add(place) };
            step(total, job.weight.add(place), velocity, &job.sgd, job.sgd.weight_decay);
        }
    }
}

#[inline(always)]
unsafe fn update_chunk<V: Vector, const R: usize>(
    job: &Update,
    panel: usize,
    i: usize,
    rows: Range<usize>,
) -> [V; R] {
    // SAFETY: the rows exist in x and delta.
    unsafe {
        let mut sums = [V::splat(0.0); R];
        for row in rows {
            let delta = V::load(job.delta.add(row * job.delta_stride + panel * LANES));
            let x = job.x.add(row * job.x_stride + i);
            for (r, sum) in sums.iter_mut().enumerate() {
                *sum = V::splat(*x.add(r)).mul_add(delta, *sum);
            }
        }
        sums
    }
}
