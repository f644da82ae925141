//! Room for the widened lines of a panel, kept by each thread from call to call.

use std::cell::Cell;

use crate::kernel::LANES;

/// A cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line(#[expect(dead_code, reason = "written and read by address")] [f32; LANES]);

thread_local! {
    static KEPT: Cell<Vec<Line>> = const { Cell::new(Vec::new()) };
}

pub struct Wide(Vec<Line>);

impl Wide {
    pub fn take() -> Self {
        Self(KEPT.take())
    }

    /// 16 floats for each of `lines`.
    pub fn room(&mut self, lines: usize) -> *mut f32 {
        if self.0.len() < lines {
            self.0.resize(lines, Line([0.0; LANES]));
        }
        self.0.as_mut_ptr().cast()
    }

    pub fn give_back(self) {
        KEPT.set(self.0);
    }
}
