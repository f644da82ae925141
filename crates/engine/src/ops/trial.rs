//! Ops run once on tensors of given values: what their tests look through.

use feedalign_kernels::{Kernel, Pool, dispatch};
use serde_json::{Value, json};

use crate::dataset::{DataSet, Inputs, Targets};
use crate::error::Result;
use crate::plan::{Lowering, Step};
use crate::program::Program;
use crate::tensors::{Form, Tensors};

pub const SEED: u64 = 5;
/// Steps before the one that is run.
pub const NUMBER: u64 = 3;

#[derive(Clone)]
pub struct Trial {
    pub precision: &'static str,
    tensors: Vec<Value>,
    ops: Vec<Value>,
    given: Vec<(String, Vec<f32>)>,
}

impl Trial {
    pub fn new(ops: Vec<Value>) -> Self {
        Self { precision: "f32", tensors: vec![], ops, given: vec![] }
    }

    /// With a tensor of zeros.
    pub fn tensor(mut self, name: &str, role: &str, shape: &[usize]) -> Self {
        self.tensors.push(json!({ "name": name, "role": role, "shape": shape, "grid": "f32",
            "init": { "kind": "zeros" }, "structure": { "kind": "dense" } }));
        self
    }

    /// The last tensor, of a structure.
    pub fn structure(mut self, structure: &Value) -> Self {
        let last = self.tensors.last_mut().expect("a tensor");
        last["structure"] = structure.clone();
        self
    }

    pub fn rows(self, name: &str, width: usize) -> Self {
        self.tensor(name, "rows", &[width])
    }

    /// The last tensor, of those row-major values.
    pub fn of(mut self, values: &[f32]) -> Self {
        let last = self.tensors.last().expect("a tensor");
        let name = last["name"].as_str().expect("a name").to_owned();
        self.given.push((name, values.to_vec()));
        self
    }

    /// With one more op.
    pub fn then(mut self, op: Value) -> Self {
        self.ops.push(op);
        self
    }

    fn program(&self, batch: usize) -> Program {
        let phase = json!({ "name": "only", "advances": true, "knobs": [], "metrics": [],
            "ops": self.ops });
        let program = json!({ "format": 1, "precision": self.precision, "batch": batch,
            "tensors": self.tensors, "phases": [phase] });
        serde_json::from_value(program).expect("a Program")
    }

    /// Row-major values of tensors after a step of `rows`, the same bits on every kernel and for
    /// each count of threads.
    pub fn run(&self, rows: usize, names: &[&str]) -> Vec<Vec<f32>> {
        let kernels = dispatch::available();
        let reference = self.run_on(&**kernels.last().expect("generic"), 1, rows, names);
        let reference = reference.expect("runs");
        for kernel in &kernels {
            for threads in 1..=3 {
                let found = self.run_on(&**kernel, threads, rows, names).expect("runs");
                for (name, (found, reference)) in names.iter().zip(found.iter().zip(&reference)) {
                    let what = format!("{name}, {} on {threads}, {rows} rows", kernel.name());
                    assert_eq!(bits(found), bits(reference), "{what}");
                }
            }
        }
        reference
    }

    /// Why the ops are refused.
    pub fn refused(&self) -> String {
        let kernel = dispatch::available().swap_remove(0);
        let error = self.run_on(&*kernel, 1, 1, &[]).expect_err("is refused");
        error.to_string()
    }

    fn run_on(
        &self,
        kernel: &dyn Kernel,
        threads: usize,
        rows: usize,
        names: &[&str],
    ) -> Result<Vec<Vec<f32>>> {
        let program = self.program(rows.max(1));
        let mut pool = Pool::new(threads).expect("threads");
        let mut tensors = Tensors::new(&program, SEED, &mut pool)?;
        for (name, values) in &self.given {
            write(&mut tensors, name, values);
        }
        let batch = program.batch as usize;
        let plan = Lowering::plan(&program.phases[0], &mut tensors, batch, threads)?;
        let targets = Targets::Labels { labels: vec![0], classes: 1 };
        let data = DataSet::new(Inputs::F32(vec![0.0]), 1, targets).expect("data");
        let half = dispatch::half(kernel);
        let step = Step {
            seed: SEED,
            number: NUMBER,
            rows,
            examples: &vec![0; rows],
            data: &data,
            knobs: &[],
            knobs_before: None,
            metrics: std::ptr::null_mut(),
            kernel,
            half: &*half,
        };
        pool.run(&|member| plan.run(&step, member));
        Ok(names.iter().map(|name| read(&tensors, name, rows)).collect())
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn write(tensors: &mut Tensors, name: &str, values: &[f32]) {
    let id = tensors.find(name).expect("a tensor");
    let Form::Rows { width, stride } = tensors.form(id) else {
        return tensors.write(id, values);
    };
    for (row, values) in values.chunks(width).enumerate() {
        // SAFETY: nothing runs; the row is there.
        unsafe {
            let to = tensors.f32(id).add(row * stride);
            std::ptr::copy_nonoverlapping(values.as_ptr(), to, width);
        }
    }
}

fn read(tensors: &Tensors, name: &str, rows: usize) -> Vec<f32> {
    let id = tensors.find(name).expect("a tensor");
    let Form::Rows { width, stride } = tensors.form(id) else {
        return tensors.read(id).expect("memory");
    };
    let row = |row: usize| {
        // SAFETY: nothing runs; the row is there.
        unsafe { std::slice::from_raw_parts(tensors.f32(id).add(row * stride), width) }
    };
    (0..rows).flat_map(row).copied().collect()
}

/// Reproducible values in (−1, 1).
pub fn values(len: usize, seed: u32) -> Vec<f32> {
    let mut values = vec![0.0; len];
    let draws = crate::random::Draws::new(9, crate::program::Stream::Noise, 0, seed);
    draws.uniform(1.0, 0, &mut values);
    values
}

/// All within 2e-5, relative to the larger of 1 and the value.
pub fn assert_near(found: &[f32], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (f64::from(*found) - expected).abs();
        let bound = 2e-5 * expected.abs().max(1.0);
        assert!(error <= bound, "{what}: {at}: {found} is not {expected}");
    }
}
