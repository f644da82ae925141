//! The forward product as a stage: what `linear`, a direct signal and a turned matrix come to.

use feedalign_kernels::{Activation, Elements, Epilogue, Forward, Gate, TurnedForward};

use super::turned::turned;
use super::{Address, Listing, half, optional_address};
use crate::error::Result;
use crate::plan::Lowering;
use crate::tensors::{Form, Id};

/// out [n × columns] ← after(x [n × inner] · matrix [inner × columns] (+ out)).
pub struct Product {
    /// Rows and their stride.
    pub x: (Id, usize),
    /// In panels `[inner × columns]`.
    pub matrix: Id,
    pub inner: usize,
    pub columns: usize,
    /// Rows and their stride.
    pub out: (Id, usize),
    pub accumulate: bool,
    pub after: After,
}

/// What happens in the store.
#[derive(Clone, Copy)]
pub enum After {
    /// The bias is added, then the activation taken.
    Activate { bias: Option<Id>, activation: Activation },
    /// Times the activation's derivative at h, rows with their stride.
    Gate { h: (Id, usize), activation: Activation },
}

impl After {
    /// The tensor that is read for it.
    pub fn operand(self) -> Option<Id> {
        match self {
            Self::Activate { bias, .. } => bias,
            Self::Gate { h: (h, _), .. } => Some(h),
        }
    }
}

impl Product {
    /// The tensors that are read.
    pub fn reads(&self) -> Vec<Id> {
        [self.x.0, self.matrix].into_iter().chain(self.after.operand()).collect()
    }
}

/// Adds the stage; the caller has checked the shapes.
pub fn stage(product: &Product, lowering: &mut Lowering) -> Result<()> {
    if let Form::Half { .. } = lowering.tensors.form(product.matrix) {
        return half::forward(product, lowering);
    }
    let elements = lowering.tensors.elements(product.matrix);
    if elements != Elements::F32 || lowering.tensors.sparse(product.matrix).is_some() {
        return turned_stage(product, elements, lowering);
    }
    let job = job(product, lowering);
    lowering.stage(&product.reads(), &[product.out.0], move |step, member| {
        let job = job(step.rows);
        let units = member.split(step.kernel.forward_units(&job));
        // SAFETY: the caller has checked the shapes; members have disjoint units.
        unsafe { step.kernel.forward(&job, units) };
    });
    Ok(())
}

/// The same through a matrix that is not whole panels of f32: it takes x turned.
fn turned_stage(product: &Product, elements: Elements, lowering: &mut Lowering) -> Result<()> {
    let Product { x: (x, stride), matrix, inner, .. } = *product;
    let product = Product { x: (turned(x, stride, inner, lowering)?, 0), ..*product };
    let lists = lowering.tensors.sparse(matrix).map(|sparse| Listing(sparse.lists()));
    let job = job(&product, lowering);
    lowering.stage(&product.reads(), &[product.out.0], move |step, member| {
        let lists = lists.map(Listing::get);
        let job = TurnedForward { product: job(step.rows), elements, lists };
        let units = member.split(step.kernel.turned_forward_units(&job));
        // SAFETY: the caller has checked the shapes; members have disjoint units.
        unsafe { step.kernel.turned_forward(&job, units) };
    });
    Ok(())
}

/// The kernel's job for a number of rows.
pub fn job(
    product: &Product,
    lowering: &Lowering,
) -> impl Fn(usize) -> Forward + Copy + Send + Sync + use<> {
    let Product { x: (x, x_stride), matrix, inner, columns, .. } = *product;
    let Product { out: (out, y_stride), accumulate, after, .. } = *product;
    let [x, weight, y] = [x, matrix, out].map(|id| Address(lowering.tensors.f32(id)));
    let operand = optional_address(lowering, after.operand());
    move |rows| {
        let epilogue = match after {
            After::Activate { activation, .. } => {
                Epilogue::Activate { bias: operand.get(), activation }
            }
            After::Gate { h: (_, h_stride), activation } => {
                Epilogue::Gate(Gate { h: operand.get(), h_stride, activation })
            }
        };
        Forward {
            x: x.get(),
            x_stride,
            weight: weight.get(),
            y: y.get(),
            y_stride,
            rows,
            inner,
            columns,
            accumulate,
            epilogue,
        }
    }
}
