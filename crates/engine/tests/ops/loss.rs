use serde_json::{Value, json};

use crate::small::{CLASSES, ROWS, Small, label, noise, rows, zeros};

fn loss(kind: &Value, slot: &str, into: &str) -> Value {
    let mut op = json!({ "op": "loss", "kind": kind, "a": "a", "y": "y", "targets": "t",
        "metrics": ["loss", "wrong"] });
    op[slot] = json!(into);
    op
}

fn small(slot: &str, into: Value) -> Small {
    let cross_entropy = json!({ "kind": "crossEntropy" });
    let ops = vec![noise("a", 1), loss(&cross_entropy, slot, "into")];
    let tensors = vec![rows("a", CLASSES), rows("y", CLASSES), into];
    let mut small = Small::new(tensors, ops, &[]);
    small.metrics = vec!["loss", "wrong"];
    small
}

#[test]
fn labels_reach_the_slot_target_as_one_hot_rows() {
    let mut small = small("target", rows("into", CLASSES));
    small.seen = vec![("into", CLASSES)];
    for precision in ["f32", "bf16"] {
        small.precision = precision;
        for (at, value) in small.after_one_step("into").iter().enumerate() {
            assert_eq!(*value, f32::from(at % CLASSES == label(at / CLASSES)));
        }
    }
}

#[test]
fn what_is_all_but_no_error_is_none_so_that_no_signal_is_denormal() {
    let mut far = noise("a", 1);
    far["distribution"]["range"] = json!(200.0);
    for slot in ["error", "delta"] {
        let mut small = small(slot, rows("into", CLASSES));
        small.ops[0] = far.clone();
        small.seen = vec![("into", CLASSES)];
        let errors = small.after_one_step("into");
        assert!(errors.contains(&0.0) && errors.contains(&-1.0));
        assert!(errors.iter().all(|error| *error == 0.0 || error.abs() >= 2.0_f32.powi(-100)));
    }
}

#[test]
fn rows_of_one_and_numbers_per_example_are_not_taken_for_each_other() {
    let text = small("perExample", rows("into", 1)).refused();
    assert!(text.contains("tensor \"into\" has shape [n × 1], expected [n]"), "{text}");
    let text = small("delta", zeros("into", "rows", &[])).refused();
    assert!(text.contains("tensor \"into\" does not hold one row per example"), "{text}");
    // A product stores whole panels, for which single numbers have no room.
    let linear = json!({ "op": "linear", "x": "x", "weight": "W", "out": "into",
        "activation": { "kind": "identity" } });
    let tensors = vec![zeros("W", "weight", &[ROWS, 1]), zeros("into", "rows", &[])];
    let text = Small::new(tensors, vec![linear], &[]).refused();
    assert!(text.contains("tensor \"into\" does not hold one row per example"), "{text}");
}
