//! Which updates of a phase wait for the next step.
//!
//! With one example a step, time is that of moving W. An update and the next step's forward
//! product by the same weight can share a pass over it, so the update waits until that product
//! knows its x; the last one of a run is done at the run's end. What is computed is the same, to
//! the bit: nothing looks at the weight in between.

use std::collections::HashMap;

use crate::orientation::otherwise_used;
use crate::program::{Op, Optimizer, Phase, Scalar, Update};

/// The updates that can wait, by their weight; of a phase of one row a step.
pub fn deferred(phase: &Phase) -> HashMap<&str, &Update> {
    let updates = phase.ops.iter().enumerate().filter_map(|(place, instruction)| {
        match (&instruction.op, &instruction.enabled) {
            (Op::Update(update), None) if is_plain(update) => Some((place, update)),
            _ => None,
        }
    });
    let waiting = updates.filter(|(place, update)| can_wait(phase, *place, update));
    waiting.map(|(_, update)| (update.weight.as_str(), update)).collect()
}

/// A step of neither momentum nor decay, and nothing else beside the sum.
fn is_plain(update: &Update) -> bool {
    let Optimizer::Sgd { nesterov: false, velocity: None, .. } = &update.optimizer else {
        return false;
    };
    update.weight_decay == Scalar::Constant(0.0)
        && update.clip_value.is_none()
        && update.max_norm.is_none()
        && update.mirror.is_none()
        && update.patches.is_none()
}

/// Whether one product takes x through weight and bias, earlier in the step; whether only between
/// the two anything else looks at these, and nothing overwrites x; and whether nothing overwrites
/// delta before the next step's product.
fn can_wait(phase: &Phase, update_place: usize, update: &Update) -> bool {
    let Some(product) = phase.ops[..update_place].iter().position(|instruction| {
        let takes_x = matches!(&instruction.op, Op::Linear(op)
            if (&op.weight, &op.bias, &op.x) == (&update.weight, &update.bias, &update.x)
                && op.patches.is_none());
        takes_x && instruction.enabled.is_none()
    }) else {
        return false;
    };
    phase.ops.iter().enumerate().all(|(place, instruction)| {
        let op = &instruction.op;
        let written = writes(op);
        let overwrites = |name: &String| written.contains(&name.as_str());
        if place == product || place == update_place {
            return !overwrites(&update.delta);
        }
        let parameters = || [Some(&update.weight), update.bias.as_ref()].into_iter().flatten();
        let looks = parameters().any(|name| looked_at(op).contains(&name.as_str()));
        if (product..update_place).contains(&place) {
            let multiplies = looks && matches!(op, Op::Linear(_));
            !(multiplies || parameters().any(overwrites) || overwrites(&update.x))
        } else {
            !(looks || overwrites(&update.delta))
        }
    })
}

/// Names of the parameters that an op computes with, or writes other than by its step.
fn looked_at(op: &Op) -> Vec<&str> {
    match op {
        Op::Linear(op) => std::iter::once(&*op.weight).chain(op.bias.as_deref()).collect(),
        Op::Project(op) => vec![&op.matrix],
        Op::Update(op) => std::iter::once(&*op.weight).chain(op.bias.as_deref()).collect(),
        Op::Measure(op) => vec![&op.a, &op.b],
        Op::Combine(_) | Op::Noise(_) | Op::Derive(_) => otherwise_used(op),
        _ => vec![],
    }
}

/// Names of the tensors that an op writes.
fn writes(op: &Op) -> Vec<&str> {
    match op {
        Op::Gather(op) => std::iter::once(&*op.input).chain(op.targets.as_deref()).collect(),
        Op::Linear(op) => vec![&op.out],
        Op::Project(op) => vec![&op.out],
        Op::Update(op) => {
            let mirror = op.mirror.iter().map(|mirror| &*mirror.into);
            std::iter::once(&*op.weight).chain(op.bias.as_deref()).chain(mirror).collect()
        }
        Op::Local(op) => {
            std::iter::once(&*op.out).chain(op.saved.iter().map(String::as_str)).collect()
        }
        Op::LocalBackward(op) => {
            let gradients = op.gradients.iter().flat_map(|(gain, shift)| [&**gain, &**shift]);
            std::iter::once(&*op.out).chain(gradients).collect()
        }
        Op::Loss(op) => {
            let slots = [&op.delta, &op.error, &op.target, &op.per_example];
            let slots = slots.into_iter().filter_map(|name| name.as_deref());
            std::iter::once(&*op.y).chain(slots).collect()
        }
        Op::Overlay(op) => vec![&op.out],
        Op::Goodness(op) => {
            let score = op.score.as_ref().map(|score| &*score.into);
            op.delta.as_deref().into_iter().chain(score).collect()
        }
        Op::Step(op) => vec![&op.vector],
        Op::Clip(op) => op.pairs.iter().map(|pair| &*pair.delta).collect(),
        Op::Combine(op) => vec![&op.out],
        Op::RowScale(op) => vec![&op.out],
        Op::Noise(op) => vec![&op.out],
        Op::Derive(op) => vec![&op.into],
        Op::Classify(_) | Op::Measure(_) | Op::MeasureUpdates(_) | Op::Saturation(_) => vec![],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Whether an update of W waits, its phase changed by `change`.
    fn waits(change: impl Fn(&mut Vec<serde_json::Value>)) -> bool {
        let mut ops = vec![
            json!({ "op": "gather", "input": "x", "targets": "t", "scale": 1.0, "shift": 0.0 }),
            json!({ "op": "linear", "x": "x", "weight": "W", "bias": "b", "out": "h",
                "activation": { "kind": "tanh" } }),
            json!({ "op": "project", "delta": "top", "matrix": "W", "transpose": true,
                "out": "delta" }),
            json!({ "op": "update", "weight": "W", "bias": "b", "x": "x", "delta": "delta",
                "reduction": "mean", "scale": 1.0, "weightDecay": 0.0, "optimizer":
                { "kind": "sgd", "learningRate": 0.1, "momentum": 0.0, "nesterov": false } }),
        ];
        change(&mut ops);
        let phase = json!({ "name": "train", "advances": true, "knobs": ["on"], "metrics": [],
            "ops": ops });
        let phase: Phase = serde_json::from_value(phase).expect("a phase");
        deferred(&phase).contains_key("W")
    }

    fn project(from: &str, matrix: &str, out: &str) -> serde_json::Value {
        json!({ "op": "project", "delta": from, "matrix": matrix, "transpose": true, "out": out })
    }

    fn noise(out: &str) -> serde_json::Value {
        json!({ "op": "noise", "out": out, "distribution": { "kind": "uniform", "range": 1.0 },
            "stream": "noise", "index": 0 })
    }

    #[test]
    fn an_update_waits_for_the_next_product_by_its_weight() {
        assert!(waits(|_| {}));
        assert!(waits(|ops| ops.push(project("top", "B", "other"))));
    }

    #[test]
    fn an_update_that_may_be_off_or_has_state_or_decay_does_not_wait() {
        assert!(!waits(|ops| ops[3]["enabled"] = json!({ "knob": "on" })));
        assert!(!waits(|ops| ops[1]["enabled"] = json!({ "knob": "on" })));
        assert!(!waits(|ops| ops[3]["optimizer"]["velocity"] = json!("v")));
        assert!(!waits(|ops| ops[3]["weightDecay"] = json!(0.1)));
    }

    #[test]
    fn an_update_does_not_wait_where_its_weight_is_looked_at_meanwhile() {
        assert!(!waits(|ops| ops.push(project("top", "W", "other"))));
        assert!(!waits(|ops| ops.insert(0, project("top", "W", "other"))));
        assert!(!waits(|ops| ops.insert(2, ops[1].clone())));
        assert!(!waits(|ops| ops.swap(1, 3)));
        assert!(!waits(|ops| ops[1]["bias"] = json!("c")));
        for (from, into) in [("W", "B"), ("B", "W")] {
            assert!(!waits(|ops| ops.push(json!({ "op": "derive", "from": from, "into": into,
                "how": { "kind": "copy" } }))));
            assert!(!waits(|ops| ops.push(json!({ "op": "combine", "out": into, "terms":
                [{ "tensor": from, "factor": 1.0, "sign": false }] }))));
        }
        assert!(!waits(|ops| ops.push(noise("W"))));
        assert!(waits(|ops| ops.push(noise("B"))));
    }

    #[test]
    fn an_update_does_not_wait_where_x_or_delta_would_be_lost() {
        assert!(!waits(|ops| ops.insert(2, project("top", "B", "x"))));
        assert!(!waits(|ops| ops.insert(1, project("top", "B", "delta"))));
        assert!(!waits(|ops| ops.push(project("top", "B", "delta"))));
    }

    #[test]
    fn an_update_waits_behind_what_bounds_its_gradient_and_not_before_it() {
        let clip = || {
            json!({ "op": "clip", "pairs": [{ "x": "x", "delta": "delta", "bias": true }],
                "norm": 1.0, "reduction": "mean" })
        };
        assert!(waits(|ops| ops.insert(3, clip())));
        assert!(!waits(|ops| ops.push(clip())));
    }
}
