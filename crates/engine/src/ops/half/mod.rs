//! The stages of a session in bf16: products, updates, and what brings rows and weights into the
//! forms that those read.

mod forward;
mod update;

use feedalign_kernels::LANES;
use feedalign_kernels::bf16::{Forms, Narrow, Turn};
use feedalign_kernels::panels::Way;

use super::Address;
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::tensors::{Form, HalfRows, Id};

pub use forward::stage as forward;
pub use update::{bias, weight};

/// Addresses that a stage captures; see [`Address`].
#[derive(Clone, Copy)]
struct Sent<T>(T);

// SAFETY: as for `Address`.
unsafe impl<T> Send for Sent<T> {}
unsafe impl<T> Sync for Sent<T> {}

impl<T> Sent<T> {
    fn get(self) -> T {
        self.0
    }
}

/// The bf16 forms of a tensor of rows.
fn rows(id: Id, lowering: &Lowering) -> Result<HalfRows> {
    let missing = || Error::new("single numbers per example are no operand of a bf16 product");
    lowering.tensors.half_rows(id).ok_or_else(missing)
}

/// Where a tensor's forms lie, null what the phase does not read.
fn wanted_forms(id: Id, lowering: &Lowering) -> Result<Forms> {
    let (half, wanted) = (rows(id, lowering)?, lowering.wanted(id));
    let where_wanted = |wanted, address| if wanted { address } else { std::ptr::null_mut() };
    let Form::Rows { stride: values_stride, .. } = lowering.tensors.form(id) else {
        return Err(Error::new("only rows have several forms"));
    };
    Ok(Forms {
        values: if wanted.values { lowering.tensors.f32(id) } else { std::ptr::null_mut() },
        values_stride,
        rows: where_wanted(wanted.rows, half.rows),
        rows_stride: half.rows_stride,
        paired: where_wanted(wanted.paired, half.paired),
        paired_stride: half.paired_stride,
    })
}

/// Rows that an op wrote in f32 alone, into the other forms that the phase reads of them.
pub fn narrow(id: Id, lowering: &mut Lowering) -> Result<()> {
    let wanted = lowering.wanted(id);
    let Form::Rows { width: columns, .. } = lowering.tensors.form(id) else { return Ok(()) };
    if lowering.tensors.half_rows(id).is_none() || !(wanted.rows || wanted.paired) {
        return Ok(());
    }
    let values = lowering.tensors.f32(id);
    let forms = Sent(Forms { values, ..wanted_forms(id, lowering)? });
    lowering.stage(&[id], &[id], move |step, member| {
        let job = Narrow { forms: forms.get(), rows: step.rows, columns };
        let units = member.split(step.rows.div_ceil(2));
        // SAFETY: the forms were allocated for the tensor; members have disjoint pairs of rows.
        unsafe { step.half.narrow(&job, units) };
    });
    Ok(())
}

/// The transpose of a matrix, made in the phase once however many products read it.
pub fn turned(matrix: Id, inner: usize, columns: usize, lowering: &mut Lowering) -> Result<Id> {
    if let Some(known) = lowering.transposed.get(&matrix) {
        return Ok(*known);
    }
    let way = Way::Straight;
    let form = Form::Half { rows: columns, columns: inner, way, master: false };
    let scratch = lowering.tensors.scratch_matrix(form)?;
    let [source, target] = [matrix, scratch].map(|id| Address(lowering.tensors.f32(id)));
    lowering.stage(&[matrix], &[scratch], move |step, member| {
        let (source, target) = (source.get().cast(), target.get().cast());
        let job = Turn { source, target, inner, columns };
        let units = member.split(inner.div_ceil(LANES));
        // SAFETY: both have the shape stated; members have disjoint rows.
        unsafe { step.half.turn(&job, units) };
    });
    if !lowering.conditional() {
        lowering.transposed.insert(matrix, scratch);
    }
    Ok(scratch)
}
