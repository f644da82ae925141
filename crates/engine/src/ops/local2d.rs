//! Products by a weight of local receptive fields against plain loops over those that a unit hears,
//! which are counted here from their definition.

use serde_json::{Value, json};

use super::trial::{Trial, assert_near, values};

/// Below, layout, field.
type Case = ([usize; 3], [usize; 3], [usize; 2]);

const CASES: [Case; 4] = [
    ([4, 5, 2], [3, 2, 5], [2, 3]),
    ([6, 6, 1], [2, 2, 16], [3, 4]),
    ([1, 7, 3], [1, 7, 1], [1, 2]),
    ([3, 3, 1], [1, 1, 17], [3, 3]),
];

/// Whether unit `o` hears sender `i`: i lies in the field of a unit of o's panel of 16.
fn hears((below, layout, field): Case, i: usize, o: usize) -> bool {
    let units = layout.iter().product::<usize>();
    let begin = |axis: usize, place: usize| {
        let (size, places) = (below[axis] as f64, layout[axis] as f64);
        let centre = (place as f64 + 0.5) * size / places;
        let most = (below[axis] - field[axis]) as f64;
        (centre - field[axis] as f64 / 2.0 + 0.5).floor().clamp(0.0, most) as usize
    };
    (o / 16 * 16..units.min(o / 16 * 16 + 16)).any(|unit| {
        let (place, at) = (unit / layout[2], i / below[2]);
        let (y, x) = (begin(0, place / layout[1]), begin(1, place % layout[1]));
        (y..y + field[0]).contains(&(at / below[1])) && (x..x + field[1]).contains(&(at % below[1]))
    })
}

struct Layer {
    case: Case,
    inner: usize,
    columns: usize,
    weight: Vec<f32>,
}

impl Layer {
    fn new(case: Case) -> Self {
        let (inner, columns) = (case.0.iter().product(), case.1.iter().product());
        let mut weight = values(inner * columns, 1);
        for (at, value) in weight.iter_mut().enumerate() {
            if !hears(case, at / columns, at % columns) {
                *value = 0.0;
            }
        }
        Self { case, inner, columns, weight }
    }

    fn structure(&self) -> Value {
        let (below, layout, field) = self.case;
        json!({ "kind": "local2d", "below": below, "layout": layout, "field": field })
    }

    fn trial(&self, ops: Vec<Value>, role: &str, rows: usize) -> Trial {
        Trial::new(ops)
            .tensor("W", role, &[self.inner, self.columns])
            .structure(&self.structure())
            .of(&self.weight)
            .rows("x", self.inner)
            .of(&values(rows * self.inner, 2))
            .rows("delta", self.columns)
            .of(&values(rows * self.columns, 3))
            .rows("out", self.columns)
            .rows("back", self.inner)
    }

    fn w(&self, i: usize, o: usize) -> f64 {
        f64::from(self.weight[i * self.columns + o])
    }
}

const ROWS: [usize; 4] = [0, 1, 17, 33];

#[test]
fn units_sum_what_they_hear() {
    let op = json!({ "op": "linear", "x": "x", "weight": "W", "out": "out",
        "activation": { "kind": "identity" } });
    for (case, rows) in CASES.into_iter().flat_map(|case| ROWS.map(|rows| (case, rows))) {
        let layer = Layer::new(case);
        let found = layer.trial(vec![op.clone()], "weight", rows).run(rows, &["out"]);
        let x = values(rows * layer.inner, 2);
        let sum = |at: usize| -> f64 {
            let (row, o) = (at / layer.columns, at % layer.columns);
            let x = |i| f64::from(x[row * layer.inner + i]);
            (0..layer.inner).map(|i| x(i) * layer.w(i, o)).sum()
        };
        let expected: Vec<f64> = (0..rows * layer.columns).map(sum).collect();
        assert_near(&found[0], &expected, &format!("{case:?}"));
    }
}

#[test]
fn signals_go_down_to_what_was_heard_through_weights_and_through_feedback_alike() {
    let op = json!({ "op": "project", "delta": "delta", "matrix": "W", "transpose": true,
        "out": "back" });
    for (case, rows) in CASES.into_iter().flat_map(|case| ROWS.map(|rows| (case, rows))) {
        let layer = Layer::new(case);
        let back = |role| layer.trial(vec![op.clone()], role, rows).run(rows, &["back"]);
        let found = back("weight");
        let delta = values(rows * layer.columns, 3);
        let sum = |at: usize| -> f64 {
            let (row, i) = (at / layer.inner, at % layer.inner);
            let delta = |o| f64::from(delta[row * layer.columns + o]);
            (0..layer.columns).map(|o| delta(o) * layer.w(i, o)).sum()
        };
        let expected: Vec<f64> = (0..rows * layer.inner).map(sum).collect();
        assert_near(&found[0], &expected, &format!("{case:?}"));
        assert_eq!(back("feedback"), found);
    }
}

#[test]
fn a_step_changes_what_is_heard_and_leaves_the_rest_zero() {
    let op = json!({ "op": "update", "weight": "W", "x": "x", "delta": "delta",
        "reduction": "sum", "scale": 1.0, "weightDecay": 0.0, "optimizer":
        { "kind": "sgd", "learningRate": 0.5, "momentum": 0.0, "nesterov": false } });
    for (case, rows) in CASES.into_iter().flat_map(|case| ROWS.map(|rows| (case, rows))) {
        let layer = Layer::new(case);
        let found = layer.trial(vec![op.clone()], "weight", rows).run(rows, &["W"]);
        let (x, delta) = (values(rows * layer.inner, 2), values(rows * layer.columns, 3));
        let stepped = |at: usize| -> f64 {
            let (i, o) = (at / layer.columns, at % layer.columns);
            if !hears(case, i, o) {
                assert_eq!(found[0][at].to_bits(), 0);
                return 0.0;
            }
            let term = |row: usize| {
                f64::from(x[row * layer.inner + i]) * f64::from(delta[row * layer.columns + o])
            };
            layer.w(i, o) - 0.5 * (0..rows).map(term).sum::<f64>()
        };
        let expected: Vec<f64> = (0..layer.weight.len()).map(stepped).collect();
        assert_near(&found[0], &expected, &format!("{case:?}"));
    }
}

#[test]
fn layouts_that_are_not_the_matrix_are_refused() {
    let mut layer = Layer::new(CASES[0]);
    layer.inner += 1;
    layer.weight = vec![0.0; layer.inner * layer.columns];
    let message = layer.trial(vec![], "weight", 1).refused();
    let wanted = "its 41 senders and 30 receivers are no layouts from (4, 5, 2) to (3, 2, 5)";
    assert!(message.ends_with(wanted), "{message}");
}
