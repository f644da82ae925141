//! Which way a matrix lies.
//!
//! A weight lies in the panels that `forward` streams, and `project` reads those with the roles
//! swapped. A feedback matrix that nothing ever writes is free to lie the other way round: carrying
//! a signal down is then the forward product itself, its store fused with the gate. The bits are
//! the same: one chain per element over the same index in the same order.

use std::collections::HashSet;

use crate::program::{Derivation, Op, Program, Role};

/// Names of the matrices that do nothing but carry signals down, in every phase.
pub fn only_carry(program: &Program) -> HashSet<&str> {
    // What holds the elements of a sparse weight lies as that does.
    let feedback = program
        .tensors
        .iter()
        .filter(|tensor| tensor.role == Role::Feedback && !tensor.structure.is_of_weight());
    let mut names: HashSet<_> = feedback.map(|tensor| tensor.name.as_str()).collect();
    for phase in &program.phases {
        for instruction in &phase.ops {
            for name in otherwise_used(&instruction.op) {
                names.remove(name);
            }
        }
    }
    names
}

/// The tensors, matrices among them, that an op reads or writes other than to carry a signal down
/// or to measure it.
pub fn otherwise_used(op: &Op) -> Vec<&str> {
    match op {
        Op::Linear(op) => vec![&op.weight],
        Op::Project(op) if !op.transpose || op.patches.is_some() => vec![&op.matrix],
        Op::Update(op) => {
            let mirror = op.mirror.iter().map(|mirror| mirror.into.as_str());
            std::iter::once(op.weight.as_str()).chain(mirror).collect()
        }
        Op::Combine(op) => {
            std::iter::once(&*op.out).chain(op.terms.iter().map(|term| &*term.tensor)).collect()
        }
        Op::Noise(op) => vec![&op.out],
        Op::Derive(op) => {
            let magnitude = match &op.how {
                Derivation::CopySign { magnitude } => Some(&**magnitude),
                _ => None,
            };
            [&*op.from, &*op.into].into_iter().chain(magnitude).collect()
        }
        _ => vec![],
    }
}
