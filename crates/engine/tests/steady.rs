//! In steady state a run allocates nothing, whatever the phase and the length of its last batch.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use feedalign_engine::{DataSet, Inputs, Options, Session, Targets};

/// The system's allocator, counting.
struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);

// SAFETY: hands everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(start, layout, size) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        unsafe { System.dealloc(start, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// 12-20-18-4 under feedback alignment with momentum, batch 16, as the compiler gives it.
const PROGRAM: &str = include_str!("data/small.json");

fn data() -> DataSet {
    let inputs = (0..40 * 12).map(|i| ((i * 37) % 101) as f32 / 50.0 - 1.0).collect();
    let labels = (0..40).map(|i| i % 4).collect();
    let targets = Targets::Labels { labels, classes: 4 };
    DataSet::new(Inputs::F32(inputs), 12, targets).expect("data")
}

#[test]
fn a_run_that_has_been_made_before_allocates_nothing() {
    let program = serde_json::from_str(PROGRAM).expect("a Program");
    let options = Options { threads: 2, seed: 1, kernel: None };
    let mut session = Session::new(program, &options).expect("a session");
    let data = data();
    // Whole batches, and a last one of a row alone.
    let examples: Vec<u32> = (0..33).collect();
    let phases = [("train", vec![0.1; 3]), ("evaluate", vec![]), ("probe", vec![1.0, 0.0, 0.0])];
    let mut metrics = Vec::new();
    let mut round = || {
        for (phase, knobs) in &phases {
            session.run_into(phase, &data, &examples, knobs, &mut metrics).expect("a run");
            assert!(metrics.iter().any(|metric| *metric != 0.0));
        }
    };
    round();
    let before = COUNT.load(Ordering::Relaxed);
    assert!(before > 0);
    for _ in 0..50 {
        round();
    }
    assert_eq!(COUNT.load(Ordering::Relaxed), before);
}
