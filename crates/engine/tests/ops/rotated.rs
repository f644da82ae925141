//! Matrices that begin at an angle to a weight, and those with a weight's lists.

use serde_json::{Value, json};

use crate::small::{ROWS, Small, drawn, read, rows, step, tensor};

const SHAPE: [usize; 2] = [ROWS, 37];

/// A matrix at an angle to W; what it draws is the draw of index 4.
fn rotated(role: &str, degrees: f64, factor: f64) -> Value {
    let init = json!({ "kind": "rotated", "of": "W", "degrees": degrees, "factor": factor,
        "stream": "feedback", "index": 4 });
    tensor("B", role, &SHAPE, &init)
}

/// The tensor with half of each panel's senders, as a weight's lists say.
fn listed(mut tensor: Value) -> Value {
    tensor["structure"] = json!({ "kind": "panelDrawn", "density": 0.5, "stream": "weights",
        "index": 7 });
    tensor
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// The angle between two matrices in degrees, and the ratio of their norms.
fn compare(a: &[f32], b: &[f32]) -> (f64, f64) {
    let (aa, ab, bb) = (dot(a, a), dot(a, b), dot(b, b));
    ((ab / (aa * bb).sqrt()).clamp(-1.0, 1.0).acos().to_degrees(), (bb / aa).sqrt())
}

#[test]
fn a_rotated_matrix_has_the_angle_and_the_norm_that_were_asked_for() {
    for degrees in [0.0, 1.0, 30.0, 45.0, 90.0, 135.0, 180.0] {
        for (role, of) in [
            ("feedback", std::convert::identity as fn(Value) -> Value),
            ("state", std::convert::identity),
            ("feedback", listed),
        ] {
            let weight = of(drawn("W", "weight", &SHAPE, 0));
            let small = Small::new(vec![weight, of(rotated(role, degrees, 2.0))], vec![], &[]);
            let [w, b] = ["W", "B"].map(|name| small.after_one_step(name));
            let (angle, ratio) = compare(&w, &b);
            // Next to 0 and 180 degrees the arc cosine loses half of the digits.
            let digits = if degrees % 180.0 == 0.0 { 1e-2 } else { 1e-4 };
            assert!((angle - degrees).abs() < digits, "{angle} for {degrees}");
            assert!((ratio - 2.0).abs() < 1e-6, "{ratio}");
            assert!(w.iter().zip(&b).all(|(w, b)| (*w == 0.0) == (*b == 0.0)));
        }
    }
}

#[test]
fn at_no_angle_it_is_the_weight_and_beside_a_sparse_one_it_is_whole() {
    let weight = || drawn("W", "weight", &SHAPE, 0);
    let small = Small::new(vec![weight(), rotated("feedback", 0.0, 1.0)], vec![], &[]);
    assert_eq!(small.after_one_step("W"), small.after_one_step("B"));
    let small = Small::new(vec![listed(weight()), rotated("feedback", 60.0, 1.0)], vec![], &[]);
    let [w, b] = ["W", "B"].map(|name| small.after_one_step(name));
    assert!((compare(&w, &b).0 - 60.0).abs() < 1e-4);
    assert!(w.contains(&0.0) && !b.contains(&0.0));
}

#[test]
fn angles_and_shapes_that_cannot_be_are_refused() {
    let refuse = |matrix| {
        let weight = drawn("W", "weight", &SHAPE, 0);
        Small::new(vec![weight, matrix], vec![], &[]).refused()
    };
    let angle = refuse(rotated("feedback", 181.0, 1.0));
    assert!(angle.contains("tensor \"B\": 181 is no angle from 0 to 180 degrees"), "{angle}");
    let mut other = rotated("feedback", 10.0, 1.0);
    other["shape"] = json!([3, 4]);
    let shape = refuse(other);
    assert!(shape.contains("tensor \"B\": has not the shape of \"W\""), "{shape}");
}

#[test]
fn feedback_with_the_lists_of_a_weight_takes_its_steps_along() {
    let update = json!({ "op": "update", "weight": "W", "x": "x", "delta": "z",
        "reduction": "sum", "scale": 1.0, "weightDecay": 0.0, "mirror": { "into": "B", "decay": 0.5 },
        "optimizer": { "kind": "sgd", "learningRate": 0.5, "momentum": 0.0, "nesterov": false } });
    let noise = json!({ "op": "noise", "out": "z", "stream": "noise", "index": 1,
        "distribution": { "kind": "uniform", "range": 1.0 } });
    let [weight, feedback] =
        [drawn("W", "weight", &SHAPE, 0), drawn("B", "feedback", &SHAPE, 3)].map(listed);
    let small = Small::new(vec![weight, feedback, rows("z", 37)], vec![noise, update], &[]);
    let mut session = small.session(2);
    let before = ["W", "B"].map(|name| read(&session, name));
    step(&mut session, &[]);
    let after = ["W", "B"].map(|name| read(&session, name));
    for at in 0..before[0].len() {
        let [w, b] = [0, 1].map(|which| after[which][at] - 0.5 * before[which][at]);
        assert!((w - b).abs() < 1e-6);
        assert!((before[0][at] == 0.0) == (before[1][at] == 0.0 && after[1][at] == 0.0));
    }
    assert_ne!(before, after);
}
