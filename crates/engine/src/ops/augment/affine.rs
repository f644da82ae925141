//! Where a pixel comes from, but for elastic distortion: a linear map around the image's middle,
//! and a shift.

use super::PLAIN;
use crate::circle::circle;
use crate::program::Augment;
use crate::random::Draws;

/// place = shift + `matrix` · (pixel − middle), (row, column) each.
pub struct Affine {
    pub matrix: [[f32; 2]; 2],
    pub shift: [f32; 2],
}

impl Affine {
    /// Draws 0 to 6 of U(−1, 1): shifts of row and column, angle, zoom, shear, each times the
    /// largest there may be; then the crop's shifts of row and column.
    pub fn draw(augment: &Augment, draws: &Draws) -> Self {
        let mut drawn = [0.0; PLAIN];
        draws.uniform(1.0, 0, &mut drawn);
        let radians = |degrees: f32, by: f32| {
            f64::from(degrees) * f64::from(by) * std::f64::consts::PI / 180.0
        };
        let [row, column, angle, zoom, shear, down, across, ..] = drawn;
        let (sine, cosine) = circle(radians(augment.rotation, angle));
        let (shear_sine, shear_cosine) = circle(radians(augment.shear, shear));
        let slope = shear_sine / shear_cosine;
        // An image one tenth larger takes its pixels from places that are closer together.
        let size = 1.0 / (1.0 + f64::from(augment.zoom) * f64::from(zoom));
        // Shear moves a row along itself; then the image is turned, then zoomed.
        let matrix = [
            [size * cosine, size * sine],
            [size * (slope * cosine - sine), size * (slope * sine + cosine)],
        ];
        Self {
            matrix: matrix.map(|row| row.map(|value| value as f32)),
            shift: [
                row * augment.shift + whole(down, augment.crop),
                column * augment.shift + whole(across, augment.crop),
            ],
        }
    }
}

/// A whole number from −most to most, from a draw of U(−1, 1).
fn whole(drawn: f32, most: u32) -> f32 {
    let numbers = 2.0 * f64::from(most) + 1.0;
    (((f64::from(drawn) + 1.0) * numbers * 0.5).floor() - f64::from(most)) as f32
}
