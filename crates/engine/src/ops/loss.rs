//! The output function, the loss, and where every signal starts: error and delta.

use feedalign_kernels::{Activation, Gate, Map, TINY};

use super::{Address, half, kernel_activation, optional_address};
use crate::error::{Error, Result};
use crate::metrics;
use crate::plan::{Lowering, Step};
use crate::program::{Loss, LossKind};
use crate::random::logarithm;
use crate::tensors::{Form, Id};

/// The addresses of one row's values, all `classes` long.
struct Row<'a> {
    a: &'a [f32],
    y: &'a [f32],
    target: Target<'a>,
}

#[derive(Clone, Copy)]
enum Target<'a> {
    Label(usize),
    Values(&'a [f32]),
}

impl Target<'_> {
    fn at(self, class: usize) -> f32 {
        match self {
            Self::Label(label) => f32::from(u8::from(label == class)),
            Self::Values(values) => values[class],
        }
    }
}

#[derive(Clone, Copy)]
enum Targets {
    Labels(Address<u32>),
    Values(Address<f32>, usize),
}

/// Everything a member needs for its rows.
struct Work {
    kind: Kind,
    classes: usize,
    stride: usize,
    a: Address<f32>,
    y: Address<f32>,
    targets: Targets,
    delta: Address<f32>,
    error: Address<f32>,
    target: Address<f32>,
    per_example: Address<f32>,
    /// A cache line per row: its loss and whether it is wrong, as f64.
    tally: Address<f64>,
}

#[derive(Clone, Copy)]
enum Kind {
    CrossEntropy,
    BinaryCrossEntropy,
    MeanSquaredError(Activation),
}

/// f64 values of a tally's row.
const TALLY: usize = 8;

pub fn lower(op: &Loss, lowering: &mut Lowering) -> Result<()> {
    let (a, classes, stride) = lowering.rows(&op.a)?;
    let same = |name: &Option<String>| -> Result<Option<Id>> {
        name.as_ref().map(|name| Ok(lowering.rows_of(name, classes)?.0)).transpose()
    };
    let (y, _) = lowering.rows_of(&op.y, classes)?;
    let (delta, error, target) = (same(&op.delta)?, same(&op.error)?, same(&op.target)?);
    if y == a {
        return Err(Error::new(format!("tensor {:?} is both a and y", op.a)));
    }
    let per_example = op.per_example.as_ref().map(|name| lowering.numbers(name)).transpose()?;
    let targets = lowering.tensors.find(&op.targets)?;
    let tally = lowering.tensors.scratch(lowering.batch, 2 * TALLY)?;
    let work = Work {
        kind: kind(op.kind)?,
        classes,
        stride,
        a: Address(lowering.tensors.f32(a)),
        y: Address(lowering.tensors.f32(y)),
        targets: targets_of(targets, &op.targets, classes, lowering)?,
        delta: optional_address(lowering, delta),
        error: optional_address(lowering, error),
        target: optional_address(lowering, target),
        per_example: optional_address(lowering, per_example),
        tally: Address(lowering.tensors.f32(tally).cast()),
    };
    let (loss, wrong) = (lowering.metric(&op.metrics.0)?, lowering.metric(&op.metrics.1)?);
    let address = work.tally;
    let writes: Vec<Id> =
        [Some(y), Some(tally), delta, error, target, per_example].into_iter().flatten().collect();
    lowering.stage(&[a, targets], &writes, move |step, member| {
        let rows = member.split(step.rows);
        work.output(step, rows.clone());
        rows.clone().for_each(|row| work.row(row));
        work.gate(step, rows);
    });
    for written in [Some(y), delta, error, target].into_iter().flatten() {
        half::narrow(written, lowering)?;
    }
    lowering.stage(&[tally], &[], move |step, member| {
        if member.index() == 0 {
            for (column, place) in [loss, wrong].into_iter().enumerate() {
                // SAFETY: the tally holds a line per row; this member alone writes metrics.
                unsafe {
                    let value = |row: usize| *address.get().add(row * TALLY + column);
                    step.record(place, metrics::sum((0..step.rows).map(value)));
                }
            }
        }
    });
    Ok(())
}

fn kind(kind: LossKind) -> Result<Kind> {
    Ok(match kind {
        LossKind::CrossEntropy => Kind::CrossEntropy,
        LossKind::BinaryCrossEntropy => Kind::BinaryCrossEntropy,
        LossKind::MeanSquaredError { output } => Kind::MeanSquaredError(kernel_activation(output)?),
    })
}

fn targets_of(id: Id, name: &str, classes: usize, lowering: &Lowering) -> Result<Targets> {
    match lowering.tensors.form(id) {
        Form::Labels => Ok(Targets::Labels(Address(lowering.tensors.u32(id)))),
        Form::Rows { width, stride } if width == classes => {
            Ok(Targets::Values(Address(lowering.tensors.f32(id)), stride))
        }
        _ => Err(Error::new(format!("tensor {name:?} holds no targets of {classes} outputs"))),
    }
}

impl Work {
    /// y ← output function of a.
    fn output(&self, step: &Step, rows: std::ops::Range<usize>) {
        let job = Map {
            x: self.a.get(),
            x_stride: self.stride,
            y: self.y.get(),
            y_stride: self.stride,
            rows: step.rows,
            width: self.classes,
        };
        let activation = match self.kind {
            // SAFETY (both): shapes were checked; the rows are this member's alone.
            Kind::CrossEntropy => return unsafe { step.kernel.softmax(&job, rows) },
            Kind::BinaryCrossEntropy => Activation::Sigmoid,
            Kind::MeanSquaredError(output) => output,
        };
        unsafe { step.kernel.activate(&job, activation, rows) }
    }

    /// Error, delta, loss and whether it is wrong, of one row.
    fn row(&self, row: usize) {
        let place = row * self.stride;
        let (classes, slice) = (self.classes, std::slice::from_raw_parts::<f32>);
        // SAFETY (of the whole): the row is this member's, in all tensors `classes` long.
        unsafe {
            let target = match self.targets {
                Targets::Labels(labels) => Target::Label(*labels.get().add(row) as usize),
                Targets::Values(values, stride) => {
                    Target::Values(slice(values.get().add(row * stride), classes))
                }
            };
            let a = slice(self.a.get().add(place), classes);
            let y = slice(self.y.get().add(place), classes);
            for class in 0..classes {
                let target = target.at(class);
                let error = settled(y[class] - target);
                if !self.target.get().is_null() {
                    *self.target.get().add(place + class) = target;
                }
                if !self.error.get().is_null() {
                    *self.error.get().add(place + class) = error;
                }
                if !self.delta.get().is_null() {
                    *self.delta.get().add(place + class) = error;
                }
            }
            let row_values = Row { a, y, target };
            let loss = self.loss(&row_values);
            let tally = self.tally.get().add(row * TALLY);
            *tally = loss;
            *tally.add(1) = wrong(&row_values);
            if !self.per_example.get().is_null() {
                *self.per_example.get().add(row) = loss as f32;
            }
        }
    }

    /// delta = error ⊙ the output function's derivative, where the loss does not cancel that.
    fn gate(&self, step: &Step, rows: std::ops::Range<usize>) {
        let Kind::MeanSquaredError(activation) = self.kind else { return };
        let (delta, stride) = (self.delta.get(), self.stride);
        if delta.is_null() {
            return;
        }
        let (x_stride, y_stride, width) = (stride, stride, self.classes);
        let job = Map { x: delta, x_stride, y: delta, y_stride, rows: step.rows, width };
        let by = Gate { h: self.y.get(), h_stride: stride, activation };
        // SAFETY: shapes were checked; the rows are this member's alone.
        unsafe { step.kernel.gate(&job, &by, rows) }
    }

    fn loss(&self, row: &Row) -> f64 {
        let terms = (0..self.classes).map(|class| {
            let (a, y) = (f64::from(row.a[class]), f64::from(row.y[class]));
            let t = f64::from(row.target.at(class));
            match self.kind {
                Kind::CrossEntropy if t == 0.0 => 0.0,
                Kind::CrossEntropy => {
                    // Not `max`, which would hide a NaN.
                    let least = f64::from(f32::MIN_POSITIVE);
                    -t * logarithm(if y < least { least } else { y })
                }
                Kind::BinaryCrossEntropy => binary_cross_entropy(a, y, t),
                Kind::MeanSquaredError(_) => 0.5 * (y - t) * (y - t),
            }
        });
        metrics::sum(terms)
    }
}

/// −t ln y − (1 − t) ln(1 − y) with y = σ(a). The smaller of y and 1 − y is had from the other by
/// σ(a) = eᵃ (1 − σ(a)), so that a saturated output costs what it should.
pub fn binary_cross_entropy(a: f64, y: f64, t: f64) -> f64 {
    let (of_one, of_zero) = if a >= 0.0 {
        let of_one = logarithm(y);
        (of_one, of_one - a)
    } else {
        let of_zero = logarithm(1.0 - y);
        (of_zero + a, of_zero)
    };
    -(t * of_one + (1.0 - t) * of_zero)
}

/// An error, or 0 where it is smaller than [`TINY`]: outputs of a network that is sure of itself are
/// so far from each other that all its signals would be denormal: 784-32-10 trained 36 times as slowly.
fn settled(error: f32) -> f32 {
    if error.abs() < TINY { 0.0 } else { error }
}

/// 1 where the highest output is not the label.
fn wrong(row: &Row) -> f64 {
    let Target::Label(label) = row.target else { return 0.0 };
    f64::from(u8::from(highest(row.y) != label))
}

/// The place of the highest value, the first of equals.
pub fn highest(values: &[f32]) -> usize {
    let mut highest = 0;
    for place in 1..values.len() {
        if values[place] > values[highest] {
            highest = place;
        }
    }
    highest
}
