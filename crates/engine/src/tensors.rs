//! Where the tensors of a session live: one arena, each tensor's part of it allocated once.

use std::collections::HashMap;
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

use feedalign_kernels::bf16::Bf16;
use feedalign_kernels::memory::Arena;
use feedalign_kernels::panels::{self, Way};
use feedalign_kernels::{Elements, Pool};

use crate::error::{Error, Result};
pub use crate::form::Form;
use crate::form::{form, lying, stride, words};
use crate::halves;
use crate::holes::Holes;
use crate::initial;
use crate::lines::{self, Lines};
use crate::memory;
use crate::orientation::only_carry;
use crate::program::{Grid, Init, Precision, Program, Role, Structure, Tensor};
use crate::sparse::Sparse;

/// A tensor's number: Program order, then scratch.
pub type Id = usize;

struct Entry {
    form: Form,
    /// Of a matrix that is not dense.
    sparse: Option<Sparse>,
    holes: Option<Holes>,
    elements: Elements,
    words: usize,
    start: NonNull<f32>,
    half: Option<HalfRows>,
}

/// One network is made at a time: what memory there is for the next one shows when this one has
/// written its weights.
static MAKING: Mutex<()> = Mutex::new(());

/// What initial values are made from.
struct Initial<'a> {
    seed: u64,
    pool: &'a mut Pool,
    /// Row-major, of one tensor after the other; as long as the longest.
    values: Vec<f32>,
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
        let _turn = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        require_memory(program)?;
        let only_carry = only_carry(program);
        let mut initial = Initial { seed, pool, values: memory::zeros(most_drawn(program))? };
        for tensor in &program.tensors {
            let turned = only_carry.contains(tensor.name.as_str());
            let place = format!("tensor {:?}", tensor.name);
            tensors
                .add(tensor, turned, program, &mut initial)
                .map_err(|error| error.within(&place))?;
        }
        Ok(tensors)
    }

    fn add(
        &mut self,
        tensor: &Tensor,
        turned: bool,
        program: &Program,
        initial: &mut Initial,
    ) -> Result<()> {
        if self.names.contains_key(&tensor.name) {
            return Err(Error::new("stands twice in the Program"));
        }
        let form = lying(form(tensor)?, tensor.role, turned, program.precision);
        let plain = tensor.structure == Structure::Dense && tensor.grid == Grid::F32;
        if matches!(form, Form::Half { .. }) && !plain {
            return Err(Error::new("in bf16 this engine runs dense matrices on no grid only"));
        }
        let sparse = sparse(tensor, form, initial.seed)?;
        let elements = lines::elements(tensor, turned)?;
        let batch = program.batch as usize;
        let id = self.allocate_lines(form, sparse, elements, batch)?;
        if let (Form::Rows { width, .. }, Precision::Bf16, [_]) =
            (form, program.precision, &tensor.shape[..])
        {
            self.entries[id].half = Some(self.allocate_half(batch, width)?);
        }
        self.entries[id].holes = Holes::new(&tensor.structure, form, initial.seed)?;
        self.names.insert(tensor.name.clone(), id);
        // The arena gives zeros.
        if tensor.init != Init::Zeros {
            self.initialise(tensor, id, initial)?;
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
        self.entries.push(Entry { form, sparse, holes: None, elements, words, start, half: None });
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

    /// What a matrix in straight panels does not hold.
    pub fn holes(&self, id: Id) -> Option<&Holes> {
        self.entries[id].holes.as_ref()
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
            if let Some(held) = &mut entry.holes
                && let Some(drawn) = Holes::new(&tensor.structure, entry.form, seed)?
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

    fn initialise(&mut self, tensor: &Tensor, id: Id, initial: &mut Initial) -> Result<()> {
        match &tensor.init {
            Init::Copy { of } => {
                let source = self.source(of, id)?;
                if self.sparse(source) != self.sparse(id) {
                    return Err(Error::new(format!("has not the structure of {of:?}")));
                }
                self.write(id, &self.read(source)?);
            }
            Init::Rotated { of, degrees, factor, stream, index } => {
                let source = self.source(of, id)?;
                let (stream, index) = (*stream, *index);
                let noise = Init::Normal { deviation: 1.0, stream, index };
                self.draw(&noise, id, initial);
                let mut noise = self.read(id)?;
                initial::rotate(&self.read(source)?, &mut noise, *degrees, *factor)?;
                self.write(id, &noise);
            }
            init => self.draw(init, id, initial),
        }
        Ok(())
    }

    /// The tensor of that name, if it has the shape of another.
    fn source(&self, name: &str, id: Id) -> Result<Id> {
        let source = self.find(name)?;
        if self.form(source).logical() == self.form(id).logical() {
            return Ok(source);
        }
        Err(Error::new(format!("has not the shape of {name:?}, whose values it takes")))
    }

    /// Gives a tensor values that are drawn, or all the same.
    fn draw(&mut self, init: &Init, id: Id, initial: &mut Initial) {
        let Initial { seed, pool, values } = initial;
        let values = &mut values[..self.persistent_len(id)];
        initial::fill(init, values, *seed, pool);
        match self.form(id) {
            Form::Matrix { rows, columns, way } if self.lines(id).is_none() => {
                initial::pack(way, values, (rows, columns), self.words_mut(id), pool);
                self.clear_holes(id);
            }
            _ => self.write(id, values),
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
    pub fn read(&self, id: Id) -> Result<Vec<f32>> {
        let mut values = memory::zeros(self.persistent_len(id))?;
        if let Some(lines) = self.lines(id) {
            lines.read(self.bytes(id), &mut values);
            return Ok(values);
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
        Ok(values)
    }

    /// The first of row-major values that [`Self::write`] would change, and why.
    pub fn misfit(&self, id: Id, values: &[f32]) -> Option<(usize, &'static str)> {
        if let Some(at) = self.holes(id).and_then(|holes| holes.misfit(values)) {
            return Some((at, "where its structure holds none"));
        }
        self.lines(id)?.misfit(values)
    }

    /// `values` has [`Self::persistent_len`] of them, row-major; see [`Lines::write`].
    pub fn write(&mut self, id: Id, values: &[f32]) {
        let form = self.form(id);
        if let Some(lines) = self.lines(id) {
            let (start, len) = (self.f32(id).cast(), 4 * self.entries[id].words);
            // SAFETY: they are the bytes of the buffer, and `&mut self` keeps others away.
            return lines.write(values, unsafe { std::slice::from_raw_parts_mut(start, len) });
        }
        let held = self.words_mut(id);
        match form {
            Form::Matrix { rows, columns, way } => panels::pack(way, values, rows, columns, held),
            Form::Half { rows, columns, way, master } => {
                halves::write(held, way, (rows, columns), master, values);
            }
            _ => held[..values.len()].copy_from_slice(values),
        }
        self.clear_holes(id);
    }

    fn clear_holes(&mut self, id: Id) {
        let matrix = self.f32(id);
        if let Some(held) = self.holes(id).map(Holes::held) {
            // SAFETY: it is of this matrix, and `&mut self` keeps others away.
            unsafe { held.clear(matrix, 0..held.panels) };
        }
    }

    fn bytes(&self, id: Id) -> &[u8] {
        let words = self.words(id);
        // SAFETY: they are the bytes of the words.
        unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), 4 * words.len()) }
    }

    fn words_mut(&mut self, id: Id) -> &mut [f32] {
        // SAFETY: the buffer holds that many words and `&mut self` keeps others away.
        unsafe { std::slice::from_raw_parts_mut(self.f32(id), self.entries[id].words) }
    }

    fn words(&self, id: Id) -> &[f32] {
        // SAFETY: the buffer holds that many words; no run is under way while `&self` is had.
        unsafe { std::slice::from_raw_parts(self.f32(id), self.entries[id].words) }
    }
}

fn sparse(tensor: &Tensor, form: Form, seed: u64) -> Result<Option<Sparse>> {
    match (tensor.role, form) {
        (Role::Feedback, Form::Matrix { way: Way::Straight, .. })
            if tensor.structure != Structure::Dense && !tensor.structure.is_of_weight() =>
        {
            Err(Error::new("this engine does not write to feedback with lists of its own"))
        }
        (_, Form::Matrix { rows, columns, way }) => {
            Sparse::new(&tensor.structure, lines::directed((rows, columns), way), seed)
        }
        _ if tensor.structure == Structure::Dense => Ok(None),
        _ => Err(Error::new("is no matrix, so it cannot be panel-sparse")),
    }
}

/// Elements of the largest tensor that does not begin as zeros.
fn most_drawn(program: &Program) -> usize {
    let drawn = program.tensors.iter().filter(|tensor| tensor.init != Init::Zeros);
    let elements = |tensor: &Tensor| tensor.shape.iter().map(|size| *size as usize).product();
    drawn.map(elements).max().unwrap_or(0)
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
