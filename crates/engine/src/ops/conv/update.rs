//! W ← step(W, patchesᵀ · delta): sums over examples and positions in chunks of 256 rows, one chain
//! each, the chunks' sums added in order; then the optimizer's step, as on the gradient of one row.

use std::ops::Range;

use feedalign_kernels::{Kernel, Member, Optimizer, State, Update as Job, UpdateBias};

use super::super::update::{Prepared, prepare, prepare_bias};
use super::{Address, Kernels, Table, gather};
use crate::error::Result;
use crate::form::stride;
use crate::plan::{Lowering, Step};
use crate::program::{Patches, Update};
use crate::tensors::Id;

/// Rows of a chunk: patches of 500 values are half a megabyte then.
const CHUNK: usize = 256;

/// The step that adds a sum to what is there.
const ADD: Optimizer = Optimizer::sgd(-1.0, 1.0);

/// The one row of x by which a summed gradient comes to its step.
static ONE: [f32; 16] = [1.0; 16];

/// Patches and deltas of two chunks, one being summed while the other is gathered.
#[derive(Clone, Copy)]
struct Buffers {
    patches: Address<f32>,
    deltas: Address<f32>,
    patch_stride: usize,
    delta_stride: usize,
}

#[derive(Clone, Copy)]
struct Work {
    kernels: Kernels,
    buffers: Buffers,
    x: Table,
    delta: Table,
    /// In W's panels.
    sums: Address<f32>,
    /// In the bias's.
    bias_sums: Address<f32>,
    /// Floats of both.
    len: usize,
    bias_len: usize,
}

pub fn lower(op: &Update, patches: &Patches, lowering: &mut Lowering) -> Result<()> {
    let kernels = Kernels::new(&op.weight, patches, lowering)?;
    let (x, delta) = (kernels.input(&op.x, lowering)?, kernels.output(&op.delta, lowering)?);
    let weight = prepare(op, lowering)?;
    let bias = op.bias.as_ref().map(|name| prepare_bias(name, op, lowering)).transpose()?;
    let (bias_writes, bias) = bias.map(|bias| (bias.writes, bias.job)).unzip();
    let work = Work::new(kernels, (x, delta), lowering)?;
    let Prepared { reads, mut writes, job } = weight;
    writes.extend(bias_writes.unwrap_or_default());
    lowering.stage(&reads, &writes, move |step, member| {
        work.sum(step, member, bias.is_some());
        let weight = work.step_of(job(step.knobs, step.rows));
        let units = member.split(step.kernel.update_units(&weight));
        // SAFETY (both): shapes were checked; members have disjoint units.
        unsafe { step.kernel.update(&weight, units) };
        if let Some(job) = bias {
            let bias = work.step_of_bias(job(step.knobs, step.rows));
            let units = member.split(step.kernel.update_bias_units(&bias));
            unsafe { step.kernel.update_bias(&bias, units) };
        }
    });
    Ok(())
}

impl Work {
    fn new(kernels: Kernels, (x, delta): (Table, Table), lowering: &mut Lowering) -> Result<Self> {
        let Kernels { inner, columns, .. } = kernels;
        let [patches, deltas] = [inner, columns].map(|width| {
            let id = lowering.tensors.scratch(2 * CHUNK, width)?;
            Ok(Address(lowering.tensors.f32(id)))
        });
        let (patch_stride, delta_stride) = (stride(inner), stride(columns));
        let buffers = Buffers { patches: patches?, deltas: deltas?, patch_stride, delta_stride };
        let sums = lowering.tensors.scratch_panels(inner, columns)?;
        let bias_sums = lowering.tensors.scratch_panels(1, columns)?;
        let bias_len = columns.next_multiple_of(feedalign_kernels::LANES);
        let [sums, bias_sums] = [sums, bias_sums].map(|id: Id| Address(lowering.tensors.f32(id)));
        Ok(Self { kernels, buffers, x, delta, sums, bias_sums, len: inner * bias_len, bias_len })
    }

    /// The sums over all rows; on return they are whole, for every member.
    fn sum(&self, step: &Step, member: &Member, biased: bool) {
        self.clear(member);
        let all = step.rows * self.kernels.window.positions();
        for (chunk, first) in (0..all).step_by(CHUNK).enumerate() {
            let rows = first..all.min(first + CHUNK);
            let half = chunk % 2;
            for at in member.split(rows.len()) {
                // SAFETY: the buffer's row is this member's; all have left this half at the
                // barrier before.
                unsafe { self.gather(half * CHUNK + at, rows.start + at) };
            }
            member.barrier();
            self.add(step.kernel, member, half, &rows, biased);
        }
        member.barrier();
    }

    fn clear(&self, member: &Member) {
        for (start, len) in [(self.sums, self.len), (self.bias_sums, self.bias_len)] {
            let mine = member.split(len);
            // SAFETY: the part is this member's; a barrier follows.
            unsafe { start.get().add(mine.start).write_bytes(0, mine.len()) };
        }
    }

    /// # Safety
    /// The buffer's row is the caller's alone.
    unsafe fn gather(&self, at: usize, row: usize) {
        let Kernels { window, inner, columns, .. } = self.kernels;
        let Buffers { patches, deltas, patch_stride, delta_stride } = self.buffers;
        let (example, position) = (row / window.positions(), row % window.positions());
        // SAFETY: as stated; nobody writes x and delta.
        unsafe {
            let patch = patches.get().add(at * patch_stride);
            let patch = std::slice::from_raw_parts_mut(patch, inner);
            gather(&window, self.x.row(example), position, patch);
            let from = self.delta.row(example)[position * columns..].as_ptr();
            let to = deltas.get().add(at * delta_stride);
            std::ptr::copy_nonoverlapping(from, to, columns);
        }
    }

    /// Adds the sums of a chunk that lies in one half of the buffers.
    fn add(
        &self,
        kernel: &dyn Kernel,
        member: &Member,
        half: usize,
        rows: &Range<usize>,
        biased: bool,
    ) {
        let Kernels { inner, columns, .. } = self.kernels;
        let Buffers { patches, deltas, patch_stride, delta_stride } = self.buffers;
        let delta = deltas.get().wrapping_add(half * CHUNK * delta_stride);
        let job = Job {
            x: patches.get().wrapping_add(half * CHUNK * patch_stride),
            x_stride: patch_stride,
            delta,
            delta_stride,
            weight: self.sums.get(),
            state: State::NONE,
            rows: rows.len(),
            inner,
            columns,
            optimizer: ADD,
        };
        let units = member.split(kernel.update_units(&job));
        // SAFETY (both): the buffers hold the rows; members have disjoint units.
        unsafe { kernel.update(&job, units) };
        if biased {
            let job = UpdateBias {
                delta,
                delta_stride,
                bias: self.bias_sums.get(),
                state: State::NONE,
                rows: rows.len(),
                columns,
                optimizer: ADD,
            };
            let units = member.split(kernel.update_bias_units(&job));
            unsafe { kernel.update_bias(&job, units) };
        }
    }

    /// The step of the weight by its sums: both are a row of panels.
    fn step_of(&self, job: Job) -> Job {
        let (x, delta) = (ONE.as_ptr(), self.sums.get());
        let (x_stride, delta_stride) = (ONE.len(), self.len);
        Job { x, x_stride, delta, delta_stride, rows: 1, inner: 1, columns: self.len, ..job }
    }

    fn step_of_bias(&self, job: UpdateBias) -> UpdateBias {
        let columns = self.kernels.columns;
        let (delta, delta_stride) = (self.bias_sums.get(), self.bias_len);
        UpdateBias { delta, delta_stride, rows: 1, columns, ..job }
    }
}
