//! Rows as a stage sees them: where they lie, one row at a time.

use std::slice;

use super::Address;
use crate::error::Result;
use crate::plan::Lowering;
use crate::tensors::Id;

/// A tensor of one row per example. Members take rows, or columns, of their own.
#[derive(Clone, Copy)]
pub struct Table {
    pub id: Id,
    pub width: usize,
    /// Floats from row to row.
    pub stride: usize,
    start: Address<f32>,
}

impl Table {
    pub fn find(name: &str, lowering: &Lowering) -> Result<Self> {
        let (id, width, stride) = lowering.rows(name)?;
        Ok(Self { id, width, stride, start: Address(lowering.tensors.f32(id)) })
    }

    /// One of that width.
    pub fn of(name: &str, width: usize, lowering: &Lowering) -> Result<Self> {
        let (id, stride) = lowering.rows_of(name, width)?;
        Ok(Self { id, width, stride, start: Address(lowering.tensors.f32(id)) })
    }

    /// Rows for an op's own use.
    pub fn scratch(width: usize, lowering: &mut Lowering) -> Result<Self> {
        let id = lowering.tensors.scratch(lowering.batch, width)?;
        let (stride, start) = (lowering.stride(id), Address(lowering.tensors.f32(id)));
        Ok(Self { id, width, stride, start })
    }

    pub fn start(self) -> *mut f32 {
        self.start.get()
    }

    /// # Safety
    /// There is that row, and nobody writes it meanwhile.
    pub unsafe fn row<'a>(self, row: usize) -> &'a [f32] {
        // SAFETY: as stated.
        unsafe { slice::from_raw_parts(self.start().add(row * self.stride), self.width) }
    }

    /// # Safety
    /// There is that row, and it is the caller's alone meanwhile.
    pub unsafe fn row_mut<'a>(self, row: usize) -> &'a mut [f32] {
        // SAFETY: as stated.
        unsafe { slice::from_raw_parts_mut(self.start().add(row * self.stride), self.width) }
    }

    /// A row of this table with the values of another's; the two may be one.
    ///
    /// # Safety
    /// Both have that row and one width, and it is the caller's alone meanwhile.
    pub unsafe fn row_like<'a>(self, other: Self, row: usize) -> &'a mut [f32] {
        // SAFETY: as stated; two tables do not overlap.
        unsafe {
            let to = self.row_mut(row);
            if self.id != other.id {
                to.copy_from_slice(other.row(row));
            }
            to
        }
    }
}
