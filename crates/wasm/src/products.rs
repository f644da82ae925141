//! The three products alone, for benchmarks and tests: what a training step is made of, at any
//! size and by any of the module's kernels.

use feedalign_kernels::memory::Arena;
use feedalign_kernels::panels::{self, Way};
use feedalign_kernels::{
    Activation, Epilogue, Forward, Gate, Kernel, LANES, Optimizer, Project, State, Update,
    dispatch, peak,
};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::{failed, seconds};

/// Names of the module's kernels; the first finds its tile itself.
#[wasm_bindgen]
#[must_use]
pub fn kernels() -> Vec<String> {
    dispatch::available().iter().map(|kernel| kernel.name().to_owned()).collect()
}

/// Floating-point operations a second on registers alone, measured for about `duration` seconds.
#[wasm_bindgen]
#[must_use]
pub fn ceiling(duration: f64) -> f64 {
    let kernel = &dispatch::available()[0];
    peak::measure(|sums, turns| kernel.spin(sums, turns), duration, seconds).flops
}

/// Floats from one row to the next: whole vectors, an odd number of cache lines.
fn stride(width: usize) -> usize {
    (width.div_ceil(LANES) | 1) * LANES
}

/// x `[rows × inner]`, W `[inner × columns]` in some copies, delta `[rows × columns]`, and what
/// comes of them: y = tanh(x · W), signal = (delta · Wᵀ) ⊙ (1 − x²), W − 2⁻⁷ · xᵀ · delta.
#[wasm_bindgen]
pub struct WasmProducts {
    kernel: Box<dyn Kernel>,
    shape: (usize, usize, usize),
    activation: Activation,
    x: *mut f32,
    weights: Vec<*mut f32>,
    delta: *mut f32,
    delta_t: *mut f32,
    y: *mut f32,
    signal: *mut f32,
    _arena: Arena,
}

#[wasm_bindgen]
impl WasmProducts {
    /// The operands row-major, `shape` being rows, inner and columns; without `tanh` sums are
    /// stored as they are. `kernel`: a name, else the one that finds its tile itself.
    #[wasm_bindgen(constructor)]
    pub fn new(
        kernel: Option<String>,
        shape: &[usize],
        x: &[f32],
        weight: &[f32],
        delta: &[f32],
        copies: usize,
        tanh: bool,
    ) -> Result<WasmProducts, JsError> {
        let &[rows, inner, columns] = shape else {
            return Err(failed("a shape is rows, inner and columns"));
        };
        if x.len() != rows * inner || weight.len() != inner * columns {
            return Err(failed("x or weight does not have its shape"));
        }
        if delta.len() != rows * columns {
            return Err(failed("delta does not have its shape"));
        }
        let kernel = dispatch::choose(kernel.as_deref()).map_err(failed)?;
        let mut memory = Memory(Arena::new());
        let mut weights = Vec::new();
        for _ in 0..copies {
            weights.push(memory.panels(Way::Straight, weight, inner, columns)?);
        }
        Ok(Self {
            kernel,
            shape: (rows, inner, columns),
            activation: if tanh { Activation::Tanh } else { Activation::Identity },
            x: memory.rows(x, rows, inner)?,
            weights,
            delta: memory.rows(delta, rows, columns)?,
            delta_t: memory.panels(Way::Turned, delta, rows, columns)?,
            y: memory.words(rows * stride(columns))?,
            signal: memory.words(rows * stride(inner))?,
            _arena: memory.0,
        })
    }

    /// y, by the copy `matrix` of W.
    pub fn forward(&self, matrix: usize) {
        let (rows, inner, columns) = self.shape;
        let job = Forward {
            x: self.x,
            x_stride: stride(inner),
            weight: self.weights[matrix],
            y: self.y,
            y_stride: stride(columns),
            rows,
            inner,
            columns,
            accumulate: false,
            epilogue: Epilogue::Activate { bias: std::ptr::null(), activation: self.activation },
        };
        // SAFETY: the buffers have the shapes stated, and none is another.
        unsafe { self.kernel.forward(&job, 0..self.kernel.forward_units(&job)) }
    }

    /// The signal, by the copy `matrix` of W.
    pub fn project(&self, matrix: usize) {
        let (rows, inner, columns) = self.shape;
        let gate = Gate { h: self.x, h_stride: stride(inner), activation: self.activation };
        let job = Project {
            delta: self.delta,
            delta_stride: stride(columns),
            delta_t: self.delta_t,
            matrix: self.weights[matrix],
            y: self.signal,
            y_stride: stride(inner),
            rows,
            inner,
            columns,
            accumulate: false,
            gate: Some(gate),
        };
        // SAFETY: as in `forward`.
        unsafe { self.kernel.project(&job, 0..self.kernel.project_units(&job)) }
    }

    /// A step of the copy `matrix` of W.
    pub fn update(&self, matrix: usize) {
        let (rows, inner, columns) = self.shape;
        let job = Update {
            x: self.x,
            x_stride: stride(inner),
            delta: self.delta,
            delta_stride: stride(columns),
            weight: self.weights[matrix],
            state: State::NONE,
            rows,
            inner,
            columns,
            optimizer: Optimizer::sgd(1.0 / 128.0, 1.0),
        };
        // SAFETY: as in `forward`.
        unsafe { self.kernel.update(&job, 0..self.kernel.update_units(&job)) }
    }

    /// y `[rows × columns]`, row-major.
    #[must_use]
    pub fn y(&self) -> Vec<f32> {
        let (rows, _, columns) = self.shape;
        read_rows(self.y, rows, columns)
    }

    /// The signal `[rows × inner]`, row-major.
    #[must_use]
    pub fn signal(&self) -> Vec<f32> {
        let (rows, inner, _) = self.shape;
        read_rows(self.signal, rows, inner)
    }

    /// The copy `matrix` of W, row-major.
    #[must_use]
    pub fn weight(&self, matrix: usize) -> Vec<f32> {
        let (_, inner, columns) = self.shape;
        let mut weight = vec![0.0; inner * columns];
        let len = panels::len(inner, columns);
        // SAFETY: the panels have that length.
        let panels = unsafe { std::slice::from_raw_parts(self.weights[matrix], len) };
        panels::unpack(Way::Straight, panels, inner, columns, &mut weight);
        weight
    }
}

/// Buffers, filled.
struct Memory(Arena);

impl Memory {
    fn words(&mut self, words: usize) -> Result<*mut f32, JsError> {
        let start = self.0.words(words).ok_or_else(|| failed("no memory"))?;
        Ok(start.as_ptr())
    }

    fn rows(&mut self, values: &[f32], rows: usize, width: usize) -> Result<*mut f32, JsError> {
        let start = self.words(rows * stride(width))?;
        for row in 0..rows {
            let source = values[row * width..].as_ptr();
            // SAFETY: the buffer holds the rows.
            unsafe { start.add(row * stride(width)).copy_from_nonoverlapping(source, width) };
        }
        Ok(start)
    }

    fn panels(
        &mut self,
        way: Way,
        values: &[f32],
        rows: usize,
        columns: usize,
    ) -> Result<*mut f32, JsError> {
        let len = way.len(rows, columns);
        let start = self.words(len)?;
        // SAFETY: the buffer has that length and is this call's alone.
        let panels = unsafe { std::slice::from_raw_parts_mut(start, len) };
        panels::pack(way, values, rows, columns, panels);
        Ok(start)
    }
}

fn read_rows(start: *const f32, rows: usize, width: usize) -> Vec<f32> {
    let row = |row: usize| {
        // SAFETY: the buffer holds the rows.
        unsafe { std::slice::from_raw_parts(start.add(row * stride(width)), width) }
    };
    (0..rows).flat_map(|at| row(at).iter().copied()).collect()
}
