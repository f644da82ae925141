//! A Program at work: its tensors, its plans, and the threads that run them.

use std::collections::HashMap;

use feedalign_kernels::bf16::HalfKernel;
use feedalign_kernels::{Kernel, Pool, dispatch};
use sha2::{Digest, Sha256};

use crate::dataset::{DataSet, Targets, hexadecimal};
use crate::derived;
use crate::error::{Error, Result};
use crate::memory;
use crate::plan::{Lowering, Plan, Step};
use crate::program::{FORMAT, Op, Phase, Precision, Program, Role};
use crate::random::{self, MAX_SEED};
use crate::snapshot;
use crate::tensors::{Form, Id, Tensors};

/// Threads of a session at most.
const MAX_THREADS: usize = 1024;
/// Rows of a step at most.
const MAX_BATCH: u32 = 65_536;

#[derive(Clone, Debug)]
pub struct Options {
    /// Threads that share each step, 1 to 1,024; results do not depend on it.
    pub threads: usize,
    /// Key of all random streams, 0 to 2⁵³ − 1.
    pub seed: u64,
    /// A kernel by name; otherwise the environment's, or the fastest.
    pub kernel: Option<String>,
}

pub struct Session {
    program: Program,
    program_hash: [u8; 32],
    seed: u64,
    step: u64,
    tensors: Tensors,
    plans: HashMap<String, Plan>,
    kernel: Box<dyn Kernel>,
    /// For the products of a Program in bf16.
    half: Box<dyn HalfKernel>,
    pool: Pool,
}

impl Session {
    /// # Errors
    /// If an option is out of range, the Program is not valid or asks for what this engine lacks,
    /// or memory or threads are refused. The text names op and tensor.
    pub fn new(program: Program, options: &Options) -> Result<Self> {
        check(&program, options)?;
        derived::check(&program.phases)?;
        let kernel = match &options.kernel {
            Some(name) => dispatch::choose(Some(name)),
            None => dispatch::from_environment(),
        };
        let kernel = kernel.map_err(Error::new)?;
        let half = dispatch::half(&*kernel);
        let mut pool = Pool::new(options.threads)
            .map_err(|error| Error::new(format!("{} threads: {error}", options.threads)))?;
        let mut tensors = Tensors::new(&program, options.seed, &mut pool)?;
        let mut plans = HashMap::new();
        for phase in &program.phases {
            let plan =
                Lowering::plan(phase, &mut tensors, program.batch as usize, options.threads)?;
            if plans.insert(phase.name.clone(), plan).is_some() {
                return Err(Error::new(format!("phase {:?} stands twice", phase.name)));
            }
        }
        let text = serde_json::to_vec(&program).map_err(|error| Error::new(error.to_string()))?;
        let program_hash = Sha256::digest(text).into();
        let seed = options.seed;
        let mut session =
            Self { program, program_hash, seed, step: 0, tensors, plans, kernel, half, pool };
        session.derive()?;
        Ok(session)
    }

    /// Makes what is derived from weights, from the weights as they are: what the step before
    /// this one would have left.
    fn derive(&mut self) -> Result<()> {
        let Some(plan) = self.plans.get(derived::PHASE) else { return Ok(()) };
        let step = Step {
            seed: self.seed,
            number: self.step.wrapping_sub(1),
            rows: 0,
            examples: &[],
            data: &derived::no_data()?,
            knobs: &[],
            knobs_before: None,
            metrics: std::ptr::null_mut(),
            kernel: &*self.kernel,
            half: &*self.half,
        };
        self.pool.run(&|member| plan.run(&step, member));
        Ok(())
    }

    /// Runs a phase over `examples` (indices into `data`), a batch a step, the last one as long
    /// as what is left. `knobs` holds the phase's knobs for each step. Returns the phase's
    /// metrics `[steps × metrics]`, sums over the step's rows.
    ///
    /// # Errors
    /// If there is no such phase, or examples, knobs or data do not fit it; then nothing has run.
    pub fn run(
        &mut self,
        phase: &str,
        data: &DataSet,
        examples: &[u32],
        knobs: &[f32],
    ) -> Result<Vec<f64>> {
        let mut metrics = Vec::new();
        self.run_into(phase, data, examples, knobs, &mut metrics)?;
        Ok(metrics)
    }

    /// [`Self::run`], with the metrics in place of what `metrics` held: where that has room for
    /// them, nothing is allocated.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn run_into(
        &mut self,
        phase: &str,
        data: &DataSet,
        examples: &[u32],
        knobs: &[f32],
        metrics: &mut Vec<f64>,
    ) -> Result<()> {
        let definition = find_phase(&self.program, phase)?;
        let batch = self.program.batch as usize;
        let steps = examples.len().div_ceil(batch);
        check_run(definition, data, examples, knobs, steps)
            .and_then(|()| check_data(&self.tensors, definition, data))
            .map_err(|error| error.within(phase))?;
        let (knob_count, metric_count) = (definition.knobs.len(), definition.metrics.len());
        metrics.clear();
        metrics.resize(steps * metric_count, 0.0);
        let all = Metrics(metrics.as_mut_ptr());
        let (plan, kernel, half) = (&self.plans[phase], &*self.kernel, &*self.half);
        let (seed, first_step, advances) = (self.seed, self.step, definition.advances);
        let knobs_of = |step: usize| &knobs[step * knob_count..(step + 1) * knob_count];
        let step_of = |step: usize| {
            let first = step * batch;
            let examples = &examples[first..examples.len().min(first + batch)];
            Step {
                seed,
                number: first_step + if advances { step as u64 } else { 0 },
                rows: examples.len(),
                examples,
                data,
                knobs: knobs_of(step),
                knobs_before: step.checked_sub(1).map(knobs_of),
                // SAFETY: the metrics of this step lie within the vector.
                metrics: unsafe { all.get().add(step * metric_count) },
                kernel,
                half,
            }
        };
        self.pool.run(&|member| {
            for step in 0..steps {
                plan.run(&step_of(step), member);
            }
            if let Some(last) = steps.checked_sub(1) {
                plan.finish(&step_of(last), member);
            }
        });
        if definition.advances {
            self.step += steps as u64;
        }
        Ok(())
    }

    /// Shape and row-major values of a kept tensor.
    ///
    /// # Errors
    /// If there is none of that name, or it lives for one step, or there is no memory for it.
    pub fn read(&self, tensor: &str) -> Result<(Vec<u32>, Vec<f32>)> {
        let (id, shape) = self.kept(tensor)?;
        Ok((shape, self.tensors.read(id)?))
    }

    /// Overwrites a kept tensor with row-major values; what is derived from weights follows them.
    ///
    /// # Errors
    /// As [`Self::read`], or if the count of values is not the shape's, or one is not finite, not
    /// on the tensor's grid, or not zero where its structure holds none.
    pub fn write(&mut self, tensor: &str, values: &[f32]) -> Result<()> {
        let (id, shape) = self.kept(tensor)?;
        if values.len() != self.tensors.persistent_len(id) {
            return Err(Error::new(format!(
                "tensor {tensor:?} has shape {shape:?}, but {} values were given",
                values.len()
            )));
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(Error::new(format!("value {at} for tensor {tensor:?} is {}", values[at])));
        }
        if let Some((at, why)) = self.tensors.misfit(id, values) {
            let value = values[at];
            return Err(Error::new(format!("value {at} for tensor {tensor:?} is {value}, {why}")));
        }
        self.tensors.write(id, values);
        if self.program.tensors[id].role == Role::Weight { self.derive() } else { Ok(()) }
    }

    /// Everything that the next step depends on.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn snapshot(&self) -> Result<Vec<u8>> {
        // The values, and the bytes that they become.
        let kept: usize =
            self.kept_tensors().iter().map(|(_, id)| self.tensors.persistent_len(*id)).sum();
        memory::require(8 * kept).map_err(|error| error.within("a snapshot"))?;
        let tensors = self.kept_tensors().into_iter();
        let tensors = tensors.map(|(name, id)| Ok((name, self.tensors.read(id)?)));
        let tensors = tensors.collect::<Result<_>>()?;
        let header = snapshot::State { seed: self.seed, step: self.step, tensors };
        snapshot::encode(&self.program_hash, &header)
    }

    /// Goes back to a snapshot of a session of the same Program.
    ///
    /// # Errors
    /// If the bytes are damaged or of another Program; then nothing has changed.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<()> {
        let names = self.kept_tensors();
        let sizes =
            names.iter().map(|(name, id)| (name.as_str(), self.tensors.persistent_len(*id)));
        let state = snapshot::decode(&self.program_hash, &sizes.collect::<Vec<_>>(), bytes)?;
        if state.seed != self.seed {
            self.tensors.redraw(&self.program, state.seed)?;
        }
        for ((_, id), (_, values)) in names.iter().zip(&state.tensors) {
            self.tensors.write(*id, values);
        }
        (self.seed, self.step) = (state.seed, state.step);
        Ok(())
    }

    /// The order of the examples in an epoch, drawn from the stream `order`.
    #[must_use]
    pub fn permutation(&self, n: u32, epoch: u64) -> Vec<u32> {
        random::permutation(self.seed, n, epoch)
    }

    /// SHA-256 of all weights and biases, row-major little-endian f32, in the Program's order.
    ///
    /// # Errors
    /// If there is no memory for the largest of them.
    pub fn weights_sha256(&self) -> Result<String> {
        let mut sha = Sha256::new();
        for (tensor, id) in self.program.tensors.iter().zip(0..) {
            if matches!(tensor.role, Role::Weight | Role::Bias) {
                self.tensors.read(id)?.iter().for_each(|value| sha.update(value.to_le_bytes()));
            }
        }
        Ok(hexadecimal(&sha.finalize()))
    }

    /// Steps of advancing phases since the start, over all runs.
    #[must_use]
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The name of the kernel that runs the products.
    #[must_use]
    pub fn kernel(&self) -> &'static str {
        match self.program.precision {
            Precision::F32 => self.kernel.name(),
            Precision::Bf16 => self.half.name(),
        }
    }

    #[must_use]
    pub fn threads(&self) -> usize {
        self.pool.threads()
    }

    fn kept(&self, tensor: &str) -> Result<(Id, Vec<u32>)> {
        let id = self.tensors.find(tensor)?;
        if self.tensors.persistent_len(id) == 0 {
            return Err(Error::new(format!("tensor {tensor:?} lives for one step only")));
        }
        Ok((id, self.program.tensors[id].shape.clone()))
    }

    fn kept_tensors(&self) -> Vec<(String, Id)> {
        let all = self.program.tensors.iter().zip(0..);
        let kept = all.filter(|(tensor, id)| {
            tensor.role != Role::Scratch && self.tensors.persistent_len(*id) > 0
        });
        kept.map(|(tensor, id)| (tensor.name.clone(), id)).collect()
    }
}

/// Where a run's metrics go.
#[derive(Clone, Copy)]
struct Metrics(*mut f64);

// SAFETY: each metric of each step is written by one member.
unsafe impl Sync for Metrics {}

impl Metrics {
    fn get(self) -> *mut f64 {
        self.0
    }
}

fn check(program: &Program, options: &Options) -> Result<()> {
    let fail = |message: String| Err(Error::new(message));
    if program.format != FORMAT {
        return fail(format!("the Program has format {}, this engine {FORMAT}", program.format));
    }
    if !(1..=MAX_BATCH).contains(&program.batch) {
        return fail(format!("batch {} is not between 1 and {MAX_BATCH}", program.batch));
    }
    if !(1..=MAX_THREADS).contains(&options.threads) {
        return fail(format!("threads {} is not between 1 and {MAX_THREADS}", options.threads));
    }
    if options.seed > MAX_SEED {
        return fail(format!("seed {} is above {MAX_SEED}", options.seed));
    }
    Ok(())
}

fn find_phase<'a>(program: &'a Program, name: &str) -> Result<&'a Phase> {
    let found = program.phases.iter().find(|phase| phase.name == name);
    found.ok_or_else(|| Error::new(format!("the Program has no phase {name:?}")))
}

fn check_run(
    phase: &Phase,
    data: &DataSet,
    examples: &[u32],
    knobs: &[f32],
    steps: usize,
) -> Result<()> {
    if let Some(example) = examples.iter().find(|example| **example as usize >= data.count()) {
        let count = data.count();
        return Err(Error::new(format!("example {example} is not among the {count} of the data")));
    }
    if knobs.len() != steps * phase.knobs.len() {
        return Err(Error::new(format!(
            "{steps} steps of {} knobs need {} values, found {}",
            phase.knobs.len(),
            steps * phase.knobs.len(),
            knobs.len()
        )));
    }
    match knobs.iter().position(|value| !value.is_finite()) {
        Some(at) => Err(Error::new(format!("knob value {at} is {}, not finite", knobs[at]))),
        None => Ok(()),
    }
}

/// The data has the width and the kind of targets that the phase gathers.
fn check_data(tensors: &Tensors, phase: &Phase, data: &DataSet) -> Result<()> {
    for instruction in &phase.ops {
        let Op::Gather(gather) = &instruction.op else { continue };
        if let Form::Rows { width, .. } = tensors.form(tensors.find(&gather.input)?)
            && width != data.width()
        {
            return Err(Error::new(format!(
                "the data has {} inputs per example, the network takes {width}",
                data.width()
            )));
        }
        let Some(targets) = &gather.targets else { continue };
        match (tensors.form(tensors.find(targets)?), data.targets()) {
            (Form::Labels, Targets::Labels { classes, .. }) => {
                check_classes(tensors, phase, *classes)?;
            }
            (Form::Rows { width: wanted, .. }, Targets::Values { width, .. })
                if wanted == *width => {}
            _ => return Err(Error::new("the data's targets are not what the loss takes")),
        }
    }
    Ok(())
}

fn check_classes(tensors: &Tensors, phase: &Phase, classes: usize) -> Result<()> {
    let width = |name: &str| Ok(tensors.form(tensors.find(name)?).size(0).1);
    for instruction in &phase.ops {
        let outputs = match &instruction.op {
            Op::Loss(op) => width(&op.a)?,
            Op::Classify(op) => width(&op.scores)?,
            Op::Overlay(op) => op.classes as usize,
            _ => continue,
        };
        if classes > outputs {
            return Err(Error::new(format!(
                "the data has {classes} classes, the network {outputs} outputs"
            )));
        }
    }
    Ok(())
}
