//! The Program: what a network under a learning rule *is*, as plain data.
//!
//! TypeScript compiles topology, rule, loss and optimizer into it; the engine runs it and knows
//! none of the four by name. These types are the one source of truth: the TypeScript ones are
//! generated from them (`npm run generate`).
//!
//! The vocabulary is complete: every op that a rule of the family needs is defined here, with its
//! slots, so that a new rule or layer does not change the seam. An engine may lack the execution
//! of an op; it then refuses the Program by name ([`crate::Error`]).
//!
//! Conventions. n is the number of rows (examples) of the step at hand, at most `Program::batch`.
//! `delta` is dL/da at a linear map's output, per example, never divided by n. A matrix M that
//! carries a signal down has the shape of the W it stands in for and is used transposed.

use serde::{Deserialize, Serialize};

#[cfg(test)]
use ts_rs::TS;

pub use ops::*;
pub use parts::*;

mod ops;
mod parts;
#[cfg(test)]
mod typescript;

/// The version of this vocabulary; a Program of another version is refused.
pub const FORMAT: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// The version of the vocabulary: 1.
    pub format: u32,
    /// Arithmetic of the matrix products.
    pub precision: Precision,
    /// The most rows that a step of any phase holds, 1 to 65,536.
    pub batch: u32,
    pub tensors: Vec<Tensor>,
    pub phases: Vec<Phase>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub enum Precision {
    F32,
    /// bf16 products with f32 accumulation and f32 master weights.
    Bf16,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Tensor {
    /// Unique in the Program, as `blocks.0.weight`.
    pub name: String,
    pub role: Role,
    /// Of the whole tensor; for roles `rows` and `labels`, of one example.
    pub shape: Vec<u32>,
    pub init: Init,
    pub structure: Structure,
    pub grid: Grid,
}

/// What a tensor is for, which decides how it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// A trained matrix [I × O].
    Weight,
    /// A trained vector [O]: bias, or a normalisation's gain or shift.
    Bias,
    /// A matrix that stands in for a weight on the way down, of that weight's shape.
    Feedback,
    /// A matrix [classes × width] from the output straight to a block.
    Direct,
    /// State of an optimizer, shaped as its parameter.
    State,
    /// Running statistics of a normalisation.
    Statistic,
    /// A matrix or vector that a phase leaves to its own later steps: kept, but in no snapshot.
    Scratch,
    /// f32 [n × shape]: lives for one step.
    Rows,
    /// u32 [n], shape []: lives for one step.
    Labels,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum Init {
    Zeros,
    Constant {
        value: f32,
    },
    /// U(−range, range); element e is draw (0, index, e) of the stream.
    Uniform {
        range: f32,
        stream: Stream,
        index: u32,
    },
    /// N(0, deviation²); element e is draw (0, index, e) of the stream.
    Normal {
        deviation: f32,
        stream: Stream,
        index: u32,
    },
    /// The initial values of another tensor of this shape, named earlier.
    Copy {
        of: String,
    },
    /// Those values W, turned by noise N to an angle of 0 to 180 degrees and scaled:
    /// factor · (cos · W + sin · ‖W‖ / ‖N⊥‖ · N⊥), norms those of Frobenius. N⊥ is what of N stands
    /// at a right angle to W; N(e) is draw (0, index, e) of the stream from N(0, 1), on this
    /// tensor's structure.
    Rotated {
        of: String,
        degrees: f32,
        factor: f32,
        stream: Stream,
        index: u32,
    },
}

/// A random stream: draws of one never shift those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub enum Stream {
    Weights,
    Feedback,
    Order,
    Dropout,
    Augmentation,
    Noise,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum Structure {
    Dense,
    /// For each panel of 16 receivers, the ascending senders that it hears; all else is zero.
    /// Senders and receivers are the rows and columns of a matrix, but the columns and rows of
    /// feedback, which is used transposed.
    PanelSparse {
        rows: Vec<Vec<u32>>,
    },
    /// The same with drawn lists: each holds a share of the senders, 0 < density ≤ 1, rounded
    /// and at least one. Whether panel p hears sender s hangs on draw (0, index, p · senders + s)
    /// of the stream. Feedback with lists of the stream `weights` holds the elements that a weight
    /// with the same lists does: its senders are rows too.
    PanelDrawn {
        density: f32,
        stream: Stream,
        index: u32,
    },
    /// Each receiver, a column of the matrix, holds a share of the senders of its own, 0 < density
    /// ≤ 1, rounded and at least one; all else is zero. Whether receiver r holds sender s hangs on
    /// draw (0, index, r · senders + s) of the stream. Costs what a dense matrix does.
    ElementDrawn {
        density: f32,
        stream: Stream,
        index: u32,
    },
    /// Local receptive fields without shared weights. Senders are the channels of a 2-D layout,
    /// receivers the units at the places of another; each unit hears all channels of a field of
    /// the senders' layout. A field is whole, and its centre where the unit's place is in its own
    /// layout, as near as that allows: along each axis it begins at ((2 place + 1) size − field ·
    /// places + places) / (2 places), rounded down, cut to 0 … size − field. The 16 receivers of a
    /// panel share one list, the union of their fields, and all hear all of it; so where units are
    /// a multiple of 16, a unit hears its field and nothing else. Feedback of this structure holds
    /// the elements that its weight does.
    Local2d {
        /// Height, width, channels of the senders, channels next to each other.
        below: (u32, u32, u32),
        /// Height, width, units a place of the receivers, units next to each other.
        layout: (u32, u32, u32),
        /// Height and width, at least 1, at most those of `below`.
        field: (u32, u32),
    },
}

impl Structure {
    /// Whether feedback of this structure holds the elements that a weight of it does, rather than
    /// lists of senders of its own.
    pub fn is_of_weight(&self) -> bool {
        match self {
            Self::PanelDrawn { stream, .. } | Self::ElementDrawn { stream, .. } => {
                *stream == Stream::Weights
            }
            Self::Local2d { .. } => true,
            Self::Dense | Self::PanelSparse { .. } => false,
        }
    }
}

/// The values that a fixed matrix may take: coarser ones cost less memory traffic. Drawn values
/// are rounded to the nearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub enum Grid {
    F32,
    Bf16,
    /// Whole numbers times the least power of two at which ±127 reaches as far as the draws; for
    /// normal deviates four deviations, and what lies beyond is cut.
    Int8,
    /// Plus or minus the standard deviation of the draws.
    Sign,
    /// Zero, or plus or minus the value at which rounded draws keep their variance.
    Ternary,
}

/// A list of ops that runs once per step, as if in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Unique in the Program: `train`, `evaluate`, `probe`, or a rule's own. The engine itself runs
    /// `derive`, of ops derive and noise, whenever weights come from elsewhere than a step.
    pub name: String,
    /// Whether a step of this phase advances the session's step counter.
    pub advances: bool,
    /// Names of the per-step values that `run` is given, in the order of a step's values.
    pub knobs: Vec<String>,
    /// Names of the per-step f64 sums that `run` returns, in the order of a step's values.
    pub metrics: Vec<String>,
    pub ops: Vec<Instruction>,
}

/// An op, and whether it runs: it does where `enabled` is absent or not zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub struct Instruction {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub enabled: Option<Scalar>,
    #[serde(flatten)]
    pub op: Op,
}

/// A number, or the name of the knob that holds it at each step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(untagged)]
pub enum Scalar {
    Constant(f32),
    Knob { knob: String },
}
