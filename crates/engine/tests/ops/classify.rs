use serde_json::json;

use crate::small::{CLASSES, ROWS, Small, label, noise, rows, step, zeros};

fn small() -> Small {
    let op = json!({ "op": "classify", "scores": "s", "targets": "t", "metric": "wrong" });
    let mut small =
        Small::new(vec![rows("s", CLASSES)], vec![noise("s", 2), op], &[("s", CLASSES)]);
    small.metrics = vec!["wrong"];
    small
}

#[test]
fn rows_count_as_wrong_whose_highest_score_is_not_their_label() {
    let small = small();
    let scores = small.after_one_step("s");
    let wrong = (0..ROWS).filter(|row| {
        let scores = &scores[row * CLASSES..][..CLASSES];
        scores.iter().any(|score| *score > scores[label(*row)])
    });
    let wrong = wrong.count() as f64;
    assert!(wrong > 0.0 && wrong < ROWS as f64);
    for threads in [1, 2, 5] {
        assert_eq!(step(&mut small.session(threads), &[]), [wrong]);
    }
}

#[test]
fn of_equal_scores_the_first_is_the_highest() {
    let mut small = small();
    small.ops[0] = json!({ "op": "combine", "terms": [], "out": "s" });
    let labelled_zero = (0..ROWS).filter(|row| label(*row) == 0).count();
    assert_eq!(step(&mut small.session(2), &[]), [(ROWS - labelled_zero) as f64]);
}

#[test]
fn targets_that_are_no_labels_are_refused() {
    let mut values = small();
    values.ops[1]["targets"] = json!("s");
    let text = values.refused();
    assert!(text.contains("tensor \"s\" of shape [n × 3] holds no labels"), "{text}");
    let mut narrow = small();
    (narrow.tensors, narrow.seen) = (vec![rows("s", 2), zeros("u", "rows", &[])], vec![]);
    let run = narrow.session(1).run("train", &crate::small::data(), &[0], &[]);
    let text = run.expect_err("a refusal").to_string();
    assert!(text.contains("the data has 3 classes, the network 2 outputs"), "{text}");
}
