use serde_json::{Value, json};

use crate::small::{CLASSES, ROWS, Small, data, label, noise, read, rows, zeros};

const WIDTH: usize = 18;

fn overlay(label: &Value, out: &str) -> Value {
    json!({ "op": "overlay", "x": "a", "label": label, "classes": CLASSES, "out": out })
}

fn small(label: &Value, out: &'static str) -> Small {
    let tensors = vec![rows("a", WIDTH), rows("before", WIDTH), rows("c", WIDTH)];
    let ops = vec![noise("a", 1), noise("before", 1), overlay(label, out)];
    Small::new(tensors, ops, &[("before", WIDTH), (out, WIDTH)])
}

/// `seen`, but for the first values of each row, is `before`; those are zeros but for one, whose
/// place is returned for each row.
fn shown(before: &[f32], seen: &[f32]) -> Vec<usize> {
    before
        .chunks(WIDTH)
        .zip(seen.chunks(WIDTH))
        .map(|(before, seen)| {
            assert_eq!(before[CLASSES..], seen[CLASSES..]);
            let highest = before.iter().fold(0.0, |highest, v| f32::max(highest, v.abs()));
            let place = seen[..CLASSES].iter().position(|v| *v == highest).expect("a one");
            assert_eq!(seen[..CLASSES].iter().filter(|v| **v == 0.0).count(), CLASSES - 1);
            place
        })
        .collect()
}

#[test]
fn a_label_is_shown_as_one_hot_as_high_as_the_rows_greatest_magnitude() {
    for out in ["c", "a"] {
        for precision in ["f32", "bf16"] {
            let seen = |label: &Value| {
                let mut small = small(label, out);
                small.precision = precision;
                let [before, seen] = ["before", out].map(|name| small.after_one_step(name));
                shown(&before, &seen)
            };
            let targets = seen(&json!({ "kind": "target", "targets": "t" }));
            assert_eq!(targets, (0..ROWS).map(label).collect::<Vec<_>>());
            assert_eq!(seen(&json!({ "kind": "class", "class": 2 })), [2; ROWS]);
        }
    }
}

#[test]
fn wrong_labels_are_drawn_evenly_among_the_others_at_each_step() {
    let small = small(&json!({ "kind": "wrong", "targets": "t", "index": 3 }), "c");
    let [before, seen] = ["before", "c"].map(|name| small.after_one_step(name));
    assert!(shown(&before, &seen).iter().enumerate().all(|(row, shown)| *shown != label(row)));
    // Of each class, how often it stood for example 0, whose label is 0.
    let mut counts = [0; CLASSES];
    let mut session = small.session(1);
    let mut last = vec![0.0; ROWS * WIDTH];
    for _ in 0..600 {
        session.run("train", &data(), &[0], &[]).expect("a run");
        // What is seen sums over the steps.
        let seen = read(&session, "c");
        let place = (0..CLASSES).find(|class| seen[*class] > last[*class]).expect("a label");
        counts[place] += 1;
        last = seen;
    }
    // A deviation of 12.
    assert!(counts[0] == 0 && (240..360).contains(&counts[1]), "{counts:?}");
}

#[test]
fn labels_that_do_not_fit_are_refused() {
    let refuse = |label: &Value| small(label, "c").refused();
    let text = refuse(&json!({ "kind": "class", "class": 3 }));
    assert!(text.contains("class 3 is not below the 3 classes"), "{text}");
    let text = refuse(&json!({ "kind": "target", "targets": "a" }));
    assert!(text.contains("tensor \"a\" of shape [n × 18] holds no labels"), "{text}");
    let mut narrow = small(&json!({ "kind": "class", "class": 0 }), "c");
    narrow.ops[2]["classes"] = json!(19);
    let text = narrow.refused();
    assert!(text.contains("\"a\" of shape [n × 18] has no room for 19 classes"), "{text}");
    // One class more in the data than the overlay has.
    let mut few = small(&json!({ "kind": "target", "targets": "t" }), "c");
    few.ops[2]["classes"] = json!(2);
    let text = few.session(1).run("train", &data(), &[0], &[]).expect_err("a refusal").to_string();
    assert!(text.contains("the data has 3 classes, the network 2 outputs"), "{text}");
    let text = {
        let mut single = small(&json!({ "kind": "wrong", "targets": "t", "index": 0 }), "c");
        single.ops[2]["classes"] = json!(1);
        single.tensors.push(zeros("unused", "rows", &[]));
        single.refused()
    };
    assert!(text.contains("of one class no other can be drawn"), "{text}");
}
