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
    /// For each panel of 16 columns, the ascending input rows that it holds; all else is zero.
    PanelSparse {
        rows: Vec<Vec<u32>>,
    },
}

/// The values that a fixed matrix may take: coarser ones cost less memory traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub enum Grid {
    F32,
    Bf16,
    Int8,
    Sign,
}

/// A list of ops that runs once per step, as if in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Unique in the Program: `train`, `evaluate`, `probe`, or a rule's own.
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

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "op", rename_all = "camelCase")]
pub enum Op {
    Gather(Gather),
    Overlay(Overlay),
    Linear(Linear),
    Project(Project),
    Update(Update),
    Step(Step),
    Local(Local),
    LocalBackward(LocalBackward),
    Loss(Loss),
    Goodness(Goodness),
    Classify(Classify),
    Combine(Combine),
    RowScale(RowScale),
    Noise(Noise),
    Derive(Derive),
    Measure(Measure),
    Clip(Clip),
}

/// input ← scale · examples + shift; targets ← their labels or values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Gather {
    /// Rows [I].
    pub input: String,
    /// Labels, or rows [C] for float targets; absent where targets do not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub targets: Option<String>,
    pub scale: f32,
    pub shift: f32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub augment: Option<Augment>,
}

/// out ← x with its first `classes` values overwritten by a label as one-hot · max |x|.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Overlay {
    pub x: String,
    pub label: LabelSource,
    pub classes: u32,
    pub out: String,
}

/// out [n × O] ← activation(x [n × I] · weight [I × O] + bias [O] + noise (+ out)).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Linear {
    pub x: String,
    pub weight: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub bias: Option<String>,
    pub out: String,
    pub activation: Activation,
    /// Rows [O] added before the activation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub noise: Option<String>,
    #[serde(default)]
    pub accumulate: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub patches: Option<Patches>,
}

/// out [n × I] ← (delta [n × O] · matrixᵀ (+ out)) ⊙ gate; matrix [I × O]. With `transpose`
/// false the matrix is direct: out [n × O′] ← delta [n × C] · matrix [C × O′].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Project {
    pub delta: String,
    pub matrix: String,
    pub transpose: bool,
    pub out: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub gate: Option<Gate>,
    #[serde(default)]
    pub accumulate: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub patches: Option<Patches>,
}

/// weight ← optimizer(weight, scale · xᵀ · delta), and the bias by the column sums of delta.
/// `scale` is divided by n where the reduction is `mean`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Update {
    pub weight: String,
    pub x: String,
    pub delta: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub bias: Option<String>,
    pub reduction: Reduction,
    pub scale: f32,
    pub optimizer: Optimizer,
    /// λ of the weight; biases do not decay.
    pub weight_decay: Scalar,
    /// A second matrix of the weight's shape that takes the same step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub mirror: Option<Mirror>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub patches: Option<Patches>,
}

/// vector ← optimizer(vector, Σ over rows of gradient).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Step {
    pub vector: String,
    pub gradient: String,
    pub reduction: Reduction,
    pub optimizer: Optimizer,
}

/// out ← part(x), leaving in `saved` what its backward needs (mask, argmax, statistics).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Local {
    pub part: LocalPart,
    pub x: String,
    pub out: String,
    pub saved: Vec<String>,
    /// Batch statistics and dropout in training; running statistics and none otherwise.
    pub training: bool,
}

/// out ← delta carried back through the part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct LocalBackward {
    pub part: LocalPart,
    pub delta: String,
    pub out: String,
    pub saved: Vec<String>,
}

/// y ← output function of a; delta = dL/da, error = y − y*; metrics gain the sum of the
/// losses and the count of rows whose highest output (the first of equals) is not their label;
/// with float targets no row counts as wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Loss {
    pub kind: LossKind,
    /// Rows [C]: the last block's linear output; not `y` itself.
    pub a: String,
    pub y: String,
    pub targets: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub delta: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub error: Option<String>,
    /// Rows []: the loss of each example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub per_example: Option<String>,
    /// Metrics [sum of losses, wrong rows].
    pub metrics: (String, String),
}

/// delta ← ∂/∂h of the binary cross-entropy of σ(Σh² − threshold) against `positive`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Goodness {
    pub h: String,
    pub threshold: f32,
    pub positive: bool,
    pub delta: String,
    /// Rows [classes] whose column gains Σh².
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub score: Option<ScoreColumn>,
}

/// The metric gains the rows whose highest score is not their target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Classify {
    pub scores: String,
    pub targets: String,
    pub metric: String,
}

/// out ← Σ factor · tensor, or of its sign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Combine {
    pub terms: Vec<Term>,
    pub out: String,
}

/// out [n × W] ← x [n × W] ⊙ by [n], row by row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct RowScale {
    pub x: String,
    pub by: String,
    pub out: String,
}

/// out ← draws of the stream at (step, index, element).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Noise {
    pub out: String,
    pub distribution: Distribution,
    pub stream: Stream,
    pub index: u32,
}

/// into ← how(from).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Derive {
    pub from: String,
    pub into: String,
    pub how: Derivation,
}

/// Metrics gain [Σ a·b, Σ a², Σ b²] over all elements, in f64.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Measure {
    pub a: String,
    pub b: String,
    pub metrics: (String, String, String),
}

/// Scales all deltas so that the norm of the gradients of the pairs together is ≤ `norm`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Clip {
    pub pairs: Vec<Pair>,
    pub norm: Scalar,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum Activation {
    Identity,
    Tanh,
    Sigmoid,
    Relu,
    LeakyRelu {
        /// f(a) = slope · a below zero; 0 < slope < 1.
        slope: f32,
    },
}

/// ⊙ f′(h), taken from the activation's output h.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Gate {
    pub h: String,
    pub activation: Activation,
}

/// How a convolution cuts its input [height × width × channels] into rows of X.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Patches {
    pub height: u32,
    pub width: u32,
    pub channels: u32,
    pub kernel: (u32, u32),
    pub stride: (u32, u32),
    pub padding: (u32, u32),
}

/// How the gradients of a batch's examples are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub enum Reduction {
    Mean,
    Sum,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Optimizer {
    /// v ← μv + g, W ← W − learningRate · v; with Nesterov W ← W − learningRate · (g + μv).
    Sgd {
        learning_rate: Scalar,
        momentum: Scalar,
        nesterov: bool,
        /// v of the weight; absent where there is no momentum.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        velocity: Option<String>,
        /// v of the bias.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        bias_velocity: Option<String>,
    },
    /// RMSprop, Adam (decay in the gradient) or AdamW (`decoupled`).
    Adaptive {
        learning_rate: Scalar,
        /// β₁ of the first moment; zero gives RMSprop.
        first: Scalar,
        /// β₂ of the second moment.
        second: Scalar,
        epsilon: f32,
        bias_correction: bool,
        decoupled: bool,
        /// Moments of the weight, then of the bias.
        states: Vec<String>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Mirror {
    pub into: String,
    /// λ by which both matrices shrink at each step.
    pub decay: Scalar,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LocalPart {
    Activation {
        activation: Activation,
    },
    Maxout {
        pieces: u32,
    },
    MaxPool {
        patches: Patches,
    },
    AveragePool {
        patches: Patches,
    },
    Dropout {
        rate: f32,
        index: u32,
    },
    BatchNorm {
        gain: String,
        shift: String,
        mean: String,
        variance: String,
        momentum: f32,
        epsilon: f32,
    },
    RmsNorm {
        epsilon: f32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum LossKind {
    /// y = softmax(a); L = −Σ t · ln y.
    CrossEntropy,
    /// y = σ(a); L = −Σ t · ln y + (1 − t) · ln(1 − y).
    BinaryCrossEntropy,
    /// y = output(a); L = ½ Σ (y − t)².
    MeanSquaredError {
        /// The output function, whose derivative enters delta but not error.
        output: Activation,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum LabelSource {
    /// The example's own label.
    Target { targets: String },
    /// Another label, drawn evenly among the others.
    Wrong { targets: String, index: u32 },
    /// The same label for all.
    Class { class: u32 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct ScoreColumn {
    pub into: String,
    pub column: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Term {
    pub tensor: String,
    pub factor: Scalar,
    /// Take the sign (−1, 0, 1) of each element instead of the element.
    pub sign: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Pair {
    pub x: String,
    pub delta: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum Distribution {
    Uniform { range: f32 },
    Normal { deviation: f32 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum Derivation {
    Copy,
    /// sign(W) · factor.
    Sign {
        factor: f32,
    },
    /// sign(W) ⊙ |magnitude|, a tensor of W's shape.
    CopySign {
        magnitude: String,
    },
    /// The transposed Moore-Penrose pseudoinverse, in W's shape.
    Pseudoinverse,
}

/// Distortions of a 2-D input [height × width × channels], each drawn per (epoch, example).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Augment {
    pub height: u32,
    pub width: u32,
    pub channels: u32,
    /// Largest shift, in pixels.
    pub shift: f32,
    /// Largest rotation, in degrees.
    pub rotation: f32,
    /// Largest relative change of size.
    pub zoom: f32,
    /// Largest shear, in degrees.
    pub shear: f32,
    /// Amplitude and smoothness (deviation) of an elastic distortion, in pixels.
    pub elastic: (f32, f32),
}

#[cfg(test)]
mod tests {
    use super::*;
    use ts_rs::Config;

    /// Where the TypeScript types stand, seen from this crate.
    const GENERATED: &str = "../../ts/engine/program.ts";

    macro_rules! declarations {
        ($config:expr, $($name:ty),+) => {
            [$(format!("export {}", <$name>::decl($config))),+]
        };
    }

    fn typescript() -> String {
        let config = Config::new();
        let types = declarations!(
            &config,
            Program,
            Precision,
            Tensor,
            Role,
            Init,
            Stream,
            Structure,
            Grid,
            Phase,
            Instruction,
            Scalar,
            Op,
            Gather,
            Overlay,
            Linear,
            Project,
            Update,
            Step,
            Local,
            LocalBackward,
            Loss,
            Goodness,
            Classify,
            Combine,
            RowScale,
            Noise,
            Derive,
            Measure,
            Clip,
            Activation,
            Gate,
            Patches,
            Reduction,
            Optimizer,
            Mirror,
            LocalPart,
            LossKind,
            LabelSource,
            ScoreColumn,
            Term,
            Pair,
            Distribution,
            Derivation,
            Augment
        );
        let head = "// Generated from crates/engine/src/program.rs by `npm run generate`.\n\n";
        format!("{head}{}\n", types.join("\n\n"))
    }

    /// Without layout, which the formatter of the other language decides.
    fn bare(text: &str) -> String {
        text.chars().filter(|c| c.is_alphanumeric() || "?_".contains(*c)).collect()
    }

    #[test]
    fn the_generated_typescript_is_current() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(GENERATED);
        if std::env::var_os("FEEDALIGN_GENERATE").is_some() {
            std::fs::write(&path, typescript()).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(bare(&found) == bare(&typescript()), "run `npm run generate`");
    }
}
