//! Threads that run one function together, each on its share.
//!
//! A training run enters the pool once and stays for many steps; between the ops of a step the
//! members meet at a barrier that costs a fraction of a microsecond. So helpers spin briefly where
//! work is near, and park where it is not: an idle pool uses no CPU.

use std::any::Any;
use std::cell::UnsafeCell;
use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

use crate::cores::Cores;

/// Turns of a waiting loop before a member gives its core away: some 50 µs.
const SPINS: usize = 2_000;

type Job = *const (dyn Fn(&Member) + Sync);

/// What the members share.
struct Shared {
    threads: usize,
    /// Counts runs; a helper that sees a new number runs `job`.
    run: AtomicUsize,
    /// Helpers that have not finished the run.
    running: AtomicUsize,
    stop: AtomicBool,
    /// A member panicked: barriers must let go.
    poisoned: AtomicBool,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    arrived: AtomicUsize,
    /// Counts barriers passed.
    passed: AtomicUsize,
    job: UnsafeCell<Option<Job>>,
}

// SAFETY: `job` is written by `Pool::run` alone, while no helper reads it: before `run` is
// advanced (release) and after `running` has come back to zero (acquire).
unsafe impl Sync for Shared {}
// SAFETY: the pointer in `job` is used only between those two points, while its referent lives.
unsafe impl Send for Shared {}

/// A thread's place in a run.
pub struct Member<'a> {
    index: usize,
    shared: &'a Shared,
}

impl Member<'_> {
    /// 0 to threads − 1; 0 is the thread that called `run`.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    #[must_use]
    pub fn threads(&self) -> usize {
        self.shared.threads
    }

    /// This member's part of 0..units: even, contiguous, the same at every call.
    #[must_use]
    pub fn split(&self, units: usize) -> Range<usize> {
        units * self.index / self.threads()..units * (self.index + 1) / self.threads()
    }

    /// Waits until every member has come here; what any wrote before, all see after.
    ///
    /// # Panics
    /// If another member panicked, so that nobody waits for ever.
    pub fn barrier(&self) {
        let shared = self.shared;
        if shared.threads == 1 {
            return;
        }
        let passed = shared.passed.load(Ordering::Relaxed);
        if shared.arrived.fetch_add(1, Ordering::AcqRel) + 1 == shared.threads {
            shared.arrived.store(0, Ordering::Relaxed);
            shared.passed.store(passed.wrapping_add(1), Ordering::Release);
            return;
        }
        wait_until(|| {
            assert!(
                !shared.poisoned.load(Ordering::Relaxed),
                "another member of the pool panicked"
            );
            shared.passed.load(Ordering::Acquire) != passed
        });
    }
}

/// Spins, then lets others have the core between looks.
fn wait_until(ready: impl Fn() -> bool) {
    let mut turns = 0;
    while !ready() {
        if turns < SPINS {
            turns += 1;
            std::hint::spin_loop();
        } else {
            thread::yield_now();
        }
    }
}

/// The calling thread and `threads − 1` helpers.
pub struct Pool {
    shared: Arc<Shared>,
    helpers: Vec<JoinHandle<()>>,
}

impl Pool {
    /// # Errors
    /// If the operating system refuses a thread.
    pub fn new(threads: usize) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            threads: threads.max(1),
            run: AtomicUsize::new(0),
            running: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            poisoned: AtomicBool::new(false),
            panic: Mutex::new(None),
            arrived: AtomicUsize::new(0),
            passed: AtomicUsize::new(0),
            job: UnsafeCell::new(None),
        });
        let mut pool = Self { shared, helpers: Vec::new() };
        for index in 1..pool.shared.threads {
            let shared = Arc::clone(&pool.shared);
            let helper = thread::Builder::new().name(format!("feedalign-{index}"));
            pool.helpers.push(helper.spawn(move || help(&shared, index))?);
        }
        Ok(pool)
    }

    #[must_use]
    pub fn threads(&self) -> usize {
        self.shared.threads
    }

    /// Runs `job` on every member and returns when all have finished; before that it waits until
    /// there are cores for them (see [`Cores`]). So a job must not run another pool.
    ///
    /// # Panics
    /// With the panic of a member, after all have left.
    pub fn run(&mut self, job: &(dyn Fn(&Member) + Sync)) {
        let _turn = Cores::of_process().take(self.threads());
        let shared = &*self.shared;
        // SAFETY: only the lifetime of the referent changes. No helper runs now (this method has
        // `&mut self` and waits for all before it returns), so nobody reads `job` after it ends.
        #[allow(clippy::transmute_ptr_to_ptr, reason = "a cast cannot extend the lifetime")]
        let erased = unsafe { std::mem::transmute::<*const (dyn Fn(&Member) + Sync), Job>(job) };
        // SAFETY: as above, nobody else touches it now.
        unsafe { *shared.job.get() = Some(erased) };
        shared.running.store(self.helpers.len(), Ordering::Relaxed);
        shared.run.fetch_add(1, Ordering::Release);
        for helper in &self.helpers {
            helper.thread().unpark();
        }
        take_part(shared, 0, job);
        wait_until(|| shared.running.load(Ordering::Acquire) == 0);
        if shared.poisoned.swap(false, Ordering::Relaxed) {
            shared.arrived.store(0, Ordering::Relaxed);
            let first = shared.panic.lock().ok().and_then(|mut panic| panic.take());
            resume_unwind(first.unwrap_or_else(|| Box::new("a member of the pool panicked")));
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.shared.run.fetch_add(1, Ordering::Release);
        for helper in self.helpers.drain(..) {
            helper.thread().unpark();
            let _ = helper.join();
        }
    }
}

/// The life of a helper: wait for a run, take part, until the pool is dropped.
fn help(shared: &Shared, index: usize) {
    let mut seen = 0;
    loop {
        let mut turns = 0;
        while shared.run.load(Ordering::Acquire) == seen {
            if turns < SPINS {
                turns += 1;
                std::hint::spin_loop();
            } else {
                thread::park();
            }
        }
        seen = seen.wrapping_add(1);
        if shared.stop.load(Ordering::Relaxed) {
            return;
        }
        // SAFETY: `run` has advanced, so `job` is set and lives until `running` is zero.
        if let Some(job) = unsafe { *shared.job.get() } {
            take_part(shared, index, unsafe { &*job });
        }
        shared.running.fetch_sub(1, Ordering::Release);
    }
}

/// Runs the job as one member, under IEEE arithmetic, and keeps the first panic.
fn take_part(shared: &Shared, index: usize, job: &(dyn Fn(&Member) + Sync)) {
    let _mode = IeeeMode::enter();
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| job(&Member { index, shared }))) {
        if let Ok(mut first) = shared.panic.lock() {
            first.get_or_insert(panic);
        }
        shared.poisoned.store(true, Ordering::Relaxed);
    }
}

/// Rounding to nearest without flush-to-zero while it lives: the host may have set other modes,
/// and results must not depend on them.
struct IeeeMode {
    #[cfg(target_arch = "x86_64")]
    before: u32,
}

impl IeeeMode {
    #[cfg(target_arch = "x86_64")]
    fn enter() -> Self {
        /// All exceptions masked, round to nearest, no flush-to-zero, no denormals-are-zero.
        static DEFAULT: u32 = 0x1f80;
        let mut before = 0u32;
        // SAFETY: both instructions move the register from and to these four bytes.
        unsafe {
            core::arch::asm!("stmxcsr [{}]", in(reg) &raw mut before, options(nostack));
            core::arch::asm!("ldmxcsr [{}]", in(reg) &raw const DEFAULT, options(nostack));
        }
        Self { before }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn enter() -> Self {
        Self {}
    }
}

#[cfg(target_arch = "x86_64")]
impl Drop for IeeeMode {
    fn drop(&mut self) {
        // SAFETY: restores what `enter` read.
        unsafe {
            core::arch::asm!("ldmxcsr [{}]", in(reg) &raw const self.before, options(nostack));
        }
    }
}
