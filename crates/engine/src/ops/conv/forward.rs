//! out ← activation(patches of x · W + bias): each member gathers patches of its own share of rows
//! and multiplies them, so there is nothing to wait for.

use std::ops::Range;

use feedalign_kernels::{Activation, Epilogue, Forward};

use super::super::{kernel_activation, optional_address};
use super::{Address, Chunks, Kernels, Table, by_example, gather};
use crate::error::Result;
use crate::plan::{Lowering, Step};
use crate::program::{Linear, Patches};

struct Work {
    kernels: Kernels,
    chunks: Chunks,
    weight: Address<f32>,
    bias: Address<f32>,
    activation: Activation,
    /// Whether what out holds, or the noise put there, is added to the sums.
    accumulate: bool,
    x: Table,
    out: Table,
}

pub fn lower(op: &Linear, patches: &Patches, lowering: &mut Lowering) -> Result<()> {
    let kernels = Kernels::new(&op.weight, patches, lowering)?;
    let (x, out) = (kernels.input(&op.x, lowering)?, kernels.output(&op.out, lowering)?);
    let bias = op.bias.as_ref();
    let bias = bias.map(|name| lowering.vector(name, kernels.columns)).transpose()?;
    let work = Work {
        kernels,
        chunks: Chunks::new(kernels.inner, kernels.columns, lowering)?,
        weight: Address(lowering.tensors.f32(kernels.id)),
        bias: optional_address(lowering, bias),
        activation: kernel_activation(op.activation)?,
        accumulate: op.accumulate || op.noise.is_some(),
        x,
        out,
    };
    let reads: Vec<_> = [x.id, kernels.id].into_iter().chain(bias).collect();
    lowering.stage(&reads, &[out.id], move |step, member| {
        let operand = work.chunks.operand(member);
        let result = work.chunks.result(member);
        let all = step.rows * work.kernels.window.positions();
        for rows in work.chunks.of(all, member) {
            // SAFETY: the rows and the memory are this member's alone.
            unsafe { work.chunk(step, rows, operand, result) };
        }
    });
    Ok(())
}

impl Work {
    /// # Safety
    /// The memory holds a chunk, and it and the rows of out are the caller's alone.
    unsafe fn chunk(&self, step: &Step, rows: Range<usize>, operand: *mut f32, result: *mut f32) {
        let Kernels { window, inner, columns, .. } = self.kernels;
        let Chunks { operand_stride, result_stride, .. } = self.chunks;
        for (at, row) in rows.clone().enumerate() {
            let (example, position) = (row / window.positions(), row % window.positions());
            // SAFETY: as stated; nobody writes x.
            unsafe {
                let patch = operand.add(at * operand_stride);
                let patch = std::slice::from_raw_parts_mut(patch, inner);
                gather(&window, self.x.row(example), position, patch);
            }
        }
        let job = Forward {
            x: operand,
            x_stride: operand_stride,
            weight: self.weight.get(),
            y: result,
            y_stride: result_stride,
            rows: rows.len(),
            inner,
            columns,
            accumulate: self.accumulate,
            epilogue: Epilogue::Activate { bias: self.bias.get(), activation: self.activation },
        };
        // SAFETY (of all): as stated; the shapes were checked.
        if self.accumulate {
            unsafe { self.exchange(rows.clone(), result, |result, out| (out, result)) };
        }
        unsafe { step.kernel.forward(&job, 0..step.kernel.forward_units(&job)) };
        unsafe { self.exchange(rows, result, |result, out| (result, out)) };
    }

    /// Copies rows of the result to or from out; `way` gives (from, to) of the two.
    ///
    /// # Safety
    /// As [`Self::chunk`].
    unsafe fn exchange(
        &self,
        rows: Range<usize>,
        result: *mut f32,
        way: impl Fn(*mut f32, *mut f32) -> (*mut f32, *mut f32),
    ) {
        let Kernels { window, columns, .. } = self.kernels;
        by_example(rows, window.positions(), |example, position, count, before| {
            for at in 0..count {
                let result = result.wrapping_add((before + at) * self.chunks.result_stride);
                let place = example * self.out.stride + (position + at) * columns;
                let (from, to) = way(result, self.out.start().wrapping_add(place));
                // SAFETY: as stated; the position lies within the example's row.
                unsafe { std::ptr::copy_nonoverlapping(from, to, columns) };
            }
        });
    }
}
