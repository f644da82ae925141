//! The forms that a matrix may have other than whole panels of f32, and the products on them.
//!
//! A *panel-sparse* matrix `[inner × columns]` holds, of each panel of 16 columns, a list of
//! ascending input rows; all else is zero and costs nothing. Its *lines* of 16 elements lie one
//! after the other, panel by panel. The products walk the lists and are otherwise the dense ones,
//! with the bits of the dense matrix of the same values: a term that is zero adds nothing to a
//! chain (only the sign of a sum that is zero may differ).
//!
//! These products take x turned, as [`Transpose`](crate::Transpose) leaves it: 16 examples are the
//! vector, and the 16 elements of a line are broadcast. So every line of x that an entry of a list
//! asks for is used whole, and what a list leaves out is not read.

use core::ops::Range;

use crate::elements::Elements;
use crate::kernel::{Forward, Project, Update};

/// Which input rows each panel of a panel-sparse matrix holds.
#[derive(Clone, Copy, Debug)]
pub struct Lists {
    /// The first line of each panel, and past the last their count: panels + 1 numbers.
    pub starts: *const u32,
    /// The input row of each line: below `inner`, ascending within a panel.
    pub rows: *const u32,
}

impl Lists {
    /// The lines of a panel.
    ///
    /// # Safety
    /// The lists have that panel.
    #[inline(always)]
    pub unsafe fn lines(&self, panel: usize) -> Range<usize> {
        // SAFETY: as stated.
        let [start, end] = [panel, panel + 1].map(|at| unsafe { *self.starts.add(at) as usize });
        start..end
    }
}

/// The same, seen from the input rows.
#[derive(Clone, Copy, Debug)]
pub struct RowLists {
    /// The first entry of each input row, and past the last their count: inner + 1 numbers.
    pub starts: *const u32,
    /// The panel of each entry, ascending within a row.
    pub panels: *const u32,
    /// The line of each entry.
    pub lines: *const u32,
}

/// [`Forward`] on a turned x and a matrix of any form.
#[derive(Clone, Copy, Debug)]
pub struct TurnedForward {
    /// Its `x` is Xᵀ `[inner × rows]` in panels of 16 rows, zero past the last; `x_stride` is not
    /// used. Its `weight` points to the lines.
    pub product: Forward,
    /// Of the lines; `weight` is a pointer to whatever they are.
    pub elements: Elements,
    /// `None` where every panel holds all input rows.
    pub lists: Option<Lists>,
}

/// [`Project`] through a panel-sparse matrix, whose lines its `matrix` points to.
#[derive(Clone, Copy, Debug)]
pub struct ListedProject {
    pub product: Project,
    pub lists: RowLists,
}

/// [`Update`] of a panel-sparse matrix: of its lines, and of nothing else.
#[derive(Clone, Copy, Debug)]
pub struct ListedUpdate {
    /// Its `x` is turned as in [`TurnedForward`]; `weight` and `state` point to lines.
    pub product: Update,
    pub lists: Lists,
}
