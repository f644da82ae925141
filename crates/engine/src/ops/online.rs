//! A forward product that takes the waiting update of its weight along; see `crate::online`.

use feedalign_kernels::{Kernel, LANES, Member, Online, Update as Job, UpdateBias};

use super::Address;
use super::forward::{self, Product};
use super::update::{Prepared, prepare, prepare_bias};
use crate::error::Result;
use crate::plan::Lowering;
use crate::program::Update;

/// What each member keeps for itself: the x of the step before, as x is written anew before the
/// update is due, and memory for the kernel.
#[derive(Clone, Copy)]
struct Own {
    start: Address<f32>,
    stride: usize,
    inner: usize,
}

impl Own {
    fn new(inner: usize, lowering: &mut Lowering) -> Result<Self> {
        let id = lowering.tensors.scratch(lowering.threads, 4 * inner.next_multiple_of(LANES))?;
        let stride = lowering.stride(id);
        Ok(Self { start: Address(lowering.tensors.f32(id)), stride, inner })
    }

    fn x(self, member: &Member) -> *mut f32 {
        // SAFETY: there is a row for each member.
        unsafe { self.start.get().add(member.index() * self.stride) }
    }

    fn memory(self, member: &Member) -> *mut f32 {
        // SAFETY: x takes the first quarter of the row.
        unsafe { self.x(member).add(self.inner.next_multiple_of(LANES)) }
    }
}

/// Adds the stage, and the updates of a run's last step; the caller has checked the shapes.
pub fn stage(product: &Product, op: &Update, lowering: &mut Lowering) -> Result<()> {
    let own = Own::new(product.inner, lowering)?;
    let forward = forward::job(product, lowering);
    let Prepared { reads, writes, job: update } = prepare(op, lowering)?;
    let bias = op.bias.as_ref().map(|name| prepare_bias(name, op, lowering)).transpose()?;
    let (writes_bias, bias) = bias.map(|bias| (bias.writes, bias.job)).unzip();
    let reads: Vec<_> = reads.into_iter().chain(product.reads()).collect();
    let writes: Vec<_> =
        writes.into_iter().chain(writes_bias.unwrap_or_default()).chain([product.out.0]).collect();
    let due = move |knobs: &[f32], member: &Member| Job { x: own.x(member), ..update(knobs, 1) };
    lowering.stage(&reads, &writes, move |step, member| {
        let forward = forward(1);
        let units = member.split(step.kernel.forward_units(&forward));
        // SAFETY: shapes were checked; members have disjoint units, which are the same panels for
        // weight, bias and product, and memory of their own.
        unsafe {
            if let Some(knobs) = step.knobs_before {
                step_bias(bias.map(|job| job(knobs, 1)), step.kernel, member);
                let update = due(knobs, member);
                let job = Online { update, forward, memory: own.memory(member) };
                step.kernel.online(&job, units);
            } else {
                step.kernel.forward(&forward, units);
            }
            std::ptr::copy_nonoverlapping(forward.x, own.x(member), own.inner);
        }
    });
    lowering.finally(move |step, member| {
        step_bias(bias.map(|job| job(step.knobs, 1)), step.kernel, member);
        let job = due(step.knobs, member);
        let units = member.split(step.kernel.update_units(&job));
        // SAFETY: shapes were checked; members have disjoint units.
        unsafe { step.kernel.update(&job, units) };
    });
    Ok(())
}

/// The step of the bias, if there is one: a panel is one member's, which takes its step before that
/// member's product adds it.
fn step_bias(job: Option<UpdateBias>, kernel: &dyn Kernel, member: &Member) {
    let Some(job) = job else { return };
    let units = member.split(kernel.update_bias_units(&job));
    // SAFETY: shapes were checked; members have disjoint units.
    unsafe { kernel.update_bias(&job, units) };
}
