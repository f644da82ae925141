//! The loops of the three products, over tiles of any height; see the table in `kernel`.
//!
//! Everything is inlined into an entry point that enables the instruction set, so a function here
//! is compiled once per set. What is left below the tile's height runs in lower ones.

mod forward;
mod project;
mod quads;
mod update;

use core::sync::atomic::{Ordering, compiler_fence};

pub use forward::{forward, forward_store, forward_store_tile, forward_units};
pub use project::{project, project_store, project_units};
#[cfg(target_arch = "wasm32")]
pub use update::{UpdateOrder, UpdatePlace, pack, update_store};
pub use update::{update, update_units};

use crate::vector::Vector;

/// Runs a tile function on `at..end`: as one tile of the full height where that fits, else in
/// tiles of 8, 4, 2 and 1. The tile function's second parameter is the height. What is as high as
/// the full tile or higher is not asked for, lest it be compiled: no rest has that height.
macro_rules! in_tiles {
    (
        $full:ident, $at:ident..$end:ident,
        $tile:ident::<$vector:ident, _ $(, $more:tt)?>($($argument:expr),*)
    ) => {
        if $end - $at == $full {
            $tile::<$vector, $full $(, $more)?>($($argument),*);
        } else {
            while $full > 8 && $end - $at >= 8 {
                $tile::<$vector, 8 $(, $more)?>($($argument),*);
                $at += 8;
            }
            if $full > 4 && $end - $at >= 4 {
                $tile::<$vector, 4 $(, $more)?>($($argument),*);
                $at += 4;
            }
            if $full > 2 && $end - $at >= 2 {
                $tile::<$vector, 2 $(, $more)?>($($argument),*);
                $at += 2;
            }
            if $full > 1 && $end > $at {
                $tile::<$vector, 1 $(, $more)?>($($argument),*);
            }
        }
    };
}
/// Runs a tile function on the vectors of rows from `$row` to `$end`: 4, 2 or 1 at a time, `$most`
/// at most, as many as the rows fill, at least in part. The tile function's last parameter is how
/// many; `$row` goes on beneath.
macro_rules! in_vectors {
    ($most:ident, $row:ident..$end:ident, $tile:ident::<$vector:ident, $height:ident, _>($($argument:expr),*)) => {
        while $row < $end {
            let vectors = ($end - $row).div_ceil(LANES);
            if $most >= 4 && vectors >= 4 {
                $tile::<$vector, $height, 4>($($argument),*);
                $row += 4 * LANES;
            } else if $most >= 2 && vectors >= 2 {
                $tile::<$vector, $height, 2>($($argument),*);
                $row += 2 * LANES;
            } else {
                $tile::<$vector, $height, 1>($($argument),*);
                $row += LANES;
            }
        }
    };
}

/// The same address, which lies in a register at this place of a loop. Left alone, the compiler
/// thinks of addresses as sums of others, for which it then lacks registers: a load from the
/// stack for each broadcast, a quarter of all instructions.
#[inline(always)]
fn in_register(address: *const f32) -> *const f32 {
    #[cfg(target_arch = "x86_64")]
    #[allow(clippy::pointers_in_nomem_asm_block)]
    // SAFETY: no instruction at all.
    let address = unsafe {
        let mut kept = address;
        core::arch::asm!(
            "/* {0} */",
            inout(reg) kept,
            options(nomem, nostack, preserves_flags)
        );
        kept
    };
    address
}

pub(crate) use {in_tiles, in_vectors};

/// One k: R values of x, each at its place, times P rows of panels, `panel_floats` apart.
#[inline(always)]
unsafe fn outer_product_step<V: Vector, const R: usize, const P: usize>(
    sums: &mut [[V; P]; R],
    weight: *const f32,
    panel_floats: usize,
    x: impl Fn(usize) -> *const f32,
) {
    // Keeps the compiler from gathering the loads of several steps, for which it has no registers.
    compiler_fence(Ordering::SeqCst);
    // SAFETY: the caller's.
    unsafe {
        let mut w = [V::splat(0.0); P];
        for (p, w) in w.iter_mut().enumerate() {
            *w = V::load(weight.add(p * panel_floats));
        }
        for (r, chains) in sums.iter_mut().enumerate() {
            let x = V::splat(*x(r));
            for (sum, w) in chains.iter_mut().zip(w) {
                *sum = x.mul_add(w, *sum);
            }
        }
    }
}
