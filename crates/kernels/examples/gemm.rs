//! Times each product at 1500 × 1500 with its epilogue fused, four matrices in rotation so that
//! none is hot, against the ceiling measured in the same run. `npm run bench -- gemm` runs it.
//!
//! `cargo run --release -p feedalign-kernels --example gemm -- THREADS SECONDS BATCH…`
//!
//! One JSON line per batch and product.

use std::time::Instant;

use feedalign_kernels::{
    Activation, Epilogue, Forward, Gate, Kernel, Pool, Project, Sgd, Update, dispatch,
    memory::Arena, panels, peak,
};

const WIDTH: usize = 1500;
const STRIDE: usize = 1520;
const MATRICES: usize = 4;
const JOBS: [&str; 3] = ["forward", "project", "update"];

/// A product at a batch, and the seconds that each round took.
struct Case {
    buffers: Buffers,
    job: &'static str,
    seconds: Vec<f64>,
}

fn main() {
    let numbers: Vec<usize> =
        std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let [threads, seconds, batches @ ..] = &numbers[..] else {
        panic!("give THREADS, SECONDS and at least one BATCH");
    };
    let kernel = dispatch::from_environment().expect("kernel");
    let mut pool = Pool::new(*threads).expect("threads");
    let mut cases: Vec<Case> = batches
        .iter()
        .flat_map(|rows| {
            JOBS.map(|job| Case { buffers: Buffers::new(*rows), job, seconds: vec![] })
        })
        .collect();
    let start = Instant::now();
    let ceiling = measure(&*kernel, &mut pool, &mut cases, start, *seconds as f64);
    for case in &mut cases {
        report(case, kernel.name(), *threads, ceiling);
    }
}

/// Runs all cases in turn until the time is over; returns the ceiling, in FLOP/s, the best of
/// what stands between the rounds.
fn measure(
    kernel: &dyn Kernel,
    pool: &mut Pool,
    cases: &mut [Case],
    start: Instant,
    seconds: f64,
) -> f64 {
    let mut ceiling = 0f64;
    while start.elapsed().as_secs_f64() < seconds {
        let peaks = std::sync::Mutex::new(0.0);
        pool.run(&|_| {
            let origin = Instant::now();
            let peak = peak::measure(kernel, 0.02, || origin.elapsed().as_secs_f64());
            *peaks.lock().expect("no member panics") += peak.flops;
        });
        ceiling = ceiling.max(peaks.into_inner().expect("no member panics"));
        for case in &mut *cases {
            for round in 0..2 * MATRICES {
                let start = Instant::now();
                case.buffers.run(kernel, pool, case.job, round % MATRICES);
                case.seconds.push(start.elapsed().as_secs_f64());
            }
        }
    }
    ceiling
}

fn report(case: &mut Case, kernel: &str, threads: usize, ceiling: f64) {
    case.seconds.sort_by(f64::total_cmp);
    let rows = case.buffers.rows;
    let work = (2 * rows * WIDTH * WIDTH) as f64;
    let best = work / case.seconds[0];
    let median = work / case.seconds[case.seconds.len() / 2];
    let job = case.job;
    println!(
        "{{\"bench\":\"gemm\",\"job\":\"{job}\",\"m\":{rows},\"n\":{WIDTH},\"k\":{WIDTH},\
         \"precision\":\"f32\",\"threads\":{threads},\"kernel\":\"{kernel}\",\
         \"gflops\":{:.1},\"ceilingGflops\":{:.1},\"ofCeiling\":{:.4},\
         \"medianOfCeiling\":{:.4},\"rounds\":{}}}",
        best / 1e9,
        ceiling / 1e9,
        best / ceiling,
        median / ceiling,
        case.seconds.len(),
    );
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
