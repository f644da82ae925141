//! Products of gradients without forming one: ⟨xᵀδ, yᵀε⟩ = Σᵢⱼ (xᵢ · yⱼ)(δᵢ · εⱼ) over pairs of
//! rows, and biases add Σᵢⱼ δᵢ · εⱼ.

use std::ops::Range;

use feedalign_kernels::{Activation, Epilogue, Forward, Member};

use super::Address;
use super::turned::turned;
use crate::error::{Error, Result};
use crate::plan::{Lowering, Step};
use crate::program::Pair;
use crate::tensors::Id;

/// Rows whose products with all rows a member takes at once.
const BLOCK: usize = 32;

/// Rows, and the panels of their transpose, by which rows are multiplied with rows.
#[derive(Clone, Copy)]
pub struct Turned {
    pub rows: Id,
    transposed: Id,
    start: Address<f32>,
    panels: Address<f32>,
    width: usize,
    stride: usize,
}

impl Turned {
    fn new(name: &str, lowering: &mut Lowering) -> Result<Self> {
        let (rows, width, stride) = lowering.rows(name)?;
        let transposed = turned(rows, stride, width, lowering)?;
        let [start, panels] = [rows, transposed].map(|id| Address(lowering.tensors.f32(id)));
        Ok(Self { rows, transposed, start, panels, width, stride })
    }

    /// y ← some rows · all rowsᵀ of another tensor of the same width.
    ///
    /// # Safety
    /// y has room for as many rows as there are in `rows`, and a stride of whole panels.
    unsafe fn gram(&self, other: &Self, rows: Range<usize>, y: (*mut f32, usize), step: &Step) {
        let job = Forward {
            x: self.start.get().wrapping_add(rows.start * self.stride),
            x_stride: self.stride,
            weight: other.panels.get(),
            y: y.0,
            y_stride: y.1,
            rows: rows.len(),
            inner: self.width,
            columns: step.rows,
            accumulate: false,
            epilogue: Epilogue::Activate {
                bias: std::ptr::null(),
                activation: Activation::Identity,
            },
        };
        // SAFETY: the panels of the transpose are those of a matrix [width × rows]; y is the
        // caller's.
        unsafe { step.kernel.forward(&job, 0..step.kernel.forward_units(&job)) };
    }

    /// Multiplies a row.
    pub fn scale(&self, row: usize, factor: f32) {
        // SAFETY: the row exists, and is this member's alone.
        let values = unsafe {
            std::slice::from_raw_parts_mut(self.start.get().add(row * self.stride), self.width)
        };
        values.iter_mut().for_each(|value| *value *= factor);
    }
}

/// A pair, by the products of its rows.
#[derive(Clone, Copy)]
pub struct Grams {
    x: Turned,
    pub delta: Turned,
    bias: bool,
}

impl Grams {
    pub fn new(pair: &Pair, lowering: &mut Lowering) -> Result<Self> {
        let [x, delta] = [&pair.x, &pair.delta].map(|name| Turned::new(name, lowering));
        Ok(Self { x: x?, delta: delta?, bias: pair.bias })
    }

    fn reads(&self) -> [Id; 4] {
        [self.x.rows, self.x.transposed, self.delta.rows, self.delta.transposed]
    }

    /// Refuses another pair whose gradient has another shape.
    pub fn check_alike(&self, other: &Self) -> Result<()> {
        let shape = |one: &Self| (one.x.width, one.delta.width, one.bias);
        if shape(self) == shape(other) {
            return Ok(());
        }
        let [(rows, columns, _), (r, c, _)] = [self, other].map(shape);
        Err(Error::new(format!(
            "gradients of shapes [{rows} × {columns}] and [{r} × {c}], or only one with a bias"
        )))
    }

    /// Adds Σⱼ (xᵢ · yⱼ + bias)(δᵢ · εⱼ) to the totals of rows i, y and ε being those of another
    /// pair that is alike.
    fn add(
        &self,
        other: &Self,
        room: &Room,
        rows: Range<usize>,
        step: &Step,
        member: &Member,
        totals: &mut [f64; BLOCK],
    ) {
        let [x, delta] = [0, 1].map(|half| room.half(member, half));
        // SAFETY: each half of the member's room has BLOCK rows.
        unsafe {
            self.x.gram(&other.x, rows.clone(), (x, room.stride), step);
            self.delta.gram(&other.delta, rows.clone(), (delta, room.stride), step);
        }
        let bias = f64::from(u8::from(self.bias));
        for (i, total) in (0..rows.len()).zip(totals) {
            // SAFETY: both products have the row, of as many numbers as there are rows.
            let [x, delta] = [x, delta].map(|start| unsafe {
                std::slice::from_raw_parts(start.add(i * room.stride), step.rows)
            });
            for (x, delta) in x.iter().zip(delta) {
                *total += (f64::from(*x) + bias) * f64::from(*delta);
            }
        }
    }
}

/// Where each member keeps the products of a block of rows: twice BLOCK rows.
#[derive(Clone, Copy)]
pub struct Room {
    start: Address<f32>,
    stride: usize,
}

impl Room {
    pub fn new(lowering: &mut Lowering) -> Result<Self> {
        let rows = 2 * BLOCK * lowering.threads;
        let id = lowering.tensors.scratch(rows, lowering.batch)?;
        Ok(Self { start: Address(lowering.tensors.f32(id)), stride: lowering.stride(id) })
    }

    fn half(&self, member: &Member, half: usize) -> *mut f32 {
        let row = (2 * member.index() + half) * BLOCK;
        self.start.get().wrapping_add(row * self.stride)
    }
}

/// A sum in f64 for each row of the batch.
#[derive(Clone, Copy)]
pub struct Sums {
    pub id: Id,
    start: Address<f32>,
    stride: usize,
}

impl Sums {
    pub fn new(lowering: &mut Lowering) -> Result<Self> {
        let id = lowering.tensors.scratch(lowering.batch, 2)?;
        Ok(Self { id, start: Address(lowering.tensors.f32(id)), stride: lowering.stride(id) })
    }

    /// Aligned, as a row starts with a cache line.
    pub fn row(&self, row: usize) -> *mut f64 {
        self.start.get().wrapping_add(row * self.stride).cast()
    }

    /// The sum over so many rows, in order.
    ///
    /// # Safety
    /// The rows were written, and nobody writes them now.
    pub unsafe fn total(&self, rows: usize) -> f64 {
        // SAFETY: as stated.
        (0..rows).map(|row| unsafe { *self.row(row) }).sum()
    }
}

/// Adds the stage that leaves in `sums` what each row i has of the products of these pairs of
/// pairs.
pub fn add_rows(products: Vec<(Grams, Grams)>, sums: Sums, room: Room, lowering: &mut Lowering) {
    let reads: Vec<_> =
        products.iter().flat_map(|(left, right)| [left.reads(), right.reads()]).flatten().collect();
    lowering.stage(&reads, &[sums.id], move |step, member| {
        let mine = member.split(step.rows);
        for first in mine.clone().step_by(BLOCK) {
            let rows = first..mine.end.min(first + BLOCK);
            let mut totals = [0.0; BLOCK];
            for (left, right) in &products {
                left.add(right, &room, rows.clone(), step, member, &mut totals);
            }
            for (row, total) in rows.zip(totals) {
                // SAFETY: the row is this member's alone.
                unsafe { *sums.row(row) = total };
            }
        }
    });
}
