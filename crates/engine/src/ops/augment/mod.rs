//! Distorted examples: cropped, shifted, turned, zoomed, sheared and bent while they are gathered.
//! What an example looks like hangs on seed, epoch and its number in the data alone.
//!
//! Pixel p of the distorted image is taken from c + M (p − c) + shift + bend(p), c the middle of
//! the image, between the four pixels around that place, in the raw input; outside of it all is
//! zero. Coordinates are f32, products and sums rounded apart, the same everywhere.

mod affine;
mod elastic;
mod sample;

use feedalign_kernels::widest::{self, Work};

use self::affine::Affine;
use self::elastic::Elastic;
use self::sample::Image;
use super::Address;
use crate::error::{Error, Result};
use crate::plan::{Lowering, Value};
use crate::program::{Augment, Gather, Stream};
use crate::random::Draws;
use crate::tensors::Id;

/// Draws of an example that are none of its elastic field's: the numbers of `Affine`.
const PLAIN: usize = 8;

/// Numbers of the largest image: its rows and columns are exact in f32, numbers of pixels in u32.
const LARGEST: usize = 1 << 24;

/// Adds the stage that fills `input`, rows with their width and stride.
pub fn stage(
    op: &Gather,
    augment: &Augment,
    (input, width, stride): (Id, usize, usize),
    lowering: &mut Lowering,
) -> Result<()> {
    check(augment, &op.input, width)?;
    let epoch = lowering.value(&augment.epoch)?;
    let image = Image::new(augment);
    let elastic = (augment.elastic.0 > 0.0).then(|| Elastic::new(augment));
    let words = image.words() + elastic.as_ref().map_or(0, Elastic::words);
    let memory = lowering.tensors.scratch(lowering.threads, words)?;
    let memory_stride = lowering.stride(memory);
    let [x, memory] = [input, memory].map(|id| Address(lowering.tensors.f32(id)));
    let distortion =
        Distortion { image, elastic, augment: augment.clone(), scale: op.scale, shift: op.shift };
    lowering.stage(&[], &[input], move |step, member| {
        // SAFETY: there is a row of memory for each member.
        let memory = unsafe {
            let start = memory.get().add(member.index() * memory_stride);
            std::slice::from_raw_parts_mut(start, words)
        };
        for row in member.split(step.rows) {
            // SAFETY: the row belongs to this member alone and is `width` long.
            let x = unsafe { std::slice::from_raw_parts_mut(x.get().add(row * stride), width) };
            let example = step.examples[row];
            let draws =
                Draws::new(step.seed, Stream::Augmentation, number(epoch, step.knobs), example);
            step.data.scaled(example as usize, 1.0, 0.0, x);
            widest::run(Example { distortion: &distortion, draws: &draws, memory, x });
        }
    });
    Ok(())
}

/// What is the same for all examples.
struct Distortion {
    image: Image,
    elastic: Option<Elastic>,
    augment: Augment,
    scale: f32,
    shift: f32,
}

/// An image to distort in its place, with the memory that this takes.
struct Example<'a> {
    distortion: &'a Distortion,
    draws: &'a Draws,
    memory: &'a mut [f32],
    x: &'a mut [f32],
}

impl Work for Example<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { distortion, draws, memory, x } = self;
        let Distortion { image, elastic, augment, scale, shift } = distortion;
        let (padded, field) = memory.split_at_mut(image.words());
        image.pad(x, padded);
        let bend = elastic.as_ref().map(|elastic| elastic.draw(draws, field));
        image.sample(&Affine::draw(augment, draws), bend, padded, x);
        x.iter_mut().for_each(|x| *x = *x * scale + shift);
    }
}

fn number(epoch: Value, knobs: &[f32]) -> u64 {
    epoch.at(knobs) as u64
}

fn check(augment: &Augment, input: &str, width: usize) -> Result<()> {
    let Augment { height, width: across, channels, .. } = *augment;
    let pixels = u128::from(height) * u128::from(across) * u128::from(channels);
    if pixels != width as u128 {
        return Err(Error::new(format!(
            "tensor {input:?} of shape [n × {width}] does not hold images \
             [{height} × {across} × {channels}]"
        )));
    }
    if width > LARGEST {
        return Err(Error::new(format!("images of {width} numbers: {LARGEST} is the most")));
    }
    let (amplitude, smoothness) = augment.elastic;
    for (name, value, most) in [
        ("shift", augment.shift, f32::from(u16::MAX)),
        ("crop", augment.crop as f32, f32::from(u16::MAX)),
        ("rotation", augment.rotation, 180.0),
        ("zoom", augment.zoom, 0.95),
        ("shear", augment.shear, 80.0),
        ("elastic amplitude", amplitude, f32::from(u16::MAX)),
        ("elastic smoothness", smoothness, f32::from(u16::MAX)),
    ] {
        if !(0.0..=most).contains(&value) {
            return Err(Error::new(format!("{name} {value} is not between 0 and {most}")));
        }
    }
    if amplitude > 0.0 && smoothness < 0.5 {
        return Err(Error::new(format!("elastic smoothness {smoothness} is below half a pixel")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_image_whose_pixels_f32_cannot_number_is_refused() {
        let check = |height: usize, width: usize| {
            let augment = serde_json::from_value(serde_json::json!({
                "height": height, "width": width, "channels": 1, "epoch": 1.0, "shift": 0.0, "crop": 0,
                "rotation": 0.0, "zoom": 0.0, "shear": 0.0, "elastic": [0.0, 0.0] }));
            super::check(&augment.unwrap(), "x", height * width)
        };
        assert!(check(1 << 12, 1 << 12).is_ok());
        let text = check(1, (1 << 24) + 1).unwrap_err().to_string();
        assert_eq!(text, "images of 16777217 numbers: 16777216 is the most");
    }
}
