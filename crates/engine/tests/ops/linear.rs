use serde_json::{Value, json};

use crate::small::{ROWS, Small, drawn, noise, rows, zeros};

const WIDTH: usize = 21;

/// h ← tanh(x · W + b + z (+ h)), seen with z.
fn small(accumulate: bool, noise_of: &str) -> Small {
    let linear = json!({ "op": "linear", "x": "x", "weight": "W", "bias": "b", "out": "h",
        "activation": { "kind": "tanh" }, "noise": noise_of, "accumulate": accumulate });
    Small::new(
        vec![
            drawn("W", "weight", &[ROWS, WIDTH], 0),
            drawn("b", "bias", &[WIDTH], 1),
            rows("z", WIDTH),
            rows("h", WIDTH),
        ],
        vec![noise("z", 1), noise("h", 2), linear],
        &[("z", WIDTH), ("h", WIDTH)],
    )
}

#[test]
fn noise_is_added_before_the_activation() {
    for accumulate in [false, true] {
        let mut small = small(accumulate, "z");
        let [w, b, z, h] = ["W", "b", "z", "h"].map(|name| small.after_one_step(name));
        // The noise that h held before.
        small.ops.pop();
        let held = small.after_one_step("h");
        for at in 0..ROWS * WIDTH {
            let mut sum = f64::from(w[at]) + f64::from(b[at % WIDTH]) + f64::from(z[at]);
            if accumulate {
                sum += f64::from(held[at]);
            }
            assert!((f64::from(h[at]) - sum.tanh()).abs() < 1e-6);
        }
    }
}

#[test]
fn noise_is_added_in_bf16_too() {
    let mut small = small(false, "z");
    let exact = small.after_one_step("h");
    small.precision = "bf16";
    for (value, exact) in small.after_one_step("h").iter().zip(exact) {
        assert!((value - exact).abs() < 0.02, "{value} {exact}");
    }
}

#[test]
fn noise_that_does_not_fit_is_refused() {
    let refuse = |tensor: Value| {
        let mut small = small(false, "other");
        small.tensors.push(tensor);
        small.refused()
    };
    let text = refuse(rows("other", 20));
    assert!(text.contains("\"other\" has shape [n × 20], but \"h\" has [n × 21]"), "{text}");
    let text = refuse(zeros("other", "state", &[ROWS, WIDTH]));
    assert!(text.contains("\"other\" has shape [7 × 21], but \"h\" has [n × 21]"), "{text}");
    let text = small(false, "h").refused();
    assert!(text.contains("tensor \"h\" is both noise and out"), "{text}");
}
