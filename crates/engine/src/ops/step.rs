//! vector ← step(vector, Σ over rows of its gradient): gains and shifts of a normalisation.

use feedalign_kernels::UpdateBias;

use super::companions::Companions;
use super::optimizer::Numbers;
use super::{Address, half};
use crate::error::Result;
use crate::plan::Lowering;
use crate::program::Step;

pub fn lower(op: &Step, lowering: &mut Lowering) -> Result<()> {
    let (gradient, columns, delta_stride) = lowering.rows(&op.gradient)?;
    let vector = lowering.vector(&op.vector, columns)?;
    let companions = Companions::of(&op.optimizer, |name| lowering.vector(name, columns))?;
    let numbers = Numbers::of(op, lowering)?;
    numbers.count(lowering);
    let reads: Vec<_> = [gradient].into_iter().chain(numbers.counter()).collect();
    let writes: Vec<_> = [vector].into_iter().chain(companions.ids()).collect();
    if lowering.tensors.half_rows(gradient).is_some() {
        return half::bias((vector, gradient, companions), columns, numbers, lowering);
    }
    let [pd, pv] = [gradient, vector].map(|id| Address(lowering.tensors.f32(id)));
    let state = companions.addresses(lowering);
    lowering.stage(&reads, &writes, move |step, member| {
        let job = UpdateBias {
            delta: pd.get(),
            delta_stride,
            bias: pv.get(),
            state: state.state(),
            rows: step.rows,
            columns,
            optimizer: numbers.at(step.knobs, step.rows),
        };
        let units = member.split(step.kernel.update_bias_units(&job));
        // SAFETY: shapes were checked; members have disjoint units.
        unsafe { step.kernel.update_bias(&job, units) };
    });
    Ok(())
}
