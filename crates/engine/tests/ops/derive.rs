use serde_json::{Value, json};

use crate::small::{ROWS, Small, bits, drawn, noise, read, rows, step, zeros};

fn derive(how: &Value, into: &str) -> Value {
    json!({ "op": "derive", "from": "W", "into": into, "how": how })
}

fn copy_sign(magnitude: &str) -> Value {
    json!({ "kind": "copySign", "magnitude": magnitude })
}

/// A weight [5 × 37] of which half is drawn, the rest zero for ever, or all of it.
fn weight(density: Option<f32>) -> Value {
    let mut weight = drawn("W", "weight", &[5, 37], 0);
    if let Some(density) = density {
        weight["structure"] = json!({ "kind": "panelDrawn", "density": density,
            "stream": "weights", "index": 7 });
    }
    weight
}

fn feedback(name: &str) -> Value {
    drawn(name, "feedback", &[5, 37], 3)
}

#[test]
fn a_matrix_is_copied_signed_or_given_magnitudes_and_is_zero_where_the_weight_is() {
    for density in [None, Some(0.4)] {
        let of = |how: &Value| {
            let tensors = vec![weight(density), feedback("B"), drawn("M", "state", &[5, 37], 2)];
            let small = Small::new(tensors, vec![derive(how, "B")], &[]);
            ["W", "M", "B"].map(|name| small.after_one_step(name))
        };
        let [w, _, b] = of(&json!({ "kind": "copy" }));
        assert_eq!(w, b);
        let zero = w.iter().filter(|w| **w == 0.0).count();
        assert_eq!(zero > 0, density.is_some());
        let signs = |w: &f32| if *w == 0.0 { 0.0 } else { w.signum() };
        let [w, _, b] = of(&json!({ "kind": "sign", "factor": 0.25 }));
        assert_eq!(b, w.iter().map(|w| 0.25 * signs(w)).collect::<Vec<_>>());
        let [w, m, b] = of(&copy_sign("M"));
        let expected = w.iter().zip(&m).map(|(w, m)| signs(w) * m.abs()).collect::<Vec<_>>();
        assert_eq!(b, expected);
    }
}

#[test]
fn fresh_magnitudes_may_be_drawn_into_the_matrix_itself() {
    let tensors = vec![weight(None), feedback("B"), zeros("M", "state", &[5, 37])];
    let ops = vec![noise("B", 9), noise("M", 9), derive(&copy_sign("B"), "B")];
    let small = Small::new(tensors, ops, &[]);
    let [w, m, b] = ["W", "M", "B"].map(|name| small.after_one_step(name));
    for at in 0..b.len() {
        assert_eq!(b[at], w[at].signum() * m[at].abs());
    }
}

#[test]
fn a_knob_says_at_which_steps_a_matrix_is_derived() {
    let mut op = derive(&json!({ "kind": "copy" }), "B");
    op["enabled"] = json!({ "knob": "refresh" });
    let ops = vec![noise("W", 1), op];
    let mut small = Small::new(vec![weight(None), feedback("B")], ops, &[]);
    small.knobs = vec!["refresh"];
    let mut session = small.session(2);
    for refresh in [1.0, 0.0, 0.0, 1.0] {
        let before = read(&session, "B");
        step(&mut session, &[refresh]);
        let (w, b) = (read(&session, "W"), read(&session, "B"));
        assert_eq!(if refresh == 0.0 { before } else { w }, b);
    }
}

#[test]
fn a_derived_matrix_carries_signals_as_the_weight_itself_does() {
    let project = |matrix: &str, out: &str| json!({ "op": "project", "delta": "d", "matrix": matrix, "transpose": true, "out": out });
    for precision in ["f32", "bf16"] {
        let mut small = Small::new(
            vec![weight(None), feedback("B"), rows("d", 37), rows("p", 5), rows("q", 5)],
            vec![
                noise("W", 1),
                noise("d", 2),
                derive(&json!({ "kind": "copy" }), "B"),
                project("W", "p"),
                project("B", "q"),
            ],
            &[("p", 5), ("q", 5)],
        );
        small.precision = precision;
        let [p, q] = ["p", "q"].map(|name| small.after_one_step(name));
        assert_eq!(bits(&p), bits(&q));
        assert!(p.iter().all(|value| *value != 0.0));
    }
}

#[test]
fn derived_feedback_is_in_snapshots() {
    let mut op = derive(&json!({ "kind": "copy" }), "B");
    op["enabled"] = json!({ "knob": "refresh" });
    let mut small = Small::new(vec![weight(None), feedback("B")], vec![noise("W", 1), op], &[]);
    small.knobs = vec!["refresh"];
    let (mut session, mut other) = (small.session(1), small.session(1));
    step(&mut session, &[1.0]);
    let derived = read(&session, "B");
    step(&mut session, &[0.0]);
    other.restore(&session.snapshot().expect("a snapshot")).expect("a restoration");
    step(&mut other, &[0.0]);
    assert_eq!(read(&other, "B"), derived);
}

#[test]
fn feedback_learns_by_updates_of_its_own_from_where_it_was_drawn() {
    // Weight mirror: B ← (1 − ηλ) B + η xᵀy with y = xW, here of noise x [n × 7].
    let linear = json!({ "op": "linear", "x": "z", "weight": "W", "out": "y",
        "activation": { "kind": "identity" } });
    let update = json!({ "op": "update", "weight": "B", "x": "z", "delta": "y",
        "reduction": "sum", "scale": -1.0, "weightDecay": 0.5,
        "optimizer": { "kind": "sgd", "learningRate": 0.1, "momentum": 0.0, "nesterov": false } });
    let project = json!({ "op": "project", "delta": "y", "matrix": "B", "transpose": true,
        "out": "p" });
    let small = Small::new(
        vec![
            drawn("W", "weight", &[ROWS, 37], 0),
            drawn("B", "feedback", &[ROWS, 37], 3),
            rows("z", ROWS),
            rows("y", 37),
            rows("p", ROWS),
        ],
        vec![noise("z", 1), linear, update, project],
        &[("z", ROWS), ("y", 37), ("p", ROWS)],
    );
    let drawn = read(&small.session(1), "B");
    let [z, y, b, p] = ["z", "y", "B", "p"].map(|name| small.after_one_step(name));
    let sum = |f: &dyn Fn(usize) -> f32, n: usize| (0..n).map(|k| f64::from(f(k))).sum::<f64>();
    for i in 0..ROWS {
        for o in 0..37 {
            let gradient = sum(&|row| z[row * ROWS + i] * y[row * 37 + o], ROWS);
            let expected = 0.95 * f64::from(drawn[i * 37 + o]) + 0.1 * gradient;
            assert!((f64::from(b[i * 37 + o]) - expected).abs() < 1e-5);
        }
        for row in 0..ROWS {
            let expected = sum(&|o| y[row * 37 + o] * b[i * 37 + o], 37);
            assert!((f64::from(p[row * ROWS + i]) - expected).abs() < 1e-4);
        }
    }
}

#[test]
fn matrices_that_do_not_fit_are_refused_with_their_shapes() {
    let refuse = |tensors: Vec<Value>, how: &Value| {
        Small::new(tensors, vec![derive(how, "B")], &[]).refused()
    };
    let copy = json!({ "kind": "copy" });
    let text = refuse(vec![weight(None), zeros("B", "feedback", &[37, 5])], &copy);
    assert!(text.contains("\"B\" has shape [37 × 5], but \"W\" has [5 × 37]"), "{text}");
    let tensors = vec![weight(None), feedback("B"), zeros("M", "state", &[5, 36])];
    let text = refuse(tensors, &copy_sign("M"));
    assert!(text.contains("\"M\" has shape [5 × 36], but \"W\" has [5 × 37]"), "{text}");
    let text = refuse(vec![rows("W", 3), rows("B", 3)], &copy);
    assert!(text.contains("tensor \"W\" of shape [n × 3] is no matrix"), "{text}");
}
