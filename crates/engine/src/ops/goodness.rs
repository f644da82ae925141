//! Forward-forward's measure of a block: Σh² of each row, and how its cross-entropy changes with h.

use std::ops::Range;

use feedalign_kernels::{Activation, LANES, Map};

use super::loss::binary_cross_entropy;
use super::{Address, half, optional_address};
use crate::error::{Error, Result};
use crate::metrics;
use crate::plan::{Lowering, Step};
use crate::program::Goodness;
use crate::tensors::Id;

/// Everything that a member needs for its rows.
struct Work {
    h: Address<f32>,
    width: usize,
    /// Of h and delta.
    stride: usize,
    threshold: f64,
    label: f32,
    delta: Address<f32>,
    score: Option<Column>,
    /// A cache line per row: logit and probability in f32, then the loss.
    tally: Address<f32>,
    /// The same memory, in f64.
    losses: Address<f64>,
}

/// A column of scores.
#[derive(Clone, Copy)]
struct Column {
    start: Address<f32>,
    stride: usize,
}

/// Where a row's loss stands.
fn loss_place(row: usize) -> usize {
    row * (LANES / 2) + 1
}

pub fn lower(op: &Goodness, lowering: &mut Lowering) -> Result<()> {
    if !op.threshold.is_finite() {
        return Err(Error::new(format!("threshold {} is not finite", op.threshold)));
    }
    let (h, width, stride) = lowering.rows(&op.h)?;
    let delta = op.delta.as_ref().map(|name| lowering.rows_of(name, width)).transpose()?;
    let delta = delta.map(|(id, _)| id);
    let (score, column) = score(op, lowering)?.unzip();
    let tally = lowering.tensors.scratch(lowering.batch, LANES)?;
    let work = Work {
        h: Address(lowering.tensors.f32(h)),
        width,
        stride,
        threshold: f64::from(op.threshold),
        label: f32::from(u8::from(op.positive)),
        delta: optional_address(lowering, delta),
        score: column,
        tally: Address(lowering.tensors.f32(tally)),
        losses: Address(lowering.tensors.f32(tally).cast()),
    };
    let losses = work.losses;
    let reads: Vec<Id> = [Some(h), score].into_iter().flatten().collect();
    let writes: Vec<Id> = [Some(tally), delta, score].into_iter().flatten().collect();
    lowering.stage(&reads, &writes, move |step, member| {
        // SAFETY: shapes were checked; the rows are this member's alone.
        unsafe { work.rows(step, member.split(step.rows)) };
    });
    for written in [delta, score].into_iter().flatten() {
        half::narrow(written, lowering)?;
    }
    op.metric.as_ref().map_or(Ok(()), |name| metric(name, (tally, losses), lowering))
}

/// The tensor of scores, and the column of it.
fn score(op: &Goodness, lowering: &Lowering) -> Result<Option<(Id, Column)>> {
    let Some(score) = &op.score else { return Ok(None) };
    let (id, width, stride) = lowering.rows(&score.into)?;
    let column = score.column as usize;
    if column >= width {
        let into = &score.into;
        return Err(Error::new(format!(
            "tensor {into:?} of shape [n × {width}] has no column {column}"
        )));
    }
    let start = Address(lowering.tensors.f32(id).wrapping_add(column));
    Ok(Some((id, Column { start, stride })))
}

fn metric(name: &str, (tally, losses): (Id, Address<f64>), lowering: &mut Lowering) -> Result<()> {
    let place = lowering.metric(name)?;
    lowering.stage(&[tally], &[], move |step, member| {
        if member.index() == 0 {
            // SAFETY: the tally holds a line per row; this member alone writes metrics.
            unsafe {
                let loss = |row| *losses.get().add(loss_place(row));
                step.gain(place, metrics::sum((0..step.rows).map(loss)));
            }
        }
    });
    Ok(())
}

impl Work {
    /// # Safety
    /// The rows are the caller's alone.
    unsafe fn rows(&self, step: &Step, rows: Range<usize>) {
        // SAFETY (of the whole): as stated; rows are `width` long.
        unsafe {
            for row in rows.clone() {
                let h = std::slice::from_raw_parts(self.h.get().add(row * self.stride), self.width);
                let goodness = metrics::squares(h);
                *self.tally.get().add(row * LANES) = (goodness - self.threshold) as f32;
                if let Some(Column { start, stride }) = self.score {
                    *start.get().add(row * stride) += goodness as f32;
                }
            }
            let (x, y) = (self.tally.get(), self.tally.get().add(1));
            let (x_stride, y_stride) = (LANES, LANES);
            let job = Map { x, x_stride, y, y_stride, rows: step.rows, width: 1 };
            step.kernel.activate(&job, Activation::Sigmoid, rows.clone());
            rows.for_each(|row| self.finish(row));
        }
    }

    /// Loss and delta of a row, once its logit and probability stand.
    unsafe fn finish(&self, row: usize) {
        // SAFETY (of the whole): as at `rows`.
        unsafe {
            let tally = self.tally.get().add(row * LANES);
            let (logit, probability) = (*tally, *tally.add(1));
            let [a, y, t] = [logit, probability, self.label].map(f64::from);
            *self.losses.get().add(loss_place(row)) = binary_cross_entropy(a, y, t);
            if self.delta.get().is_null() {
                return;
            }
            let factor = 2.0 * (probability - self.label);
            for at in row * self.stride..row * self.stride + self.width {
                *self.delta.get().add(at) = factor * *self.h.get().add(at);
            }
        }
    }
}
