//! What ops are made of: functions, optimizers, layers' parts, ways to draw and to derive.

use serde::{Deserialize, Serialize};

use super::Scalar;
#[cfg(test)]
use ts_rs::TS;

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
    /// f(a) = a between −1 and 1, the nearer of the two elsewhere.
    HardTanh,
    /// f(a) = ln(1 + eᵃ).
    Softplus,
}

/// ⊙ f′(h), taken from the activation's output h.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Gate {
    pub h: String,
    pub activation: Activation,
}

/// How a convolution or a pooling cuts its input [height × width × channels], channels next to each
/// other, into patches: one at each place of the output, which is [(height + 2 · padding − kernel)
/// / stride + 1] high, rounded down, and likewise wide. Around the input lie `padding` lines of
/// zeros.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Patches {
    pub height: u32,
    pub width: u32,
    pub channels: u32,
    /// Down, across; at least 1 and no more than the input with its padding.
    pub kernel: (u32, u32),
    /// At least 1.
    pub stride: (u32, u32),
    /// Less than the kernel.
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
    /// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²,
    /// W ← W − learningRate · m̂ / (√v̂ + ε): Adam; with β₁ = 0 and no count RMSprop.
    Adaptive {
        learning_rate: Scalar,
        /// β₁, 0 to below 1.
        first: f64,
        /// β₂, 0 to below 1.
        second: f64,
        /// ε above 0.
        epsilon: f32,
        /// The update's decay is W ← W − learningRate · λW, not part of g: AdamW.
        decoupled: bool,
        /// A state [1] that counts these updates, t, for m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ);
        /// without it m̂ = m, v̂ = v.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        count: Option<String>,
        moments: Moments,
        /// Those of the bias.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        bias_moments: Option<Moments>,
    },
}

/// States of the shape of what they belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Moments {
    /// m; absent where β₁ = 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub first: Option<String>,
    /// v.
    pub second: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Mirror {
    pub into: String,
    /// λ: W ← (W − λW) − step and M ← (M − λM) − step, with the step that the optimizer makes for
    /// W. The update itself then has no weight decay.
    pub decay: Scalar,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LocalPart {
    Activation {
        activation: Activation,
    },
    /// out [W] ← the largest of `pieces` neighbours of x [W · pieces], the first of equals.
    Maxout {
        /// At least 1.
        pieces: u32,
    },
    /// The largest of each channel of a patch, the first of equals; padding is never the largest.
    MaxPool {
        patches: Patches,
    },
    /// The mean of each channel of a patch, padding counted as zeros.
    AveragePool {
        patches: Patches,
    },
    /// In training, element (row, column) is zero where draw (step, index, row · width + column) of
    /// the stream `dropout` is below `rate`, and else times 1 / (1 − rate).
    Dropout {
        /// 0 ≤ rate < 1.
        rate: f32,
        index: u32,
    },
    /// gain ⊙ (x − mean) / √(variance + epsilon) + shift, over x [positions × channels], channels
    /// next to each other; channels are as many as `gain` has, and statistics go over rows and
    /// positions. In training they are the batch's, and running ← running + momentum · (batch −
    /// running), with the variance of the batch that has no bias; of a single value there is none,
    /// and then the running one stays.
    BatchNorm {
        /// All four [channels]: two biases, two statistics.
        gain: String,
        shift: String,
        mean: String,
        variance: String,
        momentum: f32,
        epsilon: f32,
    },
    /// x / (√(mean of x² over the row) + epsilon). No signal is carried back through it.
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
    /// Another label, drawn evenly among the others: by stream `noise` at (step, index, row).
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
    /// Whether there is a bias, whose gradient is the sum of delta's rows.
    pub bias: bool,
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
    /// sign(W) · factor; the sign of zero is zero.
    Sign {
        factor: f32,
    },
    /// sign(W) ⊙ |magnitude|, a tensor of W's shape, which may be `into` itself.
    CopySign {
        magnitude: String,
    },
    /// The transposed Moore-Penrose pseudoinverse, in W's shape.
    Pseudoinverse,
}

/// Distortions of a 2-D input [height × width × channels], each drawn per (epoch, example) from the
/// stream `augmentation`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Augment {
    pub height: u32,
    pub width: u32,
    pub channels: u32,
    /// Number of the pass over the data, 0 to 2²⁴.
    pub epoch: Scalar,
    /// Largest shift along either axis, in pixels, whole or not.
    pub shift: f32,
    /// Largest shift along either axis by whole pixels, each number of them as likely: what a crop
    /// at random amounts to, out of an image with so many pixels of zeros around it.
    pub crop: u32,
    /// Largest rotation, in degrees, 0 to 180.
    pub rotation: f32,
    /// Largest relative change of size, 0 to 0.95.
    pub zoom: f32,
    /// Largest shear, in degrees, 0 to 80.
    pub shear: f32,
    /// Amplitude (standard deviation of a displacement) and smoothness (deviation of the Gaussian)
    /// of an elastic distortion, in pixels.
    pub elastic: (f32, f32),
}
