//! A tensor's elements line by line, whatever way, in whatever structure and form they lie.

use std::ops::Range;

use feedalign_kernels::bf16::{Bf16, panels};
use feedalign_kernels::panels::Way;
use feedalign_kernels::{Elements, LANES, Lists, Member};

use super::{Address, Listing};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::tensors::{Form, Id};

/// At most 16 elements that stand side by side in a row; zeros after the last.
pub type Line = [f32; LANES];

/// The shape that two tensors have, with the way it lies left out.
pub fn same_shape(one: &str, other: &str, lowering: &Lowering) -> Result<Form> {
    let shape = |name| Ok(lowering.tensors.form(lowering.tensors.find(name)?).logical());
    let (a, b) = (shape(one)?, shape(other)?);
    if a == b {
        return Ok(a);
    }
    Err(Error::new(format!("tensor {other:?} has shape {b}, but {one:?} has {a}")))
}

/// Calls `f(row, column, count)` for all lines, row by row; `n` are the rows of what holds one per
/// example.
pub fn all_lines(shape: Form, n: usize, mut f: impl FnMut(usize, usize, usize)) {
    let (rows, width) = shape.size(n);
    (0..rows).for_each(|row| lines_of(row, 0..width, &mut f));
}

/// The same for the lines of one member: examples, or panels of a matrix, which are what a member
/// has of it in products too.
pub fn own_lines(shape: Form, n: usize, member: &Member, mut f: impl FnMut(usize, usize, usize)) {
    let (rows, width) = shape.size(n);
    if let Form::Rows { .. } = shape {
        return member.split(rows).for_each(|row| lines_of(row, 0..width, &mut f));
    }
    for panel in member.split(width.div_ceil(LANES)) {
        let columns = panel * LANES..width.min((panel + 1) * LANES);
        (0..rows).for_each(|row| lines_of(row, columns.clone(), &mut f));
    }
}

fn lines_of(row: usize, columns: Range<usize>, f: &mut impl FnMut(usize, usize, usize)) {
    for column in columns.clone().step_by(LANES) {
        f(row, column, LANES.min(columns.end - column));
    }
}

/// Where the elements of a tensor are. Rows and columns are the tensor's, not those of its panels.
pub struct Values {
    form: Form,
    start: Address<f32>,
    elements: Elements,
    lists: Option<Listing<Lists>>,
}

impl Values {
    pub fn new(id: Id, lowering: &Lowering) -> Self {
        let lists = lowering.tensors.sparse(id).map(|sparse| Listing(sparse.lists()));
        Self {
            form: lowering.tensors.form(id),
            start: Address(lowering.tensors.f32(id)),
            elements: lowering.tensors.elements(id),
            lists,
        }
    }

    /// Of a tensor that is to be written.
    pub fn writable(name: &str, lowering: &Lowering) -> Result<(Id, Self)> {
        let id = lowering.tensors.find(name)?;
        let values = Self::new(id, lowering);
        match values.form {
            Form::Labels => Err(Error::new(format!("tensor {name:?} holds labels"))),
            _ if values.elements != Elements::F32 => {
                Err(Error::new(format!("tensor {name:?} lies on a grid, so it is never written")))
            }
            Form::Half { master: false, .. } => Err(Error::new(format!(
                "tensor {name:?} is kept in bf16 alone, too coarse to be written"
            ))),
            _ => Ok((id, values)),
        }
    }

    /// `count` elements from (row, column) on; zero where the structure holds none.
    ///
    /// # Safety
    /// The tensor has those elements, all in one line, and nobody writes them now.
    #[inline]
    pub unsafe fn get(&self, row: usize, column: usize, count: usize) -> Line {
        let mut line = [0.0; LANES];
        let Some((first, apart)) = self.place(row, column) else {
            for (lane, value) in line[..count].iter_mut().enumerate() {
                // SAFETY: as stated.
                *value = unsafe { self.element(row, column + lane) };
            }
            return line;
        };
        // SAFETY (of the rest): as stated.
        let start = unsafe { self.start.get().add(first) };
        if (count, apart) == (LANES, 1) {
            return unsafe { *start.cast::<Line>() };
        }
        for (lane, value) in line[..count].iter_mut().enumerate() {
            *value = unsafe { *start.add(lane * apart) };
        }
        line
    }

    /// Writes `count` elements from (row, column) on, leaving out those of which the structure
    /// holds none.
    ///
    /// # Safety
    /// The tensor is [`Self::writable`] and has those elements, all in one line, which are this
    /// member's alone now.
    #[inline]
    pub unsafe fn put(&self, row: usize, column: usize, count: usize, line: &Line) {
        let start = self.start.get();
        // SAFETY (of the whole): as stated.
        match self.place(row, column) {
            Some((first, 1)) if count == LANES => unsafe { *start.add(first).cast() = *line },
            Some((first, apart)) => {
                for (lane, value) in line[..count].iter().enumerate() {
                    unsafe { *start.add(first + lane * apart) = *value };
                }
            }
            None => {
                for (lane, value) in line[..count].iter().enumerate() {
                    unsafe { self.put_element(row, column + lane, *value) };
                }
            }
        }
    }

    /// Whether the structure holds an element.
    ///
    /// # Safety
    /// The tensor has it.
    pub unsafe fn holds(&self, row: usize, column: usize) -> bool {
        // SAFETY: as stated.
        self.lists.is_none() || unsafe { self.index(row, column) }.is_some()
    }

    /// Where a line of elements starts and how far apart they lie, where all are there as f32.
    #[inline]
    fn place(&self, row: usize, column: usize) -> Option<(usize, usize)> {
        match self.form {
            Form::Matrix { rows, columns, way }
                if self.lists.is_none() && self.elements == Elements::F32 =>
            {
                let apart = if way == Way::Straight { 1 } else { LANES };
                Some((way.index((rows, columns), row, column), apart))
            }
            Form::Rows { stride, .. } => Some((row * stride + column, 1)),
            Form::Vector { .. } => Some((column, 1)),
            _ => None,
        }
    }

    unsafe fn element(&self, row: usize, column: usize) -> f32 {
        // SAFETY (of the whole): as stated at `get`.
        if let Some((upper, lower)) = self.halves(row, column) {
            return unsafe { (*upper).join(lower.map_or(0, |lower| *lower)) };
        }
        let Some(at) = (unsafe { self.index(row, column) }) else { return 0.0 };
        if self.elements == Elements::F32 {
            return unsafe { *self.start.get().add(at) };
        }
        let bytes = self.elements.line_bytes();
        let line = unsafe {
            let start = self.start.get().cast::<u8>().add(at / LANES * bytes);
            std::slice::from_raw_parts(start, bytes)
        };
        self.elements.get(line)[at % LANES]
    }

    unsafe fn put_element(&self, row: usize, column: usize, value: f32) {
        // SAFETY (of the whole): as stated at `put`.
        if let Some((upper, Some(lower))) = self.halves(row, column) {
            return unsafe { (*upper, *lower) = Bf16::split(value) };
        }
        if let Some(at) = unsafe { self.index(row, column) } {
            unsafe { *self.start.get().add(at) = value };
        }
    }

    /// The halves of an element of a matrix in bf16.
    fn halves(&self, row: usize, column: usize) -> Option<(*mut Bf16, Option<*mut i16>)> {
        let Form::Half { rows, columns, way, master } = self.form else { return None };
        let at = panels::index(way, (rows, columns), row, column);
        let upper = self.start.get().cast::<Bf16>();
        let lower = upper.wrapping_add(panels::len(way, rows, columns) + at).cast();
        Some((upper.wrapping_add(at), master.then_some(lower)))
    }

    /// Where an element lies among those held, if it is.
    unsafe fn index(&self, row: usize, column: usize) -> Option<usize> {
        let Form::Matrix { rows, columns, way } = self.form else { return None };
        if self.lists.is_none() {
            return Some(way.index((rows, columns), row, column));
        }
        let (sender, receiver) = if way == Way::Straight { (row, column) } else { (column, row) };
        // SAFETY: the matrix has the element.
        let line = unsafe { self.line(sender, receiver / LANES) }?;
        Some(line * LANES + receiver % LANES)
    }

    /// The line of a sender in a panel's list, if it is there.
    unsafe fn line(&self, sender: usize, panel: usize) -> Option<usize> {
        let Lists { starts, rows } = self.lists?.get();
        // SAFETY: the lists have that panel and its lines.
        let list = unsafe {
            let [start, end] = [panel, panel + 1].map(|at| *starts.add(at) as usize);
            std::slice::from_raw_parts(rows.add(start), end - start)
        };
        let place = list.binary_search(&(sender as u32)).ok()?;
        // SAFETY: as above.
        Some(unsafe { *starts.add(panel) as usize } + place)
    }
}
