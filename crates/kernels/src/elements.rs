//! Grids: elements that take fewer bytes than an f32 and widen to one exactly, so that a product
//! has the bits of that on the f32 matrix of the same values.

use crate::bf16::Bf16;
use crate::kernel::LANES;

/// What the elements of a matrix are. A line is 16 of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Elements {
    F32,
    Bf16,
    /// Whole numbers from −most to most, most ≤ 127, times a scale; products of the two are exact.
    Int8 {
        scale: f32,
        most: f32,
    },
    /// ±magnitude, a bit each, which is set where it is minus.
    Sign {
        magnitude: f32,
    },
}

impl Elements {
    /// The finest grid of whole numbers times a power of two on which `reach` ≥ 0 still lies.
    #[must_use]
    pub fn int8(reach: f32) -> Self {
        let least = (reach / 127.0).max(f32::MIN_POSITIVE);
        // The next power of two: up where any bit of the mantissa is set.
        let scale = f32::from_bits((least.to_bits() + 0x007f_ffff) & 0xff80_0000);
        Self::Int8 { scale, most: 127.0 }
    }

    /// −magnitude, 0 and magnitude.
    #[must_use]
    pub fn ternary(magnitude: f32) -> Self {
        Self::Int8 { scale: magnitude.max(f32::MIN_POSITIVE), most: 1.0 }
    }

    #[must_use]
    pub fn line_bytes(self) -> usize {
        match self {
            Self::F32 => 4 * LANES,
            Self::Bf16 => 2 * LANES,
            Self::Int8 { .. } => LANES,
            Self::Sign { .. } => LANES / 8,
        }
    }

    /// The value on the grid next to a finite one.
    #[must_use]
    pub fn nearest(self, value: f32) -> f32 {
        match self {
            Self::F32 => value,
            Self::Bf16 => Bf16::nearest(value).to_f32(),
            Self::Int8 { scale, most } => (value / scale).round().clamp(-most, most) * scale,
            Self::Sign { magnitude } => magnitude.copysign(value),
        }
    }

    /// Writes a line of values that lie on the grid.
    ///
    /// # Panics
    /// If `bytes` is not [`Self::line_bytes`] long.
    pub fn put(self, values: &[f32; LANES], bytes: &mut [u8]) {
        match self {
            Self::F32 => bytes.copy_from_slice(values.map(f32::to_le_bytes).as_flattened()),
            Self::Bf16 => {
                let halves = values.map(|value| Bf16::nearest(value).0.to_le_bytes());
                bytes.copy_from_slice(halves.as_flattened());
            }
            Self::Int8 { scale, .. } => {
                bytes.copy_from_slice(&values.map(|value| (value / scale) as i8 as u8));
            }
            Self::Sign { .. } => {
                let minus = |lane: usize| u16::from(values[lane].is_sign_negative()) << lane;
                let bits = (0..LANES).map(minus).fold(0, |bits, bit| bits | bit);
                bytes.copy_from_slice(&bits.to_le_bytes());
            }
        }
    }

    /// Widens a line.
    ///
    /// # Panics
    /// If `bytes` is shorter than [`Self::line_bytes`].
    #[must_use]
    pub fn get(self, bytes: &[u8]) -> [f32; LANES] {
        let mut line = [0.0; LANES];
        assert!(bytes.len() >= self.line_bytes());
        // SAFETY: both hold a line.
        unsafe { self.widen(bytes.as_ptr(), 1, line.as_mut_ptr()) };
        line
    }

    /// Widens `lines` lines. Inlined into a kernel's entry, so that its instructions do it.
    ///
    /// # Safety
    /// `source` holds that many lines, `target` has 16 floats for each.
    #[inline(always)]
    pub(crate) unsafe fn widen(self, source: *const u8, lines: usize, target: *mut f32) {
        // SAFETY: as stated; nothing is thought to be aligned.
        unsafe {
            match self {
                Self::F32 => each(source, lines, target, |value: f32| value),
                Self::Bf16 => each(source, lines, target, |half: u16| Bf16(half).to_f32()),
                Self::Int8 { scale, .. } => {
                    each(source, lines, target, |whole: i8| f32::from(whole) * scale);
                }
                Self::Sign { magnitude } => {
                    for line in 0..lines {
                        let bits = source.cast::<[u8; 2]>().add(line).read();
                        let bits = u32::from(u16::from_le_bytes(bits));
                        let mut wide = [magnitude; LANES];
                        for (lane, value) in wide.iter_mut().enumerate() {
                            let sign = (bits << (31 - lane)) & 0x8000_0000;
                            *value = f32::from_bits(value.to_bits() ^ sign);
                        }
                        target.add(line * LANES).cast::<[f32; LANES]>().write_unaligned(wide);
                    }
                }
            }
        }
    }
}

/// `wide(element)` of each of 16 elements a line.
#[inline(always)]
unsafe fn each<T: Copy>(
    source: *const u8,
    lines: usize,
    target: *mut f32,
    wide: impl Fn(T) -> f32,
) {
    for line in 0..lines {
        // SAFETY: as stated at `widen`.
        unsafe {
            let elements = source.cast::<[T; LANES]>().add(line).read_unaligned();
            let mut values = [0.0; LANES];
            for lane in 0..LANES {
                values[lane] = wide(elements[lane]);
            }
            target.add(line * LANES).cast::<[f32; LANES]>().write_unaligned(values);
        }
    }
}
