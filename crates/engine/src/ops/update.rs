//! W ← step(W, xᵀ · delta), in place in the panels, and the bias by delta's column sums.

use feedalign_kernels::{ListedUpdate, Lists, Update as Job, UpdateBias};

use super::companions::Companions;
use super::optimizer::Numbers;
use super::turned::turned;
use super::window::Window;
use super::{Address, Listing, conv, half, holes, max_norm};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::Update;
use crate::tensors::{Form, Id};

pub fn lower(op: &Update, lowering: &mut Lowering) -> Result<()> {
    if lowering.deferred.contains_key(op.weight.as_str()) {
        return Ok(());
    }
    Numbers::of(op, lowering)?.count(lowering);
    if let Some(patches) = &op.patches {
        conv::update(op, patches, lowering)?;
    } else {
        weight(op, lowering)?;
        bias(op, lowering)?;
    }
    // Before norms, which are of what is held.
    holes::lower(op, lowering)?;
    max_norm::lower(op, lowering)
}

fn weight(op: &Update, lowering: &mut Lowering) -> Result<()> {
    let Operands { weight, x: (x, _), delta: (delta, _), companions, .. } = operands(op, lowering)?;
    if let Form::Half { .. } = lowering.tensors.form(weight) {
        let numbers = Numbers::of(op, lowering)?;
        return half::weight((weight, x, delta, companions), numbers, lowering);
    }
    if let Some(lists) = lowering.tensors.sparse(weight).map(|sparse| Listing(sparse.lists())) {
        return listed(op, lists, lowering);
    }
    let Prepared { reads, writes, job } = prepare(op, lowering)?;
    lowering.stage(&reads, &writes, move |step, member| {
        let job = job(step.knobs, step.rows);
        let units = member.split(step.kernel.update_units(&job));
        // SAFETY: shapes were checked; members have disjoint units.
        unsafe { step.kernel.update(&job, units) };
    });
    Ok(())
}

/// The update of a panel-sparse weight: it takes x turned.
fn listed(op: &Update, lists: Listing<Lists>, lowering: &mut Lowering) -> Result<()> {
    let Operands { weight, inner, x: (x, stride), companions, .. } = operands(op, lowering)?;
    let turned = turned(x, stride, inner, lowering)?;
    let tensors = &lowering.tensors;
    if companions.ids().any(|id| tensors.sparse(id) != tensors.sparse(weight)) {
        return Err(Error::new("weight and what moves along with it differ in structure"));
    }
    let x = Address(tensors.f32(turned));
    let Prepared { mut reads, writes, job } = prepare(op, lowering)?;
    reads.push(turned);
    lowering.stage(&reads, &writes, move |step, member| {
        let product = Job { x: x.get(), ..job(step.knobs, step.rows) };
        let job = ListedUpdate { product, lists: lists.get() };
        let units = member.split(step.kernel.listed_update_units(&job));
        // SAFETY: shapes were checked; members have disjoint units.
        unsafe { step.kernel.listed_update(&job, units) };
    });
    Ok(())
}

/// What the update of a weight touches; rows with their stride.
struct Operands {
    weight: Id,
    inner: usize,
    columns: usize,
    x: (Id, usize),
    delta: (Id, usize),
    companions: Companions,
}

fn operands(op: &Update, lowering: &Lowering) -> Result<Operands> {
    let (weight, inner, columns) = lowering.matrix(&op.weight)?;
    let shaped = |name: &str| lowering.shaped(name, inner, columns);
    let mut companions = Companions::of(&op.optimizer, shaped)?;
    companions.mirror = op.mirror.as_ref().map(|mirror| shaped(&mirror.into)).transpose()?;
    let (x_width, delta_width) = widths(op, (inner, columns))?;
    Ok(Operands {
        weight,
        inner,
        columns,
        x: lowering.rows_of(&op.x, x_width)?,
        delta: lowering.rows_of(&op.delta, delta_width)?,
        companions,
    })
}

/// Widths of the rows of x and delta for a matrix `[inner × columns]`.
fn widths(op: &Update, (inner, columns): (usize, usize)) -> Result<(usize, usize)> {
    let patched = |window: Window| (window.inputs(), window.positions() * columns);
    Ok(window(op)?.map_or((inner, columns), patched))
}

fn window(op: &Update) -> Result<Option<Window>> {
    op.patches.as_ref().map(Window::new).transpose()
}

/// An update whose shapes are checked.
pub struct Prepared<Job> {
    pub reads: Vec<Id>,
    pub writes: Vec<Id>,
    /// The kernel's job for a step's knobs and rows.
    pub job: Job,
}

pub fn prepare(
    op: &Update,
    lowering: &Lowering,
) -> Result<Prepared<impl Fn(&[f32], usize) -> Job + Copy + Send + Sync + use<>>> {
    let numbers = Numbers::of(op, lowering)?;
    let operands = operands(op, lowering)?;
    let Operands { weight, inner, columns, companions, .. } = operands;
    let Operands { x: (x, x_stride), delta: (delta, delta_stride), .. } = operands;
    let [px, pd, pw] = [x, delta, weight].map(|id| Address(lowering.tensors.f32(id)));
    let state = companions.addresses(lowering);
    let job = move |knobs: &[f32], rows: usize| Job {
        x: px.get(),
        x_stride,
        delta: pd.get(),
        delta_stride,
        weight: pw.get(),
        state: state.state(),
        rows,
        inner,
        columns,
        optimizer: numbers.at(knobs, rows),
    };
    let reads = [x, delta].into_iter().chain(numbers.counter()).collect();
    let writes = [weight].into_iter().chain(companions.ids()).collect();
    Ok(Prepared { reads, writes, job })
}

fn bias(op: &Update, lowering: &mut Lowering) -> Result<()> {
    let Some(name) = &op.bias else { return Ok(()) };
    let (delta, columns, _) = lowering.rows(&op.delta)?;
    if lowering.tensors.half_rows(delta).is_some() {
        let (bias, companions) = bias_operands(name, op, columns, lowering)?;
        let numbers = Numbers::of(op, lowering)?;
        return half::bias((bias, delta, companions), columns, numbers, lowering);
    }
    let Prepared { reads, writes, job } = prepare_bias(name, op, lowering)?;
    lowering.stage(&reads, &writes, move |step, member| {
        let job = job(step.knobs, step.rows);
        let units = member.split(step.kernel.update_bias_units(&job));
        // SAFETY: shapes were checked; members have disjoint units.
        unsafe { step.kernel.update_bias(&job, units) };
    });
    Ok(())
}

/// The bias and what moves along with it.
fn bias_operands(
    name: &str,
    op: &Update,
    columns: usize,
    lowering: &Lowering,
) -> Result<(Id, Companions)> {
    let vector = |name: &str| lowering.vector(name, columns);
    Ok((vector(name)?, Companions::of_bias(&op.optimizer, vector)?))
}

/// The update of the bias of that name.
pub fn prepare_bias(
    name: &str,
    op: &Update,
    lowering: &Lowering,
) -> Result<Prepared<impl Fn(&[f32], usize) -> UpdateBias + Copy + Send + Sync + use<>>> {
    let (delta, width, delta_stride) = lowering.rows(&op.delta)?;
    let columns = width / window(op)?.map_or(1, |window| window.positions());
    let (bias, companions) = bias_operands(name, op, columns, lowering)?;
    let numbers = Numbers::of(op, lowering)?;
    let [pd, pb] = [delta, bias].map(|id| Address(lowering.tensors.f32(id)));
    let state = companions.addresses(lowering);
    let job = move |knobs: &[f32], rows: usize| UpdateBias {
        delta: pd.get(),
        delta_stride,
        bias: pb.get(),
        state: state.state(),
        rows,
        columns,
        optimizer: numbers.at(knobs, rows),
    };
    let reads = [delta].into_iter().chain(numbers.counter()).collect();
    let writes = [bias].into_iter().chain(companions.ids()).collect();
    Ok(Prepared { reads, writes, job })
}
