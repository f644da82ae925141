//! Which of several candidates is fastest, found out at work: the first pieces of it are done by
//! each in turn, and timed. Results do not depend on the choice, so it may be made by a clock.

/// What the trials of one candidate take, on average.
const SECONDS: f64 = 0.1;

/// The trials of `N` candidates at the same kind of work.
pub struct Trials<const N: usize> {
    /// The best rate of each.
    rates: [f64; N],
    turn: usize,
    /// Spent so far.
    seconds: f64,
}

impl<const N: usize> Trials<N> {
    pub const fn new() -> Self {
        Self { rates: [0.0; N], turn: 0, seconds: 0.0 }
    }

    /// Whose turn it is.
    pub fn turn(&self) -> usize {
        self.turn
    }

    pub fn are_over(&self) -> bool {
        self.seconds >= SECONDS * N as f64
    }

    /// Notes what the one whose turn it was took, and goes on to the next.
    pub fn record(&mut self, work: usize, seconds: f64) {
        // A coarse clock may not have moved on.
        if seconds > 0.0 {
            let rate = &mut self.rates[self.turn];
            *rate = rate.max(work as f64 / seconds);
            self.seconds += seconds;
        }
        self.turn = (self.turn + 1) % N;
    }

    /// Of those tried so far; the first, if none was.
    pub fn fastest(&self) -> usize {
        let faster = |best, tile| if self.rates[tile] > self.rates[best] { tile } else { best };
        (0..N).fold(0, faster)
    }
}
