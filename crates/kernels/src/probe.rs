//! Which of two kernels with the same instructions this CPU runs faster: a matter of its ports,
//! which no feature flag tells. Results do not depend on the choice, so it may be made by a clock.

use std::time::{Duration, Instant};

use crate::kernel::{Activation, Epilogue, Forward, Kernel, LANES};
use crate::panels;

const ROWS: usize = 16;
const INNER: usize = 1024;
/// Rows an odd number of cache lines apart, as everywhere.
const STRIDE: usize = INNER + LANES;
const COLUMNS: usize = 2 * LANES;
/// Products timed at once, and how often: about half a millisecond a kernel.
const PRODUCTS: usize = 8;
const ROUNDS: usize = 8;
/// The challenger has to win by more than the clock's noise.
const MARGIN: f64 = 0.92;

/// Whether `challenger` takes clearly less time than `holder` for a product out of the second
/// cache, as those of a training step are.
pub fn wins(challenger: &dyn Kernel, holder: &dyn Kernel) -> bool {
    let mut best = [Duration::MAX; 2];
    for _ in 0..ROUNDS {
        for (best, kernel) in best.iter_mut().zip([challenger, holder]) {
            *best = time(kernel).min(*best);
        }
    }
    best[0].as_secs_f64() < MARGIN * best[1].as_secs_f64()
}

fn time(kernel: &dyn Kernel) -> Duration {
    let x = vec![0.5; ROWS * STRIDE];
    let weight = vec![0.5; panels::len(INNER, COLUMNS)];
    let mut y = vec![0.0; ROWS * COLUMNS];
    let job = Forward {
        x: x.as_ptr(),
        x_stride: STRIDE,
        weight: weight.as_ptr(),
        y: y.as_mut_ptr(),
        y_stride: COLUMNS,
        rows: ROWS,
        inner: INNER,
        columns: COLUMNS,
        accumulate: false,
        epilogue: Epilogue::Activate { bias: core::ptr::null(), activation: Activation::Identity },
    };
    let start = Instant::now();
    for _ in 0..PRODUCTS {
        // SAFETY: the buffers hold the shapes stated.
        unsafe { kernel.forward(&job, 0..kernel.forward_units(&job)) }
    }
    start.elapsed()
}
