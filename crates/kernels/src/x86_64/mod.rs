//! Instruction sets of x86-64.

pub mod avx2;
pub mod avx512;
pub mod avx512_bf16;
pub mod avx512_wide;
