//! Local receptive fields of units on a 2-D layout; see `Structure::Local2d`.

use std::ops::Range;

use feedalign_kernels::LANES;

use crate::error::{Error, Result};

type Layout = [usize; 3];

pub struct Fields {
    below: Layout,
    layout: Layout,
    field: [usize; 2],
}

impl Fields {
    pub fn new(below: (u32, u32, u32), layout: (u32, u32, u32), field: (u32, u32)) -> Result<Self> {
        let sizes = |(height, width, depth)| [height, width, depth].map(|size: u32| size as usize);
        let (below, layout) = (sizes(below), sizes(layout));
        let field = [field.0 as usize, field.1 as usize];
        if below.contains(&0) || layout.contains(&0) {
            return Err(Error::new(format!("layout {below:?} or {layout:?} has no places")));
        }
        if (0..2).any(|axis| !(1..=below[axis]).contains(&field[axis])) {
            return Err(Error::new(format!("a field of {field:?} does not fit into {below:?}")));
        }
        Ok(Self { below, layout, field })
    }

    pub fn senders(&self) -> usize {
        self.below.iter().product()
    }

    pub fn receivers(&self) -> usize {
        self.layout.iter().product()
    }

    /// Where along an axis the field of a place begins.
    fn begin(&self, axis: usize, place: usize) -> usize {
        let (size, places, field) = (self.below[axis], self.layout[axis], self.field[axis]);
        let twice = ((2 * place + 1) * size + places).saturating_sub(field * places);
        (twice / (2 * places)).min(size - field)
    }

    fn along(&self, axis: usize, place: usize) -> Range<usize> {
        let begin = self.begin(axis, place);
        begin..begin + self.field[axis]
    }

    /// The senders that the receivers of a panel hear, ascending: the union of their fields.
    pub fn heard(&self, panel: usize) -> Vec<u32> {
        let [_, width, units] = self.layout;
        let receivers = panel * LANES..self.receivers().min((panel + 1) * LANES);
        let places = receivers.start / units..(receivers.end - 1) / units + 1;
        let mut heard: Vec<u32> = places
            .flat_map(|place| self.field(place / width, place % width).collect::<Vec<_>>())
            .collect();
        heard.sort_unstable();
        heard.dedup();
        heard
    }

    /// The senders of the field of the place at (y, x).
    fn field(&self, y: usize, x: usize) -> impl Iterator<Item = u32> + use<> {
        let ([_, width, channels], columns) = (self.below, self.along(1, x));
        self.along(0, y).flat_map(move |y| {
            let [start, end] = [columns.start, columns.end].map(|x| (y * width + x) * channels);
            start as u32..end as u32
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lie_where_their_place_is_and_are_whole_at_the_borders() {
        let along = |size, places, field| -> Vec<usize> {
            let fields = Fields::new((size, 1, 1), (places, 1, 1), (field, 1)).unwrap();
            (0..places as usize).map(|place| fields.begin(0, place)).collect()
        };
        assert_eq!(along(28, 2, 14), [0, 14]);
        assert_eq!(along(6, 6, 3), [0, 0, 1, 2, 3, 3]);
        assert_eq!(along(6, 3, 2), [0, 2, 4]);
        assert_eq!(along(5, 1, 3), [1]);
        assert_eq!(along(2, 4, 1), [0, 0, 1, 1]);
        assert_eq!(along(4, 3, 4), [0, 0, 0]);
    }

    #[test]
    fn a_panel_hears_the_union_of_its_units_fields() {
        // Two places of 16 units: a panel each, and the fields overlap in a column.
        let fields = Fields::new((2, 5, 1), (1, 2, 16), (2, 3)).unwrap();
        assert_eq!(fields.heard(0), [0, 1, 2, 5, 6, 7]);
        assert_eq!(fields.heard(1), [2, 3, 4, 7, 8, 9]);
        // Two places of 12: the first panel has units of both.
        let fields = Fields::new((2, 5, 1), (1, 2, 12), (2, 3)).unwrap();
        assert_eq!(fields.heard(0), (0..10).collect::<Vec<_>>());
        assert_eq!(fields.heard(1), [2, 3, 4, 7, 8, 9]);
        // All channels of a place are heard.
        let fields = Fields::new((1, 3, 2), (1, 3, 16), (1, 1)).unwrap();
        assert_eq!(fields.heard(1), [2, 3]);
    }

    #[test]
    fn a_field_larger_than_its_layout_is_refused() {
        let refuse = |below, layout, field| {
            let refused = Fields::new(below, layout, field).err().expect("is refused");
            refused.to_string()
        };
        let message = refuse((4, 5, 1), (2, 2, 1), (5, 5));
        assert_eq!(message, "a field of [5, 5] does not fit into [4, 5, 1]");
        assert!(refuse((4, 5, 1), (2, 0, 1), (2, 2)).contains("no places"));
    }
}
