//! An image read between its pixels.

use super::affine::Affine;
use crate::program::Augment;

#[derive(Clone, Copy)]
pub struct Image {
    height: usize,
    width: usize,
    channels: usize,
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

    /// The distorted image; `bend` are displacements of rows and of columns.
    pub fn sample(
        &self,
        affine: &Affine,
        bend: Option<[&[f32]; 2]>,
        padded: &[f32],
        out: &mut [f32],
    ) {
        let Affine { matrix, shift } = affine;
        let middle = [self.height, self.width].map(|size| (size as f32 - 1.0) / 2.0);
        // The padding's first pixel is place 0.
        let start = [0, 1].map(|axis| middle[axis] + 1.0 + shift[axis]);
        let most = [self.height, self.width].map(|size| (size + 1) as f32);
        for (pixel, out) in out.chunks_mut(self.channels).enumerate() {
            let (row, column) = (pixel / self.width, pixel % self.width);
            let from = [row as f32 - middle[0], column as f32 - middle[1]];
            let place = [0, 1].map(|axis| {
                let [down, across] = matrix[axis];
                let straight = (down * from[0] + across * from[1]) + start[axis];
                let place = bend.map_or(straight, |bend| straight + bend[axis][pixel]);
                place.clamp(0.0, most[axis])
            });
            self.mix(padded, place, out);
        }
    }

    /// The mean of the four pixels around a place, weighed by nearness.
    #[inline]
    fn mix(&self, padded: &[f32], place: [f32; 2], out: &mut [f32]) {
        let whole = place.map(|place| place as usize);
        let [down, across] = [0, 1].map(|axis| place[axis] - whole[axis] as f32);
        let first = whole[0] * self.line() + whole[1] * self.channels;
        let (above, below) = (&padded[first..], &padded[first + self.line()..]);
        for (channel, out) in out.iter_mut().enumerate() {
            let between = |line: &[f32]| {
                let (left, right) = (line[channel], line[channel + self.channels]);
                left + across * (right - left)
            };
            let (above, below) = (between(above), between(below));
            *out = above + down * (below - above);
        }
    }
}
