use serde_json::{Value, json};

use crate::small::{ROWS, Small, noise, rows, step, term};

const THRESHOLD: f64 = 5.0;

fn goodness(positive: bool) -> Value {
    json!({ "op": "goodness", "h": "h", "threshold": THRESHOLD, "positive": positive,
        "delta": "d", "metric": "loss", "score": { "into": "s", "column": 1 } })
}

/// s starts as zeros; both ops add to its column 1, and to the metric.
fn small(width: usize, positive: bool) -> Small {
    let clear = json!({ "op": "combine", "terms": [], "out": "s" });
    let mut second = goodness(positive);
    second.as_object_mut().expect("an op").remove("delta");
    let ops = vec![noise("h", 1), clear, goodness(positive), second];
    let seen = [("h", width), ("d", width), ("s", 3)];
    let tensors = vec![rows("h", width), rows("d", width), rows("s", 3)];
    let mut small = Small::new(tensors, ops, &seen);
    small.metrics = vec!["loss"];
    small
}

#[test]
fn delta_is_the_gradient_of_the_cross_entropy_and_scores_gain_the_goodness() {
    for width in [1, 15, 16, 17, 40] {
        for positive in [true, false] {
            let small = small(width, positive);
            let [h, d, s] = ["h", "d", "s"].map(|name| small.after_one_step(name));
            let mut losses = 0.0;
            for row in 0..ROWS {
                let h: Vec<f64> = h[row * width..][..width].iter().map(|h| f64::from(*h)).collect();
                let sum: f64 = h.iter().map(|h| h * h).sum();
                let probability = 1.0 / (1.0 + (THRESHOLD - sum).exp());
                losses -= if positive { probability.ln() } else { (1.0 - probability).ln() };
                for (at, h) in h.iter().enumerate() {
                    let expected = 2.0 * h * (probability - f64::from(u8::from(positive)));
                    assert!((f64::from(d[row * width + at]) - expected).abs() < 1e-6);
                }
                let expected = [0.0, 2.0 * sum, 0.0];
                for (column, expected) in expected.into_iter().enumerate() {
                    assert!((f64::from(s[3 * row + column]) - expected).abs() < 1e-5);
                }
            }
            let found = step(&mut small.session(2), &[])[0];
            assert!((found - 2.0 * losses).abs() < 1e-5, "{found} {losses}");
        }
    }
}

#[test]
fn what_goodness_reads_and_writes_is_there_in_bf16_too() {
    let mut small = small(20, true);
    let exact = ["d", "s"].map(|name| small.after_one_step(name));
    small.precision = "bf16";
    for (name, exact) in ["d", "s"].into_iter().zip(exact) {
        for (value, exact) in small.after_one_step(name).iter().zip(exact) {
            assert!((value - exact).abs() <= exact.abs() / 100.0 + 1e-6, "{name}");
        }
    }
}

#[test]
fn operands_that_do_not_fit_are_refused_by_name() {
    let mut wide = small(4, true);
    wide.tensors[1] = rows("d", 5);
    let text = wide.refused();
    assert!(text.contains("tensor \"d\" has rows of 5, expected rows of 4"), "{text}");
    let mut column = small(4, true);
    column.ops[2]["score"]["column"] = json!(3);
    let text = column.refused();
    assert!(text.contains("tensor \"s\" of shape [n × 3] has no column 3"), "{text}");
    let mut metric = small(4, true);
    metric.metrics = vec![];
    assert!(metric.refused().contains("metric \"loss\" is not among the phase's metrics"));
    // Its terms are there for the reader of scores; nothing else of the op is needed.
    let mut bare = small(4, true);
    bare.ops[2] = json!({ "op": "goodness", "h": "h", "threshold": 1.0, "positive": true });
    bare.ops.push(json!({ "op": "combine", "terms": [term("h", &json!(1.0), false)], "out": "d" }));
    assert_eq!(bare.after_one_step("d"), bare.after_one_step("h"));
}
