//! What is measured of updates and of activities.

use serde_json::{Value, json};

use crate::small::{ROWS, Small, data, drawn, noise, read, rows, step, zeros};

const METRICS: [&str; 3] = ["ab", "aa", "bb"];

fn pair(x: &str, delta: &str, bias: bool) -> Value {
    json!({ "x": x, "delta": delta, "bias": bias })
}

fn measure_updates(a: &[Value], b: &[Value]) -> Value {
    json!({ "op": "measureUpdates", "a": a, "b": b, "metrics": METRICS })
}

/// xᵀ · delta, and under it the sums of delta's rows where there is a bias.
fn gradient(x: &[f32], delta: &[f32], bias: bool) -> Vec<f64> {
    let (inner, columns) = (x.len() / ROWS, delta.len() / ROWS);
    let x_at = |row: usize, i: usize| if i < inner { x[row * inner + i] } else { 1.0 };
    let sum = |i: usize, o: usize| {
        (0..ROWS).map(|row| f64::from(x_at(row, i)) * f64::from(delta[row * columns + o])).sum()
    };
    let lines = inner + usize::from(bias);
    (0..lines * columns).map(|at| sum(at / columns, at % columns)).collect()
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

#[test]
fn updates_are_measured_as_if_they_were_formed_with_any_number_of_threads() {
    for (inputs, outputs, bias) in [(1, 1, false), (17, 5, true), (33, 40, false)] {
        let widths = [("p", inputs), ("q", inputs), ("d", outputs), ("e", outputs)];
        let tensors = widths.iter().map(|(name, width)| rows(name, *width)).collect();
        let names = ["p", "q", "d", "e"];
        let mut ops: Vec<_> = (0..).zip(names).map(|(at, name)| noise(name, at)).collect();
        let (first, second) = (pair("p", "d", bias), pair("q", "e", bias));
        ops.push(measure_updates(&[first, second.clone()], &[second]));
        let mut small = Small::new(tensors, ops, &widths);
        small.metrics = METRICS.to_vec();
        let all = [1, 2, 5].map(|threads| {
            let mut session = small.session(threads);
            let found = step(&mut session, &[]);
            (found, names.map(|name| read(&session, name)))
        });
        let (found, [p, q, d, e]) = &all[0];
        let b = gradient(q, e, bias);
        let a = add(&gradient(p, d, bias), &b);
        let expected = [inner(&a, &b), inner(&a, &a), inner(&b, &b)];
        let scale = expected[1].max(expected[2]);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-5 * scale, "{found} for {expected}");
        }
        for (other, _) in &all {
            assert_eq!(other, found, "threads change the bits");
        }
    }
}

#[test]
fn updates_of_other_shapes_or_of_nothing_are_refused() {
    let tensors = || vec![rows("p", 4), rows("q", 5), rows("d", 3)];
    let refuse = |a: &[Value], b: &[Value]| {
        let mut small = Small::new(tensors(), vec![measure_updates(a, b)], &[]);
        small.metrics = METRICS.to_vec();
        small.refused()
    };
    let [p, q] = ["p", "q"].map(|x| pair(x, "d", false));
    let shapes = refuse(std::slice::from_ref(&p), &[q]);
    assert!(shapes.contains("shapes [4 × 3] and [5 × 3]"), "{shapes}");
    let biases = refuse(&[p], &[pair("p", "d", true)]);
    assert!(biases.contains("only one with a bias"), "{biases}");
    assert!(refuse(&[], &[]).contains("without a pair"));
}

#[test]
fn saturation_counts_where_the_derivative_is_below_the_bound() {
    for (kind, below, flat) in [
        ("tanh", 0.4, (|h: f32| 1.0 - h * h < 0.4) as fn(f32) -> bool),
        ("sigmoid", 0.1, |h| h * (1.0 - h) < 0.1),
        ("relu", 0.5, |h| h <= 0.0),
    ] {
        let op = json!({ "op": "saturation", "h": "h", "activation": { "kind": kind },
            "below": below, "metric": "count" });
        let mut small = Small::new(vec![rows("h", 37)], vec![noise("h", 1), op], &[("h", 37)]);
        small.metrics = vec!["count"];
        let mut session = small.session(2);
        let found = step(&mut session, &[]);
        let expected = read(&session, "h").into_iter().filter(|h| flat(*h)).count();
        assert!(expected > 0 && expected < 37 * ROWS);
        assert_eq!(found, [expected as f64]);
    }
}

#[test]
fn scratch_is_kept_from_step_to_step_but_in_no_snapshot() {
    let optimizer = json!({ "kind": "sgd", "learningRate": -1.0, "momentum": 0.0,
        "nesterov": false });
    let sum = json!({ "op": "step", "vector": "sum", "gradient": "x", "reduction": "sum",
        "optimizer": optimizer });
    let tensors = vec![zeros("sum", "scratch", &[ROWS]), drawn("w", "scratch", &[3, 20], 1)];
    let mut small = Small::new(tensors, vec![sum], &[]);
    small.advances = false;
    let mut session = small.session(1);
    let before = session.snapshot().expect("a snapshot");
    for steps in 1..3 {
        // The examples are unit vectors.
        session.run("train", &data(), &[0, 1, 2, 3, 4, 5, 6], &[]).expect("a run");
        assert_eq!(read(&session, "sum"), [steps as f32; ROWS]);
    }
    assert_eq!(session.snapshot().expect("a snapshot"), before);
    session.restore(&before).expect("the same Program");
    assert_eq!(read(&session, "sum"), [2.0; ROWS]);
    assert_eq!(read(&session, "w").len(), 60);
}
