//! Activations and softmax of every kernel: how far from the truth, and alike to the bit.

mod common;

use common::activated;
use feedalign_kernels::dispatch::available;
use feedalign_kernels::{Activation, Gate, Kernel, Map};

fn job(x: &[f32], y: &mut [f32], width: usize) -> Map {
    Map {
        x: x.as_ptr(),
        x_stride: width,
        y: y.as_mut_ptr(),
        y_stride: width,
        rows: x.len() / width,
        width,
    }
}

fn activate(kernel: &dyn Kernel, x: &[f32], activation: Activation) -> Vec<f32> {
    let mut y = vec![0.0; x.len()];
    // SAFETY: one row of that length.
    unsafe { kernel.activate(&job(x, &mut y, x.len()), activation, 0..1) };
    y
}

/// Largest distance from the truth over [−limit, limit], in units of the last place.
fn worst(kernel: &dyn Kernel, activation: Activation, limit: f32) -> f64 {
    let x: Vec<f32> = (-20_000..=20_000).map(|i| i as f32 / 20_000.0 * limit).collect();
    let y = activate(kernel, &x, activation);
    let ulps = x.iter().zip(&y).map(|(x, y)| {
        let truth = activated(f64::from(*x), activation);
        let spacing = f64::from((truth as f32).abs().next_up()) - f64::from((truth as f32).abs());
        (f64::from(*y) - truth).abs() / spacing
    });
    ulps.fold(0.0, f64::max)
}

#[test]
fn tanh_is_within_5_units_in_the_last_place() {
    for kernel in available() {
        let worst = worst(&*kernel, Activation::Tanh, 12.0);
        assert!(worst <= 5.0, "{}: {worst}", kernel.name());
    }
}

#[test]
fn sigmoid_is_within_5_units_in_the_last_place() {
    for kernel in available() {
        let worst = worst(&*kernel, Activation::Sigmoid, 80.0);
        assert!(worst <= 5.0, "{}: {worst}", kernel.name());
    }
}

#[test]
fn softplus_is_within_5_units_in_the_last_place() {
    for kernel in available() {
        let worst = worst(&*kernel, Activation::Softplus, 80.0);
        assert!(worst <= 5.0, "{}: {worst}", kernel.name());
    }
}

/// y = x ⊙ f′(h), rows of `width`.
fn gate(kernel: &dyn Kernel, x: &[f32], h: &[f32], by: Activation, width: usize) -> Vec<f32> {
    let mut y = vec![7.0; x.len()];
    let gate = Gate { h: h.as_ptr(), h_stride: width, activation: by };
    let job = job(x, &mut y, width);
    // SAFETY: rows of that width.
    unsafe { kernel.gate(&job, &gate, 0..job.rows) };
    y
}

#[test]
fn derivatives_are_those_of_finite_differences_wherever_the_output_says_where() {
    let a: Vec<f32> = (-4_000..4_000).map(|i| i as f32 * 0.003 + 0.0015).collect();
    for activation in common::ACTIVATIONS {
        for kernel in available() {
            let h = activate(&*kernel, &a, activation);
            let found = gate(&*kernel, &vec![1.0; a.len()], &h, activation, a.len());
            for (a, found) in a.iter().zip(found) {
                let at = |a: f64| activated(a, activation);
                let step = 1e-6;
                let a = f64::from(*a);
                let expected = (at(a + step) - at(a - step)) / (2.0 * step);
                let close = (f64::from(found) - expected).abs() <= 2e-5;
                assert!(close, "{} {activation:?} at {a}: {found} {expected}", kernel.name());
            }
        }
    }
}

#[test]
fn the_derivative_of_softplus_is_as_exact_where_it_is_small() {
    let h: Vec<f32> = (0..400).map(|i| 1e-30 * 1.19f32.powi(i)).collect();
    for kernel in available() {
        let found = gate(&*kernel, &vec![1.0; h.len()], &h, Activation::Softplus, h.len());
        for (h, found) in h.iter().zip(found) {
            let expected = -(-f64::from(*h)).exp_m1();
            let error = (f64::from(found) - expected).abs();
            assert!(error <= 5e-7 * expected, "{} at {h}: {found} {expected}", kernel.name());
        }
    }
}

#[test]
fn a_gate_is_the_product_with_the_derivative_at_every_width() {
    for width in [1, 15, 16, 17, 33] {
        let (x, h) = (common::values(3 * width, 1), common::values(3 * width, 2));
        for activation in common::ACTIVATIONS {
            let product = |(x, h): (&f32, &f32)| x * activation.derivative(*h);
            let expected: Vec<f32> = x.iter().zip(&h).map(product).collect();
            for kernel in available() {
                let found = gate(&*kernel, &x, &h, activation, width);
                assert_eq!(found, expected, "{} {activation:?} {width}", kernel.name());
            }
        }
    }
}

#[test]
fn far_arguments_saturate() {
    let far = [-f32::MAX, -1e30, -100.0, 100.0, 1e30, f32::MAX];
    for kernel in available() {
        for y in activate(&*kernel, &far, Activation::Tanh) {
            assert!(y.abs() <= 1.0 && y.abs() > 0.999_999, "{}: {y}", kernel.name());
        }
        for y in activate(&*kernel, &far, Activation::Sigmoid) {
            assert!((0.0..=1.0).contains(&y), "{}: {y}", kernel.name());
        }
        let softplus = activate(&*kernel, &far, Activation::Softplus);
        for (y, a) in softplus.iter().zip(far) {
            assert!((y - a.max(0.0)).abs() <= 1e-37, "{}: {y}", kernel.name());
        }
        let hard = activate(&*kernel, &far, Activation::HardTanh);
        assert_eq!(hard, far.map(f32::signum), "{}", kernel.name());
    }
}

#[test]
fn what_is_no_number_stays_none() {
    for kernel in available() {
        for activation in common::ACTIVATIONS {
            let y = activate(&*kernel, &[f32::NAN], activation);
            assert!(y[0].is_nan(), "{} {activation:?}", kernel.name());
        }
    }
}

#[test]
fn softmax_agrees_with_plain_f64_and_to_the_bit_between_kernels() {
    for width in [1, 2, 10, 15, 16, 17, 40] {
        let x: Vec<f32> = (0..3 * width).map(|i| ((i * 37) % 101) as f32 - 50.0).collect();
        let softmax = |kernel: &dyn Kernel| {
            let mut y = vec![0.0; x.len()];
            // SAFETY: three rows of that width.
            unsafe { kernel.softmax(&job(&x, &mut y, width), 0..3) };
            y
        };
        let reference = softmax(&**available().last().expect("generic runs everywhere"));
        for kernel in available() {
            assert_eq!(softmax(&*kernel), reference, "{}", kernel.name());
        }
        for (x, y) in x.chunks(width).zip(reference.chunks(width)) {
            let highest = x.iter().copied().fold(f32::MIN, f32::max);
            let e: Vec<f64> = x.iter().map(|x| f64::from(x - highest).exp()).collect();
            let sum: f64 = e.iter().sum();
            for (y, e) in y.iter().zip(e) {
                assert!((f64::from(*y) - e / sum).abs() <= 1e-6 * (e / sum) + 1e-37);
            }
        }
    }
}

#[test]
fn activations_agree_to_the_bit_between_kernels() {
    let x: Vec<f32> = (-5_000..5_000).map(|i| i as f32 * 0.003).collect();
    for activation in common::ACTIVATIONS {
        let kernels = available();
        let reference = activate(&**kernels.last().expect("generic"), &x, activation);
        for kernel in &kernels {
            let found = activate(&**kernel, &x, activation);
            let same = found.iter().zip(&reference).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "{} {activation:?}", kernel.name());
        }
    }
}
