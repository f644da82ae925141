//! The layout of a bf16 matrix `[rows × columns]`: `[ceil(columns / 16)][ceil(rows / 2)][16][2]`,
//! zero past its edges. A turned matrix lies as its transpose.

use super::Bf16;
use crate::kernel::LANES;
use crate::panels::Way;

/// Numbers from one pair of rows of a panel to the next: a cache line.
pub const LINE: usize = 2 * LANES;

/// bf16 numbers of the panels of a matrix `[rows × columns]` that lies this way.
#[must_use]
pub fn len(way: Way, rows: usize, columns: usize) -> usize {
    let (rows, columns) = seen(way, rows, columns);
    columns.div_ceil(LANES) * rows.div_ceil(2) * LINE
}

/// Where element (row, column) of a matrix `[rows × columns]` that lies this way is.
#[must_use]
pub fn index(way: Way, shape: (usize, usize), row: usize, column: usize) -> usize {
    let (rows, _) = seen(way, shape.0, shape.1);
    let (row, column) = seen(way, row, column);
    (column / LANES * rows.div_ceil(2) + row / 2) * LINE + column % LANES * 2 + row % 2
}

fn seen<T>(way: Way, row: T, column: T) -> (T, T) {
    match way {
        Way::Straight => (row, column),
        Way::Turned => (column, row),
    }
}

/// Writes a row-major f32 matrix into panels of its upper halves and, where there are such, panels
/// of its lower halves.
///
/// # Panics
/// If a slice is shorter than the matrix or its panels.
pub fn pack(
    way: Way,
    source: &[f32],
    (rows, columns): (usize, usize),
    upper: &mut [Bf16],
    mut lower: Option<&mut [i16]>,
) {
    let len = len(way, rows, columns);
    upper[..len].fill(Bf16::default());
    if let Some(lower) = &mut lower {
        lower[..len].fill(0);
    }
    for row in 0..rows {
        for column in 0..columns {
            let at = index(way, (rows, columns), row, column);
            let halves = Bf16::split(source[row * columns + column]);
            upper[at] = halves.0;
            if let Some(lower) = &mut lower {
                lower[at] = halves.1;
            }
        }
    }
}

/// Reads panels back into a row-major f32 matrix; without lower halves, the bf16 numbers.
///
/// # Panics
/// If a slice is shorter than the matrix or its panels.
pub fn unpack(
    way: Way,
    (upper, lower): (&[Bf16], Option<&[i16]>),
    (rows, columns): (usize, usize),
    target: &mut [f32],
) {
    for row in 0..rows {
        for column in 0..columns {
            let at = index(way, (rows, columns), row, column);
            target[row * columns + column] = upper[at].join(lower.map_or(0, |lower| lower[at]));
        }
    }
}
