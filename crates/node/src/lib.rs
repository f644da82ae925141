//! N-API shell of the engine: argument conversion and nothing else.

// Arguments arrive owned from JavaScript.
#![allow(clippy::needless_pass_by_value)]
// Errors are the engine's, documented there.
#![allow(clippy::missing_errors_doc)]

use std::sync::{Arc, Mutex, MutexGuard, TryLockError};
use std::time::Instant;

use feedalign_engine as engine;
use feedalign_engine::memory::copied;
use feedalign_engine::program::Precision;
use feedalign_kernels::{clock, dispatch, memory::Arena, peak, traffic};
use napi::bindgen_prelude::{
    AsyncTask, Either, Error, Float32Array, Float64Array, Result, Task, Uint8Array, Uint32Array,
};
use napi_derive::napi;

fn failed(error: impl std::fmt::Display) -> Error {
    Error::from_reason(error.to_string())
}

/// A count from JavaScript: a whole number that fits.
fn whole(name: &str, value: f64, most: u64) -> Result<u64> {
    if value >= 0.0 && value.fract() == 0.0 && value <= most as f64 {
        return Ok(value as u64);
    }
    Err(failed(format!("{name} {value} is not a whole number between 0 and {most}")))
}

#[napi]
pub struct NativeDataSet {
    /// Until it is disposed of.
    inner: Option<Arc<engine::DataSet>>,
}

impl NativeDataSet {
    fn held(&self) -> Result<&Arc<engine::DataSet>> {
        self.inner.as_ref().ok_or_else(|| failed("the data set is disposed of"))
    }
}

#[napi]
impl NativeDataSet {
    /// Labels with `outputs` classes, or float targets `[count × outputs]`.
    #[napi(constructor)]
    pub fn new(
        inputs: Either<Uint8Array, Float32Array>,
        width: u32,
        targets: Either<Uint32Array, Float32Array>,
        outputs: u32,
    ) -> Result<Self> {
        let outputs = outputs as usize;
        let of_parts = || {
            let inputs = match &inputs {
                Either::A(bytes) => engine::Inputs::U8(copied(bytes)?),
                Either::B(floats) => engine::Inputs::F32(copied(floats)?),
            };
            let targets = match &targets {
                Either::A(labels) => {
                    engine::Targets::Labels { labels: copied(labels)?, classes: outputs }
                }
                Either::B(values) => {
                    engine::Targets::Values { values: copied(values)?, width: outputs }
                }
            };
            engine::DataSet::new(inputs, width as usize, targets)
        };
        Ok(Self { inner: Some(Arc::new(of_parts().map_err(failed)?)) })
    }

    /// The data set of a number that [`Self::share`] gave, held here too until it is disposed of.
    #[napi(factory)]
    pub fn shared(number: f64) -> Result<Self> {
        let number = whole("data set", number, engine::random::MAX_SEED)?;
        Ok(Self { inner: Some(engine::shared::find(number).map_err(failed)?) })
    }

    /// By this number other threads of the process have the same examples.
    #[napi]
    pub fn share(&self) -> Result<f64> {
        Ok(engine::shared::number(self.held()?) as f64)
    }

    #[napi]
    pub fn hash(&self) -> Result<String> {
        Ok(self.held()?.hash().to_owned())
    }

    /// Frees the examples, once no run is at work on them; every later call is an error.
    #[napi]
    pub fn dispose(&mut self) {
        self.inner = None;
    }
}

#[napi(object)]
pub struct NativeOptions {
    pub threads: u32,
    pub seed: f64,
    pub kernel: Option<String>,
}

#[napi(object)]
pub struct NativeTensor {
    pub shape: Vec<u32>,
    pub data: Float32Array,
}

type Shared = Arc<Mutex<Option<engine::Session>>>;

#[napi]
pub struct NativeSession {
    inner: Shared,
}

/// The session, unless it is disposed of or at work on another thread.
fn lock(shared: &Shared) -> Result<MutexGuard<'_, Option<engine::Session>>> {
    match shared.try_lock() {
        Ok(guard) => Ok(guard),
        Err(TryLockError::WouldBlock) => Err(failed("the session is busy: await its run first")),
        Err(TryLockError::Poisoned(_)) => Err(failed("the session failed earlier: make a new one")),
    }
}

impl NativeSession {
    fn with<T>(&self, f: impl FnOnce(&mut engine::Session) -> engine::Result<T>) -> Result<T> {
        let mut guard = lock(&self.inner)?;
        let session = guard.as_mut().ok_or_else(|| failed("the session is disposed of"))?;
        f(session).map_err(failed)
    }
}

#[napi]
impl NativeSession {
    /// `program` is JSON.
    #[napi(constructor)]
    pub fn new(program: String, options: NativeOptions) -> Result<Self> {
        let program = serde_json::from_str(&program)
            .map_err(|error| failed(format!("the Program is not valid: {error}")))?;
        let options = engine::Options {
            threads: options.threads as usize,
            seed: whole("seed", options.seed, engine::random::MAX_SEED)?,
            kernel: options.kernel,
        };
        let session = engine::Session::new(program, &options).map_err(failed)?;
        Ok(Self { inner: Arc::new(Mutex::new(Some(session))) })
    }

    /// Runs off the event loop; the promise holds the metrics of all steps.
    #[napi]
    pub fn run(
        &self,
        phase: String,
        data: &NativeDataSet,
        examples: Uint32Array,
        knobs: Float32Array,
    ) -> Result<AsyncTask<Run>> {
        Ok(AsyncTask::new(Run {
            session: Arc::clone(&self.inner),
            phase,
            data: Arc::clone(data.held()?),
            examples: examples.to_vec(),
            knobs: knobs.to_vec(),
        }))
    }

    /// Likewise on the calling thread, which it blocks.
    #[napi]
    pub fn run_blocking(
        &self,
        phase: String,
        data: &NativeDataSet,
        examples: &[u32],
        knobs: &[f32],
    ) -> Result<Float64Array> {
        let data = data.held()?;
        let metrics = self.with(|session| session.run(&phase, data, examples, knobs))?;
        Ok(Float64Array::new(metrics))
    }

    #[napi]
    pub fn read(&self, tensor: String) -> Result<NativeTensor> {
        let (shape, data) = self.with(|session| session.read(&tensor))?;
        Ok(NativeTensor { shape, data: Float32Array::new(data) })
    }

    #[napi]
    pub fn write(&self, tensor: String, values: Float32Array) -> Result<()> {
        self.with(|session| session.write(&tensor, &values))
    }

    #[napi]
    pub fn snapshot(&self) -> Result<Uint8Array> {
        self.with(|session| Ok(Uint8Array::new(session.snapshot()?)))
    }

    #[napi]
    pub fn restore(&self, bytes: Uint8Array) -> Result<()> {
        self.with(|session| session.restore(&bytes))
    }

    #[napi]
    pub fn permutation(&self, n: u32, epoch: f64) -> Result<Uint32Array> {
        let epoch = whole("epoch", epoch, engine::random::MAX_SEED)?;
        self.with(|session| Ok(Uint32Array::new(session.permutation(n, epoch))))
    }

    #[napi(js_name = "weightsSha256")]
    pub fn weights_sha256(&self) -> Result<String> {
        self.with(|session| session.weights_sha256())
    }

    #[napi]
    pub fn step(&self) -> Result<f64> {
        self.with(|session| Ok(session.step() as f64))
    }

    #[napi]
    pub fn kernel(&self) -> Result<String> {
        self.with(|session| Ok(session.kernel().to_owned()))
    }

    /// Frees weights and threads; every later call is an error.
    #[napi]
    pub fn dispose(&self) -> Result<()> {
        lock(&self.inner)?.take();
        Ok(())
    }
}

pub struct Run {
    session: Shared,
    phase: String,
    data: Arc<engine::DataSet>,
    examples: Vec<u32>,
    knobs: Vec<f32>,
}

impl Task for Run {
    type Output = Vec<f64>;
    type JsValue = Float64Array;

    fn compute(&mut self) -> Result<Self::Output> {
        let mut guard = lock(&self.session)?;
        let session = guard.as_mut().ok_or_else(|| failed("the session is disposed of"))?;
        session.run(&self.phase, &self.data, &self.examples, &self.knobs).map_err(failed)
    }

    fn resolve(&mut self, _env: napi::Env, output: Self::Output) -> Result<Self::JsValue> {
        Ok(Float64Array::new(output))
    }
}

/// The precision called so: `f32`, which it is unless told, or `bf16`.
fn precision_of(name: Option<&str>) -> Result<Precision> {
    match name {
        None | Some("f32") => Ok(Precision::F32),
        Some("bf16") => Ok(Precision::Bf16),
        Some(other) => Err(failed(format!("precision {other:?} is none of f32, bf16"))),
    }
}

/// Names of the kernels of a precision that this CPU can run, fastest first.
#[napi]
pub fn kernels(precision: Option<String>) -> Result<Vec<String>> {
    Ok(match precision_of(precision.as_deref())? {
        Precision::F32 => dispatch::available().iter().map(|one| one.name().to_owned()).collect(),
        Precision::Bf16 => dispatch::halves().iter().map(|one| one.name().to_owned()).collect(),
    })
}

#[napi(object)]
pub struct Ceiling {
    /// FLOP/s of all threads together; a multiply-add counts two.
    pub flops: f64,
    /// Accumulators of 16 lanes in the loop shape that won.
    pub accumulators: u32,
    /// Cycles a second of the slowest core at the time, where they can be measured.
    pub hertz: Option<f64>,
}

pub struct MeasureCeiling {
    threads: usize,
    seconds: f64,
    precision: Precision,
}

impl Task for MeasureCeiling {
    type Output = Ceiling;
    type JsValue = Ceiling;

    fn compute(&mut self) -> Result<Self::Output> {
        let kernel = dispatch::from_environment().map_err(failed)?;
        let half = dispatch::half(&*kernel);
        let spin = |accumulators, iterations| match self.precision {
            Precision::F32 => kernel.spin(accumulators, iterations),
            Precision::Bf16 => half.spin(accumulators, iterations),
        };
        let mut pool = feedalign_kernels::Pool::new(self.threads).map_err(failed)?;
        let peaks = Mutex::new(Vec::new());
        let seconds = self.seconds;
        pool.run(&|_| {
            let origin = Instant::now();
            let now = || origin.elapsed().as_secs_f64();
            let peak = peak::measure(spin, seconds, now);
            let hertz = clock::hertz(now);
            if let Ok(mut peaks) = peaks.lock() {
                peaks.push((peak, hertz));
            }
        });
        let peaks = peaks.into_inner().map_err(failed)?;
        Ok(Ceiling {
            flops: peaks.iter().map(|(peak, _)| peak.flops).sum(),
            accumulators: peaks.first().map_or(0, |(peak, _)| peak.accumulators as u32),
            hertz: peaks.iter().filter_map(|(_, hertz)| *hertz).reduce(f64::min),
        })
    }

    fn resolve(&mut self, _env: napi::Env, output: Self::Output) -> Result<Self::JsValue> {
        Ok(output)
    }
}

/// The rate of multiply-adds on registers alone, with `threads` threads at it together for
/// `seconds`, off the event loop; precision `f32`, which it is unless told, or `bf16`.
#[napi]
pub fn ceiling(
    threads: u32,
    seconds: f64,
    precision: Option<String>,
) -> Result<AsyncTask<MeasureCeiling>> {
    let threads = whole("threads", f64::from(threads), 1024)?.max(1) as usize;
    if !(0.0..=60.0).contains(&seconds) {
        return Err(failed(format!("seconds {seconds} is not between 0 and 60")));
    }
    let precision = precision_of(precision.as_deref())?;
    Ok(AsyncTask::new(MeasureCeiling { threads, seconds, precision }))
}

pub struct MeasureBandwidth {
    threads: usize,
    floats: usize,
    seconds: f64,
}

impl Task for MeasureBandwidth {
    type Output = f64;
    type JsValue = f64;

    fn compute(&mut self) -> Result<Self::Output> {
        let kernel = dispatch::from_environment().map_err(failed)?;
        let mut pool = feedalign_kernels::Pool::new(self.threads).map_err(failed)?;
        let mut arena = Arena::new();
        let words = arena.words(self.floats).ok_or_else(|| failed("no memory"))?;
        // SAFETY: the arena gave that many zeroed words.
        let buffer = unsafe { std::slice::from_raw_parts_mut(words.as_ptr(), self.floats) };
        let parts = buffer.chunks_mut(self.floats.div_ceil(self.threads));
        let parts: Vec<_> = parts.map(Mutex::new).collect();
        let rates = Mutex::new(0.0);
        let seconds = self.seconds;
        pool.run(&|member| {
            let Some(Ok(mut part)) = parts.get(member.index()).map(Mutex::lock) else { return };
            let origin = Instant::now();
            let clock = || origin.elapsed().as_secs_f64();
            let rate = traffic::measure(&*kernel, &mut part, seconds, clock);
            if let Ok(mut rates) = rates.lock() {
                *rates += rate;
            }
        });
        rates.into_inner().map_err(failed)
    }

    fn resolve(&mut self, _env: napi::Env, output: Self::Output) -> Result<Self::JsValue> {
        Ok(output)
    }
}

/// Bytes a second of a buffer of `floats` that `threads` threads together read, change and write,
/// each its part over and over for `seconds`, off the event loop. A byte counts once.
#[napi]
pub fn bandwidth(threads: u32, floats: u32, seconds: f64) -> Result<AsyncTask<MeasureBandwidth>> {
    let threads = whole("threads", f64::from(threads), 1024)?.max(1) as usize;
    let floats = floats as usize;
    if floats / threads < 1024 {
        return Err(failed(format!("floats {floats} are less than 1024 for each thread")));
    }
    if !(0.0..=60.0).contains(&seconds) {
        return Err(failed(format!("seconds {seconds} is not between 0 and 60")));
    }
    Ok(AsyncTask::new(MeasureBandwidth { threads, floats, seconds }))
}
