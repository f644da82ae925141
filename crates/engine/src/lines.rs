//! A matrix as lines of 16 elements: what its structure holds of it, on its grid.

use feedalign_kernels::panels::Way;
use feedalign_kernels::{Elements, LANES};

use crate::error::{Error, Result};
use crate::program::{Grid, Init, Role, Tensor};
use crate::sparse::{Line, Sparse};

/// How the lines of a matrix `[rows × columns]` lie.
#[derive(Clone, Copy)]
pub struct Lines<'a> {
    pub shape: (usize, usize),
    pub way: Way,
    pub elements: Elements,
    pub sparse: Option<&'a Sparse>,
}

impl Lines<'_> {
    pub fn count(self) -> usize {
        let (senders, receivers) = directed(self.shape, self.way);
        self.sparse.map_or(senders * receivers.div_ceil(LANES), Sparse::lines)
    }

    /// Words of four bytes that hold them.
    pub fn words(self) -> usize {
        (self.count() * self.elements.line_bytes()).div_ceil(4)
    }

    fn line(self, line: usize) -> Line {
        let (senders, receivers) = directed(self.shape, self.way);
        let dense = || {
            let receiver = line / senders * LANES;
            Line { sender: line % senders, receiver, count: LANES.min(receivers - receiver) }
        };
        self.sparse.map_or_else(dense, |sparse| sparse.line(line))
    }

    /// Where an element of a line stands row-major.
    fn place(self, line: Line, lane: usize) -> usize {
        let (_, columns) = self.shape;
        match self.way {
            Way::Straight => line.sender * columns + line.receiver + lane,
            Way::Turned => (line.receiver + lane) * columns + line.sender,
        }
    }

    /// Row-major values; zero where no line is.
    pub fn read(self, bytes: &[u8], values: &mut [f32]) {
        values.fill(0.0);
        for (at, bytes) in bytes.chunks_exact(self.elements.line_bytes()).enumerate() {
            if at == self.count() {
                break;
            }
            let line = self.line(at);
            let held = self.elements.get(bytes);
            for lane in 0..line.count {
                values[self.place(line, lane)] = held[lane];
            }
        }
    }

    /// Takes row-major values, each to the nearest of the grid; those where no line is are left
    /// out.
    pub fn write(self, values: &[f32], bytes: &mut [u8]) {
        let size = self.elements.line_bytes();
        for at in 0..self.count() {
            let line = self.line(at);
            let mut held = [0.0; LANES];
            for lane in 0..line.count {
                held[lane] = self.elements.nearest(values[self.place(line, lane)]);
            }
            self.elements.put(&held, &mut bytes[at * size..(at + 1) * size]);
        }
    }

    /// The first of row-major values that [`Self::write`] would change, and why.
    pub fn misfit(self, values: &[f32]) -> Option<(usize, &'static str)> {
        let mut others = values.to_vec();
        let mut first: Option<(usize, &str)> = None;
        for at in 0..self.count() {
            let line = self.line(at);
            for lane in 0..line.count {
                let place = self.place(line, lane);
                others[place] = 0.0;
                let fits = self.elements.nearest(values[place]) == values[place];
                if !fits && first.is_none_or(|(before, _)| place < before) {
                    first = Some((place, "which is not on its grid"));
                }
            }
        }
        let unheld = others.iter().position(|value| *value != 0.0);
        first.into_iter().chain(unheld.map(|at| (at, "where its structure holds none"))).min()
    }
}

/// Senders and receivers of a matrix `[rows × columns]`, as it lies: rows and columns of its
/// panels.
pub fn directed((rows, columns): (usize, usize), way: Way) -> (usize, usize) {
    match way {
        Way::Straight => (rows, columns),
        Way::Turned => (columns, rows),
    }
}

/// The elements of a tensor: those of its grid that its initial values reach.
pub fn elements(tensor: &Tensor, carries: bool) -> Result<Elements> {
    let grid = tensor.grid;
    if grid == Grid::F32 {
        return Ok(Elements::F32);
    }
    if !(carries || tensor.role == Role::Direct) {
        return Err(Error::new("only matrices that nothing writes lie on a grid"));
    }
    // How far values reach, their standard deviation σ, and s / σ for the s to which, or to zero,
    // they are rounded at the same variance: s² · P(|value| > s / 2) = σ².
    let (reach, spread, ternary) = match &tensor.init {
        Init::Uniform { range, .. } => {
            (*range, (f64::from(*range) / 3f64.sqrt()) as f32, 1.251_149_9)
        }
        Init::Normal { deviation, .. } => (4.0 * deviation, *deviation, 1.471_327_8),
        _ => return Err(Error::new("what lies on a grid must be drawn")),
    };
    Ok(match grid {
        Grid::F32 => Elements::F32,
        Grid::Bf16 => Elements::Bf16,
        Grid::Int8 => Elements::int8(reach),
        Grid::Sign => Elements::Sign { magnitude: spread },
        Grid::Ternary => Elements::ternary(ternary * spread),
    })
}
