//! Times each product at 1500 × 1500 with its epilogue fused, four matrices in rotation so that
//! none is hot, against the ceiling measured in the same run. `npm run bench -- gemm` runs it.
//!
//! `cargo run --release -p feedalign-kernels --example gemm -- THREADS SECONDS BATCH… [f32|bf16]`
//!
//! One JSON line per batch and product.

use std::sync::Mutex;
use std::time::Instant;

use feedalign_kernels::{Pool, clock, memory::Arena, peak};

mod half;
mod report;
mod single;

use report::{Ceiling, Rates};

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

/// A product at a batch.
struct Case<'a, P> {
    products: &'a P,
    rows: usize,
    job: &'static str,
    rates: Rates,
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
            JOBS.map(|job| Case { products, rows: *rows, job, rates: Rates::default() })
        })
        .collect();
    let ceilings = measure(&mut pool, &mut cases, seconds);
    for Case { products, rows, job, rates } in &cases {
        let kernel = products.kernel();
        let what = format!(
            "\"job\":\"{job}\",\"m\":{rows},\"n\":{WIDTH},\"k\":{WIDTH},\"precision\":\"{}\",\
             \"threads\":{threads},\"kernel\":\"{kernel}\"",
            P::PRECISION
        );
        println!("{}", report::line(&what, rates, &ceilings, threads));
    }
}

/// Runs all cases in turn until the time is over, then those that are not stable for at most half
/// as long again; returns the ceilings that stand before the rounds.
fn measure<P: Products>(pool: &mut Pool, cases: &mut [Case<P>], seconds: f64) -> Vec<Ceiling> {
    let start = Instant::now();
    let mut ceilings = vec![];
    loop {
        let past = start.elapsed().as_secs_f64();
        let moving = |case: &Case<P>| past < seconds || !case.rates.stable();
        if past >= 1.5 * seconds || !cases.iter().any(moving) {
            return ceilings;
        }
        ceilings.push(ceiling(pool, cases[0].products));
        for case in cases.iter_mut().filter(|case| moving(case)) {
            let work = (2 * case.rows * WIDTH * WIDTH) as f64;
            for matrix in 0..2 * MATRICES {
                let start = Instant::now();
                case.products.run(pool, case.job, matrix % MATRICES);
                case.rates.push(ceilings.len() - 1, work / start.elapsed().as_secs_f64());
            }
        }
    }
}

fn ceiling<P: Products>(pool: &mut Pool, products: &P) -> Ceiling {
    let all = Mutex::new(Ceiling::default());
    pool.run(&|_| {
        let origin = Instant::now();
        let now = || origin.elapsed().as_secs_f64();
        let spin = |accumulators, iterations| products.spin(accumulators, iterations);
        let peak = peak::measure(spin, 0.02, now);
        let hertz = clock::hertz(now);
        all.lock().expect("no member panics").add(peak.flops, hertz);
    });
    all.into_inner().expect("no member panics")
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
