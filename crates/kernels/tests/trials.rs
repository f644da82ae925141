//! Of several candidates the fastest is chosen at work.

#[allow(dead_code)]
#[path = "../src/trials.rs"]
mod trials;

use trials::Trials;

#[test]
fn candidates_take_turns_until_their_time_is_over() {
    let mut trials = Trials::<3>::new();
    let mut turns = vec![];
    while !trials.are_over() {
        turns.push(trials.turn());
        trials.record(1, 0.0625);
    }
    assert_eq!(turns, [0, 1, 2, 0, 1]);
}

#[test]
fn the_best_rate_decides_not_the_last() {
    let mut trials = Trials::<2>::new();
    for (work, seconds) in [(100, 0.01), (90, 0.01), (10, 0.01), (95, 0.01)] {
        trials.record(work, seconds);
    }
    assert_eq!(trials.fastest(), 0);
    trials.record(1, 0.01);
    trials.record(101, 0.01);
    assert_eq!(trials.fastest(), 1);
}

#[test]
fn the_first_stands_until_another_was_faster() {
    let mut trials = Trials::<2>::new();
    assert_eq!(trials.fastest(), 0);
    // A clock that did not move tells nothing.
    trials.record(5, 0.01);
    trials.record(5, 0.0);
    assert_eq!(trials.fastest(), 0);
}
