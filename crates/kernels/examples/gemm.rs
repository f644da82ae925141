//! The tool to tune kernels with: per cent of the measured ceiling for each product at
//! 1500 × 1500, four matrices in rotation so that none is hot.
//!
//! `cargo run --release -p feedalign-kernels --example gemm [THREADS]`

use std::time::Instant;

use feedalign_kernels::{
    Activation, Epilogue, Forward, Gate, Kernel, Pool, Project, Sgd, Update, dispatch,
    memory::Arena, panels, peak,
};

const WIDTH: usize = 1500;
const STRIDE: usize = 1520;
const MATRICES: usize = 4;

fn main() {
    let threads = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1);
    let kernel = dispatch::from_environment().expect("kernel");
    let mut pool = Pool::new(threads).expect("threads");
    let origin = Instant::now();
    let peak = peak::measure(&*kernel, 1.0, || origin.elapsed().as_secs_f64());
    let ceiling = peak.flops * threads as f64;
    println!(
        "{} ceiling {:.1} GFLOP/s on one thread ({} accumulators), {threads} threads",
        kernel.name(),
        peak.flops / 1e9,
        peak.accumulators
    );
    for rows in [32, 64, 128, 256] {
        let mut buffers = Buffers::new(rows);
        for job in ["forward", "project", "update"] {
            let mut best = f64::MAX;
            for round in 0..60 {
                let start = Instant::now();
                buffers.run(&*kernel, &mut pool, job, round % MATRICES);
                best = best.min(start.elapsed().as_secs_f64());
            }
            let rate = (2 * rows * WIDTH * WIDTH) as f64 / best;
            println!(
                "{rows:4} {job:8} {:6.1} GFLOP/s {:5.1} %",
                rate / 1e9,
                rate / ceiling * 100.0
            );
        }
    }
}

struct Buffers {
    rows: usize,
    weights: Vec<*mut f32>,
    x: *mut f32,
    y: *mut f32,
    delta_t: *mut f32,
    bias: *mut f32,
    _arena: Arena,
}

impl Buffers {
    fn new(rows: usize) -> Self {
        let mut arena = Arena::new();
        let mut fill = |len: usize| {
            let start = arena.words(len).expect("memory").as_ptr();
            // SAFETY: the arena gave that many words.
            let words = unsafe { std::slice::from_raw_parts_mut(start, len) };
            for (i, word) in words.iter_mut().enumerate() {
                *word = ((i % 97) as f32 - 48.0) * 1e-3;
            }
            start
        };
        Self {
            rows,
            weights: (0..MATRICES).map(|_| fill(panels::len(WIDTH, WIDTH))).collect(),
            x: fill(rows * STRIDE),
            y: fill(rows * STRIDE),
            delta_t: fill(WIDTH * rows.next_multiple_of(16)),
            bias: fill(STRIDE),
            _arena: arena,
        }
    }

    fn run(&mut self, kernel: &dyn Kernel, pool: &mut Pool, job: &str, matrix: usize) {
        let (rows, inner, columns) = (self.rows, WIDTH, WIDTH);
        let activation = Activation::Tanh;
        let forward = Forward {
            x: self.x,
            x_stride: STRIDE,
            weight: self.weights[matrix],
            y: self.y,
            y_stride: STRIDE,
            rows,
            inner,
            columns,
            accumulate: false,
            epilogue: Epilogue::Activate { bias: self.bias, activation },
        };
        let project = Project {
            delta_t: self.delta_t,
            delta_stride: rows.next_multiple_of(16),
            matrix: self.weights[matrix],
            y: self.y,
            y_stride: STRIDE,
            rows,
            inner,
            columns,
            accumulate: false,
            gate: Some(Gate { h: self.x, h_stride: STRIDE, activation }),
        };
        let update = Update {
            x: self.x,
            x_stride: STRIDE,
            delta: self.y,
            delta_stride: STRIDE,
            weight: self.weights[matrix],
            velocity: std::ptr::null_mut(),
            rows,
            inner,
            columns,
            sgd: Sgd { learning_rate: 1e-6, scale: 1.0, momentum: 0.0, weight_decay: 0.0 },
        };
        let jobs = Jobs { forward, project, update };
        let name = job.to_owned();
        pool.run(&|member| {
            let jobs = &jobs;
            // SAFETY: the buffers hold the shapes stated and members split the units.
            unsafe {
                match name.as_str() {
                    "forward" => {
                        let units = kernel.forward_units(&jobs.forward);
                        kernel.forward(&jobs.forward, member.split(units));
                    }
                    "project" => {
                        let units = kernel.project_units(&jobs.project);
                        kernel.project(&jobs.project, member.split(units));
                    }
                    _ => {
                        let units = kernel.update_units(&jobs.update);
                        kernel.update(&jobs.update, member.split(units));
                    }
                }
            }
        });
    }
}

struct Jobs {
    forward: Forward,
    project: Project,
    update: Update,
}

// SAFETY: the pointers are to buffers that outlive the run.
unsafe impl Sync for Jobs {}
