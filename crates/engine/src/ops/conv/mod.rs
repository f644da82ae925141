//! Convolutions: the products of `gemm` on patches, gathered a chunk at a time. A row of X is the
//! patch at one position of one example, its values in the order (down, across, channel).

mod forward;
mod project;
mod update;

use std::ops::Range;

use feedalign_kernels::Member;

use super::table::Table;
use super::window::Window;
use super::{Address, unsupported};
use crate::error::{Error, Result};
use crate::form::stride;
use crate::plan::Lowering;
use crate::program::Patches;
use crate::tensors::{Form, Id};

pub use forward::lower as forward;
pub use project::lower as project;
pub use update::lower as update;

/// Bytes of patches and products that a member has at a time; never fewer than 16 rows of them.
const CHUNK_BYTES: usize = 256 << 10;

/// A convolution's matrix [places of a patch · channels × columns], in f32.
#[derive(Clone, Copy)]
struct Kernels {
    id: Id,
    window: Window,
    inner: usize,
    columns: usize,
}

impl Kernels {
    fn new(matrix: &str, patches: &Patches, lowering: &Lowering) -> Result<Self> {
        let window = Window::new(patches)?;
        let id = lowering.tensors.find(matrix)?;
        if let Form::Half { .. } = lowering.tensors.form(id) {
            return Err(unsupported("convolutions in bf16: use f32"));
        }
        let (id, inner, columns) = lowering.matrix(matrix)?;
        if lowering.tensors.sparse(id).is_some() {
            return Err(unsupported("convolutions of panel-sparse matrices"));
        }
        let expected = window.places() * window.channels;
        if inner != expected {
            return Err(Error::new(format!(
                "tensor {matrix:?} has {inner} rows, but a patch has {expected} values"
            )));
        }
        Ok(Self { id, window, inner, columns })
    }

    /// Rows of its input.
    fn input(&self, name: &str, lowering: &Lowering) -> Result<Table> {
        Table::of(name, self.window.inputs(), lowering)
    }

    /// Rows of its output.
    fn output(&self, name: &str, lowering: &Lowering) -> Result<Table> {
        Table::of(name, self.window.positions() * self.columns, lowering)
    }
}

/// What a member works on: rows of a product's operand and of its result.
#[derive(Clone, Copy)]
struct Chunks {
    rows: usize,
    operand_stride: usize,
    result_stride: usize,
    start: Address<f32>,
    member_stride: usize,
}

impl Chunks {
    fn new(inner: usize, columns: usize, lowering: &mut Lowering) -> Result<Self> {
        let (operand_stride, result_stride) = (stride(inner), stride(columns));
        let words = operand_stride + result_stride;
        let rows = (CHUNK_BYTES / 4 / words).max(16);
        let id = lowering.tensors.scratch(lowering.threads, rows * words)?;
        let (member_stride, start) = (lowering.stride(id), Address(lowering.tensors.f32(id)));
        Ok(Self { rows, operand_stride, result_stride, start, member_stride })
    }

    fn operand(&self, member: &Member) -> *mut f32 {
        self.start.get().wrapping_add(member.index() * self.member_stride)
    }

    fn result(&self, member: &Member) -> *mut f32 {
        self.operand(member).wrapping_add(self.rows * self.operand_stride)
    }

    /// A member's share of all rows, in chunks.
    fn of(&self, all: usize, member: &Member) -> impl Iterator<Item = Range<usize>> + use<> {
        let (mine, rows) = (member.split(all), self.rows);
        let end = mine.end;
        mine.step_by(rows).map(move |first| first..end.min(first + rows))
    }
}

/// Calls `f(example, first place, count, rows before)` for the parts of a run of rows that lie in
/// one example each, of `places` rows an example.
fn by_example(rows: Range<usize>, places: usize, mut f: impl FnMut(usize, usize, usize, usize)) {
    let mut row = rows.start;
    while row < rows.end {
        let (example, place) = (row / places, row % places);
        let count = (places - place).min(rows.end - row);
        f(example, place, count, row - rows.start);
        row += count;
    }
}

/// Copies the patch at a position of x, zeros where it is padding.
fn gather(window: &Window, x: &[f32], position: usize, patch: &mut [f32]) {
    let ([height, width], channels) = (window.input, window.channels);
    let [down, across] = window.padding;
    let top = position / window.output[1] * window.stride[0];
    let left = position % window.output[1] * window.stride[1];
    let before = across.saturating_sub(left).min(window.kernel[1]);
    let end = (width + across - left).min(window.kernel[1]);
    for (line, values) in patch.chunks_exact_mut(window.kernel[1] * channels).enumerate() {
        let Some(y) = (top + line).checked_sub(down).filter(|y| *y < height) else {
            values.fill(0.0);
            continue;
        };
        let from = (y * width + left + before - across) * channels;
        let count = (end - before) * channels;
        values[..before * channels].fill(0.0);
        values[before * channels..end * channels].copy_from_slice(&x[from..from + count]);
        values[end * channels..].fill(0.0);
    }
}

#[cfg(test)]
mod tests;
