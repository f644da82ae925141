//! Batch norm against its equation in f64 and finite differences of that.

use serde_json::{Value, json};

use super::super::super::trial::{Trial, assert_near, values};
use super::differences;

const EPSILON: f64 = 1e-3;

fn part() -> Value {
    json!({ "kind": "batchNorm", "gain": "gain", "shift": "shift", "mean": "mean",
        "variance": "variance", "momentum": 0.25, "epsilon": EPSILON })
}

/// Both ways through the part, in place where asked.
fn trial(size: Size, training: bool, in_place: bool) -> Trial {
    let Size { channels, positions, rows } = size;
    let width = channels * positions;
    let (out, back) = if in_place { ("x", "delta") } else { ("out", "back") };
    let saved = json!(["normalised", "inverse"]);
    let positive: Vec<f32> = values(channels, 5).iter().map(|v| v + 1.5).collect();
    let ops = vec![
        json!({ "op": "local", "part": part(), "x": "x", "out": out, "saved": saved,
            "training": training }),
        json!({ "op": "localBackward", "part": part(), "delta": "delta", "out": back,
            "saved": saved, "training": training, "gradients": ["g.gain", "g.shift"] }),
    ];
    Trial::new(ops)
        .rows("x", width)
        .of(&values(rows * width, 1))
        .rows("delta", width)
        .of(&values(rows * width, 2))
        .rows("out", width)
        .rows("back", width)
        .rows("normalised", width)
        .rows("inverse", channels)
        .rows("g.gain", channels)
        .rows("g.shift", channels)
        .tensor("gain", "bias", &[channels])
        .of(&values(channels, 3))
        .tensor("shift", "bias", &[channels])
        .of(&values(channels, 4))
        .tensor("mean", "statistic", &[channels])
        .of(&values(channels, 6))
        .tensor("variance", "statistic", &[channels])
        .of(&positive)
}

#[derive(Clone, Copy, Debug)]
struct Size {
    channels: usize,
    positions: usize,
    rows: usize,
}

/// Around a block of 16 channels, of one position and of several, past a chunk of 1,024.
fn sizes() -> Vec<Size> {
    let mut all = vec![Size { channels: 3, positions: 43, rows: 48 }];
    for channels in [1, 15, 16, 17, 33] {
        for (positions, rows) in [(1, 2), (1, 7), (6, 1), (6, 3)] {
            all.push(Size { channels, positions, rows });
        }
    }
    all
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|value| f64::from(*value)).collect()
}

/// Mean and variance of a channel of x over rows and positions.
fn statistics(x: &[f64], channels: usize, channel: usize) -> (f64, f64) {
    let of_channel = || x.iter().skip(channel).step_by(channels);
    let count = (x.len() / channels) as f64;
    let mean = of_channel().sum::<f64>() / count;
    (mean, of_channel().map(|x| (x - mean).powi(2)).sum::<f64>() / count)
}

/// gain ⊙ (x − mean) / √(variance + ε) + shift, with given statistics or the batch's.
fn normalised(x: &[f64], gain: &[f64], shift: &[f64], given: Option<(&[f64], &[f64])>) -> Vec<f64> {
    let channels = gain.len();
    let of = |channel| match given {
        Some((mean, variance)) => (mean[channel], variance[channel]),
        None => statistics(x, channels, channel),
    };
    let all: Vec<_> = (0..channels).map(of).collect();
    let one = |(at, x): (usize, &f64)| {
        let channel = at % channels;
        let (mean, variance) = all[channel];
        gain[channel] * (x - mean) / (variance + EPSILON).sqrt() + shift[channel]
    };
    x.iter().enumerate().map(one).collect()
}

/// Σ over rows of each channel.
fn columns(rows: &[f32], channels: usize) -> Vec<f32> {
    let sum = |channel| rows.iter().skip(channel).step_by(channels).sum();
    (0..channels).map(sum).collect()
}

#[test]
fn both_ways_and_all_gradients_are_those_of_the_equation() {
    for (size, training) in sizes().into_iter().flat_map(|size| [(size, true), (size, false)]) {
        let Size { channels, positions, rows } = size;
        let width = channels * positions;
        let names = ["out", "back", "g.gain", "g.shift"];
        let found = trial(size, training, false).run(rows, &names);
        let x = wide(&values(rows * width, 1));
        let delta = values(rows * width, 2);
        let (gain, shift) = (wide(&values(channels, 3)), wide(&values(channels, 4)));
        let (mean, variance) = (wide(&values(channels, 6)), wide(&values(channels, 5)));
        let variance: Vec<_> = variance.iter().map(|v| v + 1.5).collect();
        let given = (!training).then_some((&mean[..], &variance[..]));
        let what = format!("{size:?} {training}");
        let f = |x: &[f64]| normalised(x, &gain, &shift, given);
        assert_near(&found[0], &f(&x), &what);
        if rows * width < 1000 {
            assert_near(&found[1], &differences(f, &x, &delta), &what);
        }
        let of_gain = differences(|gain| normalised(&x, gain, &shift, given), &gain, &delta);
        assert_near(&columns(&found[2], channels), &of_gain, &what);
        let of_shift = differences(|shift| normalised(&x, &gain, shift, given), &shift, &delta);
        assert_near(&columns(&found[3], channels), &of_shift, &what);
    }
}

#[test]
fn running_statistics_follow_the_batch_in_training_alone() {
    for size in sizes() {
        let Size { channels, positions, rows } = size;
        let [before_mean, mut before_variance] = [values(channels, 6), values(channels, 5)];
        before_variance.iter_mut().for_each(|v| *v += 1.5);
        let names = ["mean", "variance"];
        let found = trial(size, false, false).run(rows, &names);
        assert_eq!(found, [before_mean.clone(), before_variance.clone()]);
        let found = trial(size, true, false).run(rows, &names);
        let x = wide(&values(rows * channels * positions, 1));
        let count = (rows * positions) as f64;
        for channel in 0..channels {
            let (mean, variance) = statistics(&x, channels, channel);
            let follow = |before: f32, now: f64| {
                let before = f64::from(before);
                before + 0.25 * (now - before)
            };
            let mean = follow(before_mean[channel], mean);
            let unbiased = variance * count / (count - 1.0);
            let variance = follow(before_variance[channel], unbiased);
            let found = [found[0][channel], found[1][channel]];
            assert_near(&found, &[mean, variance], &format!("{size:?}"));
        }
    }
}

#[test]
fn of_one_value_there_is_no_variance_to_follow() {
    let size = Size { channels: 5, positions: 1, rows: 1 };
    let found = trial(size, true, false).run(1, &["variance", "out", "back"]);
    let before: Vec<f32> = values(5, 5).iter().map(|v| v + 1.5).collect();
    assert_eq!(found[0], before);
    assert_eq!(found[1], values(5, 4));
    assert_eq!(found[2], [0.0; 5]);
}

#[test]
fn the_part_may_work_in_place() {
    let size = Size { channels: 17, positions: 2, rows: 3 };
    let apart = trial(size, true, false).run(3, &["out", "back"]);
    assert_eq!(trial(size, true, true).run(3, &["x", "delta"]), apart);
}

#[test]
fn rows_of_no_whole_number_of_channels_are_refused() {
    let op = json!({ "op": "local", "part": part(), "x": "x", "out": "x", "saved": [],
        "training": true });
    let trial = Trial::new(vec![op]).rows("x", 7);
    let of = |trial: Trial, names: [&str; 2], role: &str| {
        names.iter().fold(trial, |trial, name| trial.tensor(name, role, &[3]))
    };
    let trial = of(of(trial, ["gain", "shift"], "bias"), ["mean", "variance"], "statistic");
    let message = trial.refused();
    assert!(message.ends_with("rows of 7 are no whole number of 3 channels"), "{message}");
}
