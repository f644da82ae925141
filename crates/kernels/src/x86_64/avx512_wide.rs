//! AVX-512 for cores that run two multiply-adds of 512 bits a cycle. With one panel a tile loads
//! a broadcast for each multiply-add, and loads are two a cycle at most, so forward and update
//! would wait for them. Two panels share each broadcast. The bits are those of `avx512`.

use super::avx512::Zmm;
use crate::entry::kernel;

kernel! {
    /// AVX-512F, in tiles two panels wide.
    #[target_feature(enable = "avx512f,fma")]
    Avx512Wide, "avx512_wide", Zmm, available: std::arch::is_x86_feature_detected!("avx512f"),
    forward: 8 x 2, project: 6 x 4, update: 12 x 2, few: 24, turned: 6 x 4, listed: 8
}
