//! The elements that a matrix does not hold, where each receiver has senders of its own.

use std::ops::Range;

use feedalign_kernels::LANES;
use feedalign_kernels::panels::Way;

use crate::error::{Error, Result};
use crate::form::Form;
use crate::program::Structure;
use crate::random::Draws;
use crate::sparse::{choose, share};

/// Of a matrix in straight panels: of each line of 16 elements, which are held.
pub struct Holes {
    senders: usize,
    /// `[panels × senders]`, a bit a lane.
    held: Box<[u16]>,
}

/// The same for stages.
#[derive(Clone, Copy)]
pub struct Held {
    senders: usize,
    pub panels: usize,
    bits: *const u16,
}

impl Holes {
    /// `None` where all elements are held, or whole lines are not.
    pub fn new(structure: &Structure, form: Form, seed: u64) -> Result<Option<Self>> {
        let Structure::ElementDrawn { density, stream, index } = *structure else {
            return Ok(None);
        };
        let Form::Matrix { rows: senders, columns: receivers, way: Way::Straight } = form else {
            return Err(Error::new(
                "only a matrix that steps write to holds elements drawn one by one",
            ));
        };
        let count = share(density, senders)?;
        let draws = Draws::new(seed, stream, 0, index);
        let mut held = vec![0; receivers.div_ceil(LANES) * senders];
        for receiver in 0..receivers {
            let (panel, lane) = (receiver / LANES, receiver % LANES);
            for sender in choose(&draws, receiver, count, senders) {
                held[panel * senders + sender as usize] |= 1 << lane;
            }
        }
        Ok(Some(Self { senders, held: held.into() }))
    }

    /// It lives as long as this.
    pub fn held(&self) -> Held {
        let panels = self.held.len() / self.senders;
        Held { senders: self.senders, panels, bits: self.held.as_ptr() }
    }

    /// The first of row-major values that is not zero where nothing is held.
    pub fn misfit(&self, values: &[f32]) -> Option<usize> {
        let columns = values.len() / self.senders;
        let holds = |at: usize| {
            let (sender, receiver) = (at / columns, at % columns);
            self.held[receiver / LANES * self.senders + sender] >> (receiver % LANES) & 1 == 1
        };
        (0..values.len()).find(|at| values[*at] != 0.0 && !holds(*at))
    }

    /// Takes over what another of this shape holds; pointers to this stay.
    pub fn become_like(&mut self, other: &Self) {
        self.held.copy_from_slice(&other.held);
    }
}

impl Held {
    /// Zeroes what is not held.
    ///
    /// # Safety
    /// What this is of lives and `matrix` has panels of its shape; nobody else touches those given.
    pub unsafe fn clear(self, matrix: *mut f32, panels: Range<usize>) {
        for line in panels.start * self.senders..panels.end * self.senders {
            // SAFETY: there are as many lines, and a matrix has 16 elements for each.
            let (held, elements) = unsafe {
                (*self.bits.add(line), &mut *matrix.add(line * LANES).cast::<[f32; LANES]>())
            };
            for (lane, element) in elements.iter_mut().enumerate() {
                *element = if held >> lane & 1 == 1 { *element } else { 0.0 };
            }
        }
    }
}
