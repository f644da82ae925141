//! Small Programs, and a look at tensors that live for one step.
//!
//! The data's example i is the i-th unit vector, so that `x` is the identity over a step of `ROWS`
//! rows: an update of zeros by it leaves in a matrix exactly the rows that came in as delta.

use feedalign_engine::program::{FORMAT, Program};
use feedalign_engine::{DataSet, Inputs, Options, Session, Targets};
use serde_json::{Value, json};

/// Rows of a whole step, and examples.
pub const ROWS: usize = 7;
/// Classes of the labels; example i has label i mod 3.
pub const CLASSES: usize = 3;

pub fn tensor(name: &str, role: &str, shape: &[usize], init: &Value) -> Value {
    json!({ "name": name, "role": role, "shape": shape, "init": init,
        "structure": { "kind": "dense" }, "grid": "f32" })
}

pub fn zeros(name: &str, role: &str, shape: &[usize]) -> Value {
    tensor(name, role, shape, &json!({ "kind": "zeros" }))
}

pub fn rows(name: &str, width: usize) -> Value {
    zeros(name, "rows", &[width])
}

/// Entries from U(−1, 1), of their own for each index.
pub fn drawn(name: &str, role: &str, shape: &[usize], index: usize) -> Value {
    let init = json!({ "kind": "uniform", "range": 1.0, "stream": "weights", "index": index });
    tensor(name, role, shape, &init)
}

/// Rows [width] drawn from U(−1, 1) anew at each step.
pub fn noise(out: &str, index: usize) -> Value {
    json!({ "op": "noise", "out": out, "stream": "noise", "index": index,
        "distribution": { "kind": "uniform", "range": 1.0 } })
}

pub fn term(tensor: &str, factor: &Value, sign: bool) -> Value {
    json!({ "tensor": tensor, "factor": factor, "sign": sign })
}

/// NAME.diagonal, rows [`ROWS`] ← the numbers NAME on a diagonal, which can be seen.
pub fn diagonal(name: &str) -> Value {
    json!({ "op": "rowScale", "x": "x", "by": name, "out": format!("{name}.diagonal") })
}

/// A Program of one advancing phase, `train`, that gathers the identity as `x` and labels as `t`,
/// runs the ops, and keeps what then stands in the rows `seen`, as matrices `seen.NAME`.
pub struct Small {
    pub tensors: Vec<Value>,
    pub ops: Vec<Value>,
    pub seen: Vec<(&'static str, usize)>,
    pub knobs: Vec<&'static str>,
    pub metrics: Vec<&'static str>,
    pub precision: &'static str,
    pub advances: bool,
}

impl Small {
    pub fn new(tensors: Vec<Value>, ops: Vec<Value>, seen: &[(&'static str, usize)]) -> Self {
        let (knobs, metrics) = (vec![], vec![]);
        let seen = seen.to_vec();
        Self { tensors, ops, seen, knobs, metrics, precision: "f32", advances: true }
    }

    pub fn program(&self) -> Program {
        let Self { knobs, metrics, .. } = self;
        let mut tensors = vec![rows("x", ROWS), zeros("t", "labels", &[])];
        tensors.extend(self.tensors.iter().cloned());
        let mut ops = vec![
            json!({ "op": "gather", "input": "x", "targets": "t", "scale": 1.0, "shift": 0.0 }),
        ];
        ops.extend(self.ops.iter().cloned());
        for (name, width) in &self.seen {
            tensors.push(zeros(&format!("seen.{name}"), "weight", &[ROWS, *width]));
            ops.push(keep(name));
        }
        let phase = json!({ "name": "train", "advances": self.advances, "knobs": knobs,
            "metrics": metrics, "ops": ops });
        serde_json::from_value(json!({ "format": FORMAT, "precision": self.precision,
            "batch": ROWS, "tensors": tensors, "phases": [phase] }))
        .expect("a Program")
    }

    pub fn session(&self, threads: usize) -> Session {
        let options = Options { threads, seed: 5, kernel: None };
        Session::new(self.program(), &options).expect("a session")
    }

    /// The text with which the Program is refused.
    pub fn refused(&self) -> String {
        let options = Options { threads: 1, seed: 5, kernel: None };
        Session::new(self.program(), &options).err().expect("a refusal").to_string()
    }

    /// The values of a tensor after one step of all rows; of rows those that are seen. Any number
    /// of threads gives the same bits.
    pub fn after_one_step(&self, tensor: &str) -> Vec<f32> {
        let all = [1, 2, 3, 8].map(|threads| {
            let mut session = self.session(threads);
            step(&mut session, &vec![0.5; self.knobs.len()]);
            read(&session, tensor)
        });
        for values in &all {
            assert!(bits(values) == bits(&all[0]), "threads change the bits of {tensor}");
        }
        all[0].clone()
    }
}

/// seen.NAME ← seen.NAME + the rows.
fn keep(name: &str) -> Value {
    json!({ "op": "update", "weight": format!("seen.{name}"), "x": "x", "delta": name,
        "reduction": "sum", "scale": -1.0, "weightDecay": 0.0,
        "optimizer": { "kind": "sgd", "learningRate": 1.0, "momentum": 0.0, "nesterov": false } })
}

/// One step over all examples; its metrics.
pub fn step(session: &mut Session, knobs: &[f32]) -> Vec<f64> {
    let all: Vec<u32> = (0..ROWS as u32).collect();
    session.run("train", &data(), &all, knobs).expect("a run")
}

pub fn read(session: &Session, tensor: &str) -> Vec<f32> {
    session.read(tensor).or_else(|_| session.read(&format!("seen.{tensor}"))).expect("a tensor").1
}

pub fn label(example: usize) -> usize {
    example % CLASSES
}

pub fn data() -> DataSet {
    let inputs = (0..ROWS * ROWS).map(|at| f32::from(at % (ROWS + 1) == 0)).collect();
    let labels = (0..ROWS).map(|example| label(example) as u32).collect();
    let targets = Targets::Labels { labels, classes: CLASSES };
    DataSet::new(Inputs::F32(inputs), ROWS, targets).expect("data")
}

pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}
