//! The three products over tiles of `R` × 16, each made of pieces of `C` quads. Stores, and the
//! order of an update's tiles, are those of `gemm`. A job is one unit: there is one thread.

use core::cell::RefCell;
use core::mem::MaybeUninit;

use super::quads::Quads;
use super::tile::{self, Ahead};
use crate::gemm::{
    UpdateOrder, UpdatePlace, forward_store_tile, in_tiles, pack, project_store, update_store,
};
use crate::kernel::{Forward, LANES, Project, ROW_CHUNK, Update};
use crate::panels;
use crate::vector::Vector;

/// Vectors of rows that `project` goes through for one tile of M: their part of deltaᵀ stays in a
/// core's own cache.
const PROJECT_VECTORS: usize = 4;

/// The first columns of the pieces of a panel.
fn pieces<const C: usize>() -> impl ExactSizeIterator<Item = usize> {
    (0..LANES).step_by(4 * C)
}

impl Ahead {
    /// The share of `pass`, one of `passes` of `steps` steps each, in `bytes` bytes from `at` on;
    /// nothing for a pass that would reach past them.
    fn share(at: *const f32, bytes: usize, steps: usize, pass: usize, passes: usize) -> Self {
        let step = bytes.div_ceil((steps * passes).max(1));
        let first = pass * steps * step;
        if first + steps * step > bytes {
            return Self { at: at.cast(), step: 0 };
        }
        Self { at: at.cast::<u8>().wrapping_add(first), step }
    }
}

/// # Safety
/// That of `Kernel::forward`.
pub unsafe fn forward<const R: usize, const C: usize>(job: &Forward) {
    let panels = job.columns.div_ceil(LANES);
    let passes = job.rows.div_ceil(R) * pieces::<C>().len();
    for panel in 0..panels {
        // The tiles of a panel fetch the next one.
        let next = (panel + 1).min(panels - 1);
        let bytes = (next - panel) * job.inner * LANES * size_of::<f32>();
        for first in (0..job.rows).step_by(R) {
            let (mut row, end) = (first, job.rows.min(first + R));
            // SAFETY: the rows and the panels exist.
            unsafe {
                let start = job.weight.add(next * job.inner * LANES);
                let ahead = |piece| {
                    let pass = first / R * pieces::<C>().len() + piece;
                    Ahead::share(start, bytes, job.inner, pass, passes)
                };
                in_tiles!(R, row..end, forward_tile::<Quads, _, C>(job, panel, row, &ahead));
            }
        }
    }
}

unsafe fn forward_tile<V: Vector, const R: usize, const C: usize>(
    job: &Forward,
    panel: usize,
    row: usize,
    ahead: &impl Fn(usize) -> Ahead,
) {
    let mut sums = [const { MaybeUninit::<V>::uninit() }; R];
    // SAFETY: the caller names rows and a panel that exist; the pieces are all of the sums.
    unsafe {
        for (piece, column) in pieces::<C>().enumerate() {
            let kept = sums.as_mut_ptr().cast();
            tile::forward::<R, C>(job, panel, row, column, ahead(piece), kept);
        }
        forward_store_tile::<V>(job, sums.as_ptr().cast(), row..row + R, panel..panel + 1);
    }
}

thread_local! {
    /// For each column of M, how many bytes it lies behind the first.
    static OFFSETS: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// # Safety
/// That of `Kernel::project`.
pub unsafe fn project<const R: usize, const C: usize>(job: &Project) {
    OFFSETS.with_borrow_mut(|offsets| {
        offsets.clear();
        let bytes = |column| panels::index(job.inner, 0, column) * size_of::<f32>();
        offsets.extend((0..job.columns).map(bytes));
        for block in (0..job.rows).step_by(PROJECT_VECTORS * LANES) {
            let rows = block..job.rows.min(block + PROJECT_VECTORS * LANES);
            for first in (0..job.inner).step_by(R) {
                let end = job.inner.min(first + R);
                for (vector, row) in rows.clone().step_by(LANES).enumerate() {
                    let (mut i, at) = (first, (row, vector));
                    // SAFETY: the rows and i..end exist.
                    unsafe {
                        in_tiles!(R, i..end, project_tile::<Quads, _, C>(job, i, at, offsets));
                    }
                }
            }
        }
    });
}

/// `at`: the first row of a vector, and the vector's place in its block.
unsafe fn project_tile<V: Vector, const R: usize, const C: usize>(
    job: &Project,
    i: usize,
    (row, vector): (usize, usize),
    offsets: &[usize],
) {
    let mut sums = MaybeUninit::<[[V; 1]; R]>::uninit();
    // SAFETY: the caller names rows and values of i that exist; the pieces are all of the sums.
    unsafe {
        for (piece, column) in pieces::<C>().enumerate() {
            // Each pass fetches a line of the next tile's.
            let line = R + (vector * pieces::<C>().len() + piece) % R;
            let next = if i + line < job.inner { line } else { 0 };
            tile::project::<R, C>(job, i, row, column, next, offsets, sums.as_mut_ptr().cast());
        }
        project_store(job, sums.assume_init_ref(), i, row);
    }
}

/// # Safety
/// That of `Kernel::update`.
pub unsafe fn update<const R: usize, const C: usize>(job: &Update) {
    if job.columns == 0 || job.inner == 0 {
        return;
    }
    let order = UpdateOrder::new(job, R, 1);
    let mut place = order.place(0);
    let packed = order.packed::<R>(job.rows);
    let mut at = usize::MAX;
    for _ in 0..job.columns.div_ceil(LANES) * job.inner.div_ceil(R) {
        let UpdatePlace { ref chunk, panel, tile } = place;
        let (mut i, end) = (tile * R, job.inner.min(tile * R + R));
        // SAFETY: i..end and the panel exist; `packed` holds a chunk; the sums of i..end are
        // written before they are read.
        unsafe {
            let mut x = (job.x.add(i), job.x_stride);
            if !packed.is_null() {
                if at != chunk.start {
                    at = chunk.start;
                    pack::<Quads, R>(job, chunk, packed);
                }
                x = (packed.add((tile - at) * job.rows * R).cast_const(), R);
            }
            let mut sums = [const { MaybeUninit::<Quads>::uninit() }; R];
            let mut out = sums.as_mut_ptr().cast::<Quads>();
            in_tiles!(R, i..end, update_tile::<Quads, _, C>(job, panel, i, &mut x, &mut out));
            update_store(job, sums.as_ptr().cast::<Quads>(), tile * R..end, panel..panel + 1);
        }
        order.advance(&mut place);
    }
}

unsafe fn update_tile<V: Vector, const R: usize, const C: usize>(
    job: &Update,
    panel: usize,
    i: usize,
    x: &mut (*const f32, usize),
    out: &mut *mut V,
) {
    // SAFETY: the caller names a panel and values of i that exist, and room for R vectors; the
    // pieces are all of the sums.
    unsafe {
        // Lines of W of the next tile.
        let at = (panel * job.inner + i) * LANES;
        let bytes = if i + 2 * R <= job.inner { R * LANES * size_of::<f32>() } else { 0 };
        let line = if bytes > 0 { job.weight.add(at + R * LANES) } else { job.weight };
        let sum = |first: usize, sums: *mut [V; R]| {
            let rows = (first, ROW_CHUNK.min(job.rows - first));
            for (piece, column) in pieces::<C>().enumerate() {
                let ahead = Ahead::share(line, bytes, rows.1, piece, pieces::<C>().len());
                tile::update::<R, C>(job, *x, panel, rows, column, ahead, sums.cast());
            }
        };
        let totals = out.cast::<[V; R]>();
        sum(0, totals);
        for first in (ROW_CHUNK..job.rows).step_by(ROW_CHUNK) {
            let mut sums = MaybeUninit::uninit();
            sum(first, sums.as_mut_ptr());
            for (total, sum) in (*totals).iter_mut().zip(sums.assume_init_ref()) {
                *total = total.add(*sum);
            }
        }
        // For the tile beside this one, if this was a lower one.
        x.0 = x.0.wrapping_add(R);
        *out = out.wrapping_add(R);
    }
}
