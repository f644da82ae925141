//! The loops of the three products, over tiles of any height; see the table in `kernel`.
//!
//! Everything is inlined into an entry point that enables the instruction set, so a function here
//! is compiled once per set. What is left below the tile's height runs in lower ones.

use core::cell::RefCell;
use core::hint::black_box;
use core::mem::MaybeUninit;
use core::ops::Range;
use core::sync::atomic::{Ordering, compiler_fence};

use crate::epilogue::{activate, gate, load_first, step};
use crate::kernel::{Epilogue, Forward, LANES, Project, ROW_CHUNK, Sgd, Update};
use crate::vector::Vector;

/// Runs a tile function on `at..end`: as one tile of the full height where that fits, else in
/// tiles of 8, 4, 2 and 1. The tile function's second parameter is the height.
macro_rules! in_tiles {
    (
        $full:ident, $at:ident..$end:ident,
        $tile:ident::<$vector:ident, _ $(, $more:tt)?>($($argument:expr),*)
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
        let mut k = 0;
        while k + 4 <= inner {
            for p in 0..P {
                V::prefetch_later(ahead.wrapping_add(p * panel_floats + k / 4 * LANES));
            }
            for k in k..k + 4 {
                outer_product_step(
                    &mut sums,
                    weight.add(k * LANES),
                    panel_floats,
                    x.add(k),
                    x_stride,
                );
            }
            k += 4;
        }
        for k in k..inner {
            outer_product_step(&mut sums, weight.add(k * LANES), panel_floats, x.add(k), x_stride);
        }
        out.cast::<[[V; P]; R]>().write(sums);
    }
}

/// One k: R values of x, `stride` apart, times P rows of panels, `panel_floats` apart.
#[inline(always)]
unsafe fn outer_product_step<V: Vector, const R: usize, const P: usize>(
    sums: &mut [[V; P]; R],
    weight: *const f32,
    panel_floats: usize,
    x: *const f32,
    stride: usize,
) {
    // Keeps the compiler from gathering the loads of several steps, for which it has no registers.
    compiler_fence(Ordering::SeqCst);
    // SAFETY: the caller's.
    unsafe {
        let mut w = [V::splat(0.0); P];
        for (p, w) in w.iter_mut().enumerate() {
            *w = V::load(weight.add(p * panel_floats));
        }
        for (r, chains) in sums.iter_mut().enumerate() {
            let x = V::splat(*x.add(r * stride));
            for (sum, w) in chains.iter_mut().zip(w) {
                *sum = x.mul_add(w, *sum);
            }
        }
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

/// Floats of x that an update works through before it goes on: what a core's own cache holds
/// beside a panel of delta and the tiles of W that come and go.
const UPDATE_CHUNK: usize = 96 * 1024;

/// Groups of panels that must read a chunk of x before it is packed for them.
const PACK_FROM: usize = 8;

thread_local! {
    /// A chunk of x in tiles: rows of x are far apart, and a tile reads little of each.
    static PACKED: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Tiles of W between the one at work and the one asked for.
const AHEAD: usize = 3;

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
    fn new(job: &Update, height: usize, width: usize) -> Self {
        let tiles = job.inner.div_ceil(height);
        // Whole cache lines of x.
        let lines = (UPDATE_CHUNK / (job.rows.clamp(1, ROW_CHUNK) * LANES)).max(1);
        let chunk = (lines * LANES / height).max(1);
        Self { panels: job.columns.div_ceil(width * LANES), tiles, chunk }
    }

    /// Room for a chunk of x in tiles of `MR`, this thread's own, where packing pays: where
    /// enough panels read each chunk. Else null.
    fn packed<const MR: usize>(&self, rows: usize) -> *mut f32 {
        if self.panels < PACK_FROM || MR > LANES {
            return core::ptr::null_mut();
        }
        let len = self.chunk.min(self.tiles) * MR * rows + LANES;
        PACKED.with_borrow_mut(|room| {
            if room.len() < len {
                room.resize(len, 0.0);
            }
            room.as_mut_ptr()
        })
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

/// Units of work: one tile of `MR` values of i and `NP` panels each.
#[inline(always)]
pub fn update_units<const MR: usize, const NP: usize>(job: &Update) -> usize {
    job.columns.div_ceil(NP * LANES) * job.inner.div_ceil(MR)
}

/// # Safety
/// That of `Kernel::update`, and of [`Vector`].
#[inline(always)]
pub unsafe fn update<V: Vector, const MR: usize, const NP: usize>(
    job: &Update,
    units: Range<usize>,
) {
    if units.is_empty() {
        return;
    }
    let order = UpdateOrder::new(job, MR, NP);
    let mut place = order.place(units.start);
    let panels = job.columns.div_ceil(LANES);
    let packed = order.packed::<MR>(job.rows);
    // The next panels of delta are some cache lines a row, far apart: each tile asks for some.
    let share = job.rows.div_ceil(order.chunk.min(order.tiles));
    let mut at = usize::MAX;
    for _ in units {
        let UpdatePlace { ref chunk, panel: group, tile } = place;
        let first = group * NP;
        let i = tile * MR;
        let end = job.inner.min(i + MR);
        // SAFETY: i..end and the panels exist, as the unit does; prefetches may miss; `packed`
        // holds a chunk.
        unsafe {
            let mut x = Values { at: job.x.add(i), stride: job.x_stride };
            if !packed.is_null() {
                if at != chunk.start {
                    at = chunk.start;
                    pack::<V, MR>(job, chunk, packed);
                }
                x = Values { at: packed.add((tile - at) * job.rows * MR), stride: MR };
            }
            let next = (tile - chunk.start) * share;
            for row in next..job.rows.min(next + share) {
                let line = job.delta.wrapping_add(row * job.delta_stride + (first + NP) * LANES);
                for p in 0..NP {
                    V::prefetch_later(line.wrapping_add(p * LANES));
                }
            }
            if panels - first >= NP {
                let (mut i, mut x) = (i, x);
                in_tiles!(MR, i..end, update_tile::<V, _, NP>(job, first, i, &mut x));
            } else {
                for panel in first..panels {
                    let (mut i, mut x) = (i, x);
                    in_tiles!(MR, i..end, update_tile::<V, _, 1>(job, panel, i, &mut x));
                }
            }
        }
        order.advance(&mut place);
    }
}

/// Values of x for a tile: those of a row side by side, rows `stride` apart.
#[derive(Clone, Copy)]
struct Values {
    at: *const f32,
    stride: usize,
}

/// Writes x of a chunk's tiles to `packed [tile][row][MR]`.
#[inline(always)]
unsafe fn pack<V: Vector, const MR: usize>(job: &Update, chunk: &Range<usize>, packed: *mut f32) {
    // SAFETY: the tiles exist in x; a store of 16 reaches into the next row, which is written
    // after it, and at the end into the buffer's slack.
    unsafe {
        for tile in chunk.clone() {
            let i = tile * MR;
            let target = packed.add((tile - chunk.start) * job.rows * MR);
            for row in 0..job.rows {
                let x = job.x.add(row * job.x_stride + i);
                load_first::<V>(x, LANES.min(job.inner - i), 0.0).store(target.add(row * MR));
            }
        }
    }
}

/// W[i..i + R][panel..panel + P]: R × 16 P sums over the rows, then the optimizer's step in the
/// store.
#[inline(always)]
unsafe fn update_tile<V: Vector, const R: usize, const P: usize>(
    job: &Update,
    panel: usize,
    i: usize,
    x: &mut Values,
) {
    // SAFETY: the tile exists; prefetches past the end are harmless.
    unsafe {
        let panel_floats = job.inner * LANES;
        let at = panel * panel_floats + i * LANES;
        let mut totals = update_chunk::<V, R, P>(job, panel, i, *x, 0..job.rows.min(ROW_CHUNK));
        let mut first = ROW_CHUNK;
        while first < job.rows {
            let rows = first..job.rows.min(first + ROW_CHUNK);
            let sums = update_chunk::<V, R, P>(job, panel, i, *x, rows);
            for (totals, sums) in totals.iter_mut().zip(sums) {
                for (total, sum) in totals.iter_mut().zip(sums) {
                    *total = total.add(sum);
                }
            }
            first += ROW_CHUNK;
        }
        update_store(job, &totals, at);
        // For the tile beside this one, if this was a lower one.
        x.at = x.at.wrapping_add(R);
    }
}

/// The optimizer's step for R lines of P panels, the first at `at`.
#[inline(always)]
unsafe fn update_store<V: Vector, const R: usize, const P: usize>(
    job: &Update,
    sums: &[[V; P]; R],
    at: usize,
) {
    let Sgd { weight_decay, .. } = job.sgd;
    let place = |r: usize, p: usize| at + (p * job.inner + r) * LANES;
    // SAFETY: the lines exist.
    unsafe {
        if job.velocity.is_null() && weight_decay == 0.0 {
            // The common step straight from the registers; others, as in `forward_store_tile`.
            let rate = V::splat(-(job.sgd.learning_rate * job.sgd.scale));
            for (r, sums) in sums.iter().enumerate() {
                for (p, sum) in sums.iter().enumerate() {
                    let line = job.weight.add(place(r, p));
                    rate.mul_add(*sum, V::load(line)).store(line);
                }
            }
            return;
        }
        let (rows, panels) = black_box((R, P));
        for r in 0..rows {
            for p in 0..panels {
                let place = place(r, p);
                let velocity =
                    if job.velocity.is_null() { job.velocity } else { job.velocity.add(place) };
                step(sums[r][p], job.weight.add(place), velocity, &job.sgd, weight_decay);
            }
        }
    }
}

#[inline(always)]
unsafe fn update_chunk<V: Vector, const R: usize, const P: usize>(
    job: &Update,
    panel: usize,
    i: usize,
    x: Values,
    rows: Range<usize>,
) -> [[V; P]; R] {
    // SAFETY: the rows exist in x and delta.
    unsafe {
        let delta_stride = job.delta_stride;
        let delta = job.delta.add(panel * LANES);
        let panel_floats = job.inner * LANES;
        let later = job.weight.wrapping_add(panel * panel_floats + (i + AHEAD * R) * LANES);
        let mut sums = [[V::splat(0.0); P]; R];
        // The lines of W of a later tile are asked for one by one: all at once they would fill
        // the buffers that loads wait in.
        let early = rows.start..rows.end.min(R.max(rows.start));
        for row in early.clone() {
            for p in 0..P {
                V::prefetch_write(later.wrapping_add(p * panel_floats + row * LANES));
            }
            // The panels of delta lie side by side, and so do R values of x.
            let delta = delta.add(row * delta_stride);
            outer_product_step(&mut sums, delta, LANES, x.at.add(row * x.stride), 1);
        }
        for row in early.end..rows.end {
            let delta = delta.add(row * delta_stride);
            outer_product_step(&mut sums, delta, LANES, x.at.add(row * x.stride), 1);
        }
        sums
    }
}
