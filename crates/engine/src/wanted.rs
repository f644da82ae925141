//! Which forms of a tensor of rows a phase reads: in bf16 a product stores what comes next, and
//! f32 only where something asks for it.

use std::collections::HashMap;

use crate::program::{Linear, Op, Phase};

/// A form that an op reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// f32, row-major.
    Values,
    /// bf16, row-major: what a product broadcasts, and what a gate takes.
    Rows,
    /// bf16 in row pairs: what reduces over rows.
    Paired,
}

/// The forms that a phase reads of one tensor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub values: bool,
    pub rows: bool,
    pub paired: bool,
}

/// By the tensor's name; what is not there is not read.
pub fn wanted(phase: &Phase) -> HashMap<&str, Wanted> {
    let mut all: HashMap<&str, Wanted> = HashMap::new();
    for (name, form) in phase.ops.iter().flat_map(|instruction| reads(&instruction.op)) {
        let wanted = all.entry(name).or_default();
        match form {
            Form::Values => wanted.values = true,
            Form::Rows => wanted.rows = true,
            Form::Paired => wanted.paired = true,
        }
    }
    all
}

fn reads(op: &Op) -> Vec<(&str, Form)> {
    let mut reads: Vec<(&String, Form)> = match op {
        Op::Linear(op) => vec![(&op.x, Form::Rows)],
        Op::Project(op) => {
            let h = op.gate.iter().map(|gate| &gate.h);
            [&op.delta].into_iter().chain(h).map(|name| (name, Form::Rows)).collect()
        }
        Op::Update(op) => vec![(&op.x, Form::Paired), (&op.delta, Form::Paired)],
        Op::Step(op) => vec![(&op.gradient, Form::Paired)],
        Op::Clip(op) => {
            let pairs = op.pairs.iter().flat_map(|pair| [&pair.x, &pair.delta]);
            pairs.map(|name| (name, Form::Values)).collect()
        }
        Op::Local(op) => vec![(&op.x, Form::Values)],
        Op::LocalBackward(op) => {
            let saved = op.saved.iter();
            saved.chain([&op.delta]).map(|name| (name, Form::Values)).collect()
        }
        Op::Loss(op) => vec![(&op.a, Form::Values)],
        Op::Measure(op) => vec![(&op.a, Form::Values), (&op.b, Form::Values)],
        Op::MeasureUpdates(op) => {
            let pairs = op.a.iter().chain(&op.b).flat_map(|pair| [&pair.x, &pair.delta]);
            pairs.map(|name| (name, Form::Values)).collect()
        }
        Op::Saturation(op) => vec![(&op.h, Form::Values)],
        Op::Overlay(op) => vec![(&op.x, Form::Values)],
        Op::Goodness(op) => {
            let score = op.score.iter().map(|score| &score.into);
            std::iter::once(&op.h).chain(score).map(|name| (name, Form::Values)).collect()
        }
        Op::Classify(op) => vec![(&op.scores, Form::Values)],
        Op::Combine(op) => op.terms.iter().map(|term| (&term.tensor, Form::Values)).collect(),
        Op::RowScale(op) => vec![(&op.x, Form::Values), (&op.by, Form::Values)],
        _ => vec![],
    };
    match op {
        Op::Linear(Linear { noise: Some(noise), out, .. }) => {
            reads.extend([(noise, Form::Values), (out, Form::Values)]);
        }
        Op::Linear(op) if op.accumulate => reads.push((&op.out, Form::Values)),
        Op::Project(op) if op.accumulate => reads.push((&op.out, Form::Values)),
        _ => {}
    }
    reads.into_iter().map(|(name, form)| (name.as_str(), form)).collect()
}
