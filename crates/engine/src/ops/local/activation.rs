//! An activation that is not in a product's store: after a normalisation.

use feedalign_kernels::Gate;

use super::{Table, kernel_activation, map, saved};
use crate::error::Result;
use crate::plan::Lowering;
use crate::program::{Activation, Local, LocalBackward};

pub fn forward(op: &Local, activation: Activation, lowering: &mut Lowering) -> Result<()> {
    let [] = saved(&op.saved)?;
    let activation = kernel_activation(activation)?;
    let x = Table::find(&op.x, lowering)?;
    let out = Table::of(&op.out, x.width, lowering)?;
    lowering.stage(&[x.id], &[out.id], move |step, member| {
        let rows = member.split(step.rows);
        // SAFETY: the rows are this member's alone.
        unsafe { step.kernel.activate(&map(x, out, step.rows), activation, rows) };
    });
    Ok(())
}

pub fn backward(op: &LocalBackward, activation: Activation, lowering: &mut Lowering) -> Result<()> {
    let [h] = saved(&op.saved)?;
    let activation = kernel_activation(activation)?;
    let delta = Table::find(&op.delta, lowering)?;
    let h = Table::of(h, delta.width, lowering)?;
    let out = Table::of(&op.out, delta.width, lowering)?;
    lowering.stage(&[delta.id, h.id], &[out.id], move |step, member| {
        let by = Gate { h: h.start(), h_stride: h.stride, activation };
        let rows = member.split(step.rows);
        // SAFETY: the rows are this member's alone.
        unsafe { step.kernel.gate(&map(delta, out, step.rows), &by, rows) };
    });
    Ok(())
}
