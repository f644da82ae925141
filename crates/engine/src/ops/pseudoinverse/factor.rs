//! G = L · Lᵀ: Gram matrices, and their Cholesky factors with pivots, which find the rank.

use feedalign_kernels::Member;
use feedalign_kernels::double::{Product, WIDTH, multiply};

use super::matrix::{Matrix, Shared};

/// Columns of L that are found before the rest of G is brought up to date.
const BLOCK: usize = 64;

/// A column that comes closer to the span of those before than this share of the longest column,
/// squared, counts as one of their combinations: f32's own rounding of W moves it by 1e-7.
const TOLERANCE: f64 = 1e-12;

/// The lower triangle of target `[size × size]` ← xᵀ · x (+ the identity), x of `count` rows.
///
/// # Safety
/// Every member calls it with the same matrices, which are there, with a panel's room after each
/// row, and barriers stand around it.
pub unsafe fn gram(
    x: Matrix,
    count: usize,
    target: Matrix,
    (size, plus_identity): (usize, bool),
    member: &Member,
) {
    // SAFETY (of the whole): as stated; members have panels of columns of their own.
    for first in own_panels(0, size, member) {
        unsafe {
            for row in first..size {
                target.row(row, first, WIDTH).fill(0.0);
                if plus_identity && row < first + WIDTH {
                    *target.at(row, row) = 1.0;
                }
            }
            multiply(&Product {
                x: x.at(0, first),
                x_stride: 1,
                x_step: x.stride,
                b: x.at(0, first),
                b_stride: x.stride,
                c: target.at(first, first),
                c_stride: target.stride,
                rows: size - first,
                inner: count,
                factor: 1.0,
            });
        }
    }
}

/// The first columns of a member's panels, from `start` on, dealt out in turn: the work of each
/// shrinks from panel to panel.
fn own_panels(start: usize, size: usize, member: &Member) -> impl Iterator<Item = usize> {
    (start..size).step_by(WIDTH).skip(member.index()).step_by(member.threads())
}

/// G `[size × size]`, of which the lower triangle is given and becomes L, as far as its rank goes.
#[derive(Clone, Copy)]
pub struct Cholesky {
    pub g: Matrix,
    pub size: usize,
    /// Whether rows are chosen by their distance from those before; else taken in order.
    pub pivots: bool,
    pub shared: Shared,
}

impl Cholesky {
    /// # Safety
    /// Every member calls it with the same values, and barriers stand around it.
    pub unsafe fn factor(&self, member: &Member) {
        // SAFETY (of the whole): as stated; only the first member writes what is shared.
        unsafe {
            if member.index() == 0 {
                self.begin();
            }
            for first in (0..self.size).step_by(BLOCK) {
                let end = self.size.min(first + BLOCK);
                member.barrier();
                if member.index() == 0 {
                    self.block(first, end);
                }
                member.barrier();
                if self.shared.rank() < end {
                    return;
                }
                self.update(first, end, member);
            }
        }
    }

    unsafe fn begin(&self) {
        // SAFETY: as at `factor`.
        unsafe {
            self.shared.set_rank(0);
            for row in 0..self.size {
                *self.shared.distance(row) = *self.g.at(row, row);
                if self.pivots {
                    *self.shared.order(row) = row as u32;
                }
            }
        }
    }

    /// Columns `first` to `end` of L, or as many as there are before the rank is reached.
    unsafe fn block(&self, first: usize, end: usize) {
        let Self { g, size, shared, .. } = *self;
        // SAFETY (of the whole): as at `factor`.
        unsafe {
            for column in first..end {
                let pivot = if self.pivots { self.farthest(column) } else { column };
                let distance = *shared.distance(pivot);
                let least = if shared.rank() == 0 { 0.0 } else { TOLERANCE * shared.longest() };
                if distance <= least || distance.is_nan() {
                    return;
                }
                if column == 0 {
                    shared.set_longest(distance);
                }
                self.swap(column, pivot);
                let diagonal = distance.sqrt();
                *g.at(column, column) = diagonal;
                let above = g.row(column, first, column - first);
                for row in column + 1..size {
                    let left = g.row(row, first, column - first);
                    let known = left.iter().zip(&*above).fold(0.0, |sum, (a, b)| sum + a * b);
                    let value = (*g.at(row, column) - known) / diagonal;
                    *g.at(row, column) = value;
                    *shared.distance(row) -= value * value;
                }
                shared.set_rank(column + 1);
            }
        }
    }

    /// The row from `column` on with the greatest distance, the first of equals.
    unsafe fn farthest(&self, column: usize) -> usize {
        // SAFETY: as at `factor`.
        let distance = |row| unsafe { *self.shared.distance(row) };
        (column..self.size).fold(
            column,
            |best, row| {
                if distance(row) > distance(best) { row } else { best }
            },
        )
    }

    /// Exchanges rows, and columns alike, in the lower triangle; a ≤ b.
    unsafe fn swap(&self, a: usize, b: usize) {
        if a == b {
            return;
        }
        let Self { g, size, shared, .. } = *self;
        // SAFETY (of the whole): as at `factor`; the places differ.
        unsafe {
            (0..a).for_each(|column| g.at(a, column).swap(g.at(b, column)));
            (a + 1..b).for_each(|between| g.at(between, a).swap(g.at(b, between)));
            (b + 1..size).for_each(|row| g.at(row, a).swap(g.at(row, b)));
            g.at(a, a).swap(g.at(b, b));
            shared.distance(a).swap(shared.distance(b));
            shared.order(a).swap(shared.order(b));
        }
    }

    /// What is left of G after columns `first` to `end` of L.
    unsafe fn update(&self, first: usize, end: usize, member: &Member) {
        let Self { g, size, .. } = *self;
        for panel in own_panels(end, size, member) {
            let mut turned = [[0.0; WIDTH]; BLOCK];
            // SAFETY (of the whole): as at `factor`; members have panels of columns of their own.
            unsafe {
                for lane in 0..WIDTH.min(size - panel) {
                    for (line, value) in turned.iter_mut().zip(&*g.row(panel + lane, first, BLOCK))
                    {
                        line[lane] = *value;
                    }
                }
                multiply(&Product {
                    x: g.at(panel, first),
                    x_stride: g.stride,
                    x_step: 1,
                    b: turned.as_ptr().cast(),
                    b_stride: WIDTH,
                    c: g.at(panel, panel),
                    c_stride: g.stride,
                    rows: size - panel,
                    inner: BLOCK,
                    factor: -1.0,
                });
            }
        }
    }
}

/// Writes the transposes of the first `rank` columns of the lower triangle above the diagonal.
///
/// # Safety
/// Every member calls it with the same matrix, and barriers stand around it.
pub unsafe fn mirror(g: Matrix, size: usize, rank: usize, member: &Member) {
    for row in (0..rank).skip(member.index()).step_by(member.threads()) {
        for column in row + 1..size {
            // SAFETY: as stated; members have rows of their own above the diagonal.
            unsafe { *g.at(row, column) = *g.at(column, row) };
        }
    }
}
