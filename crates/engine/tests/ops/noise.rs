use feedalign_engine::program::Stream;
use feedalign_engine::random::Draws;
use serde_json::{Value, json};

use crate::small::{ROWS, Small, bits, read, rows, step, zeros};

const SEED: u64 = 5;

fn noise(out: &str, kind: &str, size: &str) -> Value {
    json!({ "op": "noise", "out": out, "stream": "noise", "index": 4,
        "distribution": { "kind": kind, size: 2.0 } })
}

/// Elements 0 to n − 1, U(−2, 2), drawn one by one.
fn uniform(step: u64, n: usize) -> Vec<f32> {
    let draws = Draws::new(SEED, Stream::Noise, step, 4);
    let unit = |word: u32| (f64::from(word >> 8) + 0.5) / f64::from(1 << 23) - 1.0;
    (0..n).map(|element| (unit(draws.word(element)) * 2.0) as f32).collect()
}

#[test]
fn an_element_of_rows_is_drawn_by_step_row_and_column_whatever_the_stride() {
    for width in [1, 3, 15, 16, 17, 40] {
        let small = Small::new(
            vec![rows("z", width)],
            vec![noise("z", "uniform", "range")],
            &[("z", width)],
        );
        assert_eq!(bits(&small.after_one_step("z")), bits(&uniform(0, ROWS * width)), "{width}");
    }
}

#[test]
fn an_element_of_a_matrix_or_vector_is_drawn_by_its_number_in_row_major_order() {
    for (role, shape) in [("feedback", &[5, 35][..]), ("state", &[33]), ("weight", &[1, 1])] {
        let small =
            Small::new(vec![zeros("m", role, shape)], vec![noise("m", "uniform", "range")], &[]);
        let expected = uniform(0, shape.iter().product());
        assert_eq!(bits(&small.after_one_step("m")), bits(&expected), "{role}");
    }
}

#[test]
fn each_step_of_an_advancing_phase_draws_anew_however_calls_are_cut() {
    let mut small =
        Small::new(vec![zeros("m", "state", &[9])], vec![noise("m", "uniform", "range")], &[]);
    let mut session = small.session(2);
    let data = crate::small::data();
    let examples = |steps: usize| vec![0; steps * ROWS];
    session.run("train", &data, &examples(3), &[]).expect("a run");
    assert_eq!(read(&session, "m"), uniform(2, 9));
    session.run("train", &data, &examples(1), &[]).expect("a run");
    assert_eq!(read(&session, "m"), uniform(3, 9));
    small.advances = false;
    let mut session = small.session(2);
    session.run("train", &data, &examples(2), &[]).expect("a run");
    assert_eq!(read(&session, "m"), uniform(0, 9));
}

#[test]
fn a_restored_session_draws_as_the_first_one_would_have() {
    let small =
        Small::new(vec![zeros("m", "state", &[9])], vec![noise("m", "uniform", "range")], &[]);
    let (mut session, mut other) = (small.session(1), small.session(1));
    (0..3).for_each(|_| drop(step(&mut session, &[])));
    other.restore(&session.snapshot().expect("a snapshot")).expect("a restoration");
    step(&mut session, &[]);
    step(&mut other, &[]);
    assert_eq!(read(&session, "m"), read(&other, "m"));
    assert_eq!(read(&session, "m"), uniform(3, 9));
}

#[test]
fn normal_noise_has_its_mean_and_deviation() {
    let small = Small::new(
        vec![zeros("m", "state", &[300, 100])],
        vec![noise("m", "normal", "deviation")],
        &[],
    );
    let values = small.after_one_step("m");
    let mean = |f: &dyn Fn(f64) -> f64| {
        values.iter().map(|value| f(f64::from(*value))).sum::<f64>() / 30_000.0
    };
    // Deviations of the three: 0.012, 0.023, 0.28.
    assert!(mean(&|v| v).abs() < 0.05);
    assert!((mean(&|v| v * v) - 4.0).abs() < 0.12);
    assert!((mean(&|v| v.powi(4)) - 48.0).abs() < 4.0);
}

#[test]
fn noise_in_bf16_reaches_what_computes_with_it() {
    for (name, tensor) in [("z", rows("z", 19)), ("m", zeros("m", "feedback", &[ROWS, 19]))] {
        let seen: &[_] = if name == "z" { &[("z", 19)] } else { &[] };
        let mut small = Small::new(vec![tensor], vec![noise(name, "uniform", "range")], seen);
        small.precision = "bf16";
        for (value, drawn) in small.after_one_step(name).iter().zip(uniform(0, ROWS * 19)) {
            assert!((value - drawn).abs() <= drawn.abs() / 250.0);
        }
    }
}

#[test]
fn noise_that_cannot_be_is_refused_by_name() {
    let refuse = |tensor, op| Small::new(vec![tensor], vec![op], &[]).refused();
    let labels = refuse(zeros("l", "labels", &[]), noise("l", "normal", "deviation"));
    assert!(labels.contains("phases.train.ops[1] (noise): tensor \"l\" holds labels"), "{labels}");
    let mut negative = noise("z", "normal", "deviation");
    negative["distribution"]["deviation"] = json!(-1.0);
    let negative = refuse(rows("z", 3), negative);
    assert!(negative.contains("draws for \"z\" of size -1"), "{negative}");
    let mut grid = zeros("d", "direct", &[3, 4]);
    (grid["grid"], grid["init"]) = (
        json!("int8"),
        json!({ "kind": "uniform", "range": 1.0,
        "stream": "feedback", "index": 0 }),
    );
    let grid = refuse(grid, noise("d", "uniform", "range"));
    assert!(grid.contains("tensor \"d\" lies on a grid"), "{grid}");
}
