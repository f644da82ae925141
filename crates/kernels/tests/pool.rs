//! The pool: everybody runs, barriers order, nobody waits for ever.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use feedalign_kernels::Pool;

#[test]
fn every_member_runs_once_a_run_and_has_its_own_part() {
    let mut pool = Pool::new(3).expect("threads");
    let parts = [const { AtomicUsize::new(0) }; 10];
    for _ in 0..1000 {
        pool.run(&|member| {
            for unit in member.split(parts.len()) {
                parts[unit].fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    assert!(parts.iter().all(|part| part.load(Ordering::Relaxed) == 1000));
}

#[test]
fn a_barrier_shows_everyone_what_was_written_before_it() {
    // More members than cores, so that some wait without one.
    for threads in [2, 8] {
        let mut pool = Pool::new(threads).expect("threads");
        let counter = AtomicUsize::new(0);
        pool.run(&|member| {
            for round in 1..=2_000 {
                counter.fetch_add(1, Ordering::Relaxed);
                member.barrier();
                assert_eq!(counter.load(Ordering::Relaxed), round * threads);
                member.barrier();
            }
        });
    }
}

#[test]
fn a_panic_of_one_member_ends_the_run_and_leaves_the_pool_usable() {
    let mut pool = Pool::new(3).expect("threads");
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        pool.run(&|member| {
            assert!(member.index() != 1, "on purpose");
            member.barrier();
        });
    }));
    assert!(outcome.is_err());
    let count = AtomicUsize::new(0);
    pool.run(&|member| {
        member.barrier();
        count.fetch_add(1, Ordering::Relaxed);
    });
    assert_eq!(count.load(Ordering::Relaxed), 3);
}
