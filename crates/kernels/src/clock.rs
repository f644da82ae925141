//! The core's clock, as measured here and now: what a ceiling means in instructions a cycle.

/// Links of a chain in one turn of its loop.
const LINKS: u64 = 8;
const TURNS: u64 = 5_000;
/// Whether there is a chain for this instruction set.
const KNOWN: bool = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
/// Chains timed; the first meets code that is not in the cache.
const ROUNDS: usize = 2;

/// Cycles a second while this thread has its core, measured for some 30 µs; `now` returns seconds
/// from any origin. None where there is no chain for the instruction set.
///
/// Wide multiply-adds lower the clock of some cores, and it rises again soon after: so measure it
/// right behind the work that it is to explain, and take the median of several.
pub fn hertz(now: impl Fn() -> f64) -> Option<f64> {
    let mut best = 0f64;
    for _ in 0..ROUNDS {
        let start = now();
        chain();
        best = best.max((LINKS * TURNS) as f64 / (now() - start));
    }
    KNOWN.then_some(best)
}

/// Additions that each wait for the one before: a cycle a link. Of two registers, because some
/// cores carry out additions of constants before execution, several a cycle.
#[cfg(target_arch = "x86_64")]
fn chain() {
    // SAFETY: registers alone.
    unsafe {
        core::arch::asm!(
            "2:",
            "add {sum}, {one}", "add {sum}, {one}", "add {sum}, {one}", "add {sum}, {one}",
            "add {sum}, {one}", "add {sum}, {one}", "add {sum}, {one}", "add {sum}, {one}",
            "dec {turns}",
            "jnz 2b",
            sum = inout(reg) 0u64 => _,
            one = in(reg) 1u64,
            turns = inout(reg) TURNS => _,
            options(nomem, nostack),
        );
    }
}

#[cfg(target_arch = "aarch64")]
fn chain() {
    // SAFETY: registers alone.
    unsafe {
        core::arch::asm!(
            "2:",
            "add {sum}, {sum}, {one}", "add {sum}, {sum}, {one}",
            "add {sum}, {sum}, {one}", "add {sum}, {sum}, {one}",
            "add {sum}, {sum}, {one}", "add {sum}, {sum}, {one}",
            "add {sum}, {sum}, {one}", "add {sum}, {sum}, {one}",
            "subs {turns}, {turns}, #1",
            "b.ne 2b",
            sum = inout(reg) 0u64 => _,
            one = in(reg) 1u64,
            turns = inout(reg) TURNS => _,
            options(nomem, nostack),
        );
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn chain() {}
