//! The innermost loops: `R` broadcast values × `C` quads of columns, half a panel (`C` = 2) or a
//! whole one (`C` = 4), whose sums go to memory: `kept [R × 16]`, of which a call fills the columns
//! that it was asked for.
//!
//! Engines hand out fifteen registers, and a tile that needs one more runs at half the speed. So
//! the order of instructions is part of the design: quads of the panel's row, then a broadcast and
//! its multiply-adds, again and again. LLVM keeps that order when told to (see
//! `scripts/setup/wasm.mjs`), as long as the loop is not unrolled. It is one loop, not two nested:
//! engines would spill the sums around the inner one.
//!
//! Each product has a function of its own, never inlined, so that its sums are not spilled for the
//! sake of what stands around it, and so that engines, which translate a function anew once it is
//! hot but do not change over within a call, come to it soon.

use core::arch::wasm32::{f32x4_splat, v128, v128_load, v128_load32_splat, v128_store};

use crate::kernel::{Forward, LANES, Project, Update};

use super::set::madd;

/// What WebAssembly has instead of a prefetch: bytes that are read and forgotten, one a step, so
/// that a line is on its way long before it is needed.
#[derive(Clone, Copy)]
pub struct Ahead {
    pub at: *const u8,
    /// Bytes from one step to the next; at 0 the same byte is read again and again, for nothing.
    pub step: usize,
}

/// `sums[r][c]` + broadcast[r · apart] · vector[c]. Arrays are addressed by counted loops:
/// iterators keep LLVM from seeing that they fit into registers.
///
/// # Safety
/// `R` values are there to be broadcast, `C` quads, and the byte ahead.
#[inline(always)]
unsafe fn step<const R: usize, const C: usize>(
    mut sums: [[v128; C]; R],
    broadcast: *const f32,
    apart: usize,
    vector: *const f32,
    ahead: *const u8,
) -> [[v128; C]; R] {
    let mut quads = [f32x4_splat(0.0); C];
    // SAFETY: as stated.
    unsafe {
        ahead.read_volatile();
        for c in 0..C {
            quads[c] = v128_load(vector.add(4 * c).cast());
        }
        for r in 0..R {
            let value = v128_load32_splat(broadcast.add(r * apart).cast());
            for c in 0..C {
                sums[r][c] = madd(value, quads[c], sums[r][c]);
            }
        }
    }
    sums
}

/// Writes sums to their columns, `column` and on.
///
/// # Safety
/// `kept` is `[R × 16]`.
#[inline(always)]
unsafe fn keep<const R: usize, const C: usize>(
    sums: &[[v128; C]; R],
    kept: *mut f32,
    column: usize,
) {
    for r in 0..R {
        for c in 0..C {
            // SAFETY: as stated.
            unsafe { v128_store(kept.add(r * LANES + column + 4 * c).cast(), sums[r][c]) };
        }
    }
}

/// x[row..row + R] · W[.., column..column + 4 C], the columns inside a panel.
///
/// # Safety
/// Rows and panel exist, and the bytes ahead, one for each of `inner` steps; `column + 4 C ≤ 16`;
/// `kept` is `[R × 16]`.
#[inline(never)]
pub unsafe fn forward<const R: usize, const C: usize>(
    job: &Forward,
    panel: usize,
    row: usize,
    column: usize,
    mut ahead: Ahead,
    kept: *mut f32,
) {
    let mut sums = [[f32x4_splat(0.0); C]; R];
    // SAFETY: as stated; past the last step the pointers are not read.
    unsafe {
        let stride = job.x_stride;
        let mut x = job.x.add(row * stride);
        let mut weight = job.weight.add(panel * job.inner * LANES + column);
        let mut left = job.inner;
        while left != 0 {
            sums = step(sums, x, stride, weight, ahead.at);
            x = x.wrapping_add(1);
            weight = weight.wrapping_add(LANES);
            ahead.at = ahead.at.wrapping_add(ahead.step);
            left -= 1;
        }
        keep(&sums, kept, column);
    }
}

/// M[i..i + R] · deltaᵀ[.., row + column..row + column + 4 C], rows being the vector's lanes. Of
/// the lines of M the one `next` lines below i's is read ahead, in each panel. `offsets` holds for
/// each column of M how many bytes it lies behind the first, as telling it by the lane would cost
/// more than to look it up.
///
/// # Safety
/// i..i + R and i + next exist; `offsets` are M's; `delta_t` has a panel from `row` on; `column + 4
/// C ≤ 16`; `kept` is `[R × 16]`.
#[inline(never)]
pub unsafe fn project<const R: usize, const C: usize>(
    job: &Project,
    i: usize,
    row: usize,
    column: usize,
    next: usize,
    offsets: &[usize],
    kept: *mut f32,
) {
    let mut sums = [[f32x4_splat(0.0); C]; R];
    // SAFETY: as stated; past the last step the pointers are not read.
    unsafe {
        let matrix = job.matrix.add(i * LANES);
        let mut delta = job.delta_t.add(row * job.columns + column);
        let mut offset = offsets.as_ptr();
        let mut left = offsets.len();
        while left != 0 {
            let line = matrix.wrapping_byte_add(*offset);
            sums = step(sums, line, LANES, delta, line.wrapping_add(next * LANES).cast());
            delta = delta.wrapping_add(LANES);
            offset = offset.wrapping_add(1);
            left -= 1;
        }
        keep(&sums, kept, column);
    }
}

/// Σ over `rows` rows from `row` on of x[row][i..i + R]ᵀ · delta[row][column..column + 4 C], the
/// columns inside a panel; `x` holds x[row][i], rows `stride` apart.
///
/// # Safety
/// The values of x, rows and panel exist, and the bytes ahead, one a row; `column + 4 C ≤ 16`;
/// `kept` is `[R × 16]`.
#[inline(never)]
pub unsafe fn update<const R: usize, const C: usize>(
    job: &Update,
    (x, stride): (*const f32, usize),
    panel: usize,
    (row, rows): (usize, usize),
    column: usize,
    mut ahead: Ahead,
    kept: *mut f32,
) {
    let mut sums = [[f32x4_splat(0.0); C]; R];
    // SAFETY: as stated; past the last step the pointers are not read.
    unsafe {
        let delta_stride = job.delta_stride;
        let mut x = x.add(row * stride);
        let mut delta = job.delta.add(row * delta_stride + panel * LANES + column);
        let mut left = rows;
        while left != 0 {
            sums = step(sums, x, 1, delta, ahead.at);
            x = x.wrapping_add(stride);
            delta = delta.wrapping_add(delta_stride);
            ahead.at = ahead.at.wrapping_add(ahead.step);
            left -= 1;
        }
        keep(&sums, kept, column);
    }
}
