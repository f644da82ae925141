//! Products of rows with rows, and what a pair of them says of its gradient's norm.

use std::ops::Range;

use feedalign_kernels::{Activation, Epilogue, Forward, Member};

use super::super::Address;
use super::super::turned::turned;
use crate::error::{Error, Result};
use crate::plan::{Lowering, Step};
use crate::program::Pair;
use crate::tensors::Id;

/// Rows whose products with all rows a member takes at once.
pub const BLOCK: usize = 32;

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
        if lowering.tensors.half_rows(rows).is_some() {
            return Err(Error::new(
                "the norm of gradients is bounded in f32 only: choose precision f32",
            ));
        }
        let transposed = turned(rows, stride, width, lowering)?;
        let [start, panels] = [rows, transposed].map(|id| Address(lowering.tensors.f32(id)));
        Ok(Self { rows, transposed, start, panels, width, stride })
    }

    /// y ← some rows · all rowsᵀ.
    ///
    /// # Safety
    /// y has room for as many rows as there are in `rows`, and a stride of whole panels.
    unsafe fn gram(&self, rows: Range<usize>, y: (*mut f32, usize), step: &Step) {
        let job = Forward {
            x: self.start.get().wrapping_add(rows.start * self.stride),
            x_stride: self.stride,
            weight: self.panels.get(),
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

    pub fn reads(&self) -> [Id; 4] {
        [self.x.rows, self.x.transposed, self.delta.rows, self.delta.transposed]
    }

    /// Adds Σⱼ (xᵢ · xⱼ + bias)(δᵢ · δⱼ) to the totals of rows i.
    pub fn add(
        &self,
        room: &Room,
        rows: Range<usize>,
        step: &Step,
        member: &Member,
        totals: &mut [f64; BLOCK],
    ) {
        let [x, delta] = [0, 1].map(|half| room.half(member, half));
        // SAFETY: each half of the member's room has BLOCK rows.
        unsafe {
            self.x.gram(rows.clone(), (x, room.stride), step);
            self.delta.gram(rows.clone(), (delta, room.stride), step);
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
