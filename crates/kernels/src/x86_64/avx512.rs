//! AVX-512: one register is one vector, and 32 of them hold the accumulators, the operands and
//! some slack. Forward keeps 8 × 16 (8 chains hide the latency of 4; taller tiles lose to its row
//! pointers), update 12 × 16 (8 × 16 loses a tenth from 64 rows on), project 6 × 64, which reads
//! M once for 64 rows.

use core::arch::asm;
use core::arch::x86_64::{
    __m512, _CMP_GT_OQ, _CMP_NEQ_UQ, _MM_HINT_ET0, _MM_HINT_T0, _MM_HINT_T1, _mm_loadu_ps,
    _mm_prefetch, _mm512_add_epi32, _mm512_add_ps, _mm512_castps_si512, _mm512_castps128_ps512,
    _mm512_castsi512_ps, _mm512_cmp_ps_mask, _mm512_div_ps, _mm512_fmadd_ps, _mm512_insertf32x4,
    _mm512_loadu_ps, _mm512_mask_blend_ps, _mm512_max_ps, _mm512_min_ps, _mm512_mul_ps,
    _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps, _mm512_shuffle_f32x4, _mm512_shuffle_ps,
    _mm512_slli_epi32, _mm512_sqrt_ps, _mm512_storeu_ps, _mm512_sub_ps, _mm512_unpackhi_ps,
    _mm512_unpacklo_ps,
};

use crate::entry::kernel;
use crate::kernel::LANES;
use crate::vector::Vector;

#[derive(Clone, Copy)]
pub struct Zmm(pub(super) __m512);

// SAFETY (of all bodies): the trait's contract says that AVX-512F is there and pointers are valid.
impl Vector for Zmm {
    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        Self(unsafe { _mm512_loadu_ps(source) })
    }
    #[inline(always)]
    unsafe fn store(self, target: *mut f32) {
        unsafe { _mm512_storeu_ps(target, self.0) }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self(unsafe { _mm512_set1_ps(value) })
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(unsafe { _mm512_add_ps(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        Self(unsafe { _mm512_sub_ps(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        Self(unsafe { _mm512_mul_ps(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        Self(unsafe { _mm512_div_ps(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn sqrt(self) -> Self {
        Self(unsafe { _mm512_sqrt_ps(self.0) })
    }
    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self(unsafe { _mm512_fmadd_ps(self.0, factor.0, addend.0) })
    }
    #[inline(always)]
    unsafe fn mul_add_unless_zero(self, factor: Self, addend: Self) -> Self {
        unsafe {
            let lanes = _mm512_cmp_ps_mask::<_CMP_NEQ_UQ>(self.0, _mm512_setzero_ps());
            Self(masked_mul_add(self.0, factor.0, addend.0, lanes))
        }
    }
    #[inline(always)]
    unsafe fn nonzero(self) -> u32 {
        unsafe { u32::from(_mm512_cmp_ps_mask::<_CMP_NEQ_UQ>(self.0, _mm512_setzero_ps())) }
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        Self(unsafe { _mm512_max_ps(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        Self(unsafe { _mm512_min_ps(self.0, other.0) })
    }
    #[inline(always)]
    unsafe fn select_positive(self, yes: Self, no: Self) -> Self {
        unsafe {
            let positive = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(self.0, _mm512_setzero_ps());
            Self(_mm512_mask_blend_ps(positive, no.0, yes.0))
        }
    }
    #[inline(always)]
    unsafe fn power_of_two(self) -> Self {
        unsafe {
            let exponent = _mm512_slli_epi32::<23>(_mm512_castps_si512(self.0));
            let one = _mm512_set1_epi32(0x3f80_0000);
            Self(_mm512_castsi512_ps(_mm512_add_epi32(exponent, one)))
        }
    }
    /// Each register takes the four floats of four lines, a quarter each, straight from memory; so
    /// only the last step, four by four within the quarters, needs shuffles.
    #[inline(always)]
    unsafe fn load_columns(source: *const f32) -> [Self; 4] {
        unsafe {
            let line = |line: usize| _mm_loadu_ps(source.add(line * LANES));
            let quarters = |first: usize| {
                let low = _mm512_castps128_ps512(line(first));
                let low = _mm512_insertf32x4::<1>(low, line(first + 4));
                let low = _mm512_insertf32x4::<2>(low, line(first + 8));
                _mm512_insertf32x4::<3>(low, line(first + 12))
            };
            let [a, b, c, d] = [quarters(0), quarters(1), quarters(2), quarters(3)];
            let [ab, cd] = [_mm512_unpacklo_ps(a, b), _mm512_unpacklo_ps(c, d)];
            let [ab_high, cd_high] = [_mm512_unpackhi_ps(a, b), _mm512_unpackhi_ps(c, d)];
            [
                Self(_mm512_shuffle_ps::<0b01_00_01_00>(ab, cd)),
                Self(_mm512_shuffle_ps::<0b11_10_11_10>(ab, cd)),
                Self(_mm512_shuffle_ps::<0b01_00_01_00>(ab_high, cd_high)),
                Self(_mm512_shuffle_ps::<0b11_10_11_10>(ab_high, cd_high)),
            ]
        }
    }
    /// Pairs of lanes, pairs of pairs, then quarters of the registers change places.
    #[inline(always)]
    unsafe fn turn_square(square: &mut [Self; LANES]) {
        unsafe {
            let mut rows = square.map(|row| row.0);
            for quad in rows.chunks_exact_mut(4) {
                let [a, b, c, d] = [quad[0], quad[1], quad[2], quad[3]];
                let (low, high) = (_mm512_unpacklo_ps, _mm512_unpackhi_ps);
                let [p, q, r, s] = [low(a, b), high(a, b), low(c, d), high(c, d)];
                quad[0] = _mm512_shuffle_ps::<0x44>(p, r);
                quad[1] = _mm512_shuffle_ps::<0xee>(p, r);
                quad[2] = _mm512_shuffle_ps::<0x44>(q, s);
                quad[3] = _mm512_shuffle_ps::<0xee>(q, s);
            }
            // rows[4 g + j] now holds lanes j, 4 + j, 8 + j, 12 + j of rows 4 g to 4 g + 3.
            for j in 0..4 {
                let [a, b, c, d] = [rows[j], rows[4 + j], rows[8 + j], rows[12 + j]];
                let [p, q] =
                    [_mm512_shuffle_f32x4::<0x88>(a, b), _mm512_shuffle_f32x4::<0xdd>(a, b)];
                let [r, s] =
                    [_mm512_shuffle_f32x4::<0x88>(c, d), _mm512_shuffle_f32x4::<0xdd>(c, d)];
                square[j] = Self(_mm512_shuffle_f32x4::<0x88>(p, r));
                square[4 + j] = Self(_mm512_shuffle_f32x4::<0x88>(q, s));
                square[8 + j] = Self(_mm512_shuffle_f32x4::<0xdd>(p, r));
                square[12 + j] = Self(_mm512_shuffle_f32x4::<0xdd>(q, s));
            }
        }
    }
    #[inline(always)]
    unsafe fn prefetch(address: *const f32) {
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
    }
    #[inline(always)]
    unsafe fn prefetch_later(address: *const f32) {
        unsafe { _mm_prefetch::<_MM_HINT_T1>(address.cast()) }
    }
    #[inline(always)]
    unsafe fn prefetch_write(address: *const f32) {
        unsafe { _mm_prefetch::<_MM_HINT_ET0>(address.cast()) }
    }
}

/// a · b + addend in the lanes given, `addend` in the others. Written out: of the intrinsic the
/// compiler makes an unmasked one, a copy under the mask and, where the sum is stored, a store
/// under the mask.
///
/// # Safety
/// The core has AVX-512F.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn masked_mul_add(a: __m512, b: __m512, addend: __m512, lanes: u16) -> __m512 {
    let mut sum = addend;
    // SAFETY: registers only.
    unsafe {
        asm!(
            "vfmadd231ps {sum}{{{lanes}}}, {a}, {b}",
            sum = inout(zmm_reg) sum,
            lanes = in(kreg) lanes,
            a = in(zmm_reg) a,
            b = in(zmm_reg) b,
            options(pure, nomem, nostack, preserves_flags)
        );
    }
    sum
}

kernel! {
    /// AVX-512F.
    #[target_feature(enable = "avx512f,fma")]
    Avx512, "avx512", Zmm, available: std::arch::is_x86_feature_detected!("avx512f"),
    forward: 8 x 1, project: 6 x 4, update: 12 x 1, few: 24, turned: 6 x 4, listed: 8
}
