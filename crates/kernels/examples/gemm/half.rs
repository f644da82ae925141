//! The products in bf16. `project` is `forward` through a turned matrix, its store gated.

use feedalign_kernels::bf16::{Bf16, Epilogue, Forms, Forward, Gate, HalfKernel, Update, panels};
use feedalign_kernels::panels::Way;
use feedalign_kernels::{Activation, Optimizer, Pool, dispatch, memory::Arena};

use super::{MATRICES, Products, STRIDE, WIDTH, fill as fill_single};

pub struct Buffers {
    kernel: Box<dyn HalfKernel>,
    rows: usize,
    weights: Vec<(*mut Bf16, *mut i16)>,
    x: Forms,
    y: Forms,
    bias: *mut f32,
    _arena: Arena,
}

// SAFETY: the pointers are to buffers that live as long, and members of a pool split the units.
unsafe impl Sync for Buffers {}

impl Products for Buffers {
    const PRECISION: &'static str = "bf16";

    fn new(rows: usize) -> Self {
        let mut arena = Arena::new();
        let mut fill = |numbers| fill_half(&mut arena, numbers);
        let mut forms = || Forms {
            values: std::ptr::null_mut(),
            values_stride: 0,
            rows: fill(rows * 2 * STRIDE),
            rows_stride: STRIDE_OF_ROWS,
            paired: fill(rows.next_multiple_of(2) * STRIDE),
            paired_stride: STRIDE,
        };
        let (x, y) = (forms(), forms());
        let len = panels::len(Way::Straight, WIDTH, WIDTH);
        let kernel = dispatch::from_environment().expect("kernel");
        Self {
            kernel: dispatch::half(&*kernel),
            rows,
            weights: (0..MATRICES).map(|_| (fill(len), fill(len).cast())).collect(),
            x,
            y,
            bias: fill_single(&mut arena, STRIDE),
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
        let jobs = self.jobs(job, matrix);
        let kernel = &*self.kernel;
        pool.run(&|member| {
            let jobs = &jobs;
            // SAFETY: the buffers hold the shapes stated and members split the units.
            unsafe {
                if job == "update" {
                    let units = kernel.update_units(&jobs.update);
                    kernel.update(&jobs.update, member.split(units));
                } else {
                    let units = kernel.forward_units(&jobs.forward);
                    kernel.forward(&jobs.forward, member.split(units));
                }
            }
        });
    }
}

/// An odd number of cache lines, as the engine has it.
const STRIDE_OF_ROWS: usize = 47 * 32;

impl Buffers {
    fn jobs(&self, job: &str, matrix: usize) -> Jobs {
        let (rows, inner, columns) = (self.rows, WIDTH, WIDTH);
        let activation = Activation::Tanh;
        let gate = Gate { h: self.x.rows, h_stride: self.x.rows_stride, activation };
        let activate = Epilogue::Activate { bias: self.bias, activation };
        let (upper, lower) = self.weights[matrix];
        let forward = Forward {
            x: self.x.rows,
            x_stride: self.x.rows_stride,
            weight: upper,
            y: self.y,
            rows,
            inner,
            columns,
            accumulate: false,
            epilogue: if job == "project" { Epilogue::Gate(gate) } else { activate },
        };
        let update = Update {
            x: self.x.paired,
            x_stride: self.x.paired_stride,
            delta: self.y.paired,
            delta_stride: self.y.paired_stride,
            upper,
            lower,
            moments: [std::ptr::null_mut(); 2],
            rows,
            inner,
            columns,
            optimizer: Optimizer::sgd(1e-6, 1.0),
        };
        Jobs { forward, update }
    }
}

/// The same numbers in bf16, an even count.
fn fill_half(arena: &mut Arena, numbers: usize) -> *mut Bf16 {
    let start = fill_single(arena, numbers / 2);
    // SAFETY: as many words lie there.
    for word in unsafe { std::slice::from_raw_parts_mut(start, numbers / 2) } {
        let bits = u32::from(Bf16::nearest(*word).0);
        *word = f32::from_bits(bits << 16 | bits);
    }
    start.cast()
}

struct Jobs {
    forward: Forward,
    update: Update,
}

// SAFETY: the pointers are to buffers that outlive the run.
unsafe impl Sync for Jobs {}
