//! The contract between the engine and an instruction set.
//!
//! # The layout
//!
//! A weight matrix W `[inner × columns]` lives for ever in *panels* of [`LANES`] columns:
//! `[ceil(columns / 16)][inner][16]`, zero in the columns past the edge. Sixteen floats are one
//! AVX-512 register, two AVX2 registers, four of wasm's, and one cache line, so a step of the
//! inner loop reads exactly one line of W on every instruction set, and a snapshot or a sparse
//! panel list means the same thing everywhere.
//!
//! # The theory of the tile
//!
//! All three products of a training step keep a tile of `MR × 16 N` accumulators in registers and
//! run the whole reduction before they store once:
//!
//! | job | tile | broadcast | vector | reduction |
//! |---|---|---|---|---|
//! | forward | MR rows × 16 N columns | x[row][k] | row k of N panels of W | k, over `inner` |
//! | project | MR inner × 16 N rows | M[i][column], in its panel | deltaᵀ[column] | `columns` |
//! | update | MR inner × 16 N columns | x[row][i] | delta[row] | rows |
//!
//! The tile must hide the latency of a fused multiply-add: `MR × N × registers per 16 lanes ≥
//! latency × throughput`, within the register file; and N vectors share each broadcast, so that
//! loads do not outnumber multiply-adds. Each kernel chooses its own MR and N; results do not
//! depend on it, because every element is one chain of fused multiply-adds in ascending order of
//! its reduction index, whatever tile it falls into.
//!
//! Below 16 rows a product's time is that of reading W, and the loops follow the panels instead:
//! forward runs several at a time, and `project` turns blocks of M in registers (the vector is then
//! 16 values of i, the broadcast delta).
//!
//! # The bits
//!
//! * forward, project: one chain from +0 over ascending reduction index; then, in this order,
//!   what `y` held if `accumulate`, the bias, the activation or the gate.
//! * update and bias: chunks of [`ROW_CHUNK`] rows, a chain each from +0, chunk sums added in
//!   order, then the optimizer's fixed sequence (see [`Optimizer`]).
//! * softmax: maximum and sum over 16 striped lanes, folded by halves (16 → 8 → 4 → 2 → 1).
//!
//! So any kernel with a true fused multiply-add gives the same bits as `generic`.
//!
//! # Work is cut into units
//!
//! A job reports how many independent units it has; a thread runs a range of them. Units never
//! write the same element, so threads share a job without a lock, and any split gives the same
//! bits.

use core::ops::Range;

use crate::form::{ListedProject, ListedUpdate, Lists, TurnedForward};
use crate::optimizer::{Optimizer, State};
use crate::vecmath;

/// Columns of a panel, and lanes of every vector the kernels compute with.
pub const LANES: usize = 16;

/// Rows summed in one chain by `update` and `update_bias` before the chunk's sum is added.
pub const ROW_CHUNK: usize = 1024;

/// An elementwise function of a block, with its derivative expressed in its own output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// f(a) = a; f′ = 1.
    Identity,
    /// f(a) = tanh a; f′ = 1 − h².
    Tanh,
    /// f(a) = 1 / (1 + e⁻ᵃ); f′ = h (1 − h).
    Sigmoid,
    /// f(a) = max(a, 0); f′ = 1 where h > 0, else 0.
    Relu,
    /// f(a) = a where a > 0, else slope · a, with 0 < slope < 1; f′ = 1 where h > 0, else slope.
    LeakyRelu(f32),
    /// f(a) = a between −1 and 1, the nearer of the two elsewhere; f′ = 1 where −1 < h < 1, else 0.
    HardTanh,
    /// f(a) = ln(1 + eᵃ); f′ = 1 − e⁻ʰ.
    Softplus,
}

impl Activation {
    /// f′ in terms of the output h = f(a).
    #[inline(always)]
    #[must_use]
    pub fn derivative(self, h: f32) -> f32 {
        match self {
            Self::Identity => 1.0,
            Self::Tanh => 1.0 - h * h,
            Self::Sigmoid => h * (1.0 - h),
            Self::Relu => f32::from(h > 0.0),
            Self::LeakyRelu(slope) => {
                if h > 0.0 {
                    1.0
                } else {
                    slope
                }
            }
            Self::HardTanh => f32::from(h > -1.0 && h < 1.0),
            Self::Softplus => vecmath::softplus_derivative_of(h),
        }
    }
}

/// ⊙ f′(h): the derivative of an activation, taken from its output `h [rows × width]`.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    pub h: *const f32,
    /// Floats from one row of `h` to the next.
    pub h_stride: usize,
    pub activation: Activation,
}

/// What happens between the accumulators of a forward product and their store.
#[derive(Clone, Copy, Debug)]
pub enum Epilogue {
    /// y = f(sum + bias). `bias` holds `ceil(columns / 16) · 16` floats, or is null for none.
    Activate { bias: *const f32, activation: Activation },
    /// y = sum ⊙ f′(h).
    Gate(Gate),
}

/// Y `[rows × columns]` = epilogue(X `[rows × inner]` · W `[inner × columns]`).
#[derive(Clone, Copy, Debug)]
pub struct Forward {
    /// X, row-major.
    pub x: *const f32,
    pub x_stride: usize,
    /// W in panels.
    pub weight: *const f32,
    /// Y, row-major; whole panels are written, so `y_stride ≥ ceil(columns / 16) · 16`.
    pub y: *mut f32,
    pub y_stride: usize,
    pub rows: usize,
    pub inner: usize,
    pub columns: usize,
    /// Add what `y` holds to the sum before the epilogue.
    pub accumulate: bool,
    pub epilogue: Epilogue,
}

/// Y `[rows × inner]` = (delta `[rows × columns]` · Mᵀ) ⊙ gate, M `[inner × columns]` in panels.
#[derive(Clone, Copy, Debug)]
pub struct Project {
    /// delta, row-major; read for fewer rows than [`LANES`] only.
    pub delta: *const f32,
    pub delta_stride: usize,
    /// deltaᵀ `[columns × rows]` in panels: 16 rows of the batch each, zero past the last; read
    /// for [`LANES`] rows and more only.
    pub delta_t: *const f32,
    /// M in panels, the layout of the weight that it stands in for.
    pub matrix: *const f32,
    /// Y, row-major; only columns below `inner` are written.
    pub y: *mut f32,
    pub y_stride: usize,
    pub rows: usize,
    pub inner: usize,
    pub columns: usize,
    /// Add what `y` holds to the sum before the gate.
    pub accumulate: bool,
    pub gate: Option<Gate>,
}

/// W `[inner × columns]` ← step(W, Xᵀ · delta), in the panels, in place.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    /// X `[rows × inner]`, row-major.
    pub x: *const f32,
    pub x_stride: usize,
    /// delta `[rows × columns]`, row-major; zero in the columns up to the panel's edge.
    pub delta: *const f32,
    pub delta_stride: usize,
    pub weight: *mut f32,
    /// In W's panels.
    pub state: State,
    pub rows: usize,
    pub inner: usize,
    pub columns: usize,
    pub optimizer: Optimizer,
}

impl Update {
    /// What the optimizer reads and writes, where it begins.
    #[inline(always)]
    pub(crate) fn stepped(&self) -> impl Iterator<Item = *mut f32> + use<> {
        let State { moments: [a, b], mirror } = self.state;
        [self.weight, a, b, mirror].into_iter().filter(|start| !start.is_null())
    }

    /// Whether it is the plain step of [`Optimizer`].
    #[inline(always)]
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.optimizer.is_plain() && self.state.mirror.is_null()
    }
}

/// One row's step, then the next row's product by the W that it leaves, in one pass over W: the
/// bits are those of [`Kernel::update`] followed by [`Kernel::forward`].
#[derive(Clone, Copy, Debug)]
pub struct Online {
    /// Of one row, its step plain.
    pub update: Update,
    /// Of one row, by the weight that `update` steps; neither its y nor its x is `update`'s delta.
    pub forward: Forward,
    /// Words of this call's own: 3 · inner, each third rounded up to 16.
    pub memory: *mut f32,
}

/// b `[columns]` ← step(b, Σ over rows of delta). Same formula as [`Update`].
#[derive(Clone, Copy, Debug)]
pub struct UpdateBias {
    pub delta: *const f32,
    pub delta_stride: usize,
    /// `ceil(columns / 16) · 16` floats.
    pub bias: *mut f32,
    /// As long as `bias`; it has no mirror.
    pub state: State,
    pub rows: usize,
    pub columns: usize,
    pub optimizer: Optimizer,
}

/// Scales the columns of W `[inner × columns]` whose norm is above `most` down to it: one chain of
/// squares a column over ascending lines, then W ← W · (most / norm) in those columns.
#[derive(Clone, Copy, Debug)]
pub struct MaxNorm {
    /// In panels, or the lines of `lists`.
    pub weight: *mut f32,
    /// `None` where every panel holds all input rows.
    pub lists: Option<Lists>,
    pub inner: usize,
    pub columns: usize,
    /// Above 0.
    pub most: f32,
}

/// deltaᵀ `[columns × rows]` in panels of 16 rows, zero past the last, of delta `[rows × columns]`.
#[derive(Clone, Copy, Debug)]
pub struct Transpose {
    pub source: *const f32,
    pub source_stride: usize,
    /// `panels::len(columns, rows)` floats.
    pub target: *mut f32,
    pub rows: usize,
    pub columns: usize,
}

/// Y `[rows × width]` = f(X), row by row; `x` may equal `y`. Columns past `width` are not written.
#[derive(Clone, Copy, Debug)]
pub struct Map {
    pub x: *const f32,
    pub x_stride: usize,
    pub y: *mut f32,
    pub y_stride: usize,
    pub rows: usize,
    pub width: usize,
}

/// An instruction set that this CPU has.
///
/// A value exists only where its instructions can run (each kernel's `new` returns an `Option`),
/// so the methods need no check of their own.
///
/// # Safety
///
/// Of every `unsafe` method: the pointers of the job are valid for the shapes and strides that it
/// states, aligned to 4 bytes, and nothing else writes what is read here or reads what is written
/// while the call lasts, other units of the same job excepted; `units` lies within the job's own
/// count. Sizes of zero are allowed.
pub trait Kernel: Send + Sync {
    /// The name of the kernel's file: `generic`, `avx2`, `avx512`, `avx512_wide`, `simd128`,
    /// `relaxed`; in WebAssembly with a tile's shape, where that is given: `relaxed_6x8`.
    fn name(&self) -> &'static str;

    fn forward_units(&self, job: &Forward) -> usize;
    /// # Safety
    /// As stated at the trait.
    unsafe fn forward(&self, job: &Forward, units: Range<usize>);

    fn project_units(&self, job: &Project) -> usize;
    /// # Safety
    /// As stated at the trait.
    unsafe fn project(&self, job: &Project, units: Range<usize>);

    fn update_units(&self, job: &Update) -> usize;
    /// # Safety
    /// As stated at the trait.
    unsafe fn update(&self, job: &Update, units: Range<usize>);

    /// One unit is one panel; the split of the units is that of `forward` for one row.
    fn online_units(&self, job: &Online) -> usize;
    /// # Safety
    /// As stated at the trait; the job's memory is used by no other call meanwhile.
    unsafe fn online(&self, job: &Online, units: Range<usize>);

    /// One unit is one panel.
    fn turned_forward_units(&self, job: &TurnedForward) -> usize;
    /// # Safety
    /// As stated at the trait.
    unsafe fn turned_forward(&self, job: &TurnedForward, units: Range<usize>);

    fn listed_project_units(&self, job: &ListedProject) -> usize;
    /// # Safety
    /// As stated at the trait.
    unsafe fn listed_project(&self, job: &ListedProject, units: Range<usize>);

    /// One unit is one panel.
    fn listed_update_units(&self, job: &ListedUpdate) -> usize;
    /// # Safety
    /// As stated at the trait.
    unsafe fn listed_update(&self, job: &ListedUpdate, units: Range<usize>);

    /// One unit is one panel.
    fn max_norm_units(&self, job: &MaxNorm) -> usize;
    /// # Safety
    /// As stated at the trait.
    unsafe fn max_norm(&self, job: &MaxNorm, units: Range<usize>);

    /// One unit is one panel of the bias.
    fn update_bias_units(&self, job: &UpdateBias) -> usize;
    /// # Safety
    /// As stated at the trait.
    unsafe fn update_bias(&self, job: &UpdateBias, units: Range<usize>);

    /// One unit is 16 columns of the source.
    fn transpose_units(&self, job: &Transpose) -> usize;
    /// # Safety
    /// As stated at the trait.
    unsafe fn transpose(&self, job: &Transpose, units: Range<usize>);

    /// One unit is one row.
    /// # Safety
    /// As stated at the trait.
    unsafe fn activate(&self, job: &Map, activation: Activation, rows: Range<usize>);

    /// Y = X ⊙ f′(h), h of the shape of X. One unit is one row.
    /// # Safety
    /// As stated at the trait.
    unsafe fn gate(&self, job: &Map, by: &Gate, rows: Range<usize>);

    /// exp(x − max) / Σ exp(x − max) over each row. One unit is one row.
    /// # Safety
    /// As stated at the trait.
    unsafe fn softmax(&self, job: &Map, rows: Range<usize>);

    /// Runs `iterations` rounds of one multiply-add on each of `accumulators` registers of 16
    /// lanes, nothing else, and returns how many floating-point operations that was (a
    /// multiply-add counts two). What [`crate::peak`] times.
    fn spin(&self, accumulators: usize, iterations: usize) -> u64;

    /// Reads, changes and writes each of `lines` lines of 16 floats once. `shape`: the streams
    /// that they are cut into, a divisor of `lines`, and how many lines ahead each is asked for.
    /// What [`crate::traffic`] times.
    ///
    /// # Safety
    /// As stated at the trait; `start` points to the lines.
    unsafe fn sweep(&self, start: *mut f32, lines: usize, shape: (usize, usize));
}
