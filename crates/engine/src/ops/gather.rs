//! Examples into rows, scaled; members share the rows.

use super::{Address, augment, half};
use crate::dataset::Targets;
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::Gather;
use crate::tensors::{Form, Id};

pub fn lower(op: &Gather, lowering: &mut Lowering) -> Result<()> {
    if !(op.scale.is_finite() && op.shift.is_finite()) {
        return Err(Error::new(format!("scale {} or shift {} is not finite", op.scale, op.shift)));
    }
    let (input, width, stride) = lowering.rows(&op.input)?;
    if let Some(by) = &op.augment {
        augment::stage(op, by, (input, width, stride), lowering)?;
    } else {
        plain(op, (input, width, stride), lowering);
    }
    half::narrow(input, lowering)?;
    op.targets.as_ref().map_or(Ok(()), |name| lower_targets(name, lowering))
}

fn plain(op: &Gather, (input, width, stride): (Id, usize, usize), lowering: &mut Lowering) {
    let (scale, shift) = (op.scale, op.shift);
    let x = Address(lowering.tensors.f32(input));
    lowering.stage(&[], &[input], move |step, member| {
        for row in member.split(step.rows) {
            // SAFETY: the row belongs to this member alone and is `width` long.
            let x = unsafe { std::slice::from_raw_parts_mut(x.get().add(row * stride), width) };
            step.data.scaled(step.examples[row] as usize, scale, shift, x);
        }
    });
}

fn lower_targets(name: &str, lowering: &mut Lowering) -> Result<()> {
    let id = lowering.tensors.find(name)?;
    match lowering.tensors.form(id) {
        Form::Labels => {
            let target = Address(lowering.tensors.u32(id));
            lowering.stage(&[], &[id], move |step, member| {
                let Targets::Labels { labels, .. } = step.data.targets() else { return };
                for row in member.split(step.rows) {
                    // SAFETY: the row belongs to this member alone.
                    unsafe { *target.get().add(row) = labels[step.examples[row] as usize] };
                }
            });
            Ok(())
        }
        Form::Rows { width, stride } => {
            let target = Address(lowering.tensors.f32(id));
            lowering.stage(&[], &[id], move |step, member| {
                let Targets::Values { values, .. } = step.data.targets() else { return };
                for row in member.split(step.rows) {
                    let from = step.examples[row] as usize * width;
                    // SAFETY: the row belongs to this member alone and is `width` long.
                    let to = unsafe {
                        std::slice::from_raw_parts_mut(target.get().add(row * stride), width)
                    };
                    to.copy_from_slice(&values[from..from + width]);
                }
            });
            half::narrow(id, lowering)
        }
        _ => Err(Error::new(format!("tensor {name:?} cannot hold targets"))),
    }
}
