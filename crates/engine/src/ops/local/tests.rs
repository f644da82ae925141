//! Every part against its equation in f64, its way back against finite differences of that, at odd
//! sizes; the bits against every kernel and count of threads.

use serde_json::{Value, json};

use super::super::trial::{NUMBER, SEED, Trial, assert_near, values};
use crate::program::Stream;
use crate::random::Draws;

/// A part, the widths of a row before and after it, and what it saves.
struct Part {
    json: Value,
    widths: (usize, usize),
    saved: Vec<(&'static str, usize)>,
    training: bool,
}

impl Part {
    fn new(part: Value, widths: (usize, usize)) -> Self {
        Self { json: part, widths, saved: vec![], training: true }
    }

    fn saving(part: Value, widths: (usize, usize)) -> Self {
        Self { saved: vec![("places", widths.1)], ..Self::new(part, widths) }
    }

    /// x and delta through the part: (out, what comes back).
    fn run(&self, rows: usize, x: &[f32], delta: &[f32]) -> [Vec<f32>; 2] {
        let names: Vec<_> = self.saved.iter().map(|(name, _)| *name).collect();
        let activation = self.json["kind"] == "activation";
        let training = self.training;
        let mut trial = Trial::new(vec![
            json!({ "op": "local", "part": self.json, "x": "x", "out": "out", "saved": names,
                "training": training }),
            json!({ "op": "localBackward", "part": self.json, "delta": "delta", "out": "back",
                "saved": if activation { vec!["out"] } else { names }, "training": training }),
        ]);
        trial = trial.rows("x", self.widths.0).of(x).rows("out", self.widths.1);
        trial = trial.rows("delta", self.widths.1).of(delta).rows("back", self.widths.0);
        for (name, width) in &self.saved {
            trial = trial.rows(name, *width);
        }
        let found = trial.run(rows, &["out", "back"]);
        found.try_into().expect("two tensors")
    }

    /// Compares both ways with `f(x)` of all rows in f64.
    fn check(&self, f: impl Fn(&[f64]) -> Vec<f64>) {
        for rows in [0, 1, 5] {
            let (x, delta) = (values(rows * self.widths.0, 1), values(rows * self.widths.1, 2));
            let [out, back] = self.run(rows, &x, &delta);
            let what = format!("{} × {:?}, {rows} rows", self.json, self.widths);
            let x: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
            assert_near(&out, &f(&x), &what);
            assert_near(&back, &differences(&f, &x, &delta), &what);
        }
    }
}

/// ∂/∂x of Σ delta ⊙ f(x), by finite differences.
fn differences(f: impl Fn(&[f64]) -> Vec<f64>, x: &[f64], delta: &[f32]) -> Vec<f64> {
    let step = 1e-6;
    let loss =
        |x: &[f64]| -> f64 { f(x).iter().zip(delta).map(|(y, delta)| y * f64::from(*delta)).sum() };
    let mut x = x.to_vec();
    (0..x.len())
        .map(|at| {
            let value = x[at];
            x[at] = value + step;
            let above = loss(&x);
            x[at] = value - step;
            let below = loss(&x);
            x[at] = value;
            (above - below) / (2.0 * step)
        })
        .collect()
}

const WIDTHS: [usize; 5] = [1, 15, 16, 17, 33];

#[test]
fn an_activation_of_its_own_is_that_of_a_product() {
    let all = [
        (json!({ "kind": "tanh" }), f64::tanh as fn(f64) -> f64),
        (json!({ "kind": "relu" }), |a| a.max(0.0)),
        (json!({ "kind": "leakyRelu", "slope": 0.25 }), |a| a.max(0.25 * a)),
        (json!({ "kind": "softplus" }), |a| a.exp().ln_1p()),
        (json!({ "kind": "hardTanh" }), |a| a.clamp(-1.0, 1.0)),
    ];
    for (activation, f) in all {
        for width in WIDTHS {
            let part = json!({ "kind": "activation", "activation": activation });
            Part::new(part, (width, width)).check(|x| x.iter().map(|a| f(*a)).collect());
        }
    }
}

#[test]
fn maxout_takes_the_largest_piece_and_its_signal_goes_there_alone() {
    for (pieces, width) in [(1, 5), (2, 16), (3, 17), (4, 1)] {
        let part = json!({ "kind": "maxout", "pieces": pieces });
        let largest = |group: &[f64]| group.iter().copied().fold(f64::MIN, f64::max);
        let part = Part::saving(part, (pieces * width, width));
        part.check(|x| x.chunks(pieces).map(largest).collect());
    }
}

#[test]
fn the_first_of_equal_pieces_wins() {
    let part = Part::saving(json!({ "kind": "maxout", "pieces": 3 }), (6, 2));
    let [out, back] = part.run(1, &[1.0, 2.0, 2.0, 0.0, 0.0, 0.0], &[5.0, 7.0]);
    assert_eq!(out, [2.0, 0.0]);
    assert_eq!(back, [0.0, 5.0, 0.0, 7.0, 0.0, 0.0]);
}

/// Height, width, channels, kernel, stride, padding.
const PATCHES: [(usize, usize, usize, usize, usize, usize); 6] = [
    (1, 1, 1, 1, 1, 0),
    (4, 6, 3, 2, 2, 0),
    (5, 7, 1, 3, 2, 1),
    (5, 5, 17, 3, 1, 1),
    (7, 4, 2, 3, 3, 2),
    (3, 3, 16, 3, 1, 0),
];

/// The JSON of patches, the widths of a row, and of each position of the output the places of its
/// patch in an input [height × width], `None` where they are padding.
fn patches(
    (h, w, c, k, s, p): (usize, usize, usize, usize, usize, usize),
) -> (Value, (usize, usize), Vec<Vec<Option<usize>>>) {
    let patches = json!({ "height": h, "width": w, "channels": c, "kernel": [k, k],
        "stride": [s, s], "padding": [p, p] });
    let (down, across) = ((h + 2 * p - k) / s + 1, (w + 2 * p - k) / s + 1);
    let place = |y: usize, x: usize| {
        let inside = y >= p && y < h + p && x >= p && x < w + p;
        inside.then(|| (y - p) * w + x - p)
    };
    let patch = |at: usize| {
        let (y, x) = (at / across * s, at % across * s);
        (0..k * k).map(|i| place(y + i / k, x + i % k)).collect()
    };
    let all: Vec<_> = (0..down * across).map(patch).collect();
    (patches, (h * w * c, all.len() * c), all)
}

/// Each channel of each patch folded, of all rows.
fn pooled(
    x: &[f64],
    (width, channels): (usize, usize),
    patches: &[Vec<Option<usize>>],
    fold: impl Fn(&mut dyn Iterator<Item = f64>) -> f64,
) -> Vec<f64> {
    let mut out = vec![];
    for row in x.chunks(width) {
        for patch in patches {
            for channel in 0..channels {
                let mut values =
                    patch.iter().flatten().map(|place| row[place * channels + channel]);
                out.push(fold(&mut values));
            }
        }
    }
    out
}

#[test]
fn pooling_takes_the_largest_or_the_mean_of_each_channel_of_a_patch() {
    for case in PATCHES {
        let (json, widths, all) = patches(case);
        let shape = (widths.0, case.2);
        let largest = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::MIN, f64::max);
        let part = Part::saving(json!({ "kind": "maxPool", "patches": json }), widths);
        part.check(|x| pooled(x, shape, &all, largest));
        let count = (case.3 * case.3) as f64;
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / count;
        let part = Part::new(json!({ "kind": "averagePool", "patches": json }), widths);
        part.check(|x| pooled(x, shape, &all, mean));
    }
}

#[test]
fn the_first_of_equals_wins_in_a_pool_and_padding_never() {
    let (json, widths, _) = patches((2, 2, 1, 2, 1, 1));
    let part = Part::saving(json!({ "kind": "maxPool", "patches": json }), widths);
    let [out, back] = part.run(1, &[-1.0; 4], &[1.0; 9]);
    assert_eq!(out, [-1.0; 9]);
    assert_eq!(back, [4.0, 2.0, 2.0, 1.0]);
}

#[test]
fn dropout_keeps_what_its_draw_says_and_scales_it_up() {
    for (width, rate) in [(1, 0.5), (15, 0.2), (16, 0.5), (17, 0.9), (33, 0.0)] {
        let part =
            Part::new(json!({ "kind": "dropout", "rate": rate, "index": 7 }), (width, width));
        let draws = Draws::new(SEED, Stream::Dropout, NUMBER, 7);
        let dropped = |at: usize| f64::from(draws.word(at)) < (rate * 2f64.powi(32)).round();
        let keep = |at: usize| if dropped(at) { 0.0 } else { 1.0 / (1.0 - rate) };
        part.check(|x| x.iter().enumerate().map(|(at, x)| keep(at) * x).collect());
        let evaluation = Part { training: false, ..part };
        evaluation.check(<[f64]>::to_vec);
    }
}

#[test]
fn dropout_drops_its_share() {
    let part = Part::new(json!({ "kind": "dropout", "rate": 0.3, "index": 0 }), (10_000, 10_000));
    let ones = vec![1.0; 10_000];
    let [out, back] = part.run(1, &ones, &ones);
    let dropped = out.iter().filter(|value| **value == 0.0).count();
    // 3,000, with a deviation of 46.
    assert!((2_800..3_200).contains(&dropped), "{dropped}");
    assert_eq!(out, back);
}

#[test]
fn rms_norm_leaves_rows_of_mean_square_one() {
    for width in WIDTHS {
        let rows = 3;
        let x = values(rows * width, 1);
        let part = json!({ "kind": "rmsNorm", "epsilon": 1e-3 });
        let ops = vec![json!({ "op": "local", "part": part, "x": "x", "out": "out", "saved": [],
            "training": true })];
        let trial = Trial::new(ops).rows("x", width).of(&x).rows("out", width);
        let found = trial.run(rows, &["out"]).swap_remove(0);
        let norm = |row: &[f32]| {
            let squares: f64 = row.iter().map(|x| f64::from(*x).powi(2)).sum();
            (squares / width as f64).sqrt() + 1e-3
        };
        let expected = x.chunks(width).flat_map(|row| {
            let norm = norm(row);
            row.iter().map(move |x| f64::from(*x) / norm)
        });
        assert_near(&found, &expected.collect::<Vec<_>>(), "rms norm");
    }
}

#[test]
fn a_part_in_bf16_gives_the_next_product_its_form() {
    let (x, w) = (values(3 * 20, 1), values(20 * 5, 2));
    let product = |x: &str| {
        json!({ "op": "linear", "x": x, "weight": "W", "out": "y",
            "activation": { "kind": "identity" } })
    };
    let part = json!({ "kind": "activation", "activation": { "kind": "relu" } });
    let local =
        json!({ "op": "local", "part": part, "x": "x", "out": "h", "saved": [], "training": true });
    let mut trial = Trial::new(vec![local, product("h")]);
    trial.precision = "bf16";
    let trial = trial.rows("x", 20).of(&x).rows("h", 20).rows("y", 5);
    let trial = trial.tensor("W", "weight", &[20, 5]).of(&w);
    // The loss reads f32.
    let loss = json!({ "op": "local", "part": part, "x": "y", "out": "z", "saved": [],
        "training": true });
    let found = trial.rows("z", 5).then(loss).run(3, &["z"]).swap_remove(0);
    for row in 0..3 {
        for o in 0..5 {
            let sum: f32 = (0..20).map(|i| x[row * 20 + i].max(0.0) * w[i * 5 + o]).sum();
            assert!((found[row * 5 + o] - sum.max(0.0)).abs() < 0.05);
        }
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let refuse = |part: &Value, saved: &[&str], (x, out): (usize, usize)| {
        let op = json!({ "op": "local", "part": part, "x": "x", "out": "out", "saved": saved,
            "training": true });
        Trial::new(vec![op]).rows("x", x).rows("out", out).refused()
    };
    let dropout = refuse(&json!({ "kind": "dropout", "rate": 1.0, "index": 0 }), &[], (4, 4));
    assert!(dropout.ends_with("ops[0] (local): dropout of rate 1 is not in [0, 1)"), "{dropout}");
    let maxout = refuse(&json!({ "kind": "maxout", "pieces": 0 }), &[], (4, 4));
    assert!(maxout.ends_with("0 pieces of 4 units"), "{maxout}");
    let maxout = refuse(&json!({ "kind": "maxout", "pieces": 2 }), &[], (4, 4));
    assert!(maxout.ends_with("tensor \"x\" has rows of 4, expected rows of 8"), "{maxout}");
    let saved = refuse(&json!({ "kind": "maxout", "pieces": 1 }), &["a", "b"], (4, 4));
    assert!(saved.ends_with("2 saved tensors, where it has 1"), "{saved}");
}

mod batch_norm;
