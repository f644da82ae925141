//! W ← step(W, xᵀ · delta), in place in the panels, and the bias by delta's column sums.

use feedalign_kernels::{ListedUpdate, Lists, Sgd, Update as Job, UpdateBias};

use super::turned::turned;
use super::{Address, Listing, half, no_patches, optional_address, unsupported};
use crate::error::{Error, Result};
use crate::plan::{Lowering, Value};
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
    fn of(op: &Update, lowering: &Lowering) -> Result<Self> {
        let Optimizer::Sgd { learning_rate, momentum, nesterov, velocity, .. } = &op.optimizer
        else {
            return Err(unsupported("adaptive optimizers"));
        };
        if *nesterov {
            return Err(unsupported("Nesterov momentum"));
        }
        let momentum = lowering.value(momentum)?;
        if velocity.is_none() && !matches!(momentum, Value::Constant(0.0)) {
            return Err(Error::new("momentum needs a velocity tensor"));
        }
        Ok(Self {
            learning_rate: lowering.value(learning_rate)?,
            momentum,
            weight_decay: lowering.value(&op.weight_decay)?,
            scale: op.scale,
            reduction: op.reduction,
        })
    }

    pub fn at(self, knobs: &[f32], rows: usize) -> Sgd {
        let divisor = match self.reduction {
            Reduction::Mean => rows as f64,
            Reduction::Sum => 1.0,
        };
        Sgd {
            learning_rate: self.learning_rate.at(knobs),
            scale: (f64::from(self.scale) / divisor) as f32,
            momentum: self.momentum.at(knobs),
            weight_decay: self.weight_decay.at(knobs),
        }
    }
}

pub fn lower(op: &Update, lowering: &mut Lowering) -> Result<()> {
    no_patches(op.patches.as_ref())?;
    if op.mirror.is_some() {
        return Err(unsupported("a mirrored update"));
    }
    if lowering.deferred.contains_key(op.weight.as_str()) {
        return Ok(());
    }
    weight(op, lowering)?;
    bias(op, lowering)
}

fn weight(op: &Update, lowering: &mut Lowering) -> Result<()> {
    let Operands { weight, x: (x, _), delta: (delta, _), velocity, .. } = operands(op, lowering)?;
    if let Form::Half { .. } = lowering.tensors.form(weight) {
        let numbers = Numbers::of(op, lowering)?;
        return half::weight((weight, x, delta, velocity), numbers, lowering);
    }
    if let Some(lists) = lowering.tensors.sparse(weight).map(|sparse| Listing(sparse.lists())) {
        return listed(op, lists, lowering);
    }
    let Prepared { reads, writes, job } = prepare(op, lowering)?;
    lowering.stage(&reads, &writes, move |step, member| {
        let job = job(step.knobs, step.rows);
        let units = member.split(step.kernel.update_units(&job));
        // SAFETY: shapes were checked; members have disjoint units.
        unsafe { step.kernel.update(&job, units) };
    });
    Ok(())
}

/// The update of a panel-sparse weight: it takes x turned.
fn listed(op: &Update, lists: Listing<Lists>, lowering: &mut Lowering) -> Result<()> {
    let Operands { weight, inner, x: (x, stride), velocity, .. } = operands(op, lowering)?;
    let turned = turned(x, stride, inner, lowering)?;
    let tensors = &lowering.tensors;
    if velocity.is_some_and(|id| tensors.sparse(id) != tensors.sparse(weight)) {
        return Err(Error::new("weight and velocity differ in structure"));
    }
    let x = Address(tensors.f32(turned));
    let Prepared { mut reads, writes, job } = prepare(op, lowering)?;
    reads.push(turned);
    lowering.stage(&reads, &writes, move |step, member| {
        let product = Job { x: x.get(), ..job(step.knobs, step.rows) };
        let job = ListedUpdate { product, lists: lists.get() };
        let units = member.split(step.kernel.listed_update_units(&job));
        // SAFETY: shapes were checked; members have disjoint units.
        unsafe { step.kernel.listed_update(&job, units) };
    });
    Ok(())
}

/// What the update of a weight touches; rows with their stride.
struct Operands {
    weight: Id,
    inner: usize,
    columns: usize,
    x: (Id, usize),
    delta: (Id, usize),
    velocity: Option<Id>,
}

fn operands(op: &Update, lowering: &Lowering) -> Result<Operands> {
    let (weight, inner, columns) = lowering.matrix(&op.weight)?;
    let velocity = velocity(&op.optimizer).0;
    Ok(Operands {
        weight,
        inner,
        columns,
        x: lowering.rows_of(&op.x, inner)?,
        delta: lowering.rows_of(&op.delta, columns)?,
        velocity: velocity.map(|name| lowering.shaped(name, inner, columns)).transpose()?,
    })
}

/// An update whose shapes are checked.
pub struct Prepared<Job> {
    pub reads: Vec<Id>,
    pub writes: Vec<Id>,
    /// The kernel's job for a step's knobs and rows.
    pub job: Job,
}

pub fn prepare(
    op: &Update,
    lowering: &Lowering,
) -> Result<Prepared<impl Fn(&[f32], usize) -> Job + Copy + Send + Sync + use<>>> {
    let numbers = Numbers::of(op, lowering)?;
    let operands = operands(op, lowering)?;
    let Operands { weight, inner, columns, velocity, .. } = operands;
    let Operands { x: (x, x_stride), delta: (delta, delta_stride), .. } = operands;
    let [px, pd, pw] = [x, delta, weight].map(|id| Address(lowering.tensors.f32(id)));
    let pv = optional_address(lowering, velocity);
    let job = move |knobs: &[f32], rows: usize| Job {
        x: px.get(),
        x_stride,
        delta: pd.get(),
        delta_stride,
        weight: pw.get(),
        velocity: pv.get(),
        rows,
        inner,
        columns,
        sgd: numbers.at(knobs, rows),
    };
    let writes = [Some(weight), velocity].into_iter().flatten().collect();
    Ok(Prepared { reads: vec![x, delta], writes, job })
}

/// Names of the momentum's state of weight and bias.
fn velocity(optimizer: &Optimizer) -> (Option<&str>, Option<&str>) {
    match optimizer {
        Optimizer::Sgd { velocity, bias_velocity, .. } => {
            (velocity.as_deref(), bias_velocity.as_deref())
        }
        Optimizer::Adaptive { .. } => (None, None),
    }
}

fn bias(op: &Update, lowering: &mut Lowering) -> Result<()> {
    let Some(name) = &op.bias else { return Ok(()) };
    let (delta, columns, _) = lowering.rows(&op.delta)?;
    if lowering.tensors.half_rows(delta).is_some() {
        let (bias, velocity) = bias_operands(name, op, columns, lowering)?;
        let numbers = Numbers::of(op, lowering)?;
        return half::bias((bias, delta, velocity), columns, numbers, lowering);
    }
    let Prepared { reads, writes, job } = prepare_bias(name, op, lowering)?;
    lowering.stage(&reads, &writes, move |step, member| {
        let job = job(step.knobs, step.rows);
        let units = member.split(step.kernel.update_bias_units(&job));
        // SAFETY: shapes were checked; members have disjoint units.
        unsafe { step.kernel.update_bias(&job, units) };
    });
    Ok(())
}

/// The bias and its velocity.
fn bias_operands(
    name: &str,
    op: &Update,
    columns: usize,
    lowering: &Lowering,
) -> Result<(Id, Option<Id>)> {
    let bias = lowering.vector(name, columns)?;
    let (momentum, velocity) = velocity(&op.optimizer);
    let velocity = velocity.map(|name| lowering.vector(name, columns)).transpose()?;
    if momentum.is_some() && velocity.is_none() {
        return Err(Error::new("momentum needs a velocity tensor for the bias too"));
    }
    Ok((bias, velocity))
}

/// The update of the bias of that name.
pub fn prepare_bias(
    name: &str,
    op: &Update,
    lowering: &Lowering,
) -> Result<Prepared<impl Fn(&[f32], usize) -> UpdateBias + Copy + Send + Sync + use<>>> {
    let (delta, columns, delta_stride) = lowering.rows(&op.delta)?;
    let (bias, velocity) = bias_operands(name, op, columns, lowering)?;
    let numbers = Numbers::of(op, lowering)?;
    let [pd, pb] = [delta, bias].map(|id| Address(lowering.tensors.f32(id)));
    let pv = optional_address(lowering, velocity);
    let job = move |knobs: &[f32], rows: usize| UpdateBias {
        delta: pd.get(),
        delta_stride,
        bias: pb.get(),
        velocity: pv.get(),
        rows,
        columns,
        sgd: numbers.at(knobs, rows),
    };
    let writes = [Some(bias), velocity].into_iter().flatten().collect();
    Ok(Prepared { reads: vec![delta], writes, job })
}
