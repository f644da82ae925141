//! Convolutions against plain loops over their definition in f64, at odd sizes: one row, chunks'
//! edges, padding, strides; the bits against every kernel and count of threads.

use serde_json::{Value, json};

use super::super::trial::{Trial, assert_near, values};

/// Height, width, channels, kernel, stride, padding, output channels.
type Case = (usize, usize, usize, [usize; 2], [usize; 2], [usize; 2], usize);

const CASES: [Case; 6] = [
    (1, 1, 1, [1, 1], [1, 1], [0, 0], 1),
    (5, 6, 1, [3, 3], [1, 1], [0, 0], 5),
    (5, 4, 3, [3, 2], [2, 1], [1, 1], 17),
    (6, 6, 2, [5, 5], [1, 1], [2, 2], 16),
    (7, 5, 17, [2, 3], [3, 2], [0, 2], 3),
    (4, 4, 16, [4, 4], [1, 1], [0, 0], 33),
];

/// The last one has 300 rows of patches in its second case, more than a chunk of sums.
const ROWS: [usize; 4] = [0, 1, 3, 25];

struct Layer {
    case: Case,
    output: [usize; 2],
    weight: Vec<f32>,
}

impl Layer {
    fn new(case: Case) -> Self {
        let (h, w, c, k, s, p, o) = case;
        let output = [(h + 2 * p[0] - k[0]) / s[0] + 1, (w + 2 * p[1] - k[1]) / s[1] + 1];
        Self { case, output, weight: values(k[0] * k[1] * c * o, 1) }
    }

    fn patches(&self) -> Value {
        let (height, width, channels, kernel, stride, padding, _) = self.case;
        json!({ "height": height, "width": width, "channels": channels, "kernel": kernel,
            "stride": stride, "padding": padding })
    }

    fn inputs(&self) -> usize {
        self.case.0 * self.case.1 * self.case.2
    }

    fn outputs(&self) -> usize {
        self.output[0] * self.output[1] * self.case.6
    }

    fn bias(&self) -> Vec<f32> {
        values(self.case.6, 6)
    }

    fn trial(&self, ops: Vec<Value>, role: &str, rows: usize) -> Trial {
        let (_, _, channels, kernel, _, _, columns) = self.case;
        let shape = [kernel[0] * kernel[1] * channels, columns];
        Trial::new(ops)
            .tensor("W", role, &shape)
            .of(&self.weight)
            .tensor("velocity", "state", &shape)
            .of(&values(self.weight.len(), 7))
            .tensor("b", "bias", &[columns])
            .of(&self.bias())
            .rows("x", self.inputs())
            .of(&values(rows * self.inputs(), 2))
            .rows("delta", self.outputs())
            .of(&values(rows * self.outputs(), 3))
            .rows("h", self.inputs())
            .of(&values(rows * self.inputs(), 4))
            .rows("back", self.inputs())
            .of(&values(rows * self.inputs(), 5))
            .rows("out", self.outputs())
    }

    /// Calls `f(x, W, out)` with the places of each product of a row's convolution.
    fn products(&self, mut f: impl FnMut(usize, usize, usize)) {
        let (h, w, c, k, s, p, o) = self.case;
        for (y, x) in places(self.output) {
            for (down, across) in places(k) {
                let (from_y, from_x) = (y * s[0] + down, x * s[1] + across);
                if from_y < p[0] || from_y >= h + p[0] || from_x < p[1] || from_x >= w + p[1] {
                    continue;
                }
                for (channel, column) in places([c, o]) {
                    f(
                        ((from_y - p[0]) * w + from_x - p[1]) * c + channel,
                        ((down * k[1] + across) * c + channel) * o + column,
                        (y * self.output[1] + x) * o + column,
                    );
                }
            }
        }
    }
}

fn places([rows, columns]: [usize; 2]) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).flat_map(move |row| (0..columns).map(move |column| (row, column)))
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|value| f64::from(*value)).collect()
}

fn cases() -> impl Iterator<Item = (Layer, usize)> {
    CASES.into_iter().flat_map(|case| ROWS.map(|rows| (Layer::new(case), rows)))
}

fn op_with_noise(layer: &Layer) -> Value {
    json!({ "op": "linear", "x": "x", "weight": "W", "bias": "b", "out": "out", "noise": "delta",
        "activation": { "kind": "tanh" }, "patches": layer.patches() })
}

#[test]
fn forward_is_the_sum_over_each_patch_and_the_bias() {
    for (layer, rows) in cases() {
        let op = json!({ "op": "linear", "x": "x", "weight": "W", "bias": "b", "out": "out",
            "activation": { "kind": "tanh" }, "patches": layer.patches() });
        let found = layer.trial(vec![op], "weight", rows).run(rows, &["out"]);
        let mut noisy = op_with_noise(&layer);
        noisy["accumulate"] = json!(true);
        let noisy = layer.trial(vec![noisy], "weight", rows).run(rows, &["out"]);
        let (x, weight, bias) =
            (values(rows * layer.inputs(), 2), wide(&layer.weight), wide(&layer.bias()));
        let mut expected = vec![];
        for x in x.chunks(layer.inputs()) {
            let mut sums: Vec<f64> = (0..layer.outputs()).map(|at| bias[at % bias.len()]).collect();
            layer.products(|i, w, o| sums[o] += f64::from(x[i]) * weight[w]);
            expected.extend(sums);
        }
        let what = format!("{:?}, {rows} rows", layer.case);
        assert_near(&found[0], &expected.iter().map(|sum| sum.tanh()).collect::<Vec<_>>(), &what);
        // out begins as zeros; the noise is what delta holds.
        let noise = values(rows * layer.outputs(), 3);
        let expected = expected.iter().zip(&noise).map(|(sum, n)| (sum + f64::from(*n)).tanh());
        assert_near(&noisy[0], &expected.collect::<Vec<_>>(), &what);
    }
}

#[test]
fn a_signal_goes_down_to_what_each_patch_held_through_weights_and_feedback_alike() {
    for (layer, rows) in cases() {
        let op = json!({ "op": "project", "delta": "delta", "matrix": "W", "transpose": true,
            "out": "back", "patches": layer.patches() });
        let mut gated = op.clone();
        gated["accumulate"] = json!(true);
        gated["gate"] = json!({ "h": "h", "activation": { "kind": "sigmoid" } });
        let back = |op, role| layer.trial(vec![op], role, rows).run(rows, &["back"]).swap_remove(0);
        let found = back(op.clone(), "weight");
        let (delta, weight) = (values(rows * layer.outputs(), 3), wide(&layer.weight));
        let mut expected = vec![];
        for delta in delta.chunks(layer.outputs()) {
            let mut sums = vec![0.0; layer.inputs()];
            layer.products(|i, w, o| sums[i] += f64::from(delta[o]) * weight[w]);
            expected.extend(sums);
        }
        let what = format!("{:?}, {rows} rows", layer.case);
        assert_near(&found, &expected, &what);
        assert_eq!(back(op, "feedback"), found, "{what}");
        let [h, before] = [4, 5].map(|seed| wide(&values(rows * layer.inputs(), seed)));
        for (at, sum) in expected.iter_mut().enumerate() {
            *sum = (*sum + before[at]) * h[at] * (1.0 - h[at]);
        }
        assert_near(&back(gated, "weight"), &expected, &what);
    }
}

#[test]
fn a_step_sums_over_examples_and_positions() {
    for (layer, rows) in cases() {
        let sgd = |momentum: f32| {
            let velocity = if momentum > 0.0 { json!("velocity") } else { Value::Null };
            json!({ "kind": "sgd", "learningRate": 0.5, "momentum": momentum, "nesterov": false,
                "velocity": velocity })
        };
        let update = |momentum: f32, decay: f32| {
            let mut op = json!({ "op": "update", "weight": "W", "x": "x", "delta": "delta",
                "reduction": "mean", "scale": 1.0, "weightDecay": decay,
                "optimizer": sgd(momentum), "patches": layer.patches() });
            if momentum == 0.0 {
                op["bias"] = json!("b");
            }
            layer.trial(vec![op], "weight", rows).run(rows, &["W", "b"])
        };
        let plain = update(0.0, 0.0);
        let (x, delta) = (values(rows * layer.inputs(), 2), values(rows * layer.outputs(), 3));
        let (mut sums, mut biases) = (vec![0.0; layer.weight.len()], vec![0.0; layer.case.6]);
        for (x, delta) in x.chunks(layer.inputs()).zip(delta.chunks(layer.outputs())) {
            layer.products(|i, w, o| sums[w] += f64::from(x[i]) * f64::from(delta[o]));
            for (o, delta) in delta.iter().enumerate() {
                biases[o % layer.case.6] += f64::from(*delta);
            }
        }
        let mean = |sum: f64| sum / rows.max(1) as f64;
        let stepped = |before: &[f32], sums: &[f64]| -> Vec<f64> {
            let both = before.iter().zip(sums);
            both.map(|(before, sum)| f64::from(*before) - 0.5 * mean(*sum)).collect()
        };
        let what = format!("{:?}, {rows} rows", layer.case);
        if rows > 0 {
            assert_near(&plain[0], &stepped(&layer.weight, &sums), &what);
            assert_near(&plain[1], &stepped(&layer.bias(), &biases), &what);
            let heavy = update(0.75, 0.25);
            let velocity = wide(&values(layer.weight.len(), 7));
            let expected: Vec<f64> = (0..sums.len())
                .map(|at| {
                    let w = f64::from(layer.weight[at]);
                    w - 0.5 * (0.75 * velocity[at] + mean(sums[at]) + 0.25 * w)
                })
                .collect();
            assert_near(&heavy[0], &expected, &what);
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let layer = Layer::new(CASES[1]);
    let refuse = |change: &dyn Fn(&mut Value), precision| {
        let mut op = json!({ "op": "linear", "x": "x", "weight": "W", "out": "out",
            "activation": { "kind": "tanh" }, "patches": layer.patches() });
        change(&mut op);
        let mut trial = layer.trial(vec![op], "weight", 1);
        trial.precision = precision;
        trial.refused()
    };
    let kernel = refuse(&|op| op["patches"]["kernel"] = json!([2, 3]), "f32");
    assert!(kernel.ends_with("tensor \"W\" has 9 rows, but a patch has 6 values"), "{kernel}");
    let width = refuse(&|op| op["patches"]["padding"] = json!([1, 0]), "f32");
    assert!(width.ends_with("tensor \"out\" has rows of 60, expected rows of 100"), "{width}");
    let half = refuse(&|_| (), "bf16");
    assert!(half.ends_with("does not run convolutions in bf16: use f32"), "{half}");
}
