//! What moves along with a parameter: an optimizer's moments, and a mirror.

use feedalign_kernels::State;

use super::{Address, optional_address};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::{Moments, Optimizer};
use crate::tensors::Id;

/// Tensors that move along with a parameter, as in [`State`].
#[derive(Clone, Copy, Default)]
pub struct Companions {
    pub moments: [Option<Id>; 2],
    pub mirror: Option<Id>,
}

impl Companions {
    /// The weight's, or the vector's of a `step`; `find` checks a tensor by its name.
    pub fn of(optimizer: &Optimizer, find: impl Fn(&str) -> Result<Id>) -> Result<Self> {
        let moments = match optimizer {
            Optimizer::Sgd { velocity, .. } => [velocity.as_deref(), None],
            Optimizer::Adaptive { first, moments, .. } => names(moments, *first)?,
        };
        Self::found(moments, find)
    }

    pub fn of_bias(optimizer: &Optimizer, find: impl Fn(&str) -> Result<Id>) -> Result<Self> {
        let moments = match optimizer {
            Optimizer::Sgd { velocity: Some(_), bias_velocity: None, .. } => {
                return Err(Error::new("momentum needs a velocity tensor for the bias too"));
            }
            Optimizer::Sgd { bias_velocity, .. } => [bias_velocity.as_deref(), None],
            Optimizer::Adaptive { bias_moments: None, .. } => {
                return Err(Error::new("the bias has no moments"));
            }
            Optimizer::Adaptive { first, bias_moments: Some(moments), .. } => {
                names(moments, *first)?
            }
        };
        Self::found(moments, find)
    }

    fn found(names: [Option<&str>; 2], find: impl Fn(&str) -> Result<Id>) -> Result<Self> {
        let [a, b] = names.map(|name| name.map(&find).transpose());
        Ok(Self { moments: [a?, b?], mirror: None })
    }

    pub fn ids(self) -> impl Iterator<Item = Id> {
        self.moments.into_iter().chain([self.mirror]).flatten()
    }

    /// Where they lie, as a stage captures it.
    pub fn addresses(self, lowering: &Lowering) -> Addresses {
        let [a, b] = self.moments.map(|id| optional_address(lowering, id));
        Addresses([a, b, optional_address(lowering, self.mirror)])
    }
}

fn names(moments: &Moments, first: f64) -> Result<[Option<&str>; 2]> {
    if moments.first.is_some() == (first > 0.0) {
        return Ok([moments.first.as_deref(), Some(&moments.second)]);
    }
    Err(Error::new("a first moment is kept where β₁ is above 0, and only there"))
}

#[derive(Clone, Copy)]
pub struct Addresses([Address<f32>; 3]);

impl Addresses {
    pub fn state(self) -> State {
        let [a, b, mirror] = self.0.map(Address::get);
        State { moments: [a, b], mirror }
    }
}
