//! Every bf16 kernel of this machine against plain loops in f64, and within the stated bound of the
//! reference, at sizes around every tile's edge.

mod common;

use common::half::{Half, Split, paired_index};
use common::optimizers::{OPTIMIZERS, Stepped};
use common::{ACTIVATIONS, activated, assert_near, assert_sum_near, rows};
use feedalign_kernels::bf16::{
    Bf16, Epilogue, Forward, Gate, HalfKernel, Narrow, Turn, Update, UpdateBias, panels,
};
use feedalign_kernels::dispatch::halves;
use feedalign_kernels::panels::{Way, index as f32_index, pack};
use feedalign_kernels::{Activation, LANES, Optimizer, ROW_CHUNK};
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};

/// Around the edges of tiles of 2 and 8 rows, and of pairs.
const ROWS: [usize; 14] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 33];
/// Around the edges of pairs, and of tiles of 2 and 8 rows of W.
const INNER: [usize; 11] = [0, 1, 2, 3, 6, 7, 8, 9, 15, 17, 25];
/// Around the edges of one panel, two and three.
const COLUMNS: [usize; 9] = [1, 10, 15, 16, 17, 31, 32, 33, 65];

fn sizes() -> impl Iterator<Item = (usize, usize, usize)> {
    ROWS.into_iter().flat_map(|n| {
        INNER.into_iter().flat_map(move |i| COLUMNS.into_iter().map(move |o| (n, i, o)))
    })
}

/// Runs a job in two parts, so that every test also tests the cut.
fn in_two(units: usize, mut part: impl FnMut(std::ops::Range<usize>)) {
    part(units / 3..units);
    part(0..units / 3);
}

const PLAIN: Epilogue =
    Epilogue::Activate { bias: std::ptr::null(), activation: Activation::Identity };

/// Y in all its forms; `before` is what it holds to be accumulated to.
fn forward(
    kernel: &dyn HalfKernel,
    (x, w): (&Half, &Split),
    (n, inner, columns): (usize, usize, usize),
    accumulate: bool,
    epilogue: Epilogue,
) -> Half {
    let mut y = Half::of(&rows(n, columns, 3), n);
    let job = Forward {
        x: x.rows.as_ptr(),
        x_stride: x.stride,
        weight: w.upper.as_ptr(),
        y: y.forms(),
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

fn assert_forms_agree(y: &Half, n: usize, columns: usize, what: &str) {
    for row in 0..n {
        for column in 0..columns {
            let at = row * y.stride + column;
            let rounded = Bf16::nearest(y.values[at]);
            assert_eq!(y.rows[at], rounded, "{what}");
            assert_eq!(y.paired[paired_index(y.stride, row, column)], rounded, "{what}");
            if row + 1 == n && n % 2 == 1 {
                let past = paired_index(y.stride, row + 1, column);
                assert_eq!(y.paired[past].0 & 0x7fff, 0, "{what}: past the last row");
            }
        }
    }
}

#[test]
fn forward_is_the_product_plus_bias_through_the_activation_in_all_forms() {
    for (case, size) in sizes().enumerate() {
        let (n, inner, columns) = size;
        let activation = ACTIVATIONS[case % ACTIVATIONS.len()];
        let accumulate = case % 3 == 0;
        let (x, w) = (Half::filled(n, inner, 1), Split::new(inner, columns, 2));
        let (bias, before) = (rows(1, columns, 4), rows(n, columns, 3));
        let epilogue = Epilogue::Activate { bias: bias.data.as_ptr(), activation };
        for kernel in halves() {
            let what = format!("{} {n} × {inner} × {columns} {activation:?}", kernel.name());
            let y = forward(&*kernel, (&x, &w), size, accumulate, epilogue);
            assert_forms_agree(&y, n, columns, &what);
            for row in 0..n {
                for o in 0..columns {
                    let mut sum: f64 = (0..inner).map(|i| x.at(row, i) * w.rounded(i, o)).sum();
                    if accumulate {
                        sum += f64::from(before.data[row * before.stride + o]);
                    }
                    sum += f64::from(bias.data[o]);
                    let expected = activated(sum, activation);
                    assert_near(y.values[row * y.stride + o], expected, &what);
                }
            }
        }
    }
}

#[test]
fn a_gated_forward_is_the_sum_times_the_derivative() {
    let size = (9, 10, 33);
    let (x, w, h) = (Half::filled(9, 10, 1), Split::new(10, 33, 2), Half::filled(9, 33, 7));
    for kernel in halves() {
        let ungated = forward(&*kernel, (&x, &w), size, true, PLAIN);
        for activation in ACTIVATIONS {
            let gate = Gate { h: h.rows.as_ptr(), h_stride: h.stride, activation };
            let gated = forward(&*kernel, (&x, &w), size, true, Epilogue::Gate(gate));
            assert_forms_agree(&gated, 9, 33, kernel.name());
            for row in 0..9 {
                for at in row * h.stride..row * h.stride + 33 {
                    let expected = ungated.values[at] * activation.derivative(h.values[at]);
                    assert_eq!(gated.values[at], expected);
                }
            }
        }
    }
}

/// Those without a mirror.
fn optimizers() -> impl Iterator<Item = Optimizer> {
    OPTIMIZERS.into_iter().filter(|(_, mirrored)| !mirrored).map(|(optimizer, _)| optimizer)
}

/// The weight after one update, and what moved along with it.
fn update(
    kernel: &dyn HalfKernel,
    (x, delta): (&Half, &Half),
    (n, inner, columns): (usize, usize, usize),
    optimizer: Optimizer,
) -> (Split, Stepped) {
    let mut w = Split::new(inner, columns, 3);
    let mut stepped = Stepped::panels(inner, columns);
    let job = Update {
        x: x.paired.as_ptr(),
        x_stride: x.stride,
        delta: delta.paired.as_ptr(),
        delta_stride: delta.stride,
        upper: w.upper.as_mut_ptr(),
        lower: w.lower.as_mut_ptr(),
        moments: stepped.state(&optimizer, false).moments,
        rows: n,
        inner,
        columns,
        optimizer,
    };
    // SAFETY: the buffers have the shapes stated.
    in_two(kernel.update_units(&job), |units| unsafe { kernel.update(&job, units) });
    (w, stepped)
}

#[test]
fn update_steps_the_f32_weight_and_keeps_its_padding_zero() {
    let long = [(ROW_CHUNK + 3, 9, 17), (2 * ROW_CHUNK, 2, 1)];
    let all: Vec<_> = optimizers().collect();
    for (case, size) in sizes().chain(long).enumerate() {
        let (n, inner, columns) = size;
        let optimizer = all[case % all.len()];
        let (x, delta) = (Half::filled(n, inner, 1), Half::filled(n, columns, 2));
        let mut before = Stepped::panels(inner, columns);
        let plain = Split::new(inner, columns, 3).plain;
        pack(Way::Straight, &plain, inner, columns, &mut before.0[0]);
        for kernel in halves() {
            let what = format!("{} {n} × {inner} × {columns} {optimizer:?}", kernel.name());
            let (after, stepped) = update(&*kernel, (&x, &delta), size, optimizer);
            assert!(after.is_padded_with_zero(), "{what}");
            let weights = after.unpacked();
            for i in 0..inner {
                for o in 0..columns {
                    let sum = (0..n).map(|row| x.at(row, i) * delta.at(row, o)).sum();
                    let at = f32_index(inner, i, o);
                    let [w, a, b, _] = before.after(&optimizer, false, sum, at);
                    assert_sum_near(weights[i * columns + o], w, n, &what);
                    assert_sum_near(stepped.0[1][at], a, n, &what);
                    assert_sum_near(stepped.0[2][at], b, n, &what);
                }
            }
        }
    }
}

#[test]
fn steps_far_below_a_bf16_number_add_up() {
    let (x, delta) = (Half::filled(2, 1, 1), Half::filled(2, 1, 2));
    let sum = (0..2).map(|row| x.at(row, 0) * delta.at(row, 0)).sum::<f64>();
    for kernel in halves() {
        let mut w = Split::of(vec![1.0], (1, 1));
        for _ in 0..1000 {
            let job = Update {
                x: x.paired.as_ptr(),
                x_stride: x.stride,
                delta: delta.paired.as_ptr(),
                delta_stride: delta.stride,
                upper: w.upper.as_mut_ptr(),
                lower: w.lower.as_mut_ptr(),
                moments: [std::ptr::null_mut(); 2],
                rows: 2,
                inner: 1,
                columns: 1,
                optimizer: Optimizer::sgd(1e-4, 1.0),
            };
            // SAFETY: the buffers have the shapes stated.
            unsafe { kernel.update(&job, 0..1) };
        }
        let moved = f64::from(w.unpacked()[0]) - 1.0;
        assert!((moved / (-0.1 * sum) - 1.0).abs() < 1e-2, "{}: moved {moved}", kernel.name());
    }
}

#[test]
fn the_bias_steps_by_the_sum_of_the_rows_and_never_decays() {
    for (n, columns) in [(0, 1), (1, 10), (7, 16), (33, 17), (ROW_CHUNK + 1, 33)] {
        let delta = Half::filled(n, columns, 2);
        for optimizer in optimizers() {
            for kernel in halves() {
                let mut stepped = Stepped::vector(columns);
                let job = UpdateBias {
                    delta: delta.paired.as_ptr(),
                    delta_stride: delta.stride,
                    bias: stepped.0[0].as_mut_ptr(),
                    state: stepped.state(&optimizer, false),
                    rows: n,
                    columns,
                    optimizer,
                };
                let units = columns.div_ceil(LANES);
                // SAFETY: the buffers have the shapes stated.
                in_two(units, |units| unsafe { kernel.update_bias(&job, units) });
                let before = Stepped::vector(columns);
                for o in 0..columns {
                    let sum = (0..n).map(|row| delta.at(row, o)).sum();
                    let expected = before.after(&optimizer.of_bias(), false, sum, o);
                    for (part, expected) in stepped.0.iter().zip(expected) {
                        assert_near(part[o], expected, kernel.name());
                    }
                }
            }
        }
    }
}

#[test]
fn narrowing_gives_the_other_forms_of_values_padded_with_zero() {
    for (n, columns) in ROWS.into_iter().flat_map(|n| COLUMNS.map(|columns| (n, columns))) {
        for kernel in halves() {
            let mut half = Half::of(&rows(n, columns, 1), n);
            let job = Narrow { forms: half.forms(), rows: n, columns };
            // SAFETY: the buffers have the shapes stated.
            in_two(n.div_ceil(2), |units| unsafe { kernel.narrow(&job, units) });
            assert_forms_agree(&half, n, columns.next_multiple_of(LANES), kernel.name());
        }
    }
}

#[test]
fn turning_gives_the_panels_of_the_transpose() {
    for (inner, columns) in [(0, 1), (1, 1), (15, 17), (16, 16), (17, 15), (33, 50), (50, 33)] {
        let w = Split::new(inner, columns, 1);
        let mut expected = vec![Bf16(1); panels::len(Way::Turned, inner, columns)];
        panels::pack(Way::Turned, &w.plain, (inner, columns), &mut expected, None);
        for kernel in halves() {
            let mut turned = vec![Bf16(1); expected.len()];
            let source = w.upper.as_ptr();
            let job = Turn { source, target: turned.as_mut_ptr(), inner, columns };
            // SAFETY: the buffers have the shapes stated.
            in_two(inner.div_ceil(LANES), |units| unsafe { kernel.turn(&job, units) });
            assert!(turned == expected, "{}: {inner} × {columns}", kernel.name());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Over 24 powers of two, so that sums lose bits and terms cancel.
    #[test]
    fn every_kernel_is_within_the_stated_bound_of_the_reference(
        inner in 1usize..600, seed in any::<u32>(),
    ) {
        let size = (3, inner, 17);
        let mut x = Half::filled(3, inner, seed);
        for (at, value) in x.values.iter_mut().enumerate() {
            let scaled = *value * f32::powi(2.0, (at * 7 % 25) as i32 - 12);
            *value = scaled;
            x.rows[at] = Bf16::nearest(scaled);
        }
        let w = Split::new(inner, 17, seed ^ 1);
        let kernels = halves();
        let reference = kernels.last().expect("the reference runs everywhere");
        let expected = forward(&**reference, (&x, &w), size, false, PLAIN);
        for kernel in &kernels {
            let found = forward(&**kernel, (&x, &w), size, false, PLAIN);
            for (row, o) in (0..3).flat_map(|row| (0..17).map(move |o| (row, o))) {
                let products = (0..inner).map(|i| (x.at(row, i) * w.rounded(i, o)).abs());
                let bound = inner as f64 * f64::powi(2.0, -23) * products.sum::<f64>();
                let difference = found.at(row, o) - expected.at(row, o);
                prop_assert!(difference.abs() <= bound, "{}: {difference}", kernel.name());
            }
        }
    }
}
