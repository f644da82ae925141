//! Products in double precision have one result, whatever instructions make it.

#[path = "../src/double.rs"]
mod double;

use double::{Product, WIDTH, all, multiply};

fn numbers(count: usize, seed: usize) -> Vec<f64> {
    (0..count).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f64 / 300.0 - 1.7).collect()
}

#[test]
fn every_instruction_set_gives_the_bits_of_one_chain_an_element() {
    for rows in [0, 1, 2, 7, 8, 9, 17] {
        for inner in [0, 1, 2, 33] {
            let (x, b) = (numbers(rows * inner, 1), numbers(inner * WIDTH, 2));
            // x as it is, and turned.
            for (x_stride, x_step) in [(inner, 1), (1, rows)] {
                let before = numbers(rows * WIDTH, 3);
                let mut expected = before.clone();
                for (at, c) in expected.iter_mut().enumerate() {
                    let (row, column) = (at / WIDTH, at % WIDTH);
                    let x = |k: usize| x[row * x_stride + k * x_step];
                    *c -= (0..inner).fold(0.0, |sum, k| sum + x(k) * b[k * WIDTH + column]);
                }
                let runs: [unsafe fn(&Product); 4] = [multiply, all::<1>, all::<2>, all::<8>];
                for run in runs {
                    let mut c = before.clone();
                    let job = Product {
                        x: x.as_ptr(),
                        x_stride,
                        x_step,
                        b: b.as_ptr(),
                        b_stride: WIDTH,
                        c: c.as_mut_ptr(),
                        c_stride: WIDTH,
                        rows,
                        inner,
                        factor: -1.0,
                    };
                    // SAFETY: the matrices are there.
                    unsafe { run(&job) };
                    assert!(c == expected, "{rows} × {inner}");
                }
            }
        }
    }
}
