//! Runs a [`Program`](program::Program) many steps a call. Knows no learning rule by name and no
//! data set: it executes the vocabulary of `program`, on the kernels of `feedalign-kernels`.

pub mod dataset;
pub mod error;
pub mod memory;
pub mod program;
pub mod random;
pub mod session;
pub mod shared;

mod circle;
mod derived;
mod fields;
mod form;
mod halves;
mod holes;
mod initial;
mod lines;
mod metrics;
mod online;
mod ops;
mod orientation;
mod plan;
mod snapshot;
mod sparse;
mod tensors;
mod wanted;

pub use dataset::{DataSet, Inputs, Targets};
pub use error::{Error, Result};
pub use session::{Options, Session};
