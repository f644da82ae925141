//! Σ a·b, Σ a², Σ b² of two tensors of one shape: what angles and norms are made of.

use super::Address;
use crate::error::{Error, Result};
use crate::metrics::Products;
use crate::plan::Lowering;
use crate::program::Measure;
use crate::tensors::Form;

pub fn lower(op: &Measure, lowering: &mut Lowering) -> Result<()> {
    let [a, b] = [&op.a, &op.b].map(|name| lowering.tensors.find(name));
    let (a, b) = (a?, b?);
    let form = lowering.tensors.form(a);
    if form != lowering.tensors.form(b) {
        return Err(Error::new(format!("tensors {:?} and {:?} differ in shape", op.a, op.b)));
    }
    // One row of everything for what is kept, a row per example otherwise.
    let (width, stride) = match form {
        Form::Matrix { rows, columns } => (Some(feedalign_kernels::panels::len(rows, columns)), 0),
        Form::Vector { len } => (Some(len), 0),
        Form::Rows { width, stride } => (None, stride.max(width)),
        Form::Labels => return Err(Error::new("labels cannot be measured")),
    };
    let row_width = if let Form::Rows { width, .. } = form { width } else { 0 };
    let (dot, aa, bb) = &op.metrics;
    let places = [lowering.metric(dot)?, lowering.metric(aa)?, lowering.metric(bb)?];
    let [pa, pb] = [a, b].map(|id| Address(lowering.tensors.f32(id)));
    let turn = lowering.turn();
    lowering.stage(&[a, b], &[], move |step, member| {
        if turn % member.threads() != member.index() {
            return;
        }
        let (rows, width) = width.map_or((step.rows, row_width), |width| (1, width));
        let mut products = Products::new();
        for row in 0..rows {
            // SAFETY: both tensors hold that many rows, which nobody writes now.
            let [a, b] = [pa, pb].map(|tensor| unsafe {
                std::slice::from_raw_parts(tensor.get().add(row * stride).cast_const(), width)
            });
            products.add(a, b);
        }
        for (place, total) in places.into_iter().zip(products.totals()) {
            // SAFETY: this member alone writes the metric.
            unsafe { step.record(place, total) };
        }
    });
    Ok(())
}
