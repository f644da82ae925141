//! WebAssembly. An engine refuses a whole module for one instruction that it does not know, so
//! there are two modules of one source, and who loads them picks.

mod ceiling;
mod choice;
mod kernel;
mod loops;
mod quads;
mod tile;

#[cfg(target_feature = "relaxed-simd")]
mod relaxed;
#[cfg(target_feature = "relaxed-simd")]
use relaxed as set;

#[cfg(not(target_feature = "relaxed-simd"))]
mod simd128;
#[cfg(not(target_feature = "relaxed-simd"))]
use simd128 as set;

pub use choice::set_clock;
pub use kernel::Wasm;
