//! WebAssembly shell of the engine: argument conversion and nothing else. The same surface as the
//! N-API shell, but `run` blocks; the caller chops the work alike.

// Arguments arrive owned from JavaScript.
#![allow(clippy::needless_pass_by_value)]
// Errors are the engine's, documented there.
#![allow(clippy::missing_errors_doc)]

mod products;

use feedalign_engine as engine;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// Milliseconds since some origin.
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

fn seconds() -> f64 {
    now() / 1000.0
}

/// Runs when the module is instantiated.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen(start)]
pub fn start() {
    feedalign_kernels::wasm32::set_clock(seconds);
}

fn failed(error: impl std::fmt::Display) -> JsError {
    JsError::new(&error.to_string())
}

#[wasm_bindgen]
pub struct WasmDataSet {
    inner: engine::DataSet,
}

#[wasm_bindgen]
impl WasmDataSet {
    #[wasm_bindgen(js_name = ofBytes)]
    pub fn of_bytes(inputs: Vec<u8>, width: u32, targets: WasmTargets) -> Result<Self, JsError> {
        Self::of(engine::Inputs::U8(inputs), width, targets)
    }

    #[wasm_bindgen(js_name = ofFloats)]
    pub fn of_floats(inputs: Vec<f32>, width: u32, targets: WasmTargets) -> Result<Self, JsError> {
        Self::of(engine::Inputs::F32(inputs), width, targets)
    }

    fn of(inputs: engine::Inputs, width: u32, targets: WasmTargets) -> Result<Self, JsError> {
        let inner = engine::DataSet::new(inputs, width as usize, targets.inner).map_err(failed)?;
        Ok(Self { inner })
    }

    #[must_use]
    pub fn hash(&self) -> String {
        self.inner.hash().to_owned()
    }

    /// Frees the examples; every later call is an error.
    pub fn dispose(self) {}
}

#[wasm_bindgen]
pub struct WasmTargets {
    inner: engine::Targets,
}

#[wasm_bindgen]
impl WasmTargets {
    #[must_use]
    pub fn labels(labels: Vec<u32>, classes: u32) -> Self {
        Self { inner: engine::Targets::Labels { labels, classes: classes as usize } }
    }

    #[must_use]
    pub fn values(values: Vec<f32>, width: u32) -> Self {
        Self { inner: engine::Targets::Values { values, width: width as usize } }
    }
}

#[wasm_bindgen]
pub struct WasmTensor {
    shape: Vec<u32>,
    data: Vec<f32>,
}

#[wasm_bindgen]
impl WasmTensor {
    #[must_use]
    pub fn shape(&self) -> Vec<u32> {
        self.shape.clone()
    }

    #[must_use]
    pub fn data(&self) -> Vec<f32> {
        self.data.clone()
    }
}

#[wasm_bindgen]
pub struct WasmSession {
    inner: engine::Session,
}

#[wasm_bindgen]
impl WasmSession {
    /// `program` is JSON; `seed` a whole number below 2⁵³; `kernel` one of this module's by name,
    /// else the fastest.
    #[wasm_bindgen(constructor)]
    pub fn new(program: &str, seed: f64, kernel: Option<String>) -> Result<WasmSession, JsError> {
        let program = serde_json::from_str(program)
            .map_err(|error| failed(format!("the Program is not valid: {error}")))?;
        let options = engine::Options { threads: 1, seed: whole("seed", seed)?, kernel };
        let inner = engine::Session::new(program, &options).map_err(failed)?;
        Ok(Self { inner })
    }

    pub fn run(
        &mut self,
        phase: &str,
        data: &WasmDataSet,
        examples: Vec<u32>,
        knobs: Vec<f32>,
    ) -> Result<Vec<f64>, JsError> {
        self.inner.run(phase, &data.inner, &examples, &knobs).map_err(failed)
    }

    pub fn read(&self, tensor: &str) -> Result<WasmTensor, JsError> {
        let (shape, data) = self.inner.read(tensor).map_err(failed)?;
        Ok(WasmTensor { shape, data })
    }

    pub fn write(&mut self, tensor: &str, values: Vec<f32>) -> Result<(), JsError> {
        self.inner.write(tensor, &values).map_err(failed)
    }

    pub fn snapshot(&self) -> Result<Vec<u8>, JsError> {
        self.inner.snapshot().map_err(failed)
    }

    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), JsError> {
        self.inner.restore(bytes).map_err(failed)
    }

    pub fn permutation(&self, n: u32, epoch: f64) -> Result<Vec<u32>, JsError> {
        Ok(self.inner.permutation(n, whole("epoch", epoch)?))
    }

    #[wasm_bindgen(js_name = weightsSha256)]
    pub fn weights_sha256(&self) -> Result<String, JsError> {
        self.inner.weights_sha256().map_err(failed)
    }

    #[must_use]
    pub fn step(&self) -> f64 {
        self.inner.step() as f64
    }

    #[must_use]
    pub fn kernel(&self) -> String {
        self.inner.kernel().to_owned()
    }
}

/// A count from JavaScript: a whole number that is exact there.
fn whole(name: &str, value: f64) -> Result<u64, JsError> {
    let most = engine::random::MAX_SEED;
    if value >= 0.0 && value.fract() == 0.0 && value <= most as f64 {
        return Ok(value as u64);
    }
    Err(failed(format!("{name} {value} is not a whole number between 0 and {most}")))
}
