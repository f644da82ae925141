//! Matrix kernels for training: forward, project and update on weights that never leave their
//! panels. See [`kernel`] for the contract, [`dispatch`] for what this CPU has.

pub mod bf16;
pub mod clock;
pub mod cores;
pub mod dispatch;
pub mod double;
pub mod elements;
pub mod form;
pub mod kernel;
pub mod memory;
pub mod panels;
pub mod peak;
pub mod pool;
pub mod traffic;
pub mod widest;

mod entry;
mod epilogue;
mod few;
mod gemm;
mod generic;
mod listed;
mod max_norm;
mod online;
mod optimizer;
#[cfg(target_arch = "x86_64")]
mod probe;
mod rows;
#[cfg(target_arch = "wasm32")]
mod trials;
mod turned;
mod vecmath;
mod vector;
#[cfg(target_arch = "wasm32")]
pub mod wasm32;
mod wide;
#[cfg(target_arch = "x86_64")]
mod x86_64;

pub use elements::Elements;
pub use form::{ListedProject, ListedUpdate, Lists, RowLists, TurnedForward};
pub use kernel::{
    Activation, Epilogue, Forward, Gate, Kernel, LANES, Map, MaxNorm, Online, Project, ROW_CHUNK,
    Transpose, Update, UpdateBias,
};
pub use optimizer::{Moments, Optimizer, State};
pub use pool::{Member, Pool};
pub use vecmath::TINY;
