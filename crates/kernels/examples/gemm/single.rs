//! The products in f32.

use feedalign_kernels::{
    Activation, Epilogue, Forward, Gate, Kernel, Optimizer, Pool, Project, State, Update, dispatch,
    memory::Arena, panels,
};

use super::{MATRICES, Products, STRIDE, WIDTH, fill};

pub struct Buffers {
    kernel: Box<dyn Kernel>,
    rows: usize,
    weights: Vec<*mut f32>,
    x: *mut f32,
    y: *mut f32,
    delta_t: *mut f32,
    bias: *mut f32,
    _arena: Arena,
}

// SAFETY: the pointers are to buffers that live as long, and members of a pool split the units.
unsafe impl Sync for Buffers {}

impl Products for Buffers {
    const PRECISION: &'static str = "f32";

    fn new(rows: usize) -> Self {
        let mut arena = Arena::new();
        let mut fill = |words| fill(&mut arena, words);
        Self {
            kernel: dispatch::from_environment().expect("kernel"),
            rows,
            weights: (0..MATRICES).map(|_| fill(panels::len(WIDTH, WIDTH))).collect(),
            x: fill(rows * STRIDE),
            y: fill(rows * STRIDE),
            delta_t: fill(WIDTH * rows.next_multiple_of(16)),
            bias: fill(STRIDE),
            _arena: arena,
        }
    }

    fn kernel(&self) -> &'static str {
        self.kernel.name()
    }

    fn spin(&self, accumulators: usize, iterations: usize) -> u64 {
        self.kernel.spin(accumulators, iterations)
    }

    fn run(&self, pool: &mut Pool, job: &str, matrix: usize) {
        let (rows, inner, columns) = (self.rows, WIDTH, WIDTH);
        let activation = Activation::Tanh;
        let forward = Forward {
            x: self.x,
            x_stride: STRIDE,
            weight: self.weights[matrix],
            y: self.y,
            y_stride: STRIDE,
            rows,
            inner,
            columns,
            accumulate: false,
            epilogue: Epilogue::Activate { bias: self.bias, activation },
        };
        let project = Project {
            delta: self.x,
            delta_stride: STRIDE,
            delta_t: self.delta_t,
            matrix: self.weights[matrix],
            y: self.y,
            y_stride: STRIDE,
            rows,
            inner,
            columns,
            accumulate: false,
            gate: Some(Gate { h: self.x, h_stride: STRIDE, activation }),
        };
        let update = Update {
            x: self.x,
            x_stride: STRIDE,
            delta: self.y,
            delta_stride: STRIDE,
            weight: self.weights[matrix],
            state: State::NONE,
            rows,
            inner,
            columns,
            optimizer: Optimizer::sgd(1e-6, 1.0),
        };
        let jobs = Jobs { forward, project, update };
        let kernel = &*self.kernel;
        pool.run(&|member| {
            let jobs = &jobs;
            // SAFETY: the buffers hold the shapes stated and members split the units.
            unsafe {
                match job {
                    "forward" => {
                        let units = kernel.forward_units(&jobs.forward);
                        kernel.forward(&jobs.forward, member.split(units));
                    }
                    "project" => {
                        let units = kernel.project_units(&jobs.project);
                        kernel.project(&jobs.project, member.split(units));
                    }
                    _ => {
                        let units = kernel.update_units(&jobs.update);
                        kernel.update(&jobs.update, member.split(units));
                    }
                }
            }
        });
    }
}

struct Jobs {
    forward: Forward,
    project: Project,
    update: Update,
}

// SAFETY: the pointers are to buffers that outlive the run.
unsafe impl Sync for Jobs {}
