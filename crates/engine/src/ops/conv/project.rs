//! A signal carried down through a convolution. Nothing is scattered: each place of the input
//! gathers, in the order (down, across, output channel), the deltas of the positions that look at
//! it, zeros where none does, and multiplies them with the matrix turned about: [places of a patch
//! · columns × channels].

use std::ops::Range;

use feedalign_kernels::panels::Way;
use feedalign_kernels::{Activation, Epilogue, Forward, Gate, Map};

use super::super::kernel_activation;
use super::{Address, Chunks, Kernels, Table, Window, by_example};
use crate::error::{Error, Result};
use crate::plan::{Lowering, Step};
use crate::program::{Patches, Project};
use crate::tensors::Id;

struct Work {
    kernels: Kernels,
    chunks: Chunks,
    turned: Address<f32>,
    delta: Table,
    out: Table,
    accumulate: bool,
    gate: Option<(Table, Activation)>,
}

pub fn lower(op: &Project, patches: &Patches, lowering: &mut Lowering) -> Result<()> {
    if !op.transpose {
        return Err(Error::new("a direct matrix has no patches"));
    }
    let kernels = Kernels::new(&op.matrix, patches, lowering)?;
    let (delta, out) = (kernels.output(&op.delta, lowering)?, kernels.input(&op.out, lowering)?);
    if delta.id == out.id {
        return Err(Error::new(format!("tensor {:?} is both delta and out", op.out)));
    }
    let gate = op.gate.as_ref().map(|gate| -> Result<_> {
        Ok((kernels.input(&gate.h, lowering)?, kernel_activation(gate.activation)?))
    });
    let gate = gate.transpose()?;
    let turned = turned(kernels, lowering)?;
    let inner = kernels.window.places() * kernels.columns;
    let work = Work {
        kernels,
        chunks: Chunks::new(inner, kernels.window.channels, lowering)?,
        turned: Address(lowering.tensors.f32(turned)),
        delta,
        out,
        accumulate: op.accumulate,
        gate,
    };
    let reads: Vec<_> = [delta.id, turned].into_iter().chain(gate.map(|(h, _)| h.id)).collect();
    lowering.stage(&reads, &[out.id], move |step, member| {
        let operand = work.chunks.operand(member);
        let result = work.chunks.result(member);
        let [height, width] = work.kernels.window.input;
        for rows in work.chunks.of(step.rows * height * width, member) {
            // SAFETY: the rows and the memory are this member's alone.
            unsafe { work.chunk(step, rows, operand, result) };
        }
    });
    Ok(())
}

/// The matrix turned about, in panels; once a step.
fn turned(kernels: Kernels, lowering: &mut Lowering) -> Result<Id> {
    let Kernels { id, window, inner, columns } = kernels;
    let (channels, places) = (window.channels, window.places());
    let scratch = lowering.tensors.scratch_panels(places * columns, channels)?;
    let [from, to] = [id, scratch].map(|id| Address(lowering.tensors.f32(id)));
    lowering.stage(&[id], &[scratch], move |_, member| {
        for row in member.split(places * columns) {
            let (place, column) = (row / columns, row % columns);
            for channel in 0..channels {
                let source = (place * channels + channel, column);
                let source = Way::Straight.index((inner, columns), source.0, source.1);
                let target = Way::Straight.index((places * columns, channels), row, channel);
                // SAFETY: both matrices have the element; the row is this member's alone.
                unsafe { *to.get().add(target) = *from.get().add(source) };
            }
        }
    });
    Ok(scratch)
}

impl Work {
    /// # Safety
    /// The memory holds a chunk, and it and the rows of out are the caller's alone.
    unsafe fn chunk(&self, step: &Step, rows: Range<usize>, operand: *mut f32, result: *mut f32) {
        let Kernels { window, columns, .. } = self.kernels;
        let Chunks { operand_stride, result_stride, .. } = self.chunks;
        let inner = window.places() * columns;
        let places = window.input[0] * window.input[1];
        for (at, row) in rows.clone().enumerate() {
            // SAFETY: as stated; nobody writes delta.
            unsafe {
                let heard = operand.add(at * operand_stride);
                let heard = std::slice::from_raw_parts_mut(heard, inner);
                gather(&window, self.delta.row(row / places), row % places, heard);
            }
        }
        let plain = Epilogue::Activate { bias: std::ptr::null(), activation: Activation::Identity };
        let job = Forward {
            x: operand,
            x_stride: operand_stride,
            weight: self.turned.get(),
            y: result,
            y_stride: result_stride,
            rows: rows.len(),
            inner,
            columns: window.channels,
            accumulate: false,
            epilogue: plain,
        };
        // SAFETY: the shapes were checked.
        unsafe { step.kernel.forward(&job, 0..step.kernel.forward_units(&job)) };
        by_example(rows, places, |example, place, count, before| {
            let from = result.wrapping_add(before * result_stride);
            let at = example * self.out.stride + place * window.channels;
            // SAFETY: the places lie within the example's row and are the caller's.
            unsafe { self.store(step, from, at, (example, place, count)) };
        });
    }

    /// Stores the signals of `count` places of an example at `at` of out.
    ///
    /// # Safety
    /// They are the caller's alone.
    unsafe fn store(
        &self,
        step: &Step,
        from: *mut f32,
        at: usize,
        (example, place, count): (usize, usize, usize),
    ) {
        let channels = self.kernels.window.channels;
        let to = self.out.start().wrapping_add(at);
        let stride = self.chunks.result_stride;
        if self.accumulate {
            for value in 0..count * channels {
                // SAFETY: as stated.
                unsafe {
                    *from.add(value / channels * stride + value % channels) += *to.add(value);
                }
            }
        }
        let job = Map {
            x: from,
            x_stride: stride,
            y: to,
            y_stride: channels,
            rows: count,
            width: channels,
        };
        // SAFETY (both): as stated; nobody writes h.
        match self.gate {
            Some((h, activation)) => {
                let h = h.start().wrapping_add(example * h.stride + place * channels);
                let by = Gate { h, h_stride: channels, activation };
                unsafe { step.kernel.gate(&job, &by, 0..count) };
            }
            None => unsafe { step.kernel.activate(&job, Activation::Identity, 0..count) },
        }
    }
}

/// Copies the deltas of the positions that look at a place of the input, place by place of their
/// patches; zeros where a position lacks.
fn gather(window: &Window, delta: &[f32], place: usize, heard: &mut [f32]) {
    let columns = heard.len() / window.places();
    let width = window.input[1];
    let [y, x] = [place / width + window.padding[0], place % width + window.padding[1]];
    // The position along an axis whose patch has the place at `offset`.
    let along = |axis: usize, at: usize, offset: usize| {
        let begin = at.checked_sub(offset)?;
        let position = begin / window.stride[axis];
        let there = begin % window.stride[axis] == 0 && position < window.output[axis];
        there.then_some(position)
    };
    for (at, values) in heard.chunks_exact_mut(columns).enumerate() {
        let down = along(0, y, at / window.kernel[1]);
        let across = along(1, x, at % window.kernel[1]);
        match down.zip(across) {
            Some((down, across)) => {
                let from = (down * window.output[1] + across) * columns;
                values.copy_from_slice(&delta[from..from + columns]);
            }
            None => values.fill(0.0),
        }
    }
}
