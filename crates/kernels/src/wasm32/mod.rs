//! Instruction sets of WebAssembly.

pub mod simd128;
