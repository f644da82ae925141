//! A signal carried down: delta · Mᵀ ⊙ f′(h), or straight from the output through a direct matrix.

use feedalign_kernels::panels::Way;
use feedalign_kernels::{Activation, Gate, LANES, ListedProject, Project as Job};

use super::forward::{After, Product, stage};
use super::turned::turned;
use super::{Address, Listing, conv, half, kernel_activation, optional_address};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::Project;
use crate::tensors::{Form, Id};

pub fn lower(op: &Project, lowering: &mut Lowering) -> Result<()> {
    if let Some(patches) = &op.patches {
        return conv::project(op, patches, lowering);
    }
    if op.delta == op.out {
        return Err(Error::new(format!("tensor {:?} is both delta and out", op.out)));
    }
    let matrix = lowering.tensors.find(&op.matrix)?;
    match (op.transpose, lowering.tensors.form(matrix)) {
        (
            true,
            Form::Matrix { rows, columns, way: Way::Turned }
            | Form::Half { rows, columns, way: Way::Turned, .. },
        ) => forwards(op, matrix, (columns, rows), lowering),
        (true, Form::Half { rows, columns, .. }) => {
            let turned = half::turned(matrix, rows, columns, lowering)?;
            forwards(op, turned, (columns, rows), lowering)
        }
        (true, _) => transposed(op, lowering),
        (false, _) => {
            let (matrix, inner, columns) = lowering.carrier(&op.matrix)?;
            forwards(op, matrix, (inner, columns), lowering)
        }
    }
}

/// The gate's h, rows of `width` with their stride, and the activation it came from.
fn gate(
    op: &Project,
    width: usize,
    lowering: &Lowering,
) -> Result<Option<((Id, usize), Activation)>> {
    let Some(gate) = &op.gate else { return Ok(None) };
    Ok(Some((lowering.rows_of(&gate.h, width)?, kernel_activation(gate.activation)?)))
}

fn transposed(op: &Project, lowering: &mut Lowering) -> Result<()> {
    let (matrix, inner, columns) = lowering.matrix(&op.matrix)?;
    let (delta, delta_stride) = lowering.rows_of(&op.delta, columns)?;
    let (out, y_stride) = lowering.rows_of(&op.out, inner)?;
    let gate = gate(op, inner, lowering)?;
    let lists = lowering.tensors.sparse(matrix).map(|sparse| Listing(sparse.row_lists()));
    // Steps of few rows take delta as it is, but for lists.
    let turns = lists.is_some() || lowering.batch >= LANES;
    let turned = turns.then(|| turned(delta, delta_stride, columns, lowering)).transpose()?;
    let mut reads = vec![delta, matrix];
    reads.extend(turned);
    reads.extend(gate.map(|((h, _), _)| h));
    let [pd, pm, py] = [delta, matrix, out].map(|id| Address(lowering.tensors.f32(id)));
    let pt = optional_address(lowering, turned);
    let gate = gate.map(|((h, stride), by)| (Address(lowering.tensors.f32(h)), stride, by));
    let accumulate = op.accumulate;
    lowering.stage(&reads, &[out], move |step, member| {
        let gate = gate.map(|(h, h_stride, activation)| Gate { h: h.get(), h_stride, activation });
        let job = Job {
            delta: pd.get(),
            delta_stride,
            delta_t: pt.get(),
            matrix: pm.get(),
            y: py.get(),
            y_stride,
            rows: step.rows,
            inner,
            columns,
            accumulate,
            gate,
        };
        // SAFETY (of both): shapes were checked above; members have disjoint units.
        if let Some(lists) = lists {
            let job = ListedProject { product: job, lists: lists.get() };
            let units = member.split(step.kernel.listed_project_units(&job));
            return unsafe { step.kernel.listed_project(&job, units) };
        }
        let units = member.split(step.kernel.project_units(&job));
        unsafe { step.kernel.project(&job, units) };
    });
    Ok(())
}

/// out ← (delta · matrix) ⊙ gate, the matrix lying as `[inner × columns]`: a direct matrix, or a
/// turned one.
fn forwards(
    op: &Project,
    matrix: Id,
    (inner, columns): (usize, usize),
    lowering: &mut Lowering,
) -> Result<()> {
    let plain = After::Activate { bias: None, activation: Activation::Identity };
    let after = gate(op, columns, lowering)?.map(|(h, activation)| After::Gate { h, activation });
    let product = Product {
        x: lowering.rows_of(&op.delta, inner)?,
        matrix,
        inner,
        columns,
        out: lowering.rows_of(&op.out, columns)?,
        accumulate: op.accumulate,
        after: after.unwrap_or(plain),
    };
    stage(&product, lowering)
}
