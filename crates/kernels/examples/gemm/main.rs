//! Times each product at 1500 × 1500 with its epilogue fused, four matrices in rotation so that
//! none is hot, against the ceiling measured in the same run. `npm run bench -- gemm` runs it.
//!
//! `cargo run --release -p feedalign-kernels --example gemm -- THREADS SECONDS BATCH… [f32|bf16]`
//!
//! One JSON line per batch and product.

use std::time::Instant;

use feedalign_kernels::{Pool, memory::Arena, peak};

mod half;
mod single;

const WIDTH: usize = 1500;
const STRIDE: usize = 1520;
const MATRICES: usize = 4;
const JOBS: [&str; 3] = ["forward", "project", "update"];

/// What a precision brings to the benchmark.
trait Products: Sync {
    const PRECISION: &'static str;
    fn new(rows: usize) -> Self;
    fn kernel(&self) -> &'static str;
    fn spin(&self, accumulators: usize, iterations: usize) -> u64;
    /// One of [`JOBS`] on one of the matrices.
    fn run(&self, pool: &mut Pool, job: &str, matrix: usize);
}

/// A product at a batch, and the seconds that each round took.
struct Case<'a, P> {
    products: &'a P,
    rows: usize,
    job: &'static str,
    seconds: Vec<f64>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<usize> = arguments.iter().filter_map(|text| text.parse().ok()).collect();
    let [threads, seconds, batches @ ..] = &numbers[..] else {
        panic!("give THREADS, SECONDS and at least one BATCH");
    };
    if arguments.iter().any(|text| text == "bf16") {
        bench::<half::Buffers>(*threads, *seconds as f64, batches);
    } else {
        bench::<single::Buffers>(*threads, *seconds as f64, batches);
    }
}

fn bench<P: Products>(threads: usize, seconds: f64, batches: &[usize]) {
    let mut pool = Pool::new(threads).expect("threads");
    let products: Vec<_> = batches.iter().map(|rows| (P::new(*rows), *rows)).collect();
    let mut cases: Vec<_> = products
        .iter()
        .flat_map(|(products, rows)| {
            JOBS.map(|job| Case { products, rows: *rows, job, seconds: vec![] })
        })
        .collect();
    let ceiling = measure(&mut pool, &mut cases, seconds);
    for case in &mut cases {
        report(case, threads, ceiling);
    }
}

/// Runs all cases in turn until the time is over; returns the ceiling, in FLOP/s, the best of
/// what stands between the rounds.
fn measure<P: Products>(pool: &mut Pool, cases: &mut [Case<P>], seconds: f64) -> f64 {
    let start = Instant::now();
    let mut ceiling = 0f64;
    while start.elapsed().as_secs_f64() < seconds {
        let peaks = std::sync::Mutex::new(0.0);
        let products = cases[0].products;
        pool.run(&|_| {
            let origin = Instant::now();
            let spin = |accumulators, iterations| products.spin(accumulators, iterations);
            let peak = peak::measure(spin, 0.02, || origin.elapsed().as_secs_f64());
            *peaks.lock().expect("no member panics") += peak.flops;
        });
        ceiling = ceiling.max(peaks.into_inner().expect("no member panics"));
        for case in &mut *cases {
            for round in 0..2 * MATRICES {
                let start = Instant::now();
                case.products.run(pool, case.job, round % MATRICES);
                case.seconds.push(start.elapsed().as_secs_f64());
            }
        }
    }
    ceiling
}

fn report<P: Products>(case: &mut Case<P>, threads: usize, ceiling: f64) {
    case.seconds.sort_by(f64::total_cmp);
    let Case { products, rows, job, seconds } = case;
    let work = (2 * *rows * WIDTH * WIDTH) as f64;
    let best = work / seconds[0];
    let median = work / seconds[seconds.len() / 2];
    println!(
        "{{\"bench\":\"gemm\",\"job\":\"{job}\",\"m\":{rows},\"n\":{WIDTH},\"k\":{WIDTH},\
         \"precision\":\"{}\",\"threads\":{threads},\"kernel\":\"{}\",\
         \"gflops\":{:.1},\"ceilingGflops\":{:.1},\"ofCeiling\":{:.4},\
         \"medianOfCeiling\":{:.4},\"rounds\":{}}}",
        P::PRECISION,
        products.kernel(),
        best / 1e9,
        ceiling / 1e9,
        best / ceiling,
        median / ceiling,
        seconds.len(),
    );
}

/// `words` numbers of 4 bytes that are none of them special, as floats.
fn fill(arena: &mut Arena, words: usize) -> *mut f32 {
    let start = arena.words(words).expect("memory").as_ptr();
    // SAFETY: the arena gave that many words.
    let values = unsafe { std::slice::from_raw_parts_mut(start, words) };
    for (i, value) in values.iter_mut().enumerate() {
        *value = ((i % 97) as f32 - 48.0) * 1e-3;
    }
    start
}
