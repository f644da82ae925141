//! into ← the transposed Moore-Penrose pseudoinverse of a matrix, in f64.
//!
//! Let A be the matrix, or its transpose, whichever is not wider than high, k its columns.
//! Cholesky's method with pivots on AᵀA chooses columns C until the others are combinations of
//! them: A = C · (I T), up to their order, with CᵀC = L₁L₁ᵀ and T = L₁⁻ᵀL₂ᵀ. Then A⁺ᵀ = C (CᵀC)⁻¹
//! (I + TTᵀ)⁻¹ (I T), row by row; of full rank this is A (AᵀA)⁻¹. Every sum is a chain of its own,
//! so the bits depend neither on threads nor on instruction sets, which those of a library's
//! decomposition would.
//!
//! m · k² / 2 multiply-adds make AᵀA, k³ / 6 its factor, m · k² the answer, m its rows.

mod factor;
mod matrix;
mod solve;

use feedalign_kernels::Member;
use feedalign_kernels::double::WIDTH;

use self::factor::{Cholesky, gram, mirror};
use self::matrix::{Matrix, Shared};
use self::solve::{Triangle, add};
use super::Address;
use super::values::{Values, own_lines, same_shape};
use crate::error::Result;
use crate::memory;
use crate::plan::Lowering;
use crate::program::Derive;
use crate::tensors::Form;

/// Rows that a member solves for together: they fit a core's second cache.
const GROUP: usize = 48;

/// Everything that members share.
struct Work {
    from: Values,
    into: Values,
    shape: Form,
    /// Whether A is the transpose.
    wide: bool,
    rows: usize,
    /// k.
    size: usize,
    /// A `[rows × k]`, and in the end its transposed pseudoinverse.
    a: Matrix,
    /// L below the diagonal, Lᵀ and T above.
    g: Matrix,
    /// The same of I + TTᵀ.
    s: Matrix,
    /// `GROUP` rows for each member.
    own: Matrix,
    shared: Shared,
}

pub fn lower(op: &Derive, lowering: &mut Lowering) -> Result<()> {
    let shape = same_shape(&op.from, &op.into, lowering)?;
    let (high, across) = shape.size(0);
    let (rows, size) = (high.max(across), high.min(across));
    let from = lowering.tensors.find(&op.from)?;
    let (into, written) = Values::writable(&op.into, lowering)?;
    let counts = [rows, size, size, GROUP * lowering.threads];
    let stride = size.next_multiple_of(WIDTH) + WIDTH;
    let numbers = counts.iter().sum::<usize>().saturating_mul(stride);
    memory::require(numbers.saturating_mul(8))
        .map_err(|error| error.within(&format!("the pseudoinverse of {:?}", op.from)))?;
    let scratch = lowering.tensors.scratch(1, 2 * (numbers + Shared::len(size)))?;
    let start: *mut f64 = lowering.tensors.f32(scratch).cast();
    let mut used = 0;
    let [a, g, s, own] = counts.map(|count| {
        let matrix = Matrix { start: Address(start.wrapping_add(used)), stride };
        used += count * stride;
        matrix
    });
    let shared = Shared { start: Address(start.wrapping_add(used)), size };
    let (from_values, wide) = (Values::new(from, lowering), across > high);
    let work =
        Work { from: from_values, into: written, shape, wide, rows, size, a, g, s, own, shared };
    lowering.stage(&[from], &[into, scratch], move |_, member| {
        // SAFETY: the memory was allocated above; every member calls it.
        unsafe { work.run(member) };
    });
    Ok(())
}

impl Work {
    /// # Safety
    /// Every member calls it.
    unsafe fn run(&self, member: &Member) {
        let Self { a, g, size, shared, .. } = *self;
        // SAFETY (of the whole): as stated; barriers part what depends on each other.
        unsafe {
            self.load(member);
            member.barrier();
            gram(a, self.rows, g, (size, false), member);
            member.barrier();
            Cholesky { g, size, pivots: true, shared }.factor(member);
            member.barrier();
            let rank = shared.rank();
            // The shared rank is that of another factor from now on.
            member.barrier();
            if rank < size {
                self.combinations(rank, member);
                member.barrier();
            }
            mirror(g, size, rank, member);
            member.barrier();
            if rank < size {
                self.small(rank, member);
                member.barrier();
            }
            self.solve(rank, member);
            member.barrier();
            self.store(member);
        }
    }

    /// The element of A for that of the matrix.
    fn place(&self, row: usize, column: usize) -> *mut f64 {
        if self.wide { self.a.at(column, row) } else { self.a.at(row, column) }
    }

    unsafe fn load(&self, member: &Member) {
        own_lines(self.shape, 0, member, |row, column, count| {
            // SAFETY: the line is there, and members have lines of their own.
            unsafe {
                let line = self.from.get(row, column, count);
                for (lane, value) in line[..count].iter().enumerate() {
                    *self.place(row, column + lane) = f64::from(*value);
                }
            }
        });
    }

    unsafe fn store(&self, member: &Member) {
        own_lines(self.shape, 0, member, |row, column, count| {
            let mut line = [0.0; _];
            // SAFETY: as at `load`.
            unsafe {
                for (lane, value) in line[..count].iter_mut().enumerate() {
                    if self.from.holds(row, column + lane) {
                        *value = *self.place(row, column + lane) as f32;
                    }
                }
                self.into.put(row, column, count, &line);
            }
        });
    }

    /// Tᵀ in the place of L₂.
    unsafe fn combinations(&self, rank: usize, member: &Member) {
        let rows = member.split(self.size - rank);
        let triangle = Triangle { l: self.g, size: rank };
        // SAFETY: members have rows of their own; those of L₁ are only read.
        unsafe { triangle.backward(self.g.from(rank + rows.start), rows.len()) };
    }

    /// The factor of I + TTᵀ.
    unsafe fn small(&self, rank: usize, member: &Member) {
        let Self { g, s, shared, size, .. } = *self;
        // SAFETY: as at `run`.
        unsafe {
            gram(g.from(rank), size - rank, s, (rank, true), member);
            member.barrier();
            Cholesky { g: s, size: rank, pivots: false, shared }.factor(member);
            member.barrier();
            mirror(s, rank, rank, member);
        }
    }

    /// This member's rows of A become those of the answer.
    unsafe fn solve(&self, rank: usize, member: &Member) {
        let x = self.own.from(member.index() * GROUP);
        let mine = member.split(self.rows);
        for first in mine.clone().step_by(GROUP) {
            let rows = first..mine.end.min(first + GROUP);
            // SAFETY: the rows are this member's alone, and so is x.
            unsafe {
                self.exchange(rows.clone(), |chosen, own| *own = *chosen, x);
                self.solve_rows(x, rank, rows.len());
                self.exchange(rows, |chosen, own| *chosen = *own, x);
            }
        }
    }

    /// Calls `f(element of A, element of x)` for rows of both, those of x in the order of choice.
    unsafe fn exchange(
        &self,
        rows: std::ops::Range<usize>,
        f: impl Fn(&mut f64, &mut f64),
        x: Matrix,
    ) {
        for (own, row) in rows.enumerate() {
            for column in 0..self.size {
                // SAFETY: as at `solve`; the order holds numbers below the size.
                unsafe {
                    let chosen = *self.shared.order(column) as usize;
                    f(&mut *self.a.at(row, chosen), &mut *x.at(own, column));
                }
            }
        }
    }

    unsafe fn solve_rows(&self, x: Matrix, rank: usize, rows: usize) {
        let Self { g, s, size, .. } = *self;
        // SAFETY (of the whole): as at `solve`.
        unsafe {
            let triangle = Triangle { l: g, size: rank };
            triangle.forward(x, rows);
            triangle.backward(x, rows);
            if rank == size {
                return;
            }
            let triangle = Triangle { l: s, size: rank };
            triangle.forward(x, rows);
            triangle.backward(x, rows);
            for column in (rank..size).step_by(WIDTH) {
                (0..rows).for_each(|row| x.row(row, column, WIDTH).fill(0.0));
                add(x, (0, rank, column), g.at(0, column), g.stride, (rows, 1.0));
            }
        }
    }
}
