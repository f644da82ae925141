//! What a Program derives from its weights, so that signals are carried by matrices that agree
//! with them: a phase of its own makes it whenever weights come from elsewhere than a step.

use crate::dataset::{DataSet, Inputs, Targets};
use crate::error::{Error, Result};
use crate::program::{Op, Phase};

/// The phase's name.
pub const PHASE: &str = "derive";

/// # Errors
/// If a phase of that name does what needs examples, knobs or metrics.
pub fn check(phases: &[Phase]) -> Result<()> {
    let Some(phase) = phases.iter().find(|phase| phase.name == PHASE) else { return Ok(()) };
    let alone = phase.ops.iter().all(|instruction| {
        instruction.enabled.is_none() && matches!(instruction.op, Op::Derive(_) | Op::Noise(_))
    });
    if alone && phase.knobs.is_empty() && phase.metrics.is_empty() && !phase.advances {
        return Ok(());
    }
    Err(Error::new("phase \"derive\" holds ops derive and noise only, without knobs or metrics"))
}

/// A stand-in for the examples of a phase that reads none.
pub fn no_data() -> Result<DataSet> {
    let targets = Targets::Labels { labels: vec![0], classes: 1 };
    DataSet::new(Inputs::U8(vec![0]), 1, targets)
}
