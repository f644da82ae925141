//! An image read between its pixels, 16 at a time.

use feedalign_kernels::LANES;

use super::affine::Affine;
use super::elastic::Bend;
use crate::program::Augment;

#[derive(Clone, Copy)]
pub struct Image {
    height: usize,
    width: usize,
    channels: usize,
}

/// Where 16 pixels come from: the number of the first of four pixels around each place, and how far
/// from it the place lies.
struct Places {
    first: [u32; LANES],
    down: [f32; LANES],
    across: [f32; LANES],
}

impl Image {
    pub fn new(augment: &Augment) -> Self {
        let [height, width, channels] =
            [augment.height, augment.width, augment.channels].map(|size| size as usize);
        Self { height, width, channels }
    }

    /// Numbers from row to row of the padded image: a pixel of zeros before, two after.
    fn line(&self) -> usize {
        (self.width + 3) * self.channels
    }

    /// Numbers of the padded image.
    pub fn words(&self) -> usize {
        (self.height + 3) * self.line()
    }

    /// The image amid zeros; what is around it must be zeros already.
    pub fn pad(&self, image: &[f32], padded: &mut [f32]) {
        let width = self.width * self.channels;
        for (image, padded) in image.chunks(width).zip(padded.chunks_mut(self.line()).skip(1)) {
            padded[self.channels..][..width].copy_from_slice(image);
        }
    }

    /// The distorted image; `padded` has its [`Self::words`].
    #[inline(always)]
    pub fn sample(&self, affine: &Affine, bend: Option<Bend>, padded: &[f32], out: &mut [f32]) {
        assert!(padded.len() == self.words());
        for (row, out) in out.chunks_mut(self.width * self.channels).enumerate() {
            for (chunk, out) in out.chunks_mut(LANES * self.channels).enumerate() {
                let column = chunk * LANES;
                let bend = bend.map_or([[0.0; LANES]; 2], |bend| bend.at(row, column));
                let places = self.places(affine, (row, column), &bend);
                for channel in 0..self.channels {
                    // SAFETY: the length was looked at above, and `places` keeps to the padded
                    // image.
                    unsafe { self.mix(padded, &places, channel, out) };
                }
            }
        }
    }

    #[inline(always)]
    fn places(
        &self,
        affine: &Affine,
        (row, column): (usize, usize),
        bend: &[[f32; LANES]; 2],
    ) -> Places {
        let middle = [self.height, self.width].map(|size| (size as f32 - 1.0) / 2.0);
        let down = row as f32 - middle[0];
        let mut places = [[0.0; LANES]; 2];
        for axis in [0, 1] {
            let most = [self.height, self.width].map(|size| (size + 1) as f32)[axis];
            let [by_row, by_column] = affine.matrix[axis];
            // The padding's first pixel is place 0.
            let start = middle[axis] + 1.0 + affine.shift[axis];
            for lane in 0..LANES {
                let across = (column + lane) as f32 - middle[1];
                let straight = (by_row * down + by_column * across) + start;
                places[axis][lane] = (straight + bend[axis][lane]).clamp(0.0, most);
            }
        }
        // SAFETY: the places were clamped to the image with its padding.
        let whole =
            places.map(|places| places.map(|place| unsafe { place.to_int_unchecked::<i32>() }));
        let rest = |axis: usize| -> [f32; LANES] {
            std::array::from_fn(|lane| places[axis][lane] - whole[axis][lane] as f32)
        };
        let (line, channels) = (self.line() as u32, self.channels as u32);
        let first = |lane: usize| whole[0][lane] as u32 * line + whole[1][lane] as u32 * channels;
        Places { first: std::array::from_fn(first), down: rest(0), across: rest(1) }
    }

    /// One channel of at most 16 pixels: means of the four around each place, weighed by nearness.
    ///
    /// # Safety
    /// `padded` has [`Self::words`] numbers, and the places are its own.
    #[inline(always)]
    unsafe fn mix(&self, padded: &[f32], places: &Places, channel: usize, out: &mut [f32]) {
        let line = self.line();
        let mixed: [f32; LANES] = std::array::from_fn(|lane| {
            let first = places.first[lane] as usize + channel;
            // SAFETY: no place is beyond the last but one of the padded image, down or across.
            let at = |further: usize| unsafe { *padded.get_unchecked(first + further) };
            let (a, b) = (at(0), at(self.channels));
            let (c, d) = (at(line), at(line + self.channels));
            let across = places.across[lane];
            let (above, below) = (a + across * (b - a), c + across * (d - c));
            above + places.down[lane] * (below - above)
        });
        let channels = out[channel..].iter_mut().step_by(self.channels);
        channels.zip(mixed).for_each(|(out, value)| *out = value);
    }
}
