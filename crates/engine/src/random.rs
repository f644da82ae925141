//! Counter-based random numbers: a draw is a pure function of where it is used.
//!
//! Philox4x32-10 (Salmon et al., SC 2011), keyed by (seed, stream) and addressed by
//! (step, index, element). No state, so threads, resumed runs, other rules and other machines
//! draw the same numbers, and a draw in one stream never shifts those of another.

use crate::program::Stream;

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;
/// Words of a draw.
pub const BLOCK: usize = 4;
/// Blocks that are drawn together, and their words.
const TOGETHER: usize = 16;
const WORDS: usize = TOGETHER * BLOCK;

/// The largest seed: what a JavaScript number holds exactly.
pub const MAX_SEED: u64 = (1 << 53) - 1;

/// One block of Philox4x32-10: four words from a counter and a key.
#[must_use]
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    side_by_side(counter.map(|word| [word]), key).map(|[word]| word)
}

/// `N` blocks at once, which the compiler makes vectors of: word by word of all blocks.
#[inline(always)]
fn side_by_side<const N: usize>(mut counter: [[u32; N]; 4], mut key: [u32; 2]) -> [[u32; N]; 4] {
    for round in 0..ROUNDS {
        if round > 0 {
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        let mut next = [[0; N]; 4];
        for block in 0..N {
            let low = u64::from(MULTIPLIERS[0]) * u64::from(counter[0][block]);
            let high = u64::from(MULTIPLIERS[1]) * u64::from(counter[2][block]);
            next[0][block] = (high >> 32) as u32 ^ counter[1][block] ^ key[0];
            next[1][block] = high as u32;
            next[2][block] = (low >> 32) as u32 ^ counter[3][block] ^ key[1];
            next[3][block] = low as u32;
        }
        counter = next;
    }
    counter
}

/// The draws of one stream at one (step, index).
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    key: [u32; 2],
    step: u64,
    index: u32,
}

impl Draws {
    /// `seed` ≤ [`MAX_SEED`]: its 53 bits and the stream's number share the 64-bit key exactly.
    #[must_use]
    pub fn new(seed: u64, stream: Stream, step: u64, index: u32) -> Self {
        let key = [seed as u32, (seed >> 32) as u32 ^ ((stream as u32) << 24)];
        Self { key, step, index }
    }

    /// The words of elements 4·block … 4·block + 3.
    #[must_use]
    pub fn words(&self, block: u32) -> [u32; 4] {
        philox([block, self.index, self.step as u32, (self.step >> 32) as u32], self.key)
    }

    /// A word per element, 0 to 2³² − 1.
    #[must_use]
    pub fn word(&self, element: usize) -> u32 {
        self.words((element / BLOCK) as u32)[element % BLOCK]
    }

    /// The words of `TOGETHER` blocks, element by element.
    #[inline(always)]
    fn many_words(&self, block: u32) -> [u32; WORDS] {
        let same = |word: u32| [word; TOGETHER];
        let blocks = std::array::from_fn(|place| block.wrapping_add(place as u32));
        let step = [self.step as u32, (self.step >> 32) as u32];
        let counter = [blocks, same(self.index), same(step[0]), same(step[1])];
        let words = side_by_side(counter, self.key);
        std::array::from_fn(|place| words[place % BLOCK][place / BLOCK])
    }

    /// Makes each value `f(value, word)`, with the words of the elements from `first` on.
    #[inline(always)]
    pub fn change(&self, first: usize, values: &mut [f32], f: impl Fn(f32, u32) -> f32) {
        let mut done = 0;
        while done < values.len() {
            let (block, skipped) = ((first + done) / BLOCK, (first + done) % BLOCK);
            let words = self.many_words(block as u32);
            let rest = &mut values[done..];
            let count = rest.len().min(WORDS - skipped);
            for (value, word) in rest[..count].iter_mut().zip(&words[skipped..]) {
                *value = f(*value, *word);
            }
            done += count;
        }
    }

    /// Fills with U(−range, range), symmetric: the midpoints of 2²⁴ equal steps. `values` are the
    /// elements from `first` on.
    #[inline(always)]
    pub fn uniform(&self, range: f32, first: usize, values: &mut [f32]) {
        // The midpoint is exact in f32, so the product is rounded once.
        self.fill(first, values, |word| symmetric(word) * range);
    }

    /// Fills with N(0, deviation²), by inversion; otherwise as [`Self::uniform`].
    pub fn normal(&self, deviation: f32, first: usize, values: &mut [f32]) {
        self.fill(first, values, |word| (normal(unit(word)) * f64::from(deviation)) as f32);
    }

    #[inline(always)]
    fn fill(&self, first: usize, values: &mut [f32], value: impl Fn(u32) -> f32) {
        self.change(first, values, |_, word| value(word));
    }
}

/// The order of an epoch: a permutation of 0 … n − 1 by Fisher and Yates.
#[must_use]
pub fn permutation(seed: u64, n: u32, epoch: u64) -> Vec<u32> {
    let draws = Draws::new(seed, Stream::Order, epoch, 0);
    let mut order: Vec<u32> = (0..n).collect();
    for last in (1..n).rev() {
        let words = draws.words(last);
        let word = u64::from(words[0]) << 32 | u64::from(words[1]);
        let chosen = (u128::from(word) * u128::from(last + 1)) >> 64;
        order.swap(last as usize, chosen as usize);
    }
    order
}

/// (0, 1): the midpoints of 2³² equal steps, so that neither end is reached.
fn unit(word: u32) -> f64 {
    (f64::from(word) + 0.5) * 2f64.powi(-32)
}

/// (−1, 1), from the 24 highest bits k: (k + ½) 2⁻²³ − 1, exact.
fn symmetric(word: u32) -> f32 {
    let odd = ((word >> 8) << 1 | 1) as i32 - (1 << 24);
    odd as f32 * 2f32.powi(-24)
}

/// The quantile of the standard normal distribution: Wichura's AS 241 (PPND16), relative error
/// about 1e-16. Plain f64 arithmetic without fused operations or libm, so the same everywhere.
fn normal(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * horner(r, &CENTRE_TOP) / horner(r, &CENTRE_BOTTOM);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-logarithm(tail)).sqrt();
    let size = if r <= 5.0 {
        horner(r - 1.6, &TAIL_TOP) / horner(r - 1.6, &TAIL_BOTTOM)
    } else {
        horner(r - 5.0, &FAR_TOP) / horner(r - 5.0, &FAR_BOTTOM)
    };
    if q < 0.0 { -size } else { size }
}

/// Natural logarithm of a positive normal number (what is not finite comes back as it is), to a few
/// units in the last place, in plain f64 arithmetic: ln x = e ln 2 + 2 artanh((m − 1)/(m + 1)), m
/// in [√½, √2).
#[must_use]
pub fn logarithm(x: f64) -> f64 {
    if !x.is_finite() {
        return x;
    }
    let bits = x.to_bits();
    let mut exponent = ((bits >> 52) & 0x7ff) as i64 - 1023;
    let mut mantissa = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa *= 0.5;
        exponent += 1;
    }
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let mut series = 0.0;
    for odd in (0..12).rev() {
        series = series * square + 1.0 / f64::from(2 * odd + 1);
    }
    exponent as f64 * std::f64::consts::LN_2 + 2.0 * s * series
}

/// Coefficients in ascending order of power.
fn horner(x: f64, coefficients: &[f64; 8]) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

const CENTRE_TOP: [f64; 8] = [
    3.387_132_872_796_366_608,
    1.331_416_678_917_843_774_5e2,
    1.971_590_950_306_551_442_7e3,
    1.373_169_376_550_946_112_5e4,
    4.592_195_393_154_987_145_7e4,
    6.726_577_092_700_870_085_3e4,
    3.343_057_558_358_812_810_5e4,
    2.509_080_928_730_122_672_7e3,
];
const CENTRE_BOTTOM: [f64; 8] = [
    1.0,
    4.231_333_070_160_091_125_2e1,
    6.871_870_074_920_579_083e2,
    5.394_196_021_424_751_107_7e3,
    2.121_379_430_158_659_586_7e4,
    3.930_789_580_009_271_061e4,
    2.872_908_573_572_194_267_4e4,
    5.226_495_278_852_854_561e3,
];
const TAIL_TOP: [f64; 8] = [
    1.423_437_110_749_683_577_34,
    4.630_337_846_156_545_295_9,
    5.769_497_221_460_691_405_5,
    3.647_848_324_763_204_605_04,
    1.270_458_252_452_368_382_58,
    2.417_807_251_774_506_117_7e-1,
    2.272_384_498_926_918_458_33e-2,
    7.745_450_142_783_414_076_4e-4,
];
const TAIL_BOTTOM: [f64; 8] = [
    1.0,
    2.053_191_626_637_758_821_87,
    1.676_384_830_183_803_849_4,
    6.897_673_349_851_000_045_5e-1,
    1.481_039_764_274_800_745_9e-1,
    1.519_866_656_361_645_719_66e-2,
    5.475_938_084_995_344_946e-4,
    1.050_750_071_644_416_843_24e-9,
];
const FAR_TOP: [f64; 8] = [
    6.657_904_643_501_103_777_2,
    5.463_784_911_164_114_369_9,
    1.784_826_539_917_291_335_8,
    2.965_605_718_285_048_912_3e-1,
    2.653_218_952_657_612_309_3e-2,
    1.242_660_947_388_078_438_6e-3,
    2.711_555_568_743_487_578_15e-5,
    2.010_334_399_292_288_132_65e-7,
];
const FAR_BOTTOM: [f64; 8] = [
    1.0,
    5.998_322_065_558_879_376_9e-1,
    1.369_298_809_227_358_053_1e-1,
    1.487_536_129_085_061_485_25e-2,
    7.868_691_311_456_132_591e-4,
    1.846_318_317_510_054_681_8e-5,
    1.421_511_758_316_445_888_7e-7,
    2.044_263_103_389_939_785_64e-15,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn philox_gives_the_published_vectors() {
        // Random123's kat_vectors, philox 4x32 10.
        let ones = u32::MAX;
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox([ones; 4], [ones; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn words_are_those_of_their_elements_wherever_a_run_of_them_begins() {
        let draws = Draws::new(3, Stream::Dropout, 1 << 33, 2);
        for first in [0, 1, 3, 4, 63, 64, 4_000] {
            for len in [0, 1, 5, 63, 64, 65, 200] {
                let mut values = vec![0.0; len];
                draws.change(first, &mut values, |_, word| (word >> 8) as f32);
                let word = |i: usize| (draws.word(first + i) >> 8) as f32;
                assert_eq!(values, (0..len).map(word).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn streams_seeds_steps_and_indices_draw_apart() {
        let draw = |seed, stream, step, index| Draws::new(seed, stream, step, index).word(5);
        let base = draw(1, Stream::Weights, 0, 0);
        assert_ne!(base, draw(2, Stream::Weights, 0, 0));
        assert_ne!(base, draw(1 | 1 << 40, Stream::Weights, 0, 0));
        assert_ne!(base, draw(1, Stream::Feedback, 0, 0));
        assert_ne!(base, draw(1, Stream::Weights, 1, 0));
        assert_ne!(base, draw(1, Stream::Weights, 0, 1));
    }

    #[test]
    fn normal_deviates_have_the_quantiles_of_the_normal_distribution() {
        for (p, quantile) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.1, -1.281_551_565_544_600_4),
            (1e-9, -5.997_807_015_007_687),
            (1e-20, -9.262_340_089_798_408),
        ] {
            assert!((normal(p) - quantile).abs() < 1e-13 * (1.0 + quantile.abs()), "{p}");
        }
    }

    #[test]
    fn logarithm_agrees_with_the_standard_library() {
        for x in [1e-300, 1e-10, 0.3, 0.9999, 1.0, 1.5, 2.0, 7.7, 1e20] {
            assert!((logarithm(x) - x.ln()).abs() <= 1e-15 * x.ln().abs().max(1.0), "{x}");
        }
    }

    #[test]
    fn a_permutation_holds_every_number_once_and_differs_by_epoch() {
        let first = permutation(7, 1000, 0);
        let mut sorted = first.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..1000).collect::<Vec<_>>());
        assert_ne!(first, permutation(7, 1000, 1));
        assert_eq!(permutation(7, 0, 0), Vec::<u32>::new());
    }
}
