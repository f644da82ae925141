//! The core's clock, as measured here and now: what a ceiling means in instructions a cycle.

/// Links of a chain between two looks at the time.
const LINKS: u64 = 8;
const TURNS: u64 = 100_000;

/// Cycles a second while this thread has its core, the best of about `seconds`; `now` returns
/// seconds from any origin. None where there is no chain for the instruction set.
pub fn hertz(seconds: f64, now: impl Fn() -> f64) -> Option<f64> {
    let mut best = 0f64;
    let end = now() + seconds;
    while now() < end {
        let start = now();
        chain()?;
        best = best.max((LINKS * TURNS) as f64 / (now() - start));
    }
    (best > 0.0).then_some(best)
}

/// Additions that each wait for the one before: a cycle a link. Of two registers, because some
/// cores carry out additions of constants before execution, several a cycle.
#[cfg(target_arch = "x86_64")]
fn chain() -> Option<()> {
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
    Some(())
}

#[cfg(target_arch = "aarch64")]
fn chain() -> Option<()> {
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
    Some(())
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn chain() -> Option<()> {
    None
}
