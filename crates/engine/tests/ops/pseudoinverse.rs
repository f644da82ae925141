use feedalign_engine::program::Stream;
use feedalign_engine::random::Draws;
use serde_json::{Value, json};

use crate::small::{Small, bits, drawn, read, step, zeros};

/// [rows × columns], row-major.
#[derive(Clone)]
struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl Matrix {
    fn new(rows: usize, columns: usize, f: impl Fn(usize, usize) -> f64) -> Self {
        let values = (0..rows * columns).map(|at| f(at / columns, at % columns)).collect();
        Self { rows, columns, values }
    }

    fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.columns + column]
    }

    fn turned(&self) -> Self {
        Self::new(self.columns, self.rows, |row, column| self.at(column, row))
    }

    fn times(&self, other: &Self) -> Self {
        Self::new(self.rows, other.columns, |row, column| {
            (0..self.columns).map(|k| self.at(row, k) * other.at(k, column)).sum()
        })
    }

    fn norm(&self) -> f64 {
        self.values.iter().map(|value| value * value).sum::<f64>().sqrt()
    }

    /// How far it is from another, relative to that one's norm.
    fn apart(&self, other: &Self) -> f64 {
        let apart = self.values.iter().zip(&other.values).map(|(a, b)| (a - b).powi(2));
        apart.sum::<f64>().sqrt() / other.norm().max(1e-30)
    }
}

/// Numbers from −1 to 1 that f32 holds.
fn scattered(row: usize, column: usize, seed: u64) -> f64 {
    let word = Draws::new(seed, Stream::Weights, 0, row as u32).word(column);
    f64::from(word >> 8) / f64::from(1 << 23) - 1.0
}

fn small(rows: usize, columns: usize, structure: Option<&Value>) -> Small {
    let mut weight = zeros("W", "weight", &[rows, columns]);
    if let Some(structure) = structure {
        weight = drawn("W", "weight", &[rows, columns], 0);
        weight["structure"] = structure.clone();
    }
    let derive = json!({ "op": "derive", "from": "W", "into": "B",
        "how": { "kind": "pseudoinverse" } });
    Small::new(vec![weight, zeros("B", "feedback", &[rows, columns])], vec![derive], &[])
}

/// The transposed pseudoinverse that the engine makes of W, by any number of threads.
fn derived(w: &Matrix) -> Matrix {
    let small = small(w.rows, w.columns, None);
    let values: Vec<f32> = w.values.iter().map(|value| *value as f32).collect();
    let all = [1, 2, 3, 8].map(|threads| {
        let mut session = small.session(threads);
        session.write("W", &values).expect("a weight");
        // Twice, for memory that the first time leaves behind.
        step(&mut session, &[]);
        step(&mut session, &[]);
        read(&session, "B")
    });
    assert!(all.iter().all(|values| bits(values) == bits(&all[0])), "threads change the bits");
    Matrix::new(w.rows, w.columns, |row, column| f64::from(all[0][row * w.columns + column]))
}

/// Penrose's four conditions, which only the pseudoinverse meets: P stands for W⁺ᵀ.
fn check(w: &Matrix, p: &Matrix, within: f64) {
    let plus = p.turned();
    let (left, right) = (w.times(&plus), plus.times(w));
    let name = format!("[{} × {}]", w.rows, w.columns);
    for (what, apart) in [
        ("W W⁺ W = W", left.times(w).apart(w)),
        ("W⁺ W W⁺ = W⁺", right.times(&plus).apart(&plus)),
        ("W W⁺ is symmetric", left.turned().apart(&left)),
        ("W⁺ W is symmetric", right.turned().apart(&right)),
    ] {
        assert!(apart < within, "{name}: {what}: {apart}");
    }
}

#[test]
fn penroses_conditions_hold_for_every_shape() {
    for (rows, columns) in [
        (1, 1),
        (1, 20),
        (20, 1),
        (15, 16),
        (16, 16),
        (17, 16),
        (40, 33),
        (33, 40),
        (63, 70),
        (70, 64),
        (65, 90),
        (130, 129),
    ] {
        let w = Matrix::new(rows, columns, |row, column| scattered(row, column, 1));
        check(&w, &derived(&w), 1e-4);
    }
}

#[test]
fn penroses_conditions_hold_below_full_rank() {
    for (rows, columns, rank) in
        [(20, 20, 1), (40, 33, 7), (33, 40, 16), (90, 80, 65), (70, 140, 33)]
    {
        // Small whole numbers, so that f32 holds the product exactly.
        let whole = |row, column, seed| (scattered(row, column, seed) * 3.0).round();
        let left = Matrix::new(rows, rank, |row, column| whole(row, column, 1));
        let right = Matrix::new(rank, columns, |row, column| whole(row, column, 2));
        let w = left.times(&right);
        check(&w, &derived(&w), 1e-5);
    }
}

#[test]
fn equal_and_empty_columns_share_and_have_nothing() {
    // W = (a, a, 0, b) with a, b orthogonal: the rows of W⁺ are a/2|a|², a/2|a|², 0, b/|b|².
    let (a, b) = ([1.0, 2.0, 0.0, 2.0, 0.0], [2.0, -1.0, 1.0, 0.0, 3.0]);
    let w = Matrix::new(5, 4, |row, column| [a[row], a[row], 0.0, b[row]][column]);
    let expected = [a.map(|a| a / 18.0), a.map(|a| a / 18.0), [0.0; 5], b.map(|b| b / 15.0)];
    let expected = Matrix::new(5, 4, |row, column| expected[column][row]);
    for (w, expected) in [(w.clone(), expected.clone()), (w.turned(), expected.turned())] {
        assert!(derived(&w).apart(&expected) < 1e-7);
    }
}

#[test]
fn of_zeros_the_pseudoinverse_is_zeros() {
    for (rows, columns) in [(1, 1), (20, 33), (70, 5)] {
        let p = derived(&Matrix::new(rows, columns, |_, _| 0.0));
        assert!(p.values.iter().all(|value| *value == 0.0));
    }
}

#[test]
fn what_is_as_good_as_dependent_counts_as_dependent() {
    // The product is rounded to f32, so that its rank is full by a hair.
    let left = Matrix::new(60, 9, |row, column| scattered(row, column, 3));
    let right = Matrix::new(9, 50, |row, column| scattered(row, column, 4) / 3.0);
    let w = left.times(&right);
    let plus = |matrix: &Matrix| derived(matrix).turned();
    // Of factors of full rank, W⁺ = R⁺ L⁺.
    assert!(plus(&w).apart(&plus(&right).times(&plus(&left))) < 1e-5);
}

#[test]
fn a_matrix_of_very_different_singular_values_keeps_them_all() {
    // Q diag(σ) with Q a reflection; W⁺ᵀ = Q diag(1/σ).
    let n = 40;
    let size = |column: usize| 10f64.powf(-4.0 * column as f64 / (n - 1) as f64);
    let v: Vec<f64> = (0..n).map(|i| scattered(i, 0, 5)).collect();
    let norm: f64 = v.iter().map(|v| v * v).sum();
    let q = |row: usize, column: usize| f64::from(row == column) - 2.0 * v[row] * v[column] / norm;
    let w = Matrix::new(n, n, |row, column| q(row, column) * size(column));
    let expected = Matrix::new(n, n, |row, column| q(row, column) / size(column));
    // f32 rounds W by 6e-8, of which its condition makes 1e4 times more at most.
    assert!(derived(&w).apart(&expected) < 1e-4);
}

#[test]
fn where_the_weight_holds_no_element_its_pseudoinverse_is_zero() {
    let structure =
        json!({ "kind": "panelDrawn", "density": 0.4, "stream": "weights", "index": 7 });
    let [w, b] = ["W", "B"].map(|name| small(24, 37, Some(&structure)).after_one_step(name));
    let dense = derived(&Matrix::new(24, 37, |row, column| f64::from(w[row * 37 + column])));
    for (at, (w, b)) in w.iter().zip(&b).enumerate() {
        let expected = if *w == 0.0 { 0.0 } else { dense.values[at] };
        assert_eq!(f64::from(*b), expected);
    }
    assert!(b.contains(&0.0) && b.iter().any(|b| *b != 0.0));
}

#[test]
fn a_pseudoinverse_beyond_memory_or_of_another_shape_is_refused() {
    let mut other = small(4, 5, None);
    other.tensors[1] = zeros("B", "feedback", &[5, 4]);
    let text = other.refused();
    assert!(text.contains("\"B\" has shape [5 × 4], but \"W\" has [4 × 5]"), "{text}");
}
