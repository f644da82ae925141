//! Which tile is fastest here: the first large products of a process are done with each in turn,
//! and timed. A probe when the module is loaded would time what an engine runs at first, a quick
//! translation that it replaces once code is hot; and here a trial costs nothing but what the
//! slower tiles lose.

use std::sync::{Mutex, OnceLock, PoisonError};

use super::kernel::Tile;
use super::set::TILES;
use crate::trials::Trials;

/// Smaller products are over before a clock can tell.
const MULTIPLY_ADDS: usize = 2_000_000;

static CLOCK: OnceLock<fn() -> f64> = OnceLock::new();

/// Each has tiles of its own: a tile that wins at one may lose at another.
#[derive(Clone, Copy)]
pub enum Product {
    Forward,
    Project,
    Update,
}

static TRIALS: [Mutex<Trials<{ TILES.len() }>>; 3] = [const { Mutex::new(Trials::new()) }; 3];

/// Gives the trials a clock, in seconds from any origin; without one the first tile is used.
pub fn set_clock(clock: fn() -> f64) {
    // A second call changes nothing.
    CLOCK.get_or_init(|| clock);
}

/// Does a product of a size with the fastest tile, or with one that is to be tried.
pub fn run(product: Product, multiply_adds: usize, work: impl FnOnce(&Tile)) {
    let mut trials = TRIALS[product as usize].lock().unwrap_or_else(PoisonError::into_inner);
    match CLOCK.get() {
        Some(clock) if multiply_adds >= MULTIPLY_ADDS && !trials.are_over() => {
            let tile = trials.turn();
            let start = clock();
            work(&TILES[tile]);
            trials.record(multiply_adds, clock() - start);
        }
        _ => work(&TILES[trials.fastest()]),
    }
}
