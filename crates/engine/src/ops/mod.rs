//! The ops that this engine runs, one file each: every `lower` checks its operands and adds
//! stages to a plan.

mod augment;
mod classify;
mod clip;
mod combine;
mod companions;
mod conv;
mod derive;
mod forward;
mod gather;
mod goodness;
mod grams;
mod half;
mod holes;
mod linear;
mod local;
#[cfg(test)]
mod local2d;
mod loss;
mod max_norm;
mod measure;
mod measure_updates;
mod noise;
mod online;
mod optimizer;
mod overlay;
mod project;
mod pseudoinverse;
mod row_scale;
mod saturation;
mod step;
mod table;
#[cfg(test)]
mod trial;
mod turned;
mod update;
mod values;
mod window;

use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::{Activation, Op};

/// The op's name in the Program.
pub fn name(op: &Op) -> &'static str {
    match op {
        Op::Gather(_) => "gather",
        Op::Overlay(_) => "overlay",
        Op::Linear(_) => "linear",
        Op::Project(_) => "project",
        Op::Update(_) => "update",
        Op::Step(_) => "step",
        Op::Local(_) => "local",
        Op::LocalBackward(_) => "localBackward",
        Op::Loss(_) => "loss",
        Op::Goodness(_) => "goodness",
        Op::Classify(_) => "classify",
        Op::Combine(_) => "combine",
        Op::RowScale(_) => "rowScale",
        Op::Noise(_) => "noise",
        Op::Derive(_) => "derive",
        Op::Measure(_) => "measure",
        Op::MeasureUpdates(_) => "measureUpdates",
        Op::Saturation(_) => "saturation",
        Op::Clip(_) => "clip",
    }
}

pub fn lower(op: &Op, lowering: &mut Lowering) -> Result<()> {
    match op {
        Op::Gather(op) => gather::lower(op, lowering),
        Op::Linear(op) => linear::lower(op, lowering),
        Op::Project(op) => project::lower(op, lowering),
        Op::Update(op) => update::lower(op, lowering),
        Op::Step(op) => step::lower(op, lowering),
        Op::Local(op) => local::forward(op, lowering),
        Op::LocalBackward(op) => local::backward(op, lowering),
        Op::Loss(op) => loss::lower(op, lowering),
        Op::Overlay(op) => overlay::lower(op, lowering),
        Op::Goodness(op) => goodness::lower(op, lowering),
        Op::Classify(op) => classify::lower(op, lowering),
        Op::Combine(op) => combine::lower(op, lowering),
        Op::RowScale(op) => row_scale::lower(op, lowering),
        Op::Noise(op) => noise::lower(op, lowering),
        Op::Derive(op) => derive::lower(op, lowering),
        Op::Measure(op) => measure::lower(op, lowering),
        Op::MeasureUpdates(op) => measure_updates::lower(op, lowering),
        Op::Saturation(op) => saturation::lower(op, lowering),
        Op::Clip(op) => clip::lower(op, lowering),
    }
}

fn unsupported(what: &str) -> Error {
    Error::new(format!("this version of the engine does not run {what}"))
}

fn kernel_activation(activation: Activation) -> Result<feedalign_kernels::Activation> {
    use feedalign_kernels::Activation as Kernel;
    Ok(match activation {
        Activation::Identity => Kernel::Identity,
        Activation::Tanh => Kernel::Tanh,
        Activation::Sigmoid => Kernel::Sigmoid,
        Activation::Relu => Kernel::Relu,
        Activation::HardTanh => Kernel::HardTanh,
        Activation::Softplus => Kernel::Softplus,
        Activation::LeakyRelu { slope } if slope > 0.0 && slope < 1.0 => Kernel::LeakyRelu(slope),
        Activation::LeakyRelu { slope } => {
            return Err(Error::new(format!("slope {slope} is not between 0 and 1")));
        }
    })
}

/// The address of a tensor that a stage captures.
///
/// Buffers do not move while a session lives, and its plans die with it; members write disjoint
/// parts, and barriers stand between a write and what depends on it.
#[derive(Clone, Copy)]
struct Address<T>(*mut T);

// SAFETY: see above; whoever dereferences it states the part it touches.
unsafe impl<T> Send for Address<T> {}
unsafe impl<T> Sync for Address<T> {}

impl<T> Address<T> {
    fn get(self) -> *mut T {
        self.0
    }
}

/// Lists that a stage captures: they live and stay where they are as long as their tensor.
#[derive(Clone, Copy)]
struct Listing<T>(T);

// SAFETY: lists are written only while no plan runs.
unsafe impl<T> Send for Listing<T> {}
unsafe impl<T> Sync for Listing<T> {}

impl<T: Copy> Listing<T> {
    fn get(self) -> T {
        self.0
    }
}

/// Null where there is no tensor.
fn optional_address(lowering: &Lowering, id: Option<crate::tensors::Id>) -> Address<f32> {
    Address(id.map_or(std::ptr::null_mut(), |id| lowering.tensors.f32(id)))
}
