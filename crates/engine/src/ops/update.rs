//! W ← step(W, xᵀ · delta), in place in the panels, and the bias by delta's column sums.

use feedalign_kernels::{Sgd, Update as Job, UpdateBias};

use super::{Address, half, no_patches, optional_address, unsupported};
use crate::error::{Error, Result};
use crate::plan::{Lowering, Step, Value};
use crate::program::{Optimizer, Reduction, Update};
use crate::tensors::{Form, Id};

/// The numbers of a step, some of them knobs.
#[derive(Clone, Copy)]
pub struct Numbers {
    learning_rate: Value,
    momentum: Value,
    weight_decay: Value,
    scale: f32,
    reduction: Reduction,
}

impl Numbers {
    pub fn at(self, step: &Step) -> Sgd {
        let rows = match self.reduction {
            Reduction::Mean => step.rows as f64,
            Reduction::Sum => 1.0,
        };
        Sgd {
            learning_rate: self.learning_rate.at(step),
            scale: (f64::from(self.scale) / rows) as f32,
            momentum: self.momentum.at(step),
            weight_decay: self.weight_decay.at(step),
        }
    }
}

pub fn lower(op: &Update, lowering: &mut Lowering) -> Result<()> {
    no_patches(op.patches.as_ref())?;
    if op.mirror.is_some() {
        return Err(unsupported("a mirrored update"));
    }
    let Optimizer::Sgd { learning_rate, momentum, nesterov, velocity, bias_velocity } =
        &op.optimizer
    else {
        return Err(unsupported("adaptive optimizers"));
    };
    if *nesterov {
        return Err(unsupported("Nesterov momentum"));
    }
    let numbers = Numbers {
        learning_rate: lowering.value(learning_rate)?,
        momentum: lowering.value(momentum)?,
        weight_decay: lowering.value(&op.weight_decay)?,
        scale: op.scale,
        reduction: op.reduction,
    };
    if velocity.is_none() && !matches!(numbers.momentum, Value::Constant(0.0)) {
        return Err(Error::new("momentum needs a velocity tensor"));
    }
    weight(op, numbers, velocity.as_deref(), lowering)?;
    op.bias.as_ref().map_or(Ok(()), |name| {
        bias(name, &op.delta, numbers, bias_velocity.as_deref(), velocity.is_some(), lowering)
    })
}

fn weight(
    op: &Update,
    numbers: Numbers,
    velocity: Option<&str>,
    lowering: &mut Lowering,
) -> Result<()> {
    let (weight, inner, columns) = lowering.matrix(&op.weight)?;
    let (x, x_stride) = lowering.rows_of(&op.x, inner)?;
    let (delta, delta_stride) = lowering.rows_of(&op.delta, columns)?;
    let velocity = velocity.map(|name| lowering.shaped(name, inner, columns)).transpose()?;
    if let Form::Half { .. } = lowering.tensors.form(weight) {
        return half::weight((weight, x, delta, velocity), numbers, lowering);
    }
    let writes: Vec<Id> = [Some(weight), velocity].into_iter().flatten().collect();
    let [px, pd, pw] = [x, delta, weight].map(|id| Address(lowering.tensors.f32(id)));
    let pv = optional_address(lowering, velocity);
    lowering.stage(&[x, delta], &writes, move |step, member| {
        let job = Job {
            x: px.get(),
            x_stride,
            delta: pd.get(),
            delta_stride,
            weight: pw.get(),
            velocity: pv.get(),
            rows: step.rows,
            inner,
            columns,
            sgd: numbers.at(step),
        };
        let units = member.split(step.kernel.update_units(&job));
        // SAFETY: shapes were checked above; members have disjoint units.
        unsafe { step.kernel.update(&job, units) };
    });
    Ok(())
}

fn bias(
    name: &str,
    delta: &str,
    numbers: Numbers,
    velocity: Option<&str>,
    momentum: bool,
    lowering: &mut Lowering,
) -> Result<()> {
    let (delta, columns, delta_stride) = lowering.rows(delta)?;
    let bias = lowering.vector(name, columns)?;
    let velocity = velocity.map(|name| lowering.vector(name, columns)).transpose()?;
    if momentum && velocity.is_none() {
        return Err(Error::new("momentum needs a velocity tensor for the bias too"));
    }
    if lowering.tensors.half_rows(delta).is_some() {
        return half::bias((bias, delta, velocity), columns, numbers, lowering);
    }
    let writes: Vec<Id> = [Some(bias), velocity].into_iter().flatten().collect();
    let [pd, pb] = [delta, bias].map(|id| Address(lowering.tensors.f32(id)));
    let pv = optional_address(lowering, velocity);
    lowering.stage(&[delta], &writes, move |step, member| {
        let job = UpdateBias {
            delta: pd.get(),
            delta_stride,
            bias: pb.get(),
            velocity: pv.get(),
            rows: step.rows,
            columns,
            sgd: numbers.at(step),
        };
        let units = member.split(step.kernel.update_bias_units(&job));
        // SAFETY: shapes were checked above; members have disjoint units.
        unsafe { step.kernel.update_bias(&job, units) };
    });
    Ok(())
}
