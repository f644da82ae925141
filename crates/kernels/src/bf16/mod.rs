//! Products of bf16 numbers summed in f32: half the traffic of f32, on CPUs with AVX512_BF16 up to
//! twice its rate. A bf16 number is the upper half of an f32: its sign, exponent and 7 bits.
//!
//! # The layouts
//!
//! The instruction multiplies *pairs*: each of 16 lanes gains the products of two neighbours. So
//! whatever is a product's vector operand lies in pairs along the reduction, 16 pairs a cache line:
//!
//! * a matrix `[inner × columns]` in panels of pairs `[ceil(columns / 16)][ceil(inner / 2)][16][2]`
//!   (see [`panels`]); two panels are walked at once, because one cannot keep the unit busy;
//! * rows of examples for `update`, which reduces over them, in row pairs
//!   `[ceil(rows / 2)][stride][2]`, both operands alike.
//!
//! The broadcast operand of `forward` is a pair of neighbours in a row: plain row-major bf16. So
//! the store of `forward` writes what comes next in both forms, and f32 only where it is asked for.
//!
//! # A master weight lies in two halves
//!
//! A trained weight is an f32 all along, in two planes of panels: its *upper* half, the bf16 number
//! nearest to it, and its *lower* half, what is missing, as a signed 16-bit count. `forward` reads
//! the upper plane alone; `update` puts both together, steps in f32, and takes them apart again. So
//! the bf16 copy costs no memory and no traffic of its own.
//!
//! # The bits
//!
//! * Rounding to bf16 is to nearest, halves away from zero: add 0x8000 to the bits, keep the upper
//!   half. It is its own inverse with the lower half, which ties to even would not be.
//! * Each element is one chain from +0, pair by pair in ascending order; in a pair the higher index
//!   first: sum ← sum + a₁·b₁, sum ← sum + a₀·b₀, each rounded to f32. Products of two bf16 are
//!   exact in f32. `update` and `update_bias` chain over [`ROW_CHUNK`](crate::ROW_CHUNK) rows.
//! * What follows the chain is f32, as in [`crate::kernel`].
//!
//! `generic` does exactly that on any CPU, so that neither threads nor tiles change a bit. The
//! instruction may flush numbers below 2⁻¹²⁶ to zero and round otherwise within a pair: a chain of
//! n products differs by at most n · 2⁻²³ · Σ|products| from the reference's. On Intel's CPUs it
//! does not differ.

pub mod panels;

pub(crate) mod forward;
pub(crate) mod rows;
pub(crate) mod update;

mod entry;
mod epilogue;
mod generic;
mod kernel;
mod number;
mod vector;

pub use generic::GenericHalf;
pub use kernel::{Epilogue, Forms, Forward, Gate, HalfKernel, Narrow, Turn, Update, UpdateBias};
pub use number::Bf16;

pub(crate) use entry::half_kernel;
pub(crate) use vector::HalfVector;
