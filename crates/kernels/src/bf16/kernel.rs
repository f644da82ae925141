//! The contract between the engine and an instruction set, for bf16; see the module above.

use core::ops::Range;

use super::Bf16;
use crate::kernel::Activation;
use crate::optimizer::{Optimizer, State};

/// ⊙ f′(h), taken from an activation's output in row-major bf16.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    pub h: *const Bf16,
    /// Numbers from one row of `h` to the next; whole panels are read.
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

/// One matrix of rows in up to three forms; a null pointer is a form that is not wanted. Strides
/// cover whole panels: at least `ceil(columns / 16) · 16`, all of which is written.
#[derive(Clone, Copy, Debug)]
pub struct Forms {
    /// f32, row-major.
    pub values: *mut f32,
    pub values_stride: usize,
    /// bf16, row-major.
    pub rows: *mut Bf16,
    pub rows_stride: usize,
    /// bf16 in row pairs; past an odd count of rows, zero.
    pub paired: *mut Bf16,
    /// Pairs from one pair of rows to the next.
    pub paired_stride: usize,
}

/// Y `[rows × columns]` = epilogue(X `[rows × inner]` · W `[inner × columns]`).
#[derive(Clone, Copy, Debug)]
pub struct Forward {
    /// X, row-major; the number past an odd `inner` is read, and must be finite.
    pub x: *const Bf16,
    pub x_stride: usize,
    /// W in panels of pairs.
    pub weight: *const Bf16,
    pub y: Forms,
    pub rows: usize,
    pub inner: usize,
    pub columns: usize,
    /// Add what `y.values` holds, which is then not null, to the sum before the epilogue.
    pub accumulate: bool,
    pub epilogue: Epilogue,
}

/// W `[inner × columns]` ← step(W, Xᵀ · delta), in both halves of its panels, in place.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    /// X `[rows × inner]` in row pairs; past an odd `inner`, finite.
    pub x: *const Bf16,
    /// Pairs from one pair of rows to the next.
    pub x_stride: usize,
    /// delta `[rows × columns]` in row pairs; zero in the columns up to the panel's edge.
    pub delta: *const Bf16,
    pub delta_stride: usize,
    pub upper: *mut Bf16,
    pub lower: *mut i16,
    /// As in [`State`](crate::State), f32 in panels of 16 columns; there is no mirror.
    pub moments: [*mut f32; 2],
    pub rows: usize,
    pub inner: usize,
    pub columns: usize,
    pub optimizer: Optimizer,
}

/// b `[columns]` ← step(b, Σ over rows of delta), in f32.
#[derive(Clone, Copy, Debug)]
pub struct UpdateBias {
    /// In row pairs.
    pub delta: *const Bf16,
    pub delta_stride: usize,
    /// `ceil(columns / 16) · 16` floats.
    pub bias: *mut f32,
    /// As long as `bias`; it has no mirror.
    pub state: State,
    pub rows: usize,
    pub columns: usize,
    pub optimizer: Optimizer,
}

/// The other forms of `forms.values` `[rows × columns]`; zero in the columns up to the panel's
/// edge.
#[derive(Clone, Copy, Debug)]
pub struct Narrow {
    pub forms: Forms,
    pub rows: usize,
    pub columns: usize,
}

/// The panels of Wᵀ from those of W `[inner × columns]`.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    pub source: *const Bf16,
    pub target: *mut Bf16,
    pub inner: usize,
    pub columns: usize,
}

/// An instruction set that this CPU has, for bf16.
///
/// # Safety
///
/// Of every `unsafe` method: as at [`Kernel`](crate::Kernel); bf16 numbers are aligned to 2 bytes.
pub trait HalfKernel: Send + Sync {
    /// The name of the kernel's file: `avx512_bf16`, or `generic`.
    fn name(&self) -> &'static str;

    fn forward_units(&self, job: &Forward) -> usize;
    /// # Safety
    /// As stated at the trait.
    unsafe fn forward(&self, job: &Forward, units: Range<usize>);

    fn update_units(&self, job: &Update) -> usize;
    /// # Safety
    /// As stated at the trait.
    unsafe fn update(&self, job: &Update, units: Range<usize>);

    /// One unit is one panel of the bias.
    /// # Safety
    /// As stated at the trait.
    unsafe fn update_bias(&self, job: &UpdateBias, units: Range<usize>);

    /// One unit is one pair of rows.
    /// # Safety
    /// As stated at the trait.
    unsafe fn narrow(&self, job: &Narrow, units: Range<usize>);

    /// One unit is 16 rows of W.
    /// # Safety
    /// As stated at the trait.
    unsafe fn turn(&self, job: &Turn, units: Range<usize>);

    /// As [`Kernel::spin`](crate::Kernel::spin), on pairs of bf16: a lane does two multiply-adds.
    fn spin(&self, accumulators: usize, iterations: usize) -> u64;
}
