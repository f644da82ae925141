//! The packed layout of a matrix `[rows × columns]`: `[ceil(columns / 16)][rows][16]`.

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

/// Writes a row-major matrix into panels; the lanes past the last column become zero.
///
/// # Panics
/// If `source` is shorter than rows · columns or `panels` than [`len`].
pub fn pack(source: &[f32], rows: usize, columns: usize, panels: &mut [f32]) {
    panels[..len(rows, columns)].fill(0.0);
    for row in 0..rows {
        for column in 0..columns {
            panels[index(rows, row, column)] = source[row * columns + column];
        }
    }
}

/// Reads panels back into a row-major matrix.
///
/// # Panics
/// If `target` is shorter than rows · columns or `panels` than [`len`].
pub fn unpack(panels: &[f32], rows: usize, columns: usize, target: &mut [f32]) {
    for row in 0..rows {
        for column in 0..columns {
            target[row * columns + column] = panels[index(rows, row, column)];
        }
    }
}

/// Writes a row-major matrix `[rows × columns]` into the panels of its transpose
/// `[columns × rows]`.
///
/// # Panics
/// If `source` is shorter than rows · columns or `panels` than `len(columns, rows)`.
pub fn pack_turned(source: &[f32], rows: usize, columns: usize, panels: &mut [f32]) {
    panels[..len(columns, rows)].fill(0.0);
    for row in 0..rows {
        for column in 0..columns {
            panels[index(columns, column, row)] = source[row * columns + column];
        }
    }
}

/// Reads the panels of a transpose back into the row-major matrix `[rows × columns]`.
///
/// # Panics
/// If `target` is shorter than rows · columns or `panels` than `len(columns, rows)`.
pub fn unpack_turned(panels: &[f32], rows: usize, columns: usize, target: &mut [f32]) {
    for row in 0..rows {
        for column in 0..columns {
            target[row * columns + column] = panels[index(columns, column, row)];
        }
    }
}
