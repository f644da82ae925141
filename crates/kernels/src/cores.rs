//! Turns at the cores of this process: pools that together want more cores than there are run one
//! after the other.
//!
//! Two pools of two threads on two cores would take each other's cores at every barrier, and spin
//! for members that do not run. In turns each has its cores, and its operands in their caches.

use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

/// Cores to be had, in the order of asking.
#[derive(Debug)]
pub struct Cores {
    total: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    free: usize,
    /// Number of the next who asks.
    next: u64,
    /// Number of who is to be served; those after wait, however little they want.
    serving: u64,
}

/// Cores had, until dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    cores: &'a Cores,
    held: usize,
}

impl Cores {
    /// `total` cores, at least one.
    #[must_use]
    pub fn new(total: usize) -> Self {
        let total = total.max(1);
        let state = Mutex::new(State { free: total, next: 0, serving: 0 });
        Self { total, state, changed: Condvar::new() }
    }

    /// Those that this process may use.
    pub fn of_process() -> &'static Self {
        static CORES: OnceLock<Cores> = OnceLock::new();
        CORES.get_or_init(|| Self::new(thread::available_parallelism().map_or(1, usize::from)))
    }

    /// Waits for `wanted` cores, or for all where more are wanted. Who holds some must not ask
    /// for more: both would wait for ever.
    pub fn take(&self, wanted: usize) -> Turn<'_> {
        let held = wanted.min(self.total);
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        while state.serving != number || state.free < held {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.serving += 1;
        state.free -= held;
        drop(state);
        // The next in line may want no more than is left.
        self.changed.notify_all();
        Turn { cores: self, held }
    }

    /// How many wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        let state = self.lock();
        state.next - state.serving
    }

    /// Nothing panics while it is held, so its numbers are right even if it is said to be poisoned.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.cores.lock().free += self.held;
        self.cores.changed.notify_all();
    }
}
