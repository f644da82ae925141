//! The bound on the norm of a weight's columns that an update may have.

use feedalign_kernels::MaxNorm;

use super::optimizer::positive;
use super::{Address, Listing};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::Update;
use crate::tensors::Form;

/// Adds the stage, if there is a bound.
pub fn lower(op: &Update, lowering: &mut Lowering) -> Result<()> {
    let Some(most) = op.max_norm else { return Ok(()) };
    let most = positive("maxNorm", most)?;
    let (weight, inner, columns) = lowering.matrix(&op.weight)?;
    if matches!(lowering.tensors.form(weight), Form::Half { .. }) {
        return Err(Error::new("maxNorm runs in f32 only: choose precision f32"));
    }
    let lists = lowering.tensors.sparse(weight).map(|sparse| Listing(sparse.lists()));
    let address = Address(lowering.tensors.f32(weight));
    lowering.stage(&[], &[weight], move |step, member| {
        let (weight, lists) = (address.get(), lists.map(Listing::get));
        let job = MaxNorm { weight, lists, inner, columns, most };
        let units = member.split(step.kernel.max_norm_units(&job));
        // SAFETY: the shape is the weight's; members have disjoint units.
        unsafe { step.kernel.max_norm(&job, units) };
    });
    Ok(())
}
