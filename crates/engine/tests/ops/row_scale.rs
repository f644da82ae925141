use serde_json::{Value, json};

use crate::small::{ROWS, Small, noise, rows, zeros};

fn scale(x: &str, by: &str, out: &str) -> Value {
    json!({ "op": "rowScale", "x": x, "by": by, "out": out })
}

#[test]
fn each_row_is_multiplied_by_its_number() {
    for width in [1, 15, 16, 17, 33] {
        for by in [zeros("by", "rows", &[]), rows("by", 1)] {
            // Both draw the numbers of the rows `copy`, as those have one column.
            let small = Small::new(
                vec![by, rows("copy", 1), rows("a", width), rows("c", width)],
                vec![noise("by", 1), noise("copy", 1), noise("a", 2), scale("a", "by", "c")],
                &[("copy", 1), ("a", width), ("c", width)],
            );
            let [by, a, c] = ["copy", "a", "c"].map(|name| small.after_one_step(name));
            for at in 0..ROWS * width {
                assert_eq!(c[at], a[at] * by[at / width]);
            }
        }
    }
}

#[test]
fn out_may_be_x_itself() {
    let small = Small::new(
        vec![rows("by", 1), rows("a", 20), rows("c", 20)],
        vec![noise("by", 1), noise("a", 2), scale("a", "by", "c"), scale("a", "by", "a")],
        &[("a", 20), ("c", 20)],
    );
    assert_eq!(small.after_one_step("a"), small.after_one_step("c"));
}

#[test]
fn losses_of_a_noisy_and_a_clean_pass_scale_the_noise() {
    let losses = |a: &str, into: &str| {
        json!({ "op": "loss", "kind": { "kind": "crossEntropy" }, "a": a, "y": "y", "targets": "t",
            "perExample": into, "metrics": ["loss", "wrong"] })
    };
    let term = |name, factor| json!({ "tensor": name, "factor": factor, "sign": false });
    let subtract = json!({ "op": "combine", "out": "gain",
        "terms": [term("noisy", 2.0), term("clean", -2.0)] });
    let numbers = |name| zeros(name, "rows", &[]);
    let mut small = Small::new(
        vec![
            numbers("clean"),
            numbers("noisy"),
            numbers("gain"),
            rows("a", 3),
            rows("b", 3),
            rows("y", 3),
            rows("delta", 3),
        ],
        vec![
            noise("a", 1),
            noise("b", 2),
            losses("a", "clean"),
            losses("b", "noisy"),
            subtract,
            scale("b", "gain", "delta"),
        ],
        &[("a", 3), ("b", 3), ("delta", 3)],
    );
    small.metrics = vec!["loss", "wrong"];
    let [a, b, delta] = ["a", "b", "delta"].map(|name| small.after_one_step(name));
    for row in 0..ROWS {
        let loss = |a: &[f32]| {
            let a: Vec<f64> = a[3 * row..][..3].iter().map(|a| f64::from(*a)).collect();
            a.iter().map(|a| a.exp()).sum::<f64>().ln() - a[row % 3]
        };
        for at in 3 * row..3 * row + 3 {
            let expected = f64::from(b[at]) * 2.0 * (loss(&b) - loss(&a));
            assert!((f64::from(delta[at]) - expected).abs() < 1e-6, "{} {expected}", delta[at]);
        }
    }
}

#[test]
fn operands_that_do_not_fit_are_refused_with_their_shapes() {
    let refuse =
        |tensors: Vec<Value>| Small::new(tensors, vec![scale("a", "by", "c")], &[]).refused();
    let by = zeros("by", "rows", &[]);
    let text = refuse(vec![rows("a", 3), rows("c", 4), by.clone()]);
    assert!(text.contains("tensor \"c\" has shape [n × 4], but \"a\" has [n × 3]"), "{text}");
    let text = refuse(vec![rows("a", 3), rows("c", 3), rows("by", 3)]);
    assert!(text.contains("tensor \"by\" has shape [n × 3], expected [n]"), "{text}");
    let [a, c] = ["a", "c"].map(|name| zeros(name, "state", &[3, 3]));
    let text = refuse(vec![a, c, by]);
    assert!(text.contains("tensor \"c\" of shape [3 × 3] has no rows"), "{text}");
}
