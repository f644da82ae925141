//! The update in bf16: the weight in its two halves, the bias in f32.

use feedalign_kernels::bf16::{Bf16, Update, UpdateBias, panels};
use feedalign_kernels::panels::Way;
use feedalign_kernels::{LANES, Sgd};

use super::super::optional_address;
use super::super::update::Numbers;
use super::{Sent, rows};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::tensors::{Form, Id};

/// Adds the stage; the shapes have been checked.
pub fn weight(
    (weight, x, delta, velocity): (Id, Id, Id, Option<Id>),
    numbers: Numbers,
    lowering: &mut Lowering,
) -> Result<()> {
    let form = lowering.tensors.form(weight);
    let Form::Half { rows: inner, columns, way: Way::Straight, master: true } = form else {
        return Err(Error::new("the matrix is kept in bf16 alone, which is too coarse to learn"));
    };
    let [reads_x, reads_delta] = [rows(x, lowering)?, rows(delta, lowering)?];
    let upper = lowering.tensors.f32(weight).cast::<Bf16>();
    let job = Sent(Update {
        x: reads_x.paired,
        x_stride: reads_x.paired_stride,
        delta: reads_delta.paired,
        delta_stride: reads_delta.paired_stride,
        upper,
        lower: upper.wrapping_add(panels::len(Way::Straight, inner, columns)).cast(),
        velocity: optional_address(lowering, velocity).get(),
        inner,
        columns,
        // Of each step.
        rows: 0,
        sgd: Sgd::default(),
    });
    let writes: Vec<Id> = [Some(weight), velocity].into_iter().flatten().collect();
    lowering.stage(&[x, delta], &writes, move |step, member| {
        let job = Update { rows: step.rows, sgd: numbers.at(step.knobs, step.rows), ..job.get() };
        let units = member.split(step.half.update_units(&job));
        // SAFETY: the shapes have been checked; members have disjoint units.
        unsafe { step.half.update(&job, units) };
    });
    Ok(())
}

/// Adds the stage; the shapes have been checked.
pub fn bias(
    (bias, delta, velocity): (Id, Id, Option<Id>),
    columns: usize,
    numbers: Numbers,
    lowering: &mut Lowering,
) -> Result<()> {
    let reads_delta = rows(delta, lowering)?;
    let job = Sent(UpdateBias {
        delta: reads_delta.paired,
        delta_stride: reads_delta.paired_stride,
        bias: lowering.tensors.f32(bias),
        velocity: optional_address(lowering, velocity).get(),
        columns,
        // Of each step.
        rows: 0,
        sgd: Sgd::default(),
    });
    let writes: Vec<Id> = [Some(bias), velocity].into_iter().flatten().collect();
    lowering.stage(&[delta], &writes, move |step, member| {
        let job =
            UpdateBias { rows: step.rows, sgd: numbers.at(step.knobs, step.rows), ..job.get() };
        let units = member.split(columns.div_ceil(LANES));
        // SAFETY: the shapes have been checked; members have disjoint units.
        unsafe { step.half.update_bias(&job, units) };
    });
    Ok(())
}
