//! The update in bf16: the weight in its two halves, the bias in f32.

use feedalign_kernels::bf16::{Bf16, Update, UpdateBias, panels};
use feedalign_kernels::panels::Way;
use feedalign_kernels::{LANES, Optimizer};

use super::super::companions::Companions;
use super::super::optimizer::Numbers;
use super::{Sent, rows};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::tensors::{Form, Id};

/// Adds the stage; the shapes have been checked.
pub fn weight(
    (weight, x, delta, companions): (Id, Id, Id, Companions),
    numbers: Numbers,
    lowering: &mut Lowering,
) -> Result<()> {
    let form = lowering.tensors.form(weight);
    let Form::Half { rows: inner, columns, way: Way::Straight, master: true } = form else {
        return Err(Error::new("the matrix is kept in bf16 alone, which is too coarse to learn"));
    };
    if companions.mirror.is_some() {
        return Err(Error::new("mirrored updates run in f32 only: choose precision f32"));
    }
    let [reads_x, reads_delta] = [rows(x, lowering)?, rows(delta, lowering)?];
    let upper = lowering.tensors.f32(weight).cast::<Bf16>();
    let job = Sent(Update {
        x: reads_x.paired,
        x_stride: reads_x.paired_stride,
        delta: reads_delta.paired,
        delta_stride: reads_delta.paired_stride,
        upper,
        lower: upper.wrapping_add(panels::len(Way::Straight, inner, columns)).cast(),
        moments: companions.addresses(lowering).state().moments,
        inner,
        columns,
        // Of each step.
        rows: 0,
        optimizer: Optimizer::sgd(0.0, 1.0),
    });
    let reads: Vec<Id> = [x, delta].into_iter().chain(numbers.counter()).collect();
    let writes: Vec<Id> = [weight].into_iter().chain(companions.ids()).collect();
    lowering.stage(&reads, &writes, move |step, member| {
        let optimizer = numbers.at(step.knobs, step.rows);
        let job = Update { rows: step.rows, optimizer, ..job.get() };
        let units = member.split(step.half.update_units(&job));
        // SAFETY: the shapes have been checked; members have disjoint units.
        unsafe { step.half.update(&job, units) };
    });
    Ok(())
}

/// Adds the stage; the shapes have been checked.
pub fn bias(
    (bias, delta, companions): (Id, Id, Companions),
    columns: usize,
    numbers: Numbers,
    lowering: &mut Lowering,
) -> Result<()> {
    let reads_delta = rows(delta, lowering)?;
    let job = Sent(UpdateBias {
        delta: reads_delta.paired,
        delta_stride: reads_delta.paired_stride,
        bias: lowering.tensors.f32(bias),
        state: companions.addresses(lowering).state(),
        columns,
        // Of each step.
        rows: 0,
        optimizer: Optimizer::sgd(0.0, 1.0),
    });
    let reads: Vec<Id> = [delta].into_iter().chain(numbers.counter()).collect();
    let writes: Vec<Id> = [bias].into_iter().chain(companions.ids()).collect();
    lowering.stage(&reads, &writes, move |step, member| {
        let optimizer = numbers.at(step.knobs, step.rows);
        let job = UpdateBias { rows: step.rows, optimizer, ..job.get() };
        let units = member.split(columns.div_ceil(LANES));
        // SAFETY: the shapes have been checked; members have disjoint units.
        unsafe { step.half.update_bias(&job, units) };
    });
    Ok(())
}
