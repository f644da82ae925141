//! Turns at the cores: never more at work than there are, nobody passed over.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use feedalign_kernels::Pool;
use feedalign_kernels::cores::Cores;

#[test]
fn those_who_want_little_hold_their_cores_together() {
    let cores = Cores::new(3);
    let both = [cores.take(1), cores.take(2)];
    drop(both);
    drop(cores.take(3));
}

#[test]
fn who_wants_more_than_there_is_gets_all() {
    let cores = Cores::new(2);
    drop(cores.take(1000));
    drop(cores.take(2));
}

#[test]
fn no_more_cores_are_had_than_there_are() {
    let (cores, had) = (Cores::new(4), AtomicUsize::new(0));
    thread::scope(|scope| {
        for wanted in [1, 2, 3, 4, 7] {
            let (cores, had) = (&cores, &had);
            scope.spawn(move || {
                for _ in 0..500 {
                    let _turn = cores.take(wanted);
                    let held = wanted.min(4);
                    assert!(had.fetch_add(held, Ordering::Relaxed) + held <= 4);
                    thread::yield_now();
                    had.fetch_sub(held, Ordering::Relaxed);
                }
            });
        }
    });
}

#[test]
fn who_wants_many_is_not_passed_over_by_those_who_want_few() {
    let cores = Cores::new(2);
    let order = AtomicUsize::new(0);
    let first = cores.take(1);
    thread::scope(|scope| {
        let many = scope.spawn(|| {
            let _turn = cores.take(2);
            order.fetch_add(1, Ordering::Relaxed)
        });
        while !many.is_finished() && cores.waiting() == 0 {
            thread::yield_now();
        }
        let few = scope.spawn(|| {
            let _turn = cores.take(1);
            order.fetch_add(1, Ordering::Relaxed)
        });
        while !few.is_finished() && cores.waiting() < 2 {
            thread::yield_now();
        }
        drop(first);
        assert_eq!(many.join().expect("a turn"), 0);
        assert_eq!(few.join().expect("a turn"), 1);
    });
}

#[test]
fn pools_of_all_cores_take_turns_and_each_run_is_whole() {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (start, at_work) = (Barrier::new(3), AtomicUsize::new(0));
    thread::scope(|scope| {
        for pool in 0..3 {
            let (start, at_work) = (&start, &at_work);
            scope.spawn(move || {
                let mut own = Pool::new(cores).expect("threads");
                start.wait();
                for _ in 0..200 {
                    own.run(&|member| {
                        if member.index() == 0 {
                            assert_eq!(at_work.swap(pool + 1, Ordering::Relaxed), 0);
                        }
                        member.barrier();
                        assert_eq!(at_work.load(Ordering::Relaxed), pool + 1);
                        member.barrier();
                        if member.index() == 0 {
                            at_work.store(0, Ordering::Relaxed);
                        }
                    });
                }
            });
        }
    });
}
