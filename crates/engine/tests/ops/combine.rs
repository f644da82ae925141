use serde_json::{Value, json};

use crate::small::{ROWS, Small, bits, diagonal, drawn, noise, read, rows, step, term, zeros};

fn combine(terms: &[Value], out: &str) -> Value {
    json!({ "op": "combine", "terms": terms, "out": out })
}

fn sign(value: f32) -> f32 {
    if value == 0.0 { 0.0 } else { value.signum() }
}

/// 2a − ½ sign(b), the ½ from a knob.
fn terms() -> [Value; 3] {
    [
        term("a", &json!(2.0), false),
        term("b", &json!({ "knob": "half" }), true),
        term("b", &json!(-1.0), true),
    ]
}

#[test]
fn rows_are_combined_with_factors_from_numbers_and_knobs() {
    for width in [1, 15, 16, 17, 33] {
        let mut small = Small::new(
            vec![rows("a", width), rows("b", width), rows("c", width)],
            vec![noise("a", 1), noise("b", 2), combine(&terms(), "c")],
            &[("a", width), ("b", width), ("c", width)],
        );
        small.knobs = vec!["half"];
        let [a, b, c] = ["a", "b", "c"].map(|name| small.after_one_step(name));
        for at in 0..ROWS * width {
            assert_eq!(c[at], 2.0 * a[at] + 0.5 * sign(b[at]) - sign(b[at]));
        }
    }
}

#[test]
fn matrices_and_vectors_are_combined_whatever_their_roles() {
    for shape in [&[3, 17][..], &[16, 16], &[1, 1], &[35]] {
        let [weight, feedback] =
            if shape.len() == 1 { ["bias"; 2] } else { ["weight", "feedback"] };
        let mut small = Small::new(
            vec![
                drawn("a", weight, shape, 0),
                drawn("b", feedback, shape, 1),
                zeros("c", "state", shape),
            ],
            vec![combine(&terms(), "c")],
            &[],
        );
        small.knobs = vec!["half"];
        let [a, b, c] = ["a", "b", "c"].map(|name| small.after_one_step(name));
        for at in 0..c.len() {
            assert_eq!(c[at], 2.0 * a[at] + 0.5 * sign(b[at]) - sign(b[at]));
        }
    }
}

#[test]
fn out_may_be_a_term_of_its_own() {
    let small = Small::new(
        vec![drawn("a", "weight", &[4, 20], 0), drawn("b", "weight", &[4, 20], 1)],
        vec![combine(&[term("a", &json!(1.0), false), term("b", &json!(-3.0), false)], "b")],
        &[],
    );
    let mut session = small.session(2);
    let before = read(&session, "b");
    step(&mut session, &[]);
    for ((after, a), b) in read(&session, "b").iter().zip(read(&session, "a")).zip(before) {
        assert_eq!(*after, a - 3.0 * b);
    }
}

#[test]
fn numbers_per_example_are_operands_too() {
    let numbers = |name| zeros(name, "rows", &[]);
    // The rows of one p1 and q1 hold what p and q do.
    let mut tensors = vec![numbers("p"), numbers("q"), numbers("r"), rows("r.diagonal", ROWS)];
    tensors.extend(["p1", "q1"].map(|name| rows(name, 1)));
    let mut ops: Vec<_> =
        [("p", 1), ("q", 2), ("p1", 1), ("q1", 2)].map(|(out, index)| noise(out, index)).into();
    let terms = [term("p", &json!(2.0), false), term("q", &json!(1.0), true)];
    ops.extend([combine(&terms, "r"), diagonal("r")]);
    let small = Small::new(tensors, ops, &[("r.diagonal", ROWS), ("p1", 1), ("q1", 1)]);
    let [r, p, q] = ["r.diagonal", "p1", "q1"].map(|name| small.after_one_step(name));
    for at in 0..ROWS * ROWS {
        let (row, column) = (at / ROWS, at % ROWS);
        let expected = if row == column { 2.0 * p[row] + sign(q[row]) } else { 0.0 };
        assert_eq!(r[at], expected);
    }
}

#[test]
fn no_terms_leave_zeros() {
    let small = Small::new(vec![drawn("a", "weight", &[4, 20], 0)], vec![combine(&[], "a")], &[]);
    assert_eq!(bits(&small.after_one_step("a")), vec![0; 80]);
}

#[test]
fn rows_in_bf16_are_combined_in_f32() {
    let mut small = Small::new(
        vec![rows("a", 19), rows("b", 19), rows("c", 19)],
        vec![noise("a", 1), noise("b", 2), combine(&terms(), "c")],
        &[("a", 19), ("b", 19), ("c", 19)],
    );
    small.knobs = vec!["half"];
    let exact = small.after_one_step("c");
    small.precision = "bf16";
    for (value, exact) in small.after_one_step("c").iter().zip(exact) {
        assert!((value - exact).abs() <= exact.abs() / 250.0);
    }
}

#[test]
fn terms_that_do_not_fit_are_refused_with_both_shapes() {
    let refuse = |tensors: Vec<Value>, out| {
        Small::new(tensors, vec![combine(&[term("a", &json!(1.0), false)], out)], &[]).refused()
    };
    let widths = refuse(vec![rows("a", 5), rows("c", 6)], "c");
    assert!(widths.contains("tensor \"a\" has shape [n × 5], but \"c\" has [n × 6]"), "{widths}");
    let kinds = refuse(vec![zeros("a", "rows", &[]), rows("c", 1)], "c");
    assert!(kinds.contains("\"a\" has shape [n], but \"c\" has [n × 1]"), "{kinds}");
    let matrices = refuse(vec![zeros("a", "weight", &[2, 3]), zeros("c", "state", &[3, 2])], "c");
    assert!(matrices.contains("has shape [2 × 3], but \"c\" has [3 × 2]"), "{matrices}");
    let labels = refuse(vec![zeros("a", "labels", &[]), rows("c", 1)], "c");
    assert!(labels.contains("tensor \"a\" holds labels"), "{labels}");
}
