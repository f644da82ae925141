//! Where the tensors of a session live: one arena, each tensor's part of it allocated once.

use std::collections::HashMap;
use std::ptr::NonNull;

use feedalign_kernels::bf16::{Bf16, panels as half};
use feedalign_kernels::memory::Arena;
use feedalign_kernels::panels::{self, Way};
use feedalign_kernels::{Elements, LANES, Pool};

use crate::error::{Error, Result};
use crate::halves;
use crate::initial;
use crate::lines::{self, Lines};
use crate::memory;
use crate::orientation::only_carry;
use crate::program::{Grid, Init, Precision, Program, Role, Structure, Tensor};
use crate::sparse::Sparse;

/// A tensor's number: Program order, then scratch.
pub type Id = usize;

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

struct Entry {
    form: Form,
    /// Of a matrix that is not dense.
    sparse: Option<Sparse>,
    elements: Elements,
    words: usize,
    start: NonNull<f32>,
    half: Option<HalfRows>,
}

/// The bf16 forms of a tensor of rows; see `feedalign_kernels::bf16`.
#[derive(Clone, Copy)]
pub struct HalfRows {
    pub rows: *mut Bf16,
    /// Numbers from row to row.
    pub rows_stride: usize,
    pub paired: *mut Bf16,
    /// Pairs from one pair of rows to the next.
    pub paired_stride: usize,
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
}

/// All tensors of a session, named ones first.
pub struct Tensors {
    arena: Arena,
    entries: Vec<Entry>,
    names: HashMap<String, Id>,
}

// SAFETY: buffers are plain memory owned by this value; what is shared between threads is decided
// by the plan's barriers.
unsafe impl Send for Tensors {}

impl Tensors {
    pub fn new(program: &Program, seed: u64, pool: &mut Pool) -> Result<Self> {
        let mut tensors = Self { arena: Arena::new(), entries: Vec::new(), names: HashMap::new() };
        require_memory(program)?;
        let only_carry = only_carry(program);
        for tensor in &program.tensors {
            let turned = only_carry.contains(tensor.name.as_str());
            let place = format!("tensor {:?}", tensor.name);
            tensors
                .add(tensor, turned, program, (seed, &mut *pool))
                .map_err(|error| error.within(&place))?;
        }
        Ok(tensors)
    }

    fn add(
        &mut self,
        tensor: &Tensor,
        turned: bool,
        program: &Program,
        (seed, pool): (u64, &mut Pool),
    ) -> Result<()> {
        if self.names.contains_key(&tensor.name) {
            return Err(Error::new("stands twice in the Program"));
        }
        let form = lying(form(tensor)?, tensor.role, turned, program.precision);
        let plain = tensor.structure == Structure::Dense && tensor.grid == Grid::F32;
        if matches!(form, Form::Half { .. }) && !plain {
            return Err(Error::new("in bf16 this engine runs dense matrices on no grid only"));
        }
        let sparse = sparse(tensor, form, seed)?;
        let elements = lines::elements(tensor, turned)?;
        let batch = program.batch as usize;
        let id = self.allocate_lines(form, sparse, elements, batch)?;
        if let (Form::Rows { width, .. }, Precision::Bf16, [_]) =
            (form, program.precision, &tensor.shape[..])
        {
            self.entries[id].half = Some(self.allocate_half(batch, width)?);
        }
        self.names.insert(tensor.name.clone(), id);
        // The arena gives zeros.
        if tensor.init != Init::Zeros {
            let values = self.initial(tensor, id, seed, pool)?;
            self.write(id, &values);
        }
        Ok(())
    }

    fn allocate(&mut self, form: Form, batch: usize) -> Result<Id> {
        self.allocate_lines(form, None, Elements::F32, batch)
    }

    fn allocate_lines(
        &mut self,
        form: Form,
        sparse: Option<Sparse>,
        elements: Elements,
        batch: usize,
    ) -> Result<Id> {
        let words = match form {
            Form::Matrix { rows, columns, way } => {
                let sparse = sparse.as_ref();
                Lines { shape: (rows, columns), way, elements, sparse }.words()
            }
            other => words(other, batch),
        };
        let start = self.words_for(words)?;
        self.entries.push(Entry { form, sparse, elements, words, start, half: None });
        Ok(self.entries.len() - 1)
    }

    fn words_for(&mut self, words: usize) -> Result<NonNull<f32>> {
        let refused = || Error::new(format!("no memory for {words} numbers"));
        self.arena.words(words).ok_or_else(refused)
    }

    fn allocate_half(&mut self, batch: usize, width: usize) -> Result<HalfRows> {
        // Words of two numbers each: neighbours in a row, or in a column.
        let (row, pair) = (stride(width.div_ceil(2)), stride(width));
        let rows = self.words_for(batch.saturating_mul(row))?.as_ptr().cast();
        let paired = self.words_for(batch.div_ceil(2).saturating_mul(pair))?.as_ptr().cast();
        Ok(HalfRows { rows, rows_stride: 2 * row, paired, paired_stride: pair })
    }

    /// Unnamed rows [batch × width] for an op's own use.
    pub fn scratch(&mut self, rows: usize, width: usize) -> Result<Id> {
        self.allocate(Form::Rows { width, stride: stride(width) }, rows)
    }

    /// An unnamed matrix [rows × columns] in panels for an op's own use.
    pub fn scratch_panels(&mut self, rows: usize, columns: usize) -> Result<Id> {
        self.allocate(Form::Matrix { rows, columns, way: Way::Straight }, 0)
    }

    /// An unnamed matrix of any form for an op's own use.
    pub fn scratch_matrix(&mut self, form: Form) -> Result<Id> {
        self.allocate(form, 0)
    }

    pub fn find(&self, name: &str) -> Result<Id> {
        let unknown = || Error::new(format!("there is no tensor {name:?}"));
        self.names.get(name).copied().ok_or_else(unknown)
    }

    pub fn form(&self, id: Id) -> Form {
        self.entries[id].form
    }

    /// Of a tensor of rows [width] in a session in bf16.
    pub fn half_rows(&self, id: Id) -> Option<HalfRows> {
        self.entries[id].half
    }

    /// The lists of a panel-sparse matrix.
    pub fn sparse(&self, id: Id) -> Option<&Sparse> {
        self.entries[id].sparse.as_ref()
    }

    /// Of a matrix.
    pub fn elements(&self, id: Id) -> Elements {
        self.entries[id].elements
    }

    /// A matrix that does not lie in whole panels of f32.
    fn lines(&self, id: Id) -> Option<Lines<'_>> {
        let Entry { form, sparse, elements, .. } = &self.entries[id];
        let Form::Matrix { rows, columns, way } = *form else { return None };
        let (elements, sparse) = (*elements, sparse.as_ref());
        let lines = Lines { shape: (rows, columns), way, elements, sparse };
        (sparse.is_some() || elements != Elements::F32).then_some(lines)
    }

    /// Draws anew what a Program leaves to the seed and no snapshot holds: the lists of matrices.
    pub fn redraw(&mut self, program: &Program, seed: u64) -> Result<()> {
        for (tensor, entry) in program.tensors.iter().zip(&mut self.entries) {
            if let Some(held) = &mut entry.sparse
                && let Some(drawn) = sparse(tensor, entry.form, seed)?
            {
                held.become_like(&drawn);
            }
        }
        Ok(())
    }

    pub fn f32(&self, id: Id) -> *mut f32 {
        self.entries[id].start.as_ptr()
    }

    pub fn u32(&self, id: Id) -> *mut u32 {
        self.entries[id].start.as_ptr().cast()
    }

    fn initial(&self, tensor: &Tensor, id: Id, seed: u64, pool: &mut Pool) -> Result<Vec<f32>> {
        match &tensor.init {
            Init::Copy { of } => {
                let source = self.find(of)?;
                let shapes = [source, id].map(|id| self.form(id).logical());
                if shapes[0] == shapes[1] && self.sparse(source) == self.sparse(id) {
                    return Ok(self.read(source));
                }
                Err(Error::new(format!("has not the shape of {of:?}, which it copies")))
            }
            init => Ok(initial::values(init, self.persistent_len(id), seed, pool)),
        }
    }

    /// Values of a matrix or vector as the border sees it; none of what lives for one step.
    pub fn persistent_len(&self, id: Id) -> usize {
        match self.form(id) {
            Form::Matrix { rows, columns, .. } | Form::Half { rows, columns, .. } => rows * columns,
            Form::Vector { len } => len,
            Form::Rows { .. } | Form::Labels => 0,
        }
    }

    /// Row-major values of a matrix or vector.
    pub fn read(&self, id: Id) -> Vec<f32> {
        let mut values = vec![0.0; self.persistent_len(id)];
        if let Some(lines) = self.lines(id) {
            lines.read(self.bytes(id), &mut values);
            return values;
        }
        let held = self.words(id);
        match self.form(id) {
            Form::Matrix { rows, columns, way } => {
                panels::unpack(way, held, rows, columns, &mut values);
            }
            Form::Half { rows, columns, way, master } => {
                halves::read(held, way, (rows, columns), master, &mut values);
            }
            _ => values.copy_from_slice(&held[..self.persistent_len(id)]),
        }
        values
    }

    /// The first of row-major values that [`Self::write`] would change, and why.
    pub fn misfit(&self, id: Id, values: &[f32]) -> Option<(usize, &'static str)> {
        self.lines(id)?.misfit(values)
    }

    /// `values` has [`Self::persistent_len`] of them, row-major; see [`Lines::write`].
    pub fn write(&mut self, id: Id, values: &[f32]) {
        let form = self.form(id);
        // SAFETY: the buffer holds that many words and `&mut self` keeps others away.
        let held = unsafe { std::slice::from_raw_parts_mut(self.f32(id), self.entries[id].words) };
        if let Some(lines) = self.lines(id) {
            let (start, len) = (held.as_mut_ptr().cast(), 4 * held.len());
            // SAFETY: they are the bytes of `held`, which is not used beside them.
            return lines.write(values, unsafe { std::slice::from_raw_parts_mut(start, len) });
        }
        match form {
            Form::Matrix { rows, columns, way } => panels::pack(way, values, rows, columns, held),
            Form::Half { rows, columns, way, master } => {
                halves::write(held, way, (rows, columns), master, values);
            }
            _ => held[..values.len()].copy_from_slice(values),
        }
    }

    fn bytes(&self, id: Id) -> &[u8] {
        let words = self.words(id);
        // SAFETY: they are the bytes of the words.
        unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), 4 * words.len()) }
    }

    fn words(&self, id: Id) -> &[f32] {
        // SAFETY: the buffer holds that many words; no run is under way while `&self` is had.
        unsafe { std::slice::from_raw_parts(self.f32(id), self.entries[id].words) }
    }
}

/// The way that a matrix lies, and in bf16 whether f32 is kept of it: not where nothing writes it.
fn lying(form: Form, role: Role, turned: bool, precision: Precision) -> Form {
    let Form::Matrix { rows, columns, .. } = form else { return form };
    let way = if turned { Way::Turned } else { Way::Straight };
    match (precision, role) {
        (Precision::Bf16, Role::Weight | Role::Feedback | Role::Direct) => {
            let master = !turned && role != Role::Direct;
            Form::Half { rows, columns, way, master }
        }
        _ => Form::Matrix { rows, columns, way },
    }
}

fn sparse(tensor: &Tensor, form: Form, seed: u64) -> Result<Option<Sparse>> {
    match (tensor.role, form) {
        (Role::Feedback, Form::Matrix { way: Way::Straight, .. })
            if tensor.structure != Structure::Dense =>
        {
            Err(Error::new("this engine does not write to panel-sparse feedback"))
        }
        (_, Form::Matrix { rows, columns, way }) => {
            Sparse::new(&tensor.structure, lines::directed((rows, columns), way), seed)
        }
        _ if tensor.structure == Structure::Dense => Ok(None),
        _ => Err(Error::new("is no matrix, so it cannot be panel-sparse")),
    }
}

/// Numbers of a buffer; rows are as many as a batch has.
fn words(form: Form, batch: usize) -> usize {
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

/// Refuses a Program whose tensors, with the draws of the largest, are more than there is.
fn require_memory(program: &Program) -> Result<()> {
    let (mut all, mut largest) = (0usize, 0);
    for tensor in &program.tensors {
        let place = format!("tensor {:?}", tensor.name);
        let form = form(tensor).map_err(|error| error.within(&place))?;
        let form = lying(form, tensor.role, false, program.precision);
        let words = words(form, program.batch as usize);
        all = all.saturating_add(words);
        if tensor.init != Init::Zeros {
            largest = largest.max(words);
        }
    }
    let bytes = all.saturating_add(largest).saturating_mul(4);
    memory::require(bytes).map_err(|error| error.within("the network"))
}

fn form(tensor: &Tensor) -> Result<Form> {
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
        (Role::Weight | Role::Feedback | Role::Direct | Role::State, [rows, columns]) => {
            Ok(Form::Matrix { rows: *rows, columns: *columns, way: Way::Straight })
        }
        (Role::Bias | Role::Statistic | Role::State, [len]) => Ok(Form::Vector { len: *len }),
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
fn stride(width: usize) -> usize {
    let lines = width.div_ceil(LANES);
    (lines | 1) * LANES
}

#[cfg(test)]
mod tests {
    use super::*;

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
