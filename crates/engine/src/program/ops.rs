//! The ops, with the slots of what is fused into them.

use serde::{Deserialize, Serialize};

use super::{
    Activation, Augment, Derivation, Distribution, Gate, LabelSource, LocalPart, LossKind, Mirror,
    Optimizer, Pair, Patches, Reduction, Scalar, ScoreColumn, Stream, Term,
};
#[cfg(test)]
use ts_rs::TS;

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
    MeasureUpdates(MeasureUpdates),
    Saturation(Saturation),
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

/// out ← x with its first `classes` values overwritten by a label as one-hot · max |x|, the
/// greatest magnitude in the example's row; `out` may be x.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Overlay {
    pub x: String,
    pub label: LabelSource,
    pub classes: u32,
    pub out: String,
}

/// out [n × O] ← activation(x [n × I] · weight [I × O] (+ out) + noise + bias [O]).
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
    /// A factor on the learning rate; 1 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub factor: Option<f32>,
    /// The most that an element of the gradient may be, before decay: beyond ±clipValue it is cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub clip_value: Option<f32>,
    /// λ of the weight; biases do not decay.
    pub weight_decay: Scalar,
    /// The most that the norm of a column of the weight, without the bias, may be after the step:
    /// longer ones are scaled down to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub max_norm: Option<f32>,
    /// A second matrix of the weight's shape that takes the same step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub mirror: Option<Mirror>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub patches: Option<Patches>,
}

/// vector ← optimizer(vector, Σ over rows of gradient), divided by n where the reduction is `mean`;
/// vectors do not decay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Step {
    pub vector: String,
    pub gradient: String,
    pub reduction: Reduction,
    pub optimizer: Optimizer,
    /// A factor on the learning rate; 1 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub factor: Option<f32>,
    /// The most that an element of the gradient may be, before decay: beyond ±clipValue it is cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub clip_value: Option<f32>,
}

/// out ← part(x), leaving in `saved` what its backward needs; `out` may be x for activation,
/// dropout and the norms. By part, `saved` holds, and only for a backward, in evaluation none:
/// * activation: nothing; its backward takes [h], the output
/// * maxout, max pooling: [place], rows as wide as `out`: which piece, or which place of the patch
///   (down · kernel's width + across), is the largest
/// * average pooling, dropout: nothing, as masks are drawn anew
/// * batch norm: [normalised, inverse], rows of x's width with (x − mean) / √(variance + ε), and
///   rows of [channels], whose first one holds 1 / √(variance + ε)
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

/// out ← delta carried back through the part; `out` may be delta for activation, dropout and batch
/// norm. With `training` exactly that of [`Local`] in training; else dropout passes delta on and
/// batch norm's statistics are constants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct LocalBackward {
    pub part: LocalPart,
    pub delta: String,
    pub out: String,
    pub saved: Vec<String>,
    pub training: bool,
    /// Of batch norm, where its parameters learn: [gain's, shift's], rows of [channels], each
    /// example's gradient, summed over positions; what `step` takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub gradients: Option<(String, String)>,
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
    /// Rows [C] that receive y*: labels as one-hot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub target: Option<String>,
    /// Rows []: the loss of each example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub per_example: Option<String>,
    /// Metrics [sum of losses, wrong rows].
    pub metrics: (String, String),
}

/// delta ← ∂/∂h of the binary cross-entropy of σ(Σh² − threshold) against `positive`, which is
/// 2h (σ − positive).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Goodness {
    pub h: String,
    pub threshold: f32,
    pub positive: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub delta: Option<String>,
    /// Gains the sum of the cross-entropies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub metric: Option<String>,
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

/// out ← Σ factor · tensor, or of its sign, of tensors of one shape; `out` may be among them. Of no
/// terms, zeros.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Combine {
    pub terms: Vec<Term>,
    pub out: String,
}

/// out [n × W] ← x [n × W] ⊙ by [n], row by row; `out` may be x.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct RowScale {
    pub x: String,
    pub by: String,
    pub out: String,
}

/// out ← draws of the stream at (step, index, element): the step is the count of steps of advancing
/// phases before it, and elements of rows count from the step's first row on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Noise {
    pub out: String,
    pub distribution: Distribution,
    pub stream: Stream,
    pub index: u32,
}

/// into ← how(from), of matrices of one shape. Where the structure of `from` holds no element,
/// `into` becomes zero.
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

/// Metrics gain [⟨A, B⟩, ⟨A, A⟩, ⟨B, B⟩] of A = Σ xᵀ · delta over the pairs of `a` and B over those
/// of `b`, gradients of one dense weight (and its bias), in products of rows with rows: n² of them
/// for each two pairs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct MeasureUpdates {
    /// At least one; so of `b`.
    pub a: Vec<Pair>,
    pub b: Vec<Pair>,
    pub metrics: (String, String, String),
}

/// The metric gains the number of elements of h where f′, taken from the output h, is below a
/// bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Saturation {
    pub h: String,
    pub activation: Activation,
    pub below: f32,
    pub metric: String,
}

/// Scales all deltas by one factor, at most 1, so that the norm of the gradients of the pairs
/// together is at most `norm`. The gradient of a pair is that of a dense weight, xᵀ · delta, and of
/// its bias.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Clip {
    pub pairs: Vec<Pair>,
    pub norm: Scalar,
    /// Of which gradients the norm is: with `mean` they are divided by n.
    pub reduction: Reduction,
}
