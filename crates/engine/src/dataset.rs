//! Examples that live with the engine, held once however many sessions train on them.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Inputs `[count × width]`, row-major. Bytes stay bytes; they are scaled while gathering.
#[derive(Clone, Debug, PartialEq)]
pub enum Inputs {
    U8(Vec<u8>),
    F32(Vec<f32>),
}

impl Inputs {
    fn len(&self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::F32(values) => values.len(),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// One label per example, each below `classes`.
    Labels { labels: Vec<u32>, classes: usize },
    /// `[count × width]`, row-major.
    Values { values: Vec<f32>, width: usize },
}

#[derive(Debug)]
pub struct DataSet {
    inputs: Inputs,
    width: usize,
    targets: Targets,
    count: usize,
    hash: OnceLock<String>,
}

impl DataSet {
    /// `width` is that of one example's input.
    ///
    /// # Errors
    /// If the lengths do not fit each other, a label is not below `classes`, a value is not
    /// finite, or there is no example.
    pub fn new(inputs: Inputs, width: usize, targets: Targets) -> Result<Self> {
        let count = match &targets {
            Targets::Labels { labels, classes } => {
                if let Some(at) = labels.iter().position(|label| *label as usize >= *classes) {
                    let label = labels[at];
                    return Err(Error::new(format!(
                        "label {label} of example {at} is not below the {classes} classes"
                    )));
                }
                labels.len()
            }
            Targets::Values { values, width } => {
                check_finite("target", values, *width)?;
                values.len() / (*width).max(1)
            }
        };
        if count == 0 || width == 0 {
            return Err(Error::new("a data set needs at least one example of at least one input"));
        }
        // As u128: on wasm the product may not fit a usize.
        let needed = count as u128 * width as u128;
        if inputs.len() as u128 != needed {
            return Err(Error::new(format!(
                "{count} examples of {width} inputs need {needed} values, found {}",
                inputs.len()
            )));
        }
        if let Inputs::F32(values) = &inputs {
            check_finite("input", values, width)?;
        }
        Ok(Self { inputs, width, targets, count, hash: OnceLock::new() })
    }

    /// Examples.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Inputs per example.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    #[must_use]
    pub fn targets(&self) -> &Targets {
        &self.targets
    }

    /// SHA-256 of inputs and targets, in hexadecimal; computed once, when first asked for.
    pub fn hash(&self) -> &str {
        self.hash.get_or_init(|| {
            let mut sha = Sha256::new();
            sha.update((self.width as u64).to_le_bytes());
            match &self.inputs {
                Inputs::U8(values) => sha.update(values),
                Inputs::F32(values) => update_f32(&mut sha, values),
            }
            match &self.targets {
                Targets::Labels { labels, .. } => {
                    labels.iter().for_each(|label| sha.update(label.to_le_bytes()));
                }
                Targets::Values { values, .. } => update_f32(&mut sha, values),
            }
            hexadecimal(&sha.finalize())
        })
    }

    /// x[i] = scale · input[i] + shift of one example. Product and sum are each rounded, which
    /// every machine does alike.
    pub(crate) fn scaled(&self, example: usize, scale: f32, shift: f32, x: &mut [f32]) {
        let place = example * self.width..(example + 1) * self.width;
        match &self.inputs {
            Inputs::U8(values) => {
                for (x, value) in x.iter_mut().zip(&values[place]) {
                    *x = f32::from(*value) * scale + shift;
                }
            }
            Inputs::F32(values) => {
                for (x, value) in x.iter_mut().zip(&values[place]) {
                    *x = *value * scale + shift;
                }
            }
        }
    }
}

fn check_finite(what: &str, values: &[f32], width: usize) -> Result<()> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(at) => Err(Error::new(format!(
            "{what} {} of example {} is {}, not a finite number",
            at % width.max(1),
            at / width.max(1),
            values[at]
        ))),
    }
}

fn update_f32(sha: &mut Sha256, values: &[f32]) {
    values.iter().for_each(|value| sha.update(value.to_le_bytes()));
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
