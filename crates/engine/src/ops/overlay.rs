//! A label painted over an example's first values, as forward-forward shows it to a network.

use super::{Address, half};
use crate::error::{Error, Result};
use crate::plan::{Lowering, Step};
use crate::program::{LabelSource, Overlay, Stream};
use crate::random::Draws;
use crate::tensors::Id;

/// Which class a row shows.
#[derive(Clone, Copy)]
enum Shown {
    Target(Address<u32>),
    Wrong(Address<u32>, u32),
    Class(usize),
}

pub fn lower(op: &Overlay, lowering: &mut Lowering) -> Result<()> {
    let classes = op.classes as usize;
    let (x, width, stride) = lowering.rows(&op.x)?;
    let (out, _) = lowering.rows_of(&op.out, width)?;
    if !(1..=width).contains(&classes) {
        let x = &op.x;
        return Err(Error::new(format!(
            "tensor {x:?} of shape [n × {width}] has no room for {classes} classes"
        )));
    }
    let (targets, shown) = shown(&op.label, classes, lowering)?;
    let reads: Vec<Id> = targets.into_iter().chain([x]).collect();
    let [source, target] = [x, out].map(|id| Address(lowering.tensors.f32(id)));
    lowering.stage(&reads, &[out], move |step, member| {
        for row in member.split(step.rows) {
            // SAFETY: the row is this member's in all tensors; x and out are the same or apart.
            unsafe {
                let x = source.get().add(row * stride);
                let highest = greatest(std::slice::from_raw_parts(x, width));
                let class = shown.class(step, row, classes);
                let out = target.get().add(row * stride);
                std::ptr::copy(x, out, width);
                std::slice::from_raw_parts_mut(out, classes).fill(0.0);
                *out.add(class) = highest;
            }
        }
    });
    half::narrow(out, lowering)
}

fn shown(label: &LabelSource, classes: usize, lowering: &Lowering) -> Result<(Option<Id>, Shown)> {
    let labels = |name: &str| {
        let id = lowering.labels(name)?;
        Ok((id, Address(lowering.tensors.u32(id))))
    };
    match label {
        LabelSource::Target { targets } => {
            labels(targets).map(|(id, at)| (Some(id), Shown::Target(at)))
        }
        LabelSource::Wrong { targets, index } if classes > 1 => {
            labels(targets).map(|(id, at)| (Some(id), Shown::Wrong(at, *index)))
        }
        LabelSource::Wrong { .. } => Err(Error::new("of one class no other can be drawn")),
        LabelSource::Class { class } if (*class as usize) < classes => {
            Ok((None, Shown::Class(*class as usize)))
        }
        LabelSource::Class { class } => {
            Err(Error::new(format!("class {class} is not below the {classes} classes")))
        }
    }
}

impl Shown {
    /// # Safety
    /// Labels are those of `step.rows` examples, below `classes`, and nobody writes them now.
    unsafe fn class(self, step: &Step, row: usize, classes: usize) -> usize {
        // SAFETY: as stated.
        let label = |labels: Address<u32>| unsafe { *labels.get().add(row) as usize };
        match self {
            Self::Target(labels) => label(labels),
            Self::Wrong(labels, index) => {
                let draws = Draws::new(step.seed, Stream::Noise, step.number, index);
                let drawn = u64::from(draws.word(row)) * (classes - 1) as u64;
                let other = (drawn >> 32) as usize;
                // The own label is passed over.
                other + usize::from(other >= label(labels))
            }
            Self::Class(class) => class,
        }
    }
}

fn greatest(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |highest, value| f32::max(highest, value.abs()))
}
