//! The packed layout of a matrix `[rows × columns]`: `[ceil(columns / 16)][rows][16]`.

use std::ops::Range;

use crate::kernel::LANES;

/// Floats of the panels of `[rows × columns]`.
#[must_use]
pub fn len(rows: usize, columns: usize) -> usize {
    columns.div_ceil(LANES) * rows * LANES
}

/// Where element (row, column) of a matrix with `rows` rows lies.
#[must_use]
pub fn index(rows: usize, row: usize, column: usize) -> usize {
    (column / LANES * rows + row) * LANES + column % LANES
}

/// Which way a matrix lies in panels: as itself, or as its transpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Straight,
    Turned,
}

impl Way {
    /// Floats of the panels of a matrix `[rows × columns]` that lies this way.
    #[must_use]
    pub fn len(self, rows: usize, columns: usize) -> usize {
        match self {
            Self::Straight => len(rows, columns),
            Self::Turned => len(columns, rows),
        }
    }

    /// Panels of a matrix `[rows × columns]` that lies this way, and lines of each.
    #[must_use]
    pub fn panels(self, rows: usize, columns: usize) -> (usize, usize) {
        match self {
            Self::Straight => (columns.div_ceil(LANES), rows),
            Self::Turned => (rows.div_ceil(LANES), columns),
        }
    }

    /// Where element (row, column) of a matrix `[rows × columns]` that lies this way is.
    #[must_use]
    pub fn index(self, (rows, columns): (usize, usize), row: usize, column: usize) -> usize {
        match self {
            Self::Straight => index(rows, row, column),
            Self::Turned => index(columns, column, row),
        }
    }
}

/// Writes a row-major matrix into panels; the lanes past the last column become zero.
///
/// # Panics
/// If `source` is shorter than rows · columns or `panels` than [`Way::len`].
pub fn pack(way: Way, source: &[f32], rows: usize, columns: usize, panels: &mut [f32]) {
    let (count, _) = way.panels(rows, columns);
    pack_some(way, source, (rows, columns), 0..count, panels);
}

/// [`pack`] of the panels `which` alone, which stand in `panels` from its start.
///
/// # Panics
/// If `source` is shorter than rows · columns or `panels` than those panels.
pub fn pack_some(
    way: Way,
    source: &[f32],
    shape: (usize, usize),
    which: Range<usize>,
    panels: &mut [f32],
) {
    each_line(way, shape, which, |line, first, step, count| {
        let line = &mut panels[line * LANES..][..LANES];
        for (lane, value) in line[..count].iter_mut().enumerate() {
            *value = source[first + lane * step];
        }
        line[count..].fill(0.0);
    });
}

/// Reads panels back into a row-major matrix.
///
/// # Panics
/// If `target` is shorter than rows · columns or `panels` than [`Way::len`].
pub fn unpack(way: Way, panels: &[f32], rows: usize, columns: usize, target: &mut [f32]) {
    let (count, _) = way.panels(rows, columns);
    each_line(way, (rows, columns), 0..count, |line, first, step, count| {
        for (lane, value) in panels[line * LANES..][..count].iter().enumerate() {
            target[first + lane * step] = *value;
        }
    });
}

/// Calls `f(line, first, step, count)` for each line of the panels `which` in turn: it holds
/// `count` elements, which stand in the row-major matrix from `first` on, `step` apart.
#[inline]
fn each_line(
    way: Way,
    (rows, columns): (usize, usize),
    which: Range<usize>,
    mut f: impl FnMut(usize, usize, usize, usize),
) {
    let (_, lines) = way.panels(rows, columns);
    let width = match way {
        Way::Straight => columns,
        Way::Turned => rows,
    };
    for (place, panel) in which.enumerate() {
        let count = LANES.min(width - panel * LANES);
        for line in 0..lines {
            let place = place * lines + line;
            match way {
                Way::Straight => f(place, line * columns + panel * LANES, 1, count),
                Way::Turned => f(place, panel * LANES * columns + line, columns, count),
            }
        }
    }
}
