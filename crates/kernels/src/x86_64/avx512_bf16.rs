//! AVX512_BF16: `vdpbf16ps` on the registers of AVX-512. Forward keeps 8 rows × 32 columns, update
//! 8 × 32: 16 chains hide its latency, and each operand is loaded once for 8 or for 2 of them.

use core::arch::x86_64::{
    __m512, __m512bh, __m512i, _mm256_loadu_si256, _mm256_storeu_si256, _mm512_add_epi32,
    _mm512_and_si512, _mm512_castps_si512, _mm512_castsi512_ps, _mm512_cvtepi32_epi16,
    _mm512_cvtepu16_epi32, _mm512_dpbf16_ps, _mm512_loadu_si512, _mm512_mask_blend_epi16,
    _mm512_set1_epi32, _mm512_slli_epi32, _mm512_srai_epi32, _mm512_srli_epi32,
    _mm512_storeu_si512,
};

use super::avx512::Zmm;
use crate::bf16::{Bf16, HalfVector, half_kernel};

/// The odd 16-bit lanes.
const ODD: u32 = 0xaaaa_aaaa;

/// The nearest bf16 in the upper half of each lane, whatever in the lower.
#[inline(always)]
unsafe fn rounded(values: __m512) -> __m512i {
    // SAFETY: as in the trait.
    unsafe { _mm512_add_epi32(_mm512_castps_si512(values), _mm512_set1_epi32(0x8000)) }
}

/// The same register under the name that the intrinsic takes.
#[inline(always)]
fn operand(pairs: __m512i) -> __m512bh {
    // SAFETY: both are 512 bits without a meaning of their own.
    unsafe { core::mem::transmute::<__m512i, __m512bh>(pairs) }
}

// SAFETY (of all bodies): the trait's contract says that AVX512_BF16 and AVX512BW are there and
// pointers are valid.
impl HalfVector for Zmm {
    type Pairs = __m512i;

    #[inline(always)]
    unsafe fn load_pairs(source: *const Bf16) -> Self::Pairs {
        unsafe { _mm512_loadu_si512(source.cast()) }
    }
    #[inline(always)]
    unsafe fn store_pairs(pairs: Self::Pairs, target: *mut Bf16) {
        unsafe { _mm512_storeu_si512(target.cast(), pairs) }
    }
    #[inline(always)]
    unsafe fn splat_pair(source: *const Bf16) -> Self::Pairs {
        unsafe { _mm512_set1_epi32(source.cast::<i32>().read_unaligned()) }
    }
    #[inline(always)]
    unsafe fn dot(self, a: Self::Pairs, b: Self::Pairs) -> Self {
        unsafe { Self(_mm512_dpbf16_ps(self.0, operand(a), operand(b))) }
    }
    #[inline(always)]
    unsafe fn zip(low: Self, high: Self) -> Self::Pairs {
        unsafe {
            let low = _mm512_srli_epi32::<16>(rounded(low.0));
            _mm512_mask_blend_epi16(ODD, low, rounded(high.0))
        }
    }
    #[inline(always)]
    unsafe fn narrow(self, target: *mut Bf16) {
        unsafe {
            let upper = _mm512_srli_epi32::<16>(rounded(self.0));
            _mm256_storeu_si256(target.cast(), _mm512_cvtepi32_epi16(upper));
        }
    }
    #[inline(always)]
    unsafe fn widen(source: *const Bf16) -> Self {
        unsafe {
            let words = _mm512_cvtepu16_epi32(_mm256_loadu_si256(source.cast()));
            Self(_mm512_castsi512_ps(_mm512_slli_epi32::<16>(words)))
        }
    }
    #[inline(always)]
    unsafe fn split(low: Self, high: Self) -> (Self::Pairs, Self::Pairs) {
        unsafe {
            let high_bits = _mm512_slli_epi32::<16>(_mm512_castps_si512(high.0));
            let lower = _mm512_mask_blend_epi16(ODD, _mm512_castps_si512(low.0), high_bits);
            (Self::zip(low, high), lower)
        }
    }
    #[inline(always)]
    unsafe fn join(upper: Self::Pairs, lower: Self::Pairs) -> (Self, Self) {
        unsafe {
            let low_part = _mm512_srai_epi32::<16>(_mm512_slli_epi32::<16>(lower));
            let low = _mm512_add_epi32(_mm512_slli_epi32::<16>(upper), low_part);
            let high = _mm512_and_si512(upper, _mm512_set1_epi32(0xffff_0000_u32 as i32));
            let high = _mm512_add_epi32(high, _mm512_srai_epi32::<16>(lower));
            (Self(_mm512_castsi512_ps(low)), Self(_mm512_castsi512_ps(high)))
        }
    }
}

half_kernel! {
    /// AVX512_BF16 and AVX512BW.
    #[target_feature(enable = "avx512f,avx512bw,avx512bf16,fma")]
    Avx512Bf16, "avx512_bf16", Zmm,
    available: std::arch::is_x86_feature_detected!("avx512bf16")
        && std::arch::is_x86_feature_detected!("avx512bw"),
    forward: 8, update: 4
}
