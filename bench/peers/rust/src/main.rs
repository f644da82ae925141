//! The crates `matrixmultiply` and `gemm` as peers: JSON lines as `../python/serve.py` has them.
//!
//! `peers matrixmultiply|gemm THREADS`

use std::io::{BufRead, Write};
use std::time::Instant;

use serde_json::{Value, json};

const MATRICES: usize = 4;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, threads] = &arguments[..] else { panic!("give NAME and THREADS") };
    let product = match (name.as_str(), threads.parse()) {
        ("matrixmultiply", Ok(_)) => Product::Matrixmultiply,
        ("gemm", Ok(1)) => Product::Gemm(gemm::Parallelism::None),
        ("gemm", Ok(count)) => Product::Gemm(gemm::Parallelism::Rayon(count)),
        _ => panic!("no peer {name} with {threads} threads"),
    };
    let version = match product {
        Product::Matrixmultiply => env!("VERSION_MATRIXMULTIPLY"),
        Product::Gemm(_) => env!("VERSION_GEMM"),
    };
    answer(&json!({ "peer": name, "version": version }));
    let mut prepared: Vec<(Value, Buffers)> = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let reply = line
            .map_err(|error| error.to_string())
            .and_then(|line| serde_json::from_str(&line).map_err(|error| error.to_string()))
            .and_then(|request: Value| run(product, &request, &mut prepared));
        answer(&reply.unwrap_or_else(|error| json!({ "error": error })));
    }
}

fn answer(line: &Value) {
    println!("{line}");
    std::io::stdout().flush().expect("standard output");
}

fn run(
    product: Product,
    request: &Value,
    prepared: &mut Vec<(Value, Buffers)>,
) -> Result<Value, String> {
    let case = &request["case"];
    let limit = request["seconds"].as_f64().ok_or("no seconds")?;
    if !prepared.iter().any(|(known, _)| known == case) {
        prepared.push((case.clone(), Buffers::new(case)?));
    }
    let found = prepared.iter_mut().find(|(known, _)| known == case);
    let (_, buffers) = found.ok_or("no case")?;
    // Once for warmth: what ran before has the caches.
    buffers.run(product);
    let (start, mut repetitions) = (Instant::now(), 0);
    while start.elapsed().as_secs_f64() < limit {
        buffers.run(product);
        repetitions += MATRICES;
    }
    Ok(json!({ "repetitions": repetitions, "seconds": start.elapsed().as_secs_f64() }))
}

#[derive(Clone, Copy)]
enum Product {
    Matrixmultiply,
    Gemm(gemm::Parallelism),
}

/// A matrix by its strides, so that a transpose is the same numbers.
#[derive(Clone, Copy)]
struct View {
    start: *mut f32,
    rows: usize,
    columns: usize,
    row_stride: isize,
    column_stride: isize,
}

impl View {
    fn of(values: &mut [f32], rows: usize, columns: usize) -> Self {
        let start = values.as_mut_ptr();
        assert_eq!(values.len(), rows * columns);
        Self { start, rows, columns, row_stride: columns as isize, column_stride: 1 }
    }

    fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

struct Buffers {
    job: String,
    m: usize,
    n: usize,
    k: usize,
    matrices: Vec<Vec<f32>>,
    x: Vec<f32>,
    y: Vec<f32>,
}

impl Buffers {
    fn new(case: &Value) -> Result<Self, String> {
        let size = |name: &str| case[name].as_u64().map(|v| v as usize).ok_or("no size");
        let (m, n, k) = (size("m")?, size("n")?, size("k")?);
        let job = case["job"].as_str().ok_or("no job")?.to_owned();
        if case["precision"] != "f32" {
            return Err("f32 only".into());
        }
        let fill = |len: usize| (0..len).map(|i| ((i % 97) as f32 - 48.0) * 1e-3).collect();
        let matrices = (0..MATRICES).map(|_| fill(k * n)).collect();
        Ok(Self { job, m, n, k, matrices, x: fill(m * k), y: fill(m * n) })
    }

    /// The job once with each matrix.
    fn run(&mut self, product: Product) {
        let (m, n, k) = (self.m, self.n, self.k);
        let (x, y) = (View::of(&mut self.x, m, k), View::of(&mut self.y, m, n));
        for matrix in &mut self.matrices {
            let w = View::of(matrix, k, n);
            match self.job.as_str() {
                "forward" => multiply(product, x, w, y, 1.0, 0.0),
                "project" => multiply(product, y, w.transposed(), x, 1.0, 0.0),
                _ => multiply(product, x.transposed(), y, w, -1e-6, 1.0),
            }
        }
    }
}

/// c ← beta · c + alpha · a · b
fn multiply(product: Product, a: View, b: View, c: View, alpha: f32, beta: f32) {
    assert!(a.columns == b.rows && a.rows == c.rows && b.columns == c.columns);
    // SAFETY: each view's strides stay within its values; c overlaps neither a nor b.
    unsafe {
        match product {
            Product::Matrixmultiply => matrixmultiply::sgemm(
                a.rows,
                a.columns,
                b.columns,
                alpha,
                a.start,
                a.row_stride,
                a.column_stride,
                b.start,
                b.row_stride,
                b.column_stride,
                beta,
                c.start,
                c.row_stride,
                c.column_stride,
            ),
            Product::Gemm(parallelism) => gemm::gemm(
                a.rows,
                b.columns,
                a.columns,
                c.start,
                c.column_stride,
                c.row_stride,
                beta != 0.0,
                a.start,
                a.column_stride,
                a.row_stride,
                b.start,
                b.column_stride,
                b.row_stride,
                beta,
                alpha,
                false,
                false,
                false,
                parallelism,
            ),
        }
    }
}
