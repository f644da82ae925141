//! Update: xᵀ · delta straight into W's panels, the optimizer's step in the store.

use core::cell::RefCell;
use core::mem::MaybeUninit;
use core::ops::Range;

use super::{in_register, in_tiles, outer_product_step};
use crate::epilogue::load_first;
use crate::kernel::{LANES, ROW_CHUNK, Update};
use crate::optimizer::{plain, step};
use crate::vector::Vector;

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
pub struct UpdateOrder {
    panels: usize,
    /// Tiles of `MR` values of i in all, and in a chunk.
    tiles: usize,
    chunk: usize,
}

/// A unit's place in that order.
pub struct UpdatePlace {
    /// The chunk's tiles, the group of panels, and the tile.
    pub chunk: Range<usize>,
    pub panel: usize,
    pub tile: usize,
}

impl UpdateOrder {
    #[inline(always)]
    pub fn new(job: &Update, height: usize, width: usize) -> Self {
        let tiles = job.inner.div_ceil(height);
        // Whole cache lines of x.
        let lines = (UPDATE_CHUNK / (job.rows.clamp(1, ROW_CHUNK) * LANES)).max(1);
        let chunk = (lines * LANES / height).max(1);
        Self { panels: job.columns.div_ceil(width * LANES), tiles, chunk }
    }

    /// Room for a chunk of x in tiles of `MR`, this thread's own, where packing pays: where
    /// enough panels read each chunk. Else null.
    pub fn packed<const MR: usize>(&self, rows: usize) -> *mut f32 {
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
    pub fn place(&self, unit: usize) -> UpdatePlace {
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
    pub fn advance(&self, place: &mut UpdatePlace) {
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
    let is_plain = job.is_plain();
    let mut at = usize::MAX;
    for _ in units {
        let UpdatePlace { ref chunk, panel: group, tile } = place;
        let first = group * NP;
        let i = tile * MR;
        let end = job.inner.min(i + MR);
        // SAFETY: i..end and the panels exist, as the unit does; prefetches may miss; `packed`
        // holds a chunk; the sums have room for MR lines of NP vectors, and those of i..end are
        // written before they are read.
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
            let group = if panels - first >= NP { NP } else { 1 };
            for panel in (first..panels.min(first + NP)).step_by(group) {
                let mut sums = [[const { MaybeUninit::<V>::uninit() }; NP]; MR];
                let mut out = sums.as_mut_ptr().cast::<V>();
                let (mut i, mut x) = (i, x);
                if group == NP {
                    in_tiles!(MR, i..end, update_tile::<V, _, NP>(job, panel, i, &mut x, &mut out));
                } else {
                    in_tiles!(MR, i..end, update_tile::<V, _, 1>(job, panel, i, &mut x, &mut out));
                }
                if !is_plain {
                    let sums = sums.as_ptr().cast::<V>();
                    update_store(job, sums, tile * MR..end, panel..panel + group);
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
///
/// # Safety
/// That of [`Vector`]; the tiles exist, and the buffer is that of [`UpdateOrder::packed`].
#[inline(always)]
pub unsafe fn pack<V: Vector, const MR: usize>(
    job: &Update,
    chunk: &Range<usize>,
    packed: *mut f32,
) {
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

/// For W[i..i + R][panel..panel + P] R × 16 P sums over the rows: a plain step is made with them,
/// for others they go to `out [R][P]`.
#[inline(always)]
unsafe fn update_tile<V: Vector, const R: usize, const P: usize>(
    job: &Update,
    panel: usize,
    i: usize,
    x: &mut Values,
    out: &mut *mut V,
) {
    // SAFETY: the tile exists, and room for R × P vectors; prefetches past the end are harmless.
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
        if job.is_plain() {
            // From the registers.
            let rate = plain::<V>(&job.optimizer);
            for (r, totals) in totals.iter().enumerate() {
                for (p, total) in totals.iter().enumerate() {
                    let line = job.weight.add(at + (p * job.inner + r) * LANES);
                    rate.mul_add(*total, V::load(line)).store(line);
                }
            }
        } else {
            out.cast::<[[V; P]; R]>().write(totals);
        }
        // For the tile beside this one, if this was a lower one.
        x.at = x.at.wrapping_add(R);
        *out = out.wrapping_add(R * P);
    }
}

/// The optimizer's step on some lines of some panels: once for all shapes of tiles, as its code is
/// long. `sums [lines][panels]`.
///
/// # Safety
/// That of [`Vector`]; the lines exist.
#[inline(always)]
pub unsafe fn update_store<V: Vector>(
    job: &Update,
    mut sums: *const V,
    lines: Range<usize>,
    panels: Range<usize>,
) {
    for i in lines {
        for panel in panels.clone() {
            let at = (panel * job.inner + i) * LANES;
            // SAFETY: the caller's.
            unsafe {
                step(*sums, job.weight.add(at), job.state.at(at), &job.optimizer);
                sums = sums.add(1);
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
        let later = panel * panel_floats + (i + AHEAD * R) * LANES;
        let mut sums = [[V::splat(0.0); P]; R];
        // The lines of a later tile, of W and then of what moves along with it, are asked for one
        // by one: all at once they would fill the buffers that loads wait in.
        let mut row = rows.start;
        for start in job.stepped().take(if row == 0 { usize::MAX } else { 0 }) {
            let later = start.wrapping_add(later);
            for line in 0..R.min(rows.end - row) {
                for p in 0..P {
                    V::prefetch_write(later.wrapping_add(p * panel_floats + line * LANES));
                }
                // The panels of delta lie side by side, and so do R values of x.
                let delta = delta.add(row * delta_stride);
                outer_product_step(&mut sums, delta, LANES, |r| x.at.add(row * x.stride + r));
                row += 1;
            }
        }
        let mut left = rows.end - row;
        let mut delta = delta.wrapping_add(row * delta_stride);
        let mut x_at = x.at.wrapping_add(row * x.stride);
        while left >= 2 {
            (delta, x_at) = (in_register(delta), in_register(x_at));
            outer_product_step(&mut sums, delta, LANES, |r| x_at.add(r));
            let (next_delta, next_x) = (delta.add(delta_stride), x_at.add(x.stride));
            outer_product_step(&mut sums, next_delta, LANES, |r| next_x.add(r));
            delta = delta.wrapping_add(2 * delta_stride);
            x_at = x_at.wrapping_add(2 * x.stride);
            left -= 2;
        }
        if left > 0 {
            outer_product_step(&mut sums, delta, LANES, |r| x_at.add(r));
        }
        sums
    }
}
