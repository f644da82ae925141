//! AVX2 with FMA: two registers are one vector. 16 registers hold a tile of 6 × 16: twelve
//! accumulators, two of the panel, one broadcast.

use core::arch::x86_64::{
    __m256, _CMP_GT_OQ, _CMP_NEQ_UQ, _MM_HINT_ET0, _MM_HINT_T0, _MM_HINT_T1, _mm_loadu_ps,
    _mm_prefetch, _mm256_add_epi32, _mm256_add_ps, _mm256_blendv_ps, _mm256_castps_si256,
    _mm256_castps128_ps256, _mm256_castsi256_ps, _mm256_cmp_ps, _mm256_div_ps, _mm256_fmadd_ps,
    _mm256_insertf128_ps, _mm256_loadu_ps, _mm256_max_ps, _mm256_min_ps, _mm256_movemask_ps,
    _mm256_mul_ps, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_ps, _mm256_shuffle_ps,
    _mm256_slli_epi32, _mm256_sqrt_ps, _mm256_storeu_ps, _mm256_sub_ps, _mm256_unpackhi_ps,
    _mm256_unpacklo_ps,
};

use crate::entry::kernel;
use crate::kernel::LANES;
use crate::vector::Vector;

#[derive(Clone, Copy)]
pub struct Ymm(__m256, __m256);

impl Ymm {
    /// All bits in lanes that are not zero, none in the others.
    #[inline(always)]
    unsafe fn differs_from_zero(self) -> [__m256; 2] {
        // SAFETY: as in the trait.
        unsafe {
            let zero = _mm256_setzero_ps();
            [self.0, self.1].map(|half| _mm256_cmp_ps::<_CMP_NEQ_UQ>(half, zero))
        }
    }
}

macro_rules! both {
    ($function:ident, $a:expr, $b:expr) => {
        Self($function($a.0, $b.0), $function($a.1, $b.1))
    };
}

// SAFETY (of all bodies): the trait's contract says that AVX2 and FMA are there and pointers valid.
impl Vector for Ymm {
    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        unsafe { Self(_mm256_loadu_ps(source), _mm256_loadu_ps(source.add(8))) }
    }
    #[inline(always)]
    unsafe fn store(self, target: *mut f32) {
        unsafe {
            _mm256_storeu_ps(target, self.0);
            _mm256_storeu_ps(target.add(8), self.1);
        }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        let register = unsafe { _mm256_set1_ps(value) };
        Self(register, register)
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        unsafe { both!(_mm256_add_ps, self, other) }
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        unsafe { both!(_mm256_sub_ps, self, other) }
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        unsafe { both!(_mm256_mul_ps, self, other) }
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        unsafe { both!(_mm256_div_ps, self, other) }
    }
    #[inline(always)]
    unsafe fn sqrt(self) -> Self {
        unsafe { Self(_mm256_sqrt_ps(self.0), _mm256_sqrt_ps(self.1)) }
    }
    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        unsafe {
            Self(
                _mm256_fmadd_ps(self.0, factor.0, addend.0),
                _mm256_fmadd_ps(self.1, factor.1, addend.1),
            )
        }
    }
    #[inline(always)]
    unsafe fn mul_add_unless_zero(self, factor: Self, addend: Self) -> Self {
        unsafe {
            let sum = self.mul_add(factor, addend);
            let [low, high] = self.differs_from_zero();
            Self(_mm256_blendv_ps(addend.0, sum.0, low), _mm256_blendv_ps(addend.1, sum.1, high))
        }
    }
    #[inline(always)]
    unsafe fn nonzero(self) -> u32 {
        unsafe {
            let [low, high] = self.differs_from_zero().map(|half| _mm256_movemask_ps(half));
            low.cast_unsigned() | high.cast_unsigned() << 8
        }
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        unsafe { both!(_mm256_max_ps, self, other) }
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        unsafe { both!(_mm256_min_ps, self, other) }
    }
    #[inline(always)]
    unsafe fn select_positive(self, yes: Self, no: Self) -> Self {
        unsafe {
            let zero = _mm256_setzero_ps();
            let low = _mm256_cmp_ps::<_CMP_GT_OQ>(self.0, zero);
            let high = _mm256_cmp_ps::<_CMP_GT_OQ>(self.1, zero);
            Self(_mm256_blendv_ps(no.0, yes.0, low), _mm256_blendv_ps(no.1, yes.1, high))
        }
    }
    #[inline(always)]
    unsafe fn power_of_two(self) -> Self {
        unsafe { Self(power_of_two(self.0), power_of_two(self.1)) }
    }
    #[inline(always)]
    unsafe fn load_columns(source: *const f32) -> [Self; 4] {
        unsafe {
            let [low, high] = [load_columns(source), load_columns(source.add(8 * LANES))];
            let pair = |c: usize| Self(low[c], high[c]);
            [pair(0), pair(1), pair(2), pair(3)]
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

#[inline(always)]
unsafe fn power_of_two(x: __m256) -> __m256 {
    // SAFETY: as in the trait.
    unsafe {
        let exponent = _mm256_slli_epi32::<23>(_mm256_castps_si256(x));
        _mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_set1_epi32(0x3f80_0000)))
    }
}

/// Four columns of eight lines: halves straight from memory, then four by four within them.
#[inline(always)]
unsafe fn load_columns(source: *const f32) -> [__m256; 4] {
    // SAFETY: as in the trait.
    unsafe {
        let line = |line: usize| _mm_loadu_ps(source.add(line * LANES));
        let halves = |first: usize| {
            _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(line(first)), line(first + 4))
        };
        let [a, b, c, d] = [halves(0), halves(1), halves(2), halves(3)];
        let [ab, cd] = [_mm256_unpacklo_ps(a, b), _mm256_unpacklo_ps(c, d)];
        let [ab_high, cd_high] = [_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d)];
        [
            _mm256_shuffle_ps::<0b01_00_01_00>(ab, cd),
            _mm256_shuffle_ps::<0b11_10_11_10>(ab, cd),
            _mm256_shuffle_ps::<0b01_00_01_00>(ab_high, cd_high),
            _mm256_shuffle_ps::<0b11_10_11_10>(ab_high, cd_high),
        ]
    }
}

kernel! {
    /// AVX2 and FMA.
    #[target_feature(enable = "avx2,fma")]
    Avx2, "avx2", Ymm, available: std::arch::is_x86_feature_detected!("avx2")
        && std::arch::is_x86_feature_detected!("fma"),
    forward: 6 x 1, project: 6 x 1, update: 6 x 1, few: 6, turned: 6 x 1, listed: 6
}
