//! The loops in turn on every thread, and how fast each was.

use std::time::Instant;

use super::loops;

/// Some 0.1 ms of work.
const ITERATIONS: usize = 25_000;
const FLOP: f64 = (ITERATIONS * 12 * 16 * 2) as f64;
const SECONDS: f64 = 4.0;
/// What a loop does, and the loop.
type Loop = (&'static str, unsafe fn(usize));
const LOOPS: [Loop; 3] = [
    ("multiply-adds alone", loops::alone),
    ("one more instruction each", loops::with_one),
    ("two", loops::with_two),
];

pub fn print() {
    assert!(std::arch::is_x86_feature_detected!("avx512f"), "this needs a core with AVX-512");
    let threads = std::env::args().nth(1).map_or(1, |text| text.parse().expect("THREADS"));
    let members: Vec<_> = (0..threads).map(|_| std::thread::spawn(sample)).collect();
    for (thread, member) in members.into_iter().enumerate() {
        for ((name, _), mut rates) in LOOPS.iter().zip(member.join().expect("no thread panics")) {
            rates.sort_by(f64::total_cmp);
            let at = |share: f64| rates[(share * (rates.len() - 1) as f64) as usize];
            let [best, median, low] = [at(1.0), at(0.5), at(0.1)];
            println!(
                "thread {thread}, {name:26} best {best:5.0} GFLOP/s, median {median:5.0}, \
                 a tenth below {low:5.0}"
            );
        }
    }
}

/// The loops in turn until the time is over: the rates of each, in GFLOP/s.
fn sample() -> [Vec<f64>; 3] {
    let mut rates = [vec![], vec![], vec![]];
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < SECONDS {
        for (rates, (_, spin)) in rates.iter_mut().zip(LOOPS) {
            let start = Instant::now();
            // SAFETY: AVX-512 is there.
            unsafe { spin(ITERATIONS) };
            rates.push(FLOP / start.elapsed().as_secs_f64() / 1e9);
        }
    }
    rates
}
