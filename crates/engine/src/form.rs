//! How tensors lie in their buffers, and how much memory that takes.

use std::fmt;

use feedalign_kernels::LANES;
use feedalign_kernels::bf16::panels as half;
use feedalign_kernels::panels::Way;

use crate::error::{Error, Result};
use crate::program::{Init, Precision, Role, Tensor};

/// How a tensor lies in its buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `[rows × columns]` in panels; for the way see `orientation`.
    Matrix { rows: usize, columns: usize, way: Way },
    /// bf16 `[rows × columns]` in panels of pairs; a master holds f32: in the first half of the
    /// buffer the upper halves, in the second the lower ones.
    Half { rows: usize, columns: usize, way: Way, master: bool },
    /// Padded to whole panels.
    Vector { len: usize },
    /// f32 `[n × width]`, row-major with the stride given.
    Rows { width: usize, stride: usize },
    /// u32 `[n]`.
    Labels,
}

impl Form {
    /// The form without the way it lies.
    pub fn logical(self) -> Self {
        match self {
            Self::Matrix { rows, columns, .. } | Self::Half { rows, columns, .. } => {
                Self::Matrix { rows, columns, way: Way::Straight }
            }
            form => form,
        }
    }

    /// Rows and columns, with `n` examples.
    pub fn size(self, n: usize) -> (usize, usize) {
        match self {
            Self::Matrix { rows, columns, .. } | Self::Half { rows, columns, .. } => {
                (rows, columns)
            }
            Self::Vector { len } => (1, len),
            Self::Rows { width, .. } => (n, width),
            Self::Labels => (n, 1),
        }
    }
}

/// The shape, as messages show it.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Matrix { rows, columns, .. } | Self::Half { rows, columns, .. } => {
                write!(f, "[{rows} × {columns}]")
            }
            Self::Vector { len } => write!(f, "[{len}]"),
            Self::Rows { width: 1, stride: 1 } | Self::Labels => write!(f, "[n]"),
            Self::Rows { width, .. } => write!(f, "[n × {width}]"),
        }
    }
}

/// The way that a matrix lies, and in bf16 whether f32 is kept of it: not where nothing writes it.
pub fn lying(form: Form, role: Role, turned: bool, precision: Precision) -> Form {
    let Form::Matrix { rows, columns, .. } = form else { return form };
    let way = if turned { Way::Turned } else { Way::Straight };
    match (precision, role) {
        (Precision::Bf16, Role::Weight | Role::Feedback | Role::Direct | Role::Scratch) => {
            let master = !turned && role != Role::Direct;
            Form::Half { rows, columns, way, master }
        }
        _ => Form::Matrix { rows, columns, way },
    }
}

/// Numbers of a buffer; rows are as many as a batch has.
pub fn words(form: Form, batch: usize) -> usize {
    match form {
        Form::Matrix { rows, columns, way } => way.len(rows, columns),
        // Two bf16 numbers a word.
        Form::Half { rows, columns, way, master } => {
            half::len(way, rows, columns) / if master { 1 } else { 2 }
        }
        Form::Vector { len } => len.next_multiple_of(LANES),
        Form::Rows { stride, .. } => batch.saturating_mul(stride),
        Form::Labels => batch,
    }
}

/// The form that a tensor has in f32 and straight. Refuses shapes that its role cannot have, and
/// those that no memory could hold.
pub fn form(tensor: &Tensor) -> Result<Form> {
    let shape: Vec<usize> = tensor.shape.iter().map(|size| *size as usize).collect();
    let transient = matches!(tensor.role, Role::Rows | Role::Labels);
    if transient && tensor.init != Init::Zeros {
        return Err(Error::new("lives for one step, so its init must be zeros"));
    }
    if shape.contains(&0) {
        return Err(Error::new(format!("has shape {shape:?}; every size must be at least 1")));
    }
    check_size(&shape)?;
    match (tensor.role, shape.as_slice()) {
        (Role::Labels, []) => Ok(Form::Labels),
        (Role::Rows, []) => Ok(Form::Rows { width: 1, stride: 1 }),
        (Role::Rows, [width]) => Ok(Form::Rows { width: *width, stride: stride(*width) }),
        (
            Role::Weight | Role::Feedback | Role::Direct | Role::State | Role::Scratch,
            [rows, columns],
        ) => Ok(Form::Matrix { rows: *rows, columns: *columns, way: Way::Straight }),
        (Role::Bias | Role::Statistic | Role::State | Role::Scratch, [len]) => {
            Ok(Form::Vector { len: *len })
        }
        (role, _) => Err(Error::new(format!("has shape {shape:?}, which a {role:?} cannot have"))),
    }
}

/// Refuses what no memory of this machine can address, with room for a layout's padding: below
/// it, products of sizes do not wrap.
fn check_size(shape: &[usize]) -> Result<()> {
    let bytes = shape
        .iter()
        .try_fold(4usize, |bytes, size| bytes.checked_mul(size.checked_next_multiple_of(LANES)?));
    match bytes {
        Some(bytes) if isize::try_from(bytes).is_ok() => Ok(()),
        _ => Err(Error::new(format!("has shape {shape:?}, more than memory can hold"))),
    }
}

/// Floats from row to row: an odd number of cache lines, so that the rows of a column spread over
/// all sets of a cache instead of a half, a quarter or one of them.
pub fn stride(width: usize) -> usize {
    let lines = width.div_ceil(LANES);
    (lines | 1) * LANES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{Grid, Structure};

    #[test]
    fn a_shape_whose_size_would_wrap_is_refused_by_name() {
        let tensor = |shape: &[u32]| Tensor {
            name: "w".to_owned(),
            role: Role::Weight,
            shape: shape.to_vec(),
            init: Init::Zeros,
            structure: Structure::Dense,
            grid: Grid::F32,
        };
        assert!(form(&tensor(&[1000, 1000])).is_ok());
        let error = form(&tensor(&[u32::MAX, u32::MAX])).unwrap_err();
        assert!(error.to_string().contains("[4294967295, 4294967295], more than memory can hold"));
        assert!(form(&tensor(&[0, 5])).is_err());
    }
}
