//! Σ a·b, Σ a², Σ b² of two tensors of one shape: what angles and norms are made of.

use feedalign_kernels::bf16::{Bf16, panels};
use feedalign_kernels::panels::Way;
use feedalign_kernels::{Elements, LANES, Lists};

use super::{Address, Listing};
use crate::error::{Error, Result};
use crate::metrics::Products;
use crate::plan::Lowering;
use crate::program::Measure;
use crate::tensors::{Form, Id};

pub fn lower(op: &Measure, lowering: &mut Lowering) -> Result<()> {
    let [a, b] = [&op.a, &op.b].map(|name| lowering.tensors.find(name));
    let (a, b) = (a?, b?);
    let forms = [a, b].map(|id| lowering.tensors.form(id));
    if forms[0].logical() != forms[1].logical() {
        return Err(Error::new(format!("tensors {:?} and {:?} differ in shape", op.a, op.b)));
    }
    if forms[0] == Form::Labels {
        return Err(Error::new("labels cannot be measured"));
    }
    let (dot, aa, bb) = &op.metrics;
    let places = [lowering.metric(dot)?, lowering.metric(aa)?, lowering.metric(bb)?];
    let readers = [a, b].map(|id| Reader::new(lowering, id));
    let turn = lowering.turn();
    lowering.stage(&[a, b], &[], move |step, member| {
        if turn % member.threads() != member.index() {
            return;
        }
        let mut products = Products::new();
        let mut line = [[0.0; LANES]; 2];
        each_line(forms[0].logical(), step.rows, |row, column, count| {
            // SAFETY: both tensors hold the line, and nobody writes them now.
            unsafe {
                for (reader, line) in readers.iter().zip(&mut line) {
                    reader.copy(row, column, &mut line[..count]);
                }
            }
            products.add(&line[0][..count], &line[1][..count]);
        });
        for (place, total) in places.into_iter().zip(products.totals()) {
            // SAFETY: this member alone writes the metric.
            unsafe { step.record(place, total) };
        }
    });
    Ok(())
}

/// Calls `f(row, column, count)` for lines of at most 16 elements, row by row; `n` are the rows
/// of what holds one per example.
fn each_line(form: Form, n: usize, mut f: impl FnMut(usize, usize, usize)) {
    let (rows, width) = match form {
        Form::Matrix { rows, columns, .. } | Form::Half { rows, columns, .. } => (rows, columns),
        Form::Vector { len } => (1, len),
        Form::Rows { width, .. } => (n, width),
        Form::Labels => (0, 0),
    };
    for row in 0..rows {
        for column in (0..width).step_by(LANES) {
            f(row, column, LANES.min(width - column));
        }
    }
}

/// Reads elements of a tensor, whatever way and in whatever structure it lies.
struct Reader {
    form: Form,
    values: Address<f32>,
    elements: Elements,
    lists: Option<Listing<Lists>>,
}

impl Reader {
    fn new(lowering: &Lowering, id: Id) -> Self {
        let lists = lowering.tensors.sparse(id).map(|sparse| Listing(sparse.lists()));
        Self {
            form: lowering.tensors.form(id),
            values: Address(lowering.tensors.f32(id)),
            elements: lowering.tensors.elements(id),
            lists,
        }
    }

    /// Copies elements (row, column…).
    ///
    /// # Safety
    /// The tensor has those elements, and nobody writes it now.
    unsafe fn copy(&self, row: usize, column: usize, line: &mut [f32]) {
        if let Some((first, apart)) = self.place(row, column) {
            for (lane, value) in line.iter_mut().enumerate() {
                // SAFETY: as stated.
                *value = unsafe { *self.values.get().add(first + lane * apart) };
            }
            return;
        }
        for (lane, value) in line.iter_mut().enumerate() {
            // SAFETY: as stated.
            *value = unsafe { self.element(row, column + lane) };
        }
    }

    /// Where a line of elements starts and how far apart they lie, where all are there as f32.
    fn place(&self, row: usize, column: usize) -> Option<(usize, usize)> {
        match self.form {
            Form::Matrix { rows, columns, way }
                if self.lists.is_none() && self.elements == Elements::F32 =>
            {
                let apart = if way == Way::Straight { 1 } else { LANES };
                Some((way.index((rows, columns), row, column), apart))
            }
            Form::Rows { stride, .. } => Some((row * stride + column, 1)),
            _ => None,
        }
    }

    unsafe fn element(&self, row: usize, column: usize) -> f32 {
        let at = match self.form {
            Form::Matrix { way, .. } if self.lists.is_some() => {
                let (sender, receiver) =
                    if way == Way::Straight { (row, column) } else { (column, row) };
                // SAFETY: the matrix has the element.
                let Some(line) = (unsafe { self.line(sender, receiver / LANES) }) else {
                    return 0.0;
                };
                line * LANES + receiver % LANES
            }
            Form::Matrix { rows, columns, way } => way.index((rows, columns), row, column),
            Form::Half { rows, columns, way, master } => {
                let upper = self.values.get().cast::<Bf16>();
                let at = panels::index(way, (rows, columns), row, column);
                // SAFETY: as stated at `copy`.
                return unsafe {
                    let lower = upper.add(panels::len(way, rows, columns) + at).cast::<i16>();
                    (*upper.add(at)).join(if master { *lower } else { 0 })
                };
            }
            Form::Rows { stride, .. } => row * stride + column,
            Form::Vector { .. } | Form::Labels => column,
        };
        // SAFETY (of both): as stated at `copy`.
        if self.elements == Elements::F32 {
            return unsafe { *self.values.get().add(at) };
        }
        let bytes = self.elements.line_bytes();
        let line = unsafe {
            let start = self.values.get().cast::<u8>().add(at / LANES * bytes);
            std::slice::from_raw_parts(start, bytes)
        };
        self.elements.get(line)[at % LANES]
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
