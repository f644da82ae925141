//! From a phase to stages that threads run together: ops are resolved to addresses once, and
//! barriers stand exactly where one stage needs what another wrote.

use std::collections::HashMap;

use feedalign_kernels::bf16::HalfKernel;
use feedalign_kernels::panels::Way;
use feedalign_kernels::{Elements, Kernel, LANES, Member};

use crate::dataset::DataSet;
use crate::error::{Error, Result};
use crate::online;
use crate::ops;
use crate::program::{Phase, Scalar, Update};
use crate::tensors::{Form, Id, Tensors};
use crate::wanted::{self, Wanted};

/// What a stage is given at each step; the same for all members.
pub struct Step<'a> {
    /// Key of all random streams.
    pub seed: u64,
    /// Steps of advancing phases before this one, over all runs.
    pub number: u64,
    /// Rows of this step.
    pub rows: usize,
    /// Indices into `data`, one per row.
    pub examples: &'a [u32],
    pub data: &'a DataSet,
    /// This step's knobs, in the phase's order.
    pub knobs: &'a [f32],
    /// The knobs of the step before, unless this is the first of its run.
    pub knobs_before: Option<&'a [f32]>,
    /// This step's metrics, in the phase's order; each is written by one member.
    pub metrics: *mut f64,
    pub kernel: &'a dyn Kernel,
    /// For the products of a session in bf16.
    pub half: &'a dyn HalfKernel,
}

// SAFETY: `metrics` points to memory of the run that outlives the step, written by one member.
unsafe impl Sync for Step<'_> {}

impl Step<'_> {
    /// Stores a metric of this step.
    ///
    /// # Safety
    /// `place` is below the phase's count, and only one member writes it.
    pub unsafe fn record(&self, place: usize, value: f64) {
        // SAFETY: as stated.
        unsafe { *self.metrics.add(place) = value }
    }

    /// Adds to a metric of this step.
    ///
    /// # Safety
    /// As at [`Self::record`].
    pub unsafe fn gain(&self, place: usize, value: f64) {
        // SAFETY: as stated.
        unsafe { *self.metrics.add(place) += value }
    }
}

type Run = Box<dyn Fn(&Step, &Member) + Send + Sync>;

/// A number fixed in the Program, or one of the step's knobs.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    Constant(f32),
    Knob(usize),
}

impl Value {
    pub fn at(self, knobs: &[f32]) -> f32 {
        match self {
            Self::Constant(value) => value,
            Self::Knob(place) => knobs[place],
        }
    }
}

struct Stage {
    reads: Vec<Id>,
    writes: Vec<Id>,
    enabled: Option<Value>,
    barrier: bool,
    run: Run,
}

/// The stages of one phase.
pub struct Plan {
    stages: Vec<Stage>,
    /// What a run's last step leaves to be done: each touches what no other does.
    last: Vec<Run>,
}

impl Plan {
    /// Runs one step as one member; every member calls it with the same step.
    pub fn run(&self, step: &Step, member: &Member) {
        for stage in &self.stages {
            if stage.barrier {
                member.barrier();
            }
            if stage.enabled.is_none_or(|enabled| enabled.at(step.knobs) != 0.0) {
                (stage.run)(step, member);
            }
        }
    }

    /// Ends a run of one step or more as one member, given its last step.
    pub fn finish(&self, step: &Step, member: &Member) {
        if !self.last.is_empty() {
            member.barrier();
        }
        for run in &self.last {
            run(step, member);
        }
    }
}

/// A plan being made: what ops use to name tensors and add stages.
pub struct Lowering<'a> {
    pub tensors: &'a mut Tensors,
    /// Most rows of a step.
    pub batch: usize,
    phase: &'a Phase,
    stages: Vec<Stage>,
    enabled: Option<Value>,
    /// Scratch tensors that hold the transpose of a tensor, until that is written again.
    pub transposed: HashMap<Id, Id>,
    /// The forms that the phase reads of its tensors of rows.
    wanted: HashMap<Id, Wanted>,
    /// Updates that wait for the next step's forward product, by their weight; see `online`.
    pub deferred: HashMap<&'a str, &'a Update>,
    /// Threads of the session.
    pub threads: usize,
    last: Vec<Run>,
}

impl<'a> Lowering<'a> {
    pub fn plan(
        phase: &'a Phase,
        tensors: &'a mut Tensors,
        batch: usize,
        threads: usize,
    ) -> Result<Plan> {
        let wanted = wanted::wanted(phase).into_iter();
        let wanted = wanted.filter_map(|(name, forms)| Some((tensors.find(name).ok()?, forms)));
        let wanted = wanted.collect();
        let mut deferred = if batch == 1 { online::deferred(phase) } else { HashMap::new() };
        deferred.retain(|weight, _| {
            let Ok(id) = tensors.find(weight) else { return false };
            let whole = tensors.sparse(id).is_none() && tensors.holes(id).is_none();
            whole && matches!(tensors.form(id), Form::Matrix { .. })
        });
        let mut lowering = Self {
            tensors,
            batch,
            phase,
            stages: Vec::new(),
            enabled: None,
            transposed: HashMap::new(),
            wanted,
            deferred,
            threads,
            last: Vec::new(),
        };
        for (place, instruction) in phase.ops.iter().enumerate() {
            let name = ops::name(&instruction.op);
            let place = format!("phases.{}.ops[{place}] ({name})", phase.name);
            lowering.add(instruction).map_err(|error| error.within(&place))?;
        }
        let mut stages = lowering.stages;
        place_barriers(&mut stages);
        Ok(Plan { stages, last: lowering.last })
    }

    fn add(&mut self, instruction: &crate::program::Instruction) -> Result<()> {
        self.enabled = instruction.enabled.as_ref().map(|by| self.value(by)).transpose()?;
        ops::lower(&instruction.op, self)
    }

    /// Adds a stage. Members run it together; whatever it touches stands in `reads` or `writes`.
    pub fn stage(
        &mut self,
        reads: &[Id],
        writes: &[Id],
        run: impl Fn(&Step, &Member) + Send + Sync + 'static,
    ) {
        self.transposed.retain(|source, _| !writes.contains(source));
        self.stages.push(Stage {
            reads: reads.to_vec(),
            writes: writes.to_vec(),
            enabled: self.enabled,
            barrier: false,
            run: Box::new(run),
        });
    }

    /// Adds what is to be done after the last step of a run; it touches what no other such does.
    pub fn finally(&mut self, run: impl Fn(&Step, &Member) + Send + Sync + 'static) {
        self.last.push(Box::new(run));
    }

    /// Whether the op at hand may be switched off by a knob.
    pub fn conditional(&self) -> bool {
        self.enabled.is_some()
    }

    /// A number that differs from stage to stage, to deal whole stages out to members.
    pub fn turn(&self) -> usize {
        self.stages.len()
    }

    /// The forms that the phase reads of a tensor of rows.
    pub fn wanted(&self, id: Id) -> Wanted {
        self.wanted.get(&id).copied().unwrap_or_default()
    }

    /// Floats from row to row of a tensor of rows; zero for others.
    pub fn stride(&self, id: Id) -> usize {
        if let Form::Rows { stride, .. } = self.tensors.form(id) { stride } else { 0 }
    }

    pub fn value(&self, scalar: &Scalar) -> Result<Value> {
        match scalar {
            Scalar::Constant(value) if value.is_finite() => Ok(Value::Constant(*value)),
            Scalar::Constant(value) => Err(Error::new(format!("{value} is not a finite number"))),
            Scalar::Knob { knob } => {
                let place = self.phase.knobs.iter().position(|known| known == knob);
                place.map(Value::Knob).ok_or_else(|| {
                    Error::new(format!("knob {knob:?} is not among the phase's knobs"))
                })
            }
        }
    }

    pub fn metric(&self, name: &str) -> Result<usize> {
        let place = self.phase.metrics.iter().position(|known| known == name);
        place.ok_or_else(|| Error::new(format!("metric {name:?} is not among the phase's metrics")))
    }

    pub fn matrix(&self, name: &str) -> Result<(Id, usize, usize)> {
        let (id, rows, columns) = self.carrier(name)?;
        if self.tensors.elements(id) == Elements::F32 {
            return Ok((id, rows, columns));
        }
        Err(Error::new(format!("tensor {name:?} lies on a grid, so it carries signals only")))
    }

    /// A matrix that may lie on a grid.
    pub fn carrier(&self, name: &str) -> Result<(Id, usize, usize)> {
        let id = self.tensors.find(name)?;
        match self.tensors.form(id) {
            Form::Matrix { rows, columns, way: Way::Straight }
            | Form::Half { rows, columns, way: Way::Straight, .. } => Ok((id, rows, columns)),
            _ => Err(Error::new(format!("tensor {name:?} is no matrix"))),
        }
    }

    /// A matrix of a given shape.
    pub fn shaped(&self, name: &str, rows: usize, columns: usize) -> Result<Id> {
        let (id, r, c) = self.matrix(name)?;
        if (r, c) == (rows, columns) {
            return Ok(id);
        }
        Err(Error::new(format!(
            "tensor {name:?} has shape [{r} × {c}], expected [{rows} × {columns}]"
        )))
    }

    pub fn vector(&self, name: &str, len: usize) -> Result<Id> {
        let id = self.tensors.find(name)?;
        match self.tensors.form(id) {
            Form::Vector { len: found } if found == len => Ok(id),
            _ => Err(Error::new(format!("tensor {name:?} is no vector of {len}"))),
        }
    }

    /// Rows of any width, in whole panels: (id, width, stride).
    pub fn rows(&self, name: &str) -> Result<(Id, usize, usize)> {
        let id = self.tensors.find(name)?;
        match self.tensors.form(id) {
            Form::Rows { width, stride } if stride >= LANES => Ok((id, width, stride)),
            _ => Err(Error::new(format!("tensor {name:?} does not hold one row per example"))),
        }
    }

    /// One label per example.
    pub fn labels(&self, name: &str) -> Result<Id> {
        let id = self.tensors.find(name)?;
        match self.tensors.form(id) {
            Form::Labels => Ok(id),
            form => Err(Error::new(format!("tensor {name:?} of shape {form} holds no labels"))),
        }
    }

    /// A single number per example.
    pub fn numbers(&self, name: &str) -> Result<Id> {
        let id = self.tensors.find(name)?;
        match self.tensors.form(id) {
            Form::Rows { width: 1, stride: 1 } => Ok(id),
            form => Err(Error::new(format!("tensor {name:?} has shape {form}, expected [n]"))),
        }
    }

    /// Rows of a given width: (id, stride).
    pub fn rows_of(&self, name: &str, width: usize) -> Result<(Id, usize)> {
        let (id, found, stride) = self.rows(name)?;
        if found == width {
            return Ok((id, stride));
        }
        Err(Error::new(format!("tensor {name:?} has rows of {found}, expected rows of {width}")))
    }
}

/// A barrier before each stage that conflicts with one since the last barrier: reads what that
/// wrote, or writes what that touched. Twice around, as a step's first stages follow the last ones
/// of the step before; a barrier more than the first time only parts more.
fn place_barriers(stages: &mut [Stage]) {
    let (mut read, mut written): (Vec<Id>, Vec<Id>) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        for stage in &mut *stages {
            let stale = stage.reads.iter().any(|id| written.contains(id));
            let clash = stage.writes.iter().any(|id| written.contains(id) || read.contains(id));
            stage.barrier |= stale || clash;
            if stage.barrier {
                read.clear();
                written.clear();
            }
            read.extend(&stage.reads);
            written.extend(&stage.writes);
        }
    }
}
