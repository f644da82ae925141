//! What `update` and `step` have in common: an optimizer's numbers.

use feedalign_kernels as kernels;

use super::Address;
use crate::error::{Error, Result};
use crate::plan::{Lowering, Value};
use crate::program::{Mirror, Optimizer, Reduction, Scalar, Step, Update};
use crate::tensors::Id;

/// The slots of an op that steps parameters.
pub struct Slots<'a> {
    optimizer: &'a Optimizer,
    reduction: Reduction,
    scale: f32,
    factor: Option<f32>,
    clip_value: Option<f32>,
    weight_decay: Option<&'a Scalar>,
    mirror: Option<&'a Mirror>,
}

impl<'a> From<&'a Update> for Slots<'a> {
    fn from(op: &'a Update) -> Self {
        Self {
            optimizer: &op.optimizer,
            reduction: op.reduction,
            scale: op.scale,
            factor: op.factor,
            clip_value: op.clip_value,
            weight_decay: Some(&op.weight_decay),
            mirror: op.mirror.as_ref(),
        }
    }
}

impl<'a> From<&'a Step> for Slots<'a> {
    fn from(op: &'a Step) -> Self {
        Self {
            optimizer: &op.optimizer,
            reduction: op.reduction,
            scale: 1.0,
            factor: op.factor,
            clip_value: op.clip_value,
            weight_decay: None,
            mirror: None,
        }
    }
}

/// The numbers of a step, some of them knobs.
#[derive(Clone, Copy)]
pub struct Numbers {
    learning_rate: Value,
    factor: f32,
    scale: f32,
    reduction: Reduction,
    clip: f32,
    weight_decay: Value,
    mirror_decay: Value,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Plain,
    Velocity {
        momentum: Value,
        nesterov: bool,
    },
    Adaptive {
        /// β₁ and β₂.
        betas: [f64; 2],
        epsilon: f32,
        decoupled: bool,
        /// What counts the updates, if anything is corrected.
        count: Option<(Id, Address<f32>)>,
    },
}

impl Numbers {
    pub fn of<'a>(slots: impl Into<Slots<'a>>, lowering: &Lowering) -> Result<Self> {
        let slots = slots.into();
        let (Optimizer::Sgd { learning_rate, .. } | Optimizer::Adaptive { learning_rate, .. }) =
            slots.optimizer;
        let none = Scalar::Constant(0.0);
        let weight_decay = lowering.value(slots.weight_decay.unwrap_or(&none))?;
        if slots.mirror.is_some() && !matches!(weight_decay, Value::Constant(0.0)) {
            return Err(Error::new(
                "a mirrored update decays by its mirror's `decay` alone: set weightDecay 0",
            ));
        }
        Ok(Self {
            learning_rate: lowering.value(learning_rate)?,
            factor: positive("factor", slots.factor.unwrap_or(1.0))?,
            scale: slots.scale,
            reduction: slots.reduction,
            clip: slots
                .clip_value
                .map_or(Ok(f32::INFINITY), |value| positive("clipValue", value))?,
            weight_decay,
            mirror_decay: lowering.value(slots.mirror.map_or(&none, |mirror| &mirror.decay))?,
            kind: Kind::of(slots.optimizer, lowering)?,
        })
    }

    /// Adds the stage that counts this update, if anything does. A step's number would not do: an
    /// update may be switched off for a time. The count is an f32, whole up to 2²⁴ and constant
    /// from there on, where βᵗ is nothing beside 1 for any β up to 1 − 10⁻⁵.
    pub fn count(self, lowering: &mut Lowering) {
        let Kind::Adaptive { count: Some((id, address)), .. } = self.kind else { return };
        let turn = lowering.turn();
        lowering.stage(&[id], &[id], move |_, member| {
            if turn % member.threads() == member.index() {
                // SAFETY: it is a vector of one, and this member alone writes it.
                unsafe { *address.get() += 1.0 };
            }
        });
    }

    /// What [`Self::at`] reads.
    pub fn counter(self) -> Option<Id> {
        match self.kind {
            Kind::Adaptive { count: Some((id, _)), .. } => Some(id),
            _ => None,
        }
    }

    /// For a step of so many rows, after [`Self::count`]'s stage.
    pub fn at(self, knobs: &[f32], rows: usize) -> kernels::Optimizer {
        let divisor = match self.reduction {
            Reduction::Mean => rows as f64,
            Reduction::Sum => 1.0,
        };
        let rate = f64::from(self.learning_rate.at(knobs)) * f64::from(self.factor);
        let decay = self.weight_decay.at(knobs);
        let mut optimizer = kernels::Optimizer {
            learning_rate: rate as f32,
            scale: (f64::from(self.scale) / divisor) as f32,
            clip: self.clip,
            weight_decay: decay,
            shrink: self.mirror_decay.at(knobs),
            moments: kernels::Moments::None,
        };
        match self.kind {
            Kind::Plain => {}
            Kind::Velocity { momentum, nesterov } => {
                let momentum = momentum.at(knobs);
                optimizer.moments = kernels::Moments::Velocity { momentum, nesterov };
            }
            Kind::Adaptive { betas, epsilon, decoupled, count } => {
                let corrections = corrections(betas, count);
                let [first, second] = betas.map(|beta| (1.0 - beta) as f32);
                let correction = corrections[1] as f32;
                optimizer.learning_rate = (rate * corrections[0]) as f32;
                optimizer.moments =
                    kernels::Moments::Adaptive { first, second, correction, epsilon };
                if decoupled && decay != 0.0 {
                    optimizer.shrink = (rate * f64::from(decay)) as f32;
                    optimizer.weight_decay = 0.0;
                }
            }
        }
        optimizer
    }
}

impl Kind {
    fn of(optimizer: &Optimizer, lowering: &Lowering) -> Result<Self> {
        match optimizer {
            Optimizer::Sgd { momentum, nesterov, velocity, .. } => {
                let momentum = lowering.value(momentum)?;
                let nesterov = *nesterov;
                match (velocity, momentum) {
                    (Some(_), _) => Ok(Self::Velocity { momentum, nesterov }),
                    (None, Value::Constant(0.0)) if nesterov => {
                        Err(Error::new("Nesterov's momentum needs a momentum"))
                    }
                    (None, Value::Constant(0.0)) => Ok(Self::Plain),
                    (None, _) => Err(Error::new("momentum needs a velocity tensor")),
                }
            }
            Optimizer::Adaptive { first, second, epsilon, decoupled, count, .. } => {
                let counter = count.as_ref().map(|name| lowering.vector(name, 1)).transpose()?;
                Ok(Self::Adaptive {
                    betas: [beta("first", *first)?, beta("second", *second)?],
                    epsilon: positive("epsilon", *epsilon)?,
                    decoupled: *decoupled,
                    count: counter.map(|id| (id, Address(lowering.tensors.f32(id)))),
                })
            }
        }
    }
}

fn beta(name: &str, value: f64) -> Result<f64> {
    if (0.0..1.0).contains(&value) {
        return Ok(value);
    }
    Err(Error::new(format!("{name} {value} is not from 0 to below 1")))
}

/// A finite number above 0.
pub fn positive(name: &str, value: f32) -> Result<f32> {
    if value > 0.0 && value.is_finite() {
        return Ok(value);
    }
    Err(Error::new(format!("{name} {value} is not a finite number above 0")))
}

/// 1 / (1 − βᵗ), t being what has been counted.
fn corrections(betas: [f64; 2], count: Option<(Id, Address<f32>)>) -> [f64; 2] {
    let Some((_, count)) = count else { return [1.0; 2] };
    // SAFETY: it is a vector of one, and a barrier stands between who counts and this.
    let steps = unsafe { *count.get() } as u32;
    betas.map(|beta| 1.0 / (1.0 - power(beta, steps)))
}

/// By squaring: the same bits wherever it runs, which the standard library does not promise.
fn power(mut base: f64, mut exponent: u32) -> f64 {
    let mut product = 1.0;
    while exponent > 0 {
        if exponent % 2 == 1 {
            product *= base;
        }
        base *= base;
        exponent /= 2;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::power;

    #[test]
    fn powers_are_those_of_repeated_products() {
        let mut product = 1.0;
        for exponent in 0..2000 {
            assert!((power(0.999, exponent) / product - 1.0).abs() < 1e-12);
            product *= 0.999;
        }
        assert_eq!(power(0.0, 0), 1.0);
        assert_eq!(1.0 - power(0.99999, 1 << 24), 1.0);
    }
}
