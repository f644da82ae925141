//! Every kernel of this machine against plain loops, and to the bit against `generic`, at sizes
//! around every tile's edge.

mod common;

use common::optimizers::{OPTIMIZERS, Stepped};
use common::{ACTIVATIONS, Rows, activated, assert_near, assert_sum_near, packed, rows};
use feedalign_kernels::dispatch::available;
use feedalign_kernels::{
    Activation, Epilogue, Forward, Gate, Kernel, LANES, MaxNorm, Online, Optimizer, Project,
    ROW_CHUNK, State, Transpose, Update, UpdateBias, panels,
};

/// Around the edges of tiles of 2, 6, 8 rows and of 1, 2, 4 vectors of rows.
const ROWS: [usize; 17] = [0, 1, 2, 3, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 65];
/// Around the edges of tiles of 2, 6, 8 and 12.
const INNER: [usize; 12] = [0, 1, 5, 6, 7, 8, 9, 11, 12, 13, 17, 25];
/// Around the edges of tiles of one and two panels.
const COLUMNS: [usize; 8] = [1, 10, 15, 16, 17, 31, 32, 33];

/// Below 16 rows: around the edges of runs of 16 and 128 values of i, and of 2 to 8 panels.
const FEW: [(usize, usize); 8] =
    [(127, 145), (128, 16), (129, 10), (16, 97), (15, 33), (31, 80), (33, 129), (1, 241)];

fn sizes() -> impl Iterator<Item = (usize, usize, usize)> {
    let all = ROWS.into_iter().flat_map(|n| {
        INNER.into_iter().flat_map(move |i| COLUMNS.into_iter().map(move |o| (n, i, o)))
    });
    all.chain((0..=17).flat_map(|n| FEW.map(|(i, o)| (n, i, o))))
}

/// Runs a job in two parts, so that every test also tests the cut.
fn in_two(units: usize, mut part: impl FnMut(std::ops::Range<usize>)) {
    part(units / 3..units);
    part(0..units / 3);
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// The result of `run` for each kernel, the last (`generic`) being the reference for the bits.
fn same_bits(what: &str, run: impl Fn(&dyn Kernel) -> Vec<f32>) -> Vec<f32> {
    let kernels = available();
    let reference = run(&**kernels.last().expect("generic runs everywhere"));
    for kernel in &kernels {
        assert!(bits(&run(&**kernel)) == bits(&reference), "{}: {what}", kernel.name());
    }
    reference
}

fn forward(
    kernel: &dyn Kernel,
    (n, inner, columns): (usize, usize, usize),
    accumulate: bool,
    epilogue: Epilogue,
) -> Rows {
    let x = rows(n, inner, 1);
    let (_, weight) = packed(inner, columns, 2);
    let mut y = rows(n, columns, 3);
    let job = Forward {
        x: x.data.as_ptr(),
        x_stride: x.stride,
        weight: weight.as_ptr(),
        y: y.data.as_mut_ptr(),
        y_stride: y.stride,
        rows: n,
        inner,
        columns,
        accumulate,
        epilogue,
    };
    // SAFETY: the buffers have the shapes stated.
    in_two(kernel.forward_units(&job), |units| unsafe { kernel.forward(&job, units) });
    y
}

#[test]
fn forward_is_the_product_plus_bias_through_the_activation() {
    for (case, (n, inner, columns)) in sizes().enumerate() {
        let activation = ACTIVATIONS[case % ACTIVATIONS.len()];
        let accumulate = case % 3 == 0;
        let bias = rows(1, columns, 4);
        let epilogue = Epilogue::Activate { bias: bias.data.as_ptr(), activation };
        let what = format!("{n} × {inner} × {columns} {activation:?}");
        let y = same_bits(&what, |k| forward(k, (n, inner, columns), accumulate, epilogue).data);
        let (x, before) = (rows(n, inner, 1), rows(n, columns, 3));
        let (weight, _) = packed(inner, columns, 2);
        for row in 0..n {
            for o in 0..columns {
                let product = |i: usize| {
                    f64::from(x.data[row * x.stride + i]) * f64::from(weight[i * columns + o])
                };
                let mut sum: f64 = (0..inner).map(product).sum();
                if accumulate {
                    sum += f64::from(before.data[row * before.stride + o]);
                }
                sum += f64::from(bias.data[o]);
                assert_near(y[row * before.stride + o], activated(sum, activation), &what);
            }
        }
    }
}

#[test]
fn a_gated_forward_is_the_sum_times_the_derivative() {
    let plain = Epilogue::Activate { bias: std::ptr::null(), activation: Activation::Identity };
    let size = (9, 10, 33);
    let h = rows(9, 33, 7);
    for (activation, accumulate) in ACTIVATIONS.into_iter().flat_map(|a| [(a, false), (a, true)]) {
        let gate = Gate { h: h.data.as_ptr(), h_stride: h.stride, activation };
        let gated = same_bits("gated", |k| forward(k, size, accumulate, Epilogue::Gate(gate)).data);
        let ungated = same_bits("ungated", |k| forward(k, size, accumulate, plain).data);
        for row in 0..9 {
            for o in 0..33 {
                let at = row * h.stride + o;
                assert_eq!(gated[at], ungated[at] * activation.derivative(h.data[at]));
            }
        }
    }
}

fn transposed(kernel: &dyn Kernel, delta: &Rows, n: usize, columns: usize) -> Vec<f32> {
    let mut target = vec![f32::NAN; panels::len(columns, n)];
    let job = Transpose {
        source: delta.data.as_ptr(),
        source_stride: delta.stride,
        target: target.as_mut_ptr(),
        rows: n,
        columns,
    };
    // SAFETY: the buffers have the shapes stated.
    in_two(kernel.transpose_units(&job), |units| unsafe { kernel.transpose(&job, units) });
    target
}

#[test]
fn project_is_the_product_with_the_transpose_times_the_derivative() {
    for (case, (n, inner, columns)) in sizes().enumerate() {
        let activation = ACTIVATIONS[case % ACTIVATIONS.len()];
        let (accumulate, gated) = (case % 3 == 0, case % 2 == 0);
        let (delta, h, before) = (rows(n, columns, 1), rows(n, inner, 4), rows(n, inner, 3));
        let (plain, matrix) = packed(inner, columns, 2);
        let what = format!("{n} × {inner} × {columns} {activation:?}");
        let y = same_bits(&what, |kernel| {
            let delta_t = transposed(kernel, &delta, n, columns);
            let mut y = rows(n, inner, 3);
            let gate = Gate { h: h.data.as_ptr(), h_stride: h.stride, activation };
            let job = Project {
                delta: delta.data.as_ptr(),
                delta_stride: delta.stride,
                delta_t: delta_t.as_ptr(),
                matrix: matrix.as_ptr(),
                y: y.data.as_mut_ptr(),
                y_stride: y.stride,
                rows: n,
                inner,
                columns,
                accumulate,
                gate: gated.then_some(gate),
            };
            // SAFETY: the buffers have the shapes stated.
            in_two(kernel.project_units(&job), |units| unsafe { kernel.project(&job, units) });
            y.data
        });
        for row in 0..n {
            for i in 0..inner {
                let product = |o: usize| {
                    f64::from(delta.data[row * delta.stride + o])
                        * f64::from(plain[i * columns + o])
                };
                let mut sum: f64 = (0..columns).map(product).sum();
                if accumulate {
                    sum += f64::from(before.data[row * before.stride + i]);
                }
                if gated {
                    sum *= f64::from(activation.derivative(h.data[row * h.stride + i]));
                }
                assert_near(y[row * before.stride + i], sum, &what);
            }
        }
    }
}

#[test]
fn transposing_pads_with_zero() {
    let delta = rows(17, 33, 1);
    let target = transposed(&*available()[0], &delta, 17, 33);
    for column in 0..33 {
        for row in 0..32 {
            let expected = if row < 17 { delta.data[row * delta.stride + column] } else { 0.0 };
            assert_eq!(target[panels::index(33, column, row)], expected);
        }
    }
}

/// What an update leaves, its parts one after the other.
fn update(
    kernel: &dyn Kernel,
    (n, inner, columns): (usize, usize, usize),
    (optimizer, mirrored): (Optimizer, bool),
) -> Vec<f32> {
    let (x, delta) = (rows(n, inner, 1), rows(n, columns, 2));
    let mut stepped = Stepped::panels(inner, columns);
    let job = Update {
        x: x.data.as_ptr(),
        x_stride: x.stride,
        delta: delta.data.as_ptr(),
        delta_stride: delta.stride,
        weight: stepped.0[0].as_mut_ptr(),
        state: stepped.state(&optimizer, mirrored),
        rows: n,
        inner,
        columns,
        optimizer,
    };
    // SAFETY: the buffers have the shapes stated.
    in_two(kernel.update_units(&job), |units| unsafe { kernel.update(&job, units) });
    stepped.0.concat()
}

#[test]
fn update_steps_in_the_panels_and_keeps_their_padding_zero() {
    // Wide enough for several chunks of x, too; then around the width from which x is packed.
    let long = [(ROW_CHUNK + 3, 9, 17), (2 * ROW_CHUNK, 2, 1), (65, 1600, 17)];
    let wide = [(5, 25, 112), (5, 25, 113), (17, 1, 240), (33, 1600, 225), (65, 1600, 257)];
    let both = [(ROW_CHUNK + 3, 100, 257)];
    for (case, (n, inner, columns)) in sizes().chain(long).chain(wide).chain(both).enumerate() {
        let (optimizer, mirrored) = OPTIMIZERS[case % OPTIMIZERS.len()];
        let what = format!("{n} × {inner} × {columns} {optimizer:?}");
        let size = (n, inner, columns);
        let after = same_bits(&what, |kernel| update(kernel, size, (optimizer, mirrored)));
        let (x, delta) = (rows(n, inner, 1), rows(n, columns, 2));
        let before = Stepped::panels(inner, columns);
        let parts: Vec<_> = after.chunks(panels::len(inner, columns).max(1)).collect();
        for i in 0..inner {
            for o in 0..columns.next_multiple_of(LANES) {
                let at = panels::index(inner, i, o);
                if o >= columns {
                    assert!(parts.iter().all(|part| part[at] == 0.0), "{what}");
                    continue;
                }
                let product = |row: usize| {
                    f64::from(x.data[row * x.stride + i])
                        * f64::from(delta.data[row * delta.stride + o])
                };
                let sum = (0..n).map(product).sum();
                let expected = before.after(&optimizer, mirrored, sum, at);
                for (part, expected) in parts.iter().zip(expected) {
                    assert_sum_near(part[at], expected, n, &what);
                }
            }
        }
    }
}

#[test]
fn every_optimizer_steps_at_every_height_of_a_tile() {
    for optimizer in OPTIMIZERS {
        for size in [1, 2, 3, 16].into_iter().flat_map(|n| INNER.map(|inner| (n, inner, 33))) {
            same_bits(&format!("{size:?} {optimizer:?}"), |kernel| update(kernel, size, optimizer));
        }
    }
}

#[test]
fn the_bias_steps_by_the_sum_of_the_rows_and_never_decays() {
    for (n, columns) in [(0, 1), (1, 10), (7, 16), (33, 17), (ROW_CHUNK + 1, 33)] {
        for (optimizer, _) in OPTIMIZERS {
            let delta = rows(n, columns, 2);
            let after = same_bits("bias", |kernel| {
                let mut stepped = Stepped::vector(columns);
                let job = UpdateBias {
                    delta: delta.data.as_ptr(),
                    delta_stride: delta.stride,
                    bias: stepped.0[0].as_mut_ptr(),
                    state: stepped.state(&optimizer, false),
                    rows: n,
                    columns,
                    optimizer,
                };
                let units = kernel.update_bias_units(&job);
                // SAFETY: the buffers have the shapes stated.
                in_two(units, |units| unsafe { kernel.update_bias(&job, units) });
                stepped.0.concat()
            });
            let before = Stepped::vector(columns);
            let parts: Vec<_> = after.chunks(before.0[0].len()).collect();
            for o in 0..columns {
                let sum = (0..n).map(|row| f64::from(delta.data[row * delta.stride + o])).sum();
                let expected = before.after(&optimizer.of_bias(), false, sum, o);
                for (part, expected) in parts.iter().zip(expected) {
                    assert_near(part[o], expected, "bias");
                }
            }
        }
    }
}

/// W after the plain step of one row, some of whose x and of whose W are zeros of either sign.
fn stepped(kernel: &dyn Kernel, x: &Rows, delta: &Rows, weight: &mut [f32], inner: usize) {
    let columns = weight.len() / inner.max(1);
    let job = plain(x, delta, weight, inner, columns);
    // SAFETY: the buffers have the shapes stated.
    in_two(kernel.update_units(&job), |units| unsafe { kernel.update(&job, units) });
}

fn plain(x: &Rows, delta: &Rows, weight: &mut [f32], inner: usize, columns: usize) -> Update {
    Update {
        x: x.data.as_ptr(),
        x_stride: x.stride,
        delta: delta.data.as_ptr(),
        delta_stride: delta.stride,
        weight: weight.as_mut_ptr(),
        state: State::NONE,
        rows: 1,
        inner,
        columns,
        optimizer: Optimizer::sgd(0.5, 0.25),
    }
}

/// A row with about `zeros` tenths of its values zero, every other of them negative zero.
fn sparse(width: usize, zeros: usize, seed: u32) -> Rows {
    let mut row = rows(1, width, seed);
    for (i, value) in row.data[..width].iter_mut().enumerate() {
        if (i * 7 + seed as usize) % 10 < zeros {
            *value = if i % 2 == 0 { 0.0 } else { -0.0 };
        }
    }
    row
}

#[test]
fn where_x_is_zero_the_plain_step_of_one_row_leaves_every_bit_of_the_weight() {
    for inner in [1, 7, 15, 16, 17, 40] {
        let (x, delta) = (sparse(inner, 5, 1), rows(1, 33, 2));
        let (_, mut weight) = packed(inner, 33, 3);
        for at in 0..inner {
            weight[at * LANES + 3] = -0.0;
        }
        let after = same_bits("plain", |kernel| {
            let mut weight = weight.clone();
            stepped(kernel, &x, &delta, &mut weight, inner);
            weight
        });
        for i in 0..inner {
            for o in 0..33 {
                let at = panels::index(inner, i, o);
                let step = -(0.5f32 * 0.25) * delta.data[o];
                let x = x.data[i];
                let expected = if x == 0.0 { weight[at] } else { x.mul_add(step, weight[at]) };
                assert_eq!(after[at].to_bits(), expected.to_bits(), "{inner} {i} {o}");
            }
        }
    }
}

/// Weight and y after one row's step and the next row's product: in one pass, or one by one.
fn online(
    kernel: &dyn Kernel,
    (inner, columns): (usize, usize),
    (x, next): (&Rows, &Rows),
    weight: &[f32],
    fused: bool,
) -> Vec<f32> {
    let (delta, bias) = (rows(1, columns, 2), rows(1, columns, 4));
    let (mut weight, mut y) = (weight.to_vec(), rows(1, columns, 5));
    let mut memory = vec![0.0; 3 * inner.next_multiple_of(LANES)];
    let activation = Activation::Tanh;
    let update = plain(x, &delta, &mut weight, inner, columns);
    let forward = Forward {
        x: next.data.as_ptr(),
        x_stride: next.stride,
        weight: update.weight,
        y: y.data.as_mut_ptr(),
        y_stride: y.stride,
        rows: 1,
        inner,
        columns,
        accumulate: false,
        epilogue: Epilogue::Activate { bias: bias.data.as_ptr(), activation },
    };
    // SAFETY: the buffers have the shapes stated, and the cuts run one after the other.
    unsafe {
        if fused {
            let job = Online { update, forward, memory: memory.as_mut_ptr() };
            in_two(kernel.online_units(&job), |units| kernel.online(&job, units));
        } else {
            in_two(kernel.update_units(&update), |units| kernel.update(&update, units));
            in_two(kernel.forward_units(&forward), |units| kernel.forward(&forward, units));
        }
    }
    weight.extend(y.data);
    weight
}

#[test]
fn one_pass_gives_the_bits_of_the_step_and_then_the_product() {
    let inners = [0, 1, 15, 16, 17, 40];
    let columns = [1, 16, 17, 33, 64, 65, 130, 250];
    for (inner, columns) in inners.into_iter().flat_map(|i| columns.map(|o| (i, o))) {
        for zeros in [0, 3, 8, 10] {
            let (x, next) = (sparse(inner, zeros, 1), sparse(inner, zeros, 6));
            let (_, weight) = packed(inner, columns, 3);
            let what = format!("{inner} × {columns}, {zeros} tenths zero");
            let run = |fused| {
                let size = (inner, columns);
                same_bits(&what, |kernel| online(kernel, size, (&x, &next), &weight, fused))
            };
            assert!(bits(&run(true)) == bits(&run(false)), "{what}");
        }
    }
}

#[test]
fn a_sum_that_an_underflow_left_at_negative_zero_is_as_if_no_line_had_been_passed_over() {
    // The first product underflows to −0; the second line's +0 turns the sum into +0.
    let mut next = rows(1, 3, 1);
    next.data[..3].copy_from_slice(&[1e-30, 0.0, 0.0]);
    let x = rows(1, 3, 1);
    let x = Rows { data: vec![0.0; x.data.len()], stride: x.stride };
    let (_, mut weight) = packed(3, 1, 3);
    (weight[0], weight[LANES], weight[2 * LANES]) = (-1e-30, 1.0, 1.0);
    for kernel in available() {
        let run = |fused| online(&*kernel, (3, 1), (&x, &next), &weight, fused);
        assert!(bits(&run(true)) == bits(&run(false)), "{}", kernel.name());
    }
}

#[test]
fn columns_longer_than_the_bound_are_cut_to_it_and_the_others_keep_their_bits() {
    for (inner, columns) in INNER.into_iter().flat_map(|i| COLUMNS.map(|o| (i, o))) {
        // Column o is o + 1 times as long as it would be.
        let (mut plain, _) = packed(inner, columns, 3);
        for (at, value) in plain.iter_mut().enumerate() {
            *value *= (at % columns + 1) as f32 / 8.0;
        }
        let mut before = vec![f32::NAN; panels::len(inner, columns)];
        panels::pack(panels::Way::Straight, &plain, inner, columns, &mut before);
        let after = same_bits("max norm", |kernel| {
            let mut weight = before.clone();
            let job =
                MaxNorm { weight: weight.as_mut_ptr(), lists: None, inner, columns, most: 2.0 };
            // SAFETY: the buffer has the shape stated.
            in_two(kernel.max_norm_units(&job), |units| unsafe { kernel.max_norm(&job, units) });
            weight
        });
        for o in 0..columns {
            let at = |i: usize| panels::index(inner, i, o);
            let square =
                |values: &[f32]| (0..inner).map(|i| f64::from(values[at(i)]).powi(2)).sum();
            let norm = |values: &[f32]| f64::sqrt(square(values));
            if norm(&before) > 2.0 {
                assert_near(norm(&after) as f32, 2.0, "max norm");
            } else {
                assert!((0..inner).all(|i| after[at(i)].to_bits() == before[at(i)].to_bits()));
            }
        }
        assert!(inner < 5 || columns < 30 || bits(&after) != bits(&before));
    }
}
