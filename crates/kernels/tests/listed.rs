//! The products on panel-sparse matrices: to the bit those of the dense matrix of the same values,
//! on every kernel of this machine, for any lists and at sizes around every tile's edge.

mod common;

use common::optimizers::{OPTIMIZERS, Stepped};
use common::{Rows, packed, rows, values};
use feedalign_kernels::dispatch::available;
use feedalign_kernels::{
    Activation, Elements, Epilogue, Forward, Gate, Kernel, LANES, ListedProject, ListedUpdate,
    Lists, MaxNorm, Optimizer, Project, RowLists, Transpose, TurnedForward, Update, panels,
};
use proptest::prelude::{ProptestConfig, prop_assert, proptest};

/// Around the edges of tiles of 1 to 4 vectors of rows, and two of 4.
const ROWS: [usize; 14] = [0, 1, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 65, 130];
const INNER: [usize; 8] = [0, 1, 3, 4, 5, 9, 16, 25];
const COLUMNS: [usize; 5] = [1, 15, 16, 17, 33];

/// A panel-sparse matrix [inner × columns], and the dense one of the same values.
struct Sparse {
    inner: usize,
    columns: usize,
    starts: Vec<u32>,
    rows: Vec<u32>,
    lines: Vec<f32>,
    /// In panels.
    dense: Vec<f32>,
}

impl Sparse {
    /// `held(panel, row)` says what the lists hold.
    fn new(inner: usize, columns: usize, held: impl Fn(usize, usize) -> bool) -> Self {
        Self::on(Elements::F32, inner, columns, held)
    }

    /// The same with values on a grid.
    fn on(
        elements: Elements,
        inner: usize,
        columns: usize,
        held: impl Fn(usize, usize) -> bool,
    ) -> Self {
        let plain: Vec<_> = packed(inner, columns, 2).0;
        let plain: Vec<_> = plain.into_iter().map(|value| elements.nearest(value)).collect();
        let mut dense = vec![f32::NAN; panels::len(inner, columns)];
        panels::pack(panels::Way::Straight, &plain, inner, columns, &mut dense);
        let mut sparse =
            Self { inner, columns, starts: vec![0], rows: vec![], lines: vec![], dense: vec![] };
        for panel in 0..columns.div_ceil(LANES) {
            for row in 0..inner {
                let at = (panel * inner + row) * LANES;
                if held(panel, row) {
                    sparse.rows.push(row as u32);
                    sparse.lines.extend(&dense[at..at + LANES]);
                } else {
                    dense[at..at + LANES].fill(0.0);
                }
            }
            sparse.starts.push(sparse.rows.len() as u32);
        }
        sparse.dense = dense;
        sparse
    }

    /// Lists of pseudo-random rows: a fraction `density` of all.
    fn drawn(elements: Elements, inner: usize, columns: usize, density: f32) -> Self {
        let draws = values(columns.div_ceil(LANES) * inner, 9);
        Self::on(elements, inner, columns, |panel, row| {
            f32::midpoint(draws[panel * inner + row], 1.0) < density
        })
    }

    fn lists(&self) -> Lists {
        Lists { starts: self.starts.as_ptr(), rows: self.rows.as_ptr() }
    }

    /// Starts, panels and lines of the entries of each input row.
    fn by_row(&self) -> [Vec<u32>; 3] {
        let (mut starts, mut panels, mut lines) = (vec![0], vec![], vec![]);
        for row in 0..self.inner {
            for panel in 0..self.starts.len() - 1 {
                let (start, end) = (self.starts[panel] as usize, self.starts[panel + 1] as usize);
                if let Ok(place) = self.rows[start..end].binary_search(&(row as u32)) {
                    panels.push(panel as u32);
                    lines.push((start + place) as u32);
                }
            }
            starts.push(panels.len() as u32);
        }
        [starts, panels, lines]
    }

    /// The lines of a dense matrix in panels that these lists hold.
    fn lines_of(&self, dense: &[f32]) -> Vec<f32> {
        let panels = (0..self.starts.len() - 1).flat_map(|panel| {
            let lines = self.starts[panel] as usize..self.starts[panel + 1] as usize;
            lines.map(move |line| (panel, line))
        });
        let place = |panel: usize, line: usize| panel * self.inner + self.rows[line] as usize;
        panels
            .map(|(panel, line)| place(panel, line) * LANES)
            .flat_map(|at| dense[at..at + LANES].to_vec())
            .collect()
    }
}

/// Runs a job in two parts, so that every test also tests the cut.
fn in_two(units: usize, mut part: impl FnMut(std::ops::Range<usize>)) {
    part(units / 3..units);
    part(0..units / 3);
}

fn turned(kernel: &dyn Kernel, x: &Rows, n: usize, width: usize) -> Vec<f32> {
    let mut target = vec![f32::NAN; panels::len(width, n)];
    let job = Transpose {
        source: x.data.as_ptr(),
        source_stride: x.stride,
        target: target.as_mut_ptr(),
        rows: n,
        columns: width,
    };
    // SAFETY: the buffers have the shapes stated.
    in_two(kernel.transpose_units(&job), |units| unsafe { kernel.transpose(&job, units) });
    target
}

/// Lines as a kernel takes them, in words of four bytes for their alignment.
fn encoded(elements: Elements, lines: &[f32]) -> Vec<u32> {
    let mut bytes = vec![];
    for line in lines.as_chunks::<LANES>().0 {
        let start = bytes.len();
        bytes.resize(start + elements.line_bytes(), 0);
        elements.put(line, &mut bytes[start..]);
    }
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes.as_chunks::<4>().0.iter().map(|word| u32::from_ne_bytes(*word)).collect()
}

/// y and the dense y, for each kernel; elements are those that the matrix is on.
fn forwards(
    n: usize,
    matrix: &Sparse,
    elements: Elements,
    whole: bool,
    accumulate: bool,
) -> Vec<[Vec<f32>; 2]> {
    let Sparse { inner, columns, .. } = *matrix;
    let (x, bias, h) = (rows(n, inner, 1), rows(1, columns, 4), rows(n, columns, 5));
    let activation = Activation::Tanh;
    let epilogue = if accumulate {
        Epilogue::Gate(Gate { h: h.data.as_ptr(), h_stride: h.stride, activation })
    } else {
        Epilogue::Activate { bias: bias.data.as_ptr(), activation }
    };
    let job = |x: *const f32, x_stride, weight: *const f32, y: &mut Rows| Forward {
        x,
        x_stride,
        weight,
        y: y.data.as_mut_ptr(),
        y_stride: y.stride,
        rows: n,
        inner,
        columns,
        accumulate,
        epilogue,
    };
    let one = |kernel: &dyn Kernel| {
        let x_t = turned(kernel, &x, n, inner);
        let [mut y, mut dense] = [rows(n, columns, 3), rows(n, columns, 3)];
        let lines = encoded(elements, if whole { &matrix.dense } else { &matrix.lines });
        let product = job(x_t.as_ptr(), 0, lines.as_ptr().cast(), &mut y);
        let lists = (!whole).then(|| matrix.lists());
        let turned = TurnedForward { product, elements, lists };
        let units = kernel.turned_forward_units(&turned);
        // SAFETY: the buffers have the shapes stated.
        in_two(units, |units| unsafe { kernel.turned_forward(&turned, units) });
        let job = job(x.data.as_ptr(), x.stride, matrix.dense.as_ptr(), &mut dense);
        // SAFETY: the buffers have the shapes stated.
        in_two(kernel.forward_units(&job), |units| unsafe { kernel.forward(&job, units) });
        [y.data, dense.data]
    };
    available().iter().map(|kernel| one(&**kernel)).collect()
}

const GRIDS: [Elements; 4] = [
    Elements::F32,
    Elements::Bf16,
    Elements::Int8 { scale: 1.0 / 64.0, most: 127.0 },
    Elements::Sign { magnitude: 0.3 },
];

#[test]
fn a_turned_forward_is_the_forward_whole_or_listed_on_any_grid() {
    for (case, n) in ROWS.into_iter().enumerate() {
        for inner in INNER {
            for columns in COLUMNS {
                for elements in GRIDS {
                    let matrix = Sparse::drawn(elements, inner, columns, 0.4);
                    for whole in [false, true] {
                        for [y, dense] in forwards(n, &matrix, elements, whole, case % 2 == 0) {
                            let what = format!("{n} × {inner} × {columns}, whole {whole}");
                            // What a list leaves out is zero, which no sign is.
                            if !whole || !matches!(elements, Elements::Sign { .. }) {
                                assert!(y == dense, "{what}, {elements:?}");
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_turned_forward_on_whole_panels_of_signs_is_the_forward() {
    let signs = Elements::Sign { magnitude: 0.3 };
    for n in ROWS {
        for columns in COLUMNS {
            let matrix = Sparse::on(signs, 9, columns, |_, _| true);
            for whole in [false, true] {
                for [y, dense] in forwards(n, &matrix, signs, whole, true) {
                    assert!(y == dense, "{n} × {columns}, whole {whole}");
                }
            }
        }
    }
}

/// y and the dense y, for each kernel.
fn projects(n: usize, matrix: &Sparse, accumulate: bool) -> Vec<[Vec<f32>; 2]> {
    let Sparse { inner, columns, .. } = *matrix;
    let (delta, h) = (rows(n, columns, 1), rows(n, inner, 4));
    let [starts, held, lines] = matrix.by_row();
    let lists = RowLists { starts: starts.as_ptr(), panels: held.as_ptr(), lines: lines.as_ptr() };
    let gate = Gate { h: h.data.as_ptr(), h_stride: h.stride, activation: Activation::Tanh };
    let one = |kernel: &dyn Kernel| {
        let delta_t = turned(kernel, &delta, n, columns);
        let [mut y, mut dense] = [rows(n, inner, 3), rows(n, inner, 3)];
        let job = |matrix: &[f32], y: &mut Rows| Project {
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
            gate: Some(gate),
        };
        let listed = ListedProject { product: job(&matrix.lines, &mut y), lists };
        let units = kernel.listed_project_units(&listed);
        // SAFETY: the buffers have the shapes stated.
        in_two(units, |units| unsafe { kernel.listed_project(&listed, units) });
        let job = job(&matrix.dense, &mut dense);
        // SAFETY: the buffers have the shapes stated.
        in_two(kernel.project_units(&job), |units| unsafe { kernel.project(&job, units) });
        [y.data, dense.data]
    };
    available().iter().map(|kernel| one(&**kernel)).collect()
}

#[test]
fn a_listed_project_is_the_project() {
    for (case, n) in ROWS.into_iter().enumerate() {
        for inner in INNER {
            for columns in COLUMNS {
                // Neighbouring rows share panels in the second, as in a topological layout.
                let local = |panel: usize, row: usize| row / 5 % 2 == panel % 2;
                let matrices = [
                    Sparse::drawn(Elements::F32, inner, columns, 0.4),
                    Sparse::new(inner, columns, local),
                ];
                for matrix in matrices {
                    for [y, dense] in projects(n, &matrix, case % 2 == 0) {
                        assert!(y == dense, "{n} × {inner} × {columns}");
                    }
                }
            }
        }
    }
}

/// What an update of the lists leaves, and what the dense one leaves of the same.
fn updates(
    n: usize,
    matrix: &Sparse,
    (optimizer, mirrored): (Optimizer, bool),
) -> Vec<[Vec<f32>; 2]> {
    let Sparse { inner, columns, .. } = *matrix;
    let (x, delta) = (rows(n, inner, 1), rows(n, columns, 2));
    let mut before = Stepped::panels(inner, columns);
    before.0[0].clone_from(&matrix.dense);
    let one = |kernel: &dyn Kernel| {
        let x_t = turned(kernel, &x, n, inner);
        let job = |x: *const f32, stepped: &mut Stepped| Update {
            x,
            x_stride: rows(0, inner, 1).stride,
            delta: delta.data.as_ptr(),
            delta_stride: delta.stride,
            weight: stepped.0[0].as_mut_ptr(),
            state: stepped.state(&optimizer, mirrored),
            rows: n,
            inner,
            columns,
            optimizer,
        };
        let mut lines = Stepped(before.0.each_ref().map(|part| matrix.lines_of(part)));
        let product = job(x_t.as_ptr(), &mut lines);
        let listed = ListedUpdate { product, lists: matrix.lists() };
        let units = kernel.listed_update_units(&listed);
        // SAFETY: the buffers have the shapes stated.
        in_two(units, |units| unsafe { kernel.listed_update(&listed, units) });
        let mut dense = Stepped(before.0.clone());
        let job = job(x.data.as_ptr(), &mut dense);
        // SAFETY: the buffers have the shapes stated.
        in_two(kernel.update_units(&job), |units| unsafe { kernel.update(&job, units) });
        [lines.0.concat(), dense.0.map(|part| matrix.lines_of(&part)).concat()]
    };
    available().iter().map(|kernel| one(&**kernel)).collect()
}

const PLAIN: (Optimizer, bool) = (Optimizer::sgd(0.5, 0.25), false);

#[test]
fn a_listed_update_is_the_update_of_what_the_lists_hold() {
    for (case, n) in ROWS.into_iter().chain([1023, 1025]).enumerate() {
        for inner in INNER {
            for columns in COLUMNS {
                let matrix = Sparse::drawn(Elements::F32, inner, columns, 0.6);
                for optimizer in [PLAIN, OPTIMIZERS[(case + inner) % OPTIMIZERS.len()]] {
                    for [lines, dense] in updates(n, &matrix, optimizer) {
                        assert!(lines == dense, "{n} × {inner} × {columns} {optimizer:?}");
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_lists_give_the_products_of_the_dense_matrix(
        n in 0..70usize, inner in 0..40usize, columns in 1..70usize, held in proptest::collection::vec(proptest::bool::ANY, 200),
    ) {
        let matrix = Sparse::new(inner, columns, |panel, row| held[panel * inner + row]);
        let products = [forwards(n, &matrix, Elements::F32, false, true), projects(n, &matrix, true)];
        for [found, dense] in products.into_iter().flatten().chain(updates(n, &matrix, PLAIN)) {
            prop_assert!(found == dense);
        }
    }
}

#[test]
fn transposing_squares_keeps_every_element() {
    for n in [1, 15, 16, 17, 33] {
        for width in [1, 15, 16, 17, 33] {
            let x = rows(n, width, 1);
            for kernel in available() {
                let x_t = turned(&*kernel, &x, n, width);
                for row in 0..n.next_multiple_of(LANES) {
                    for column in 0..width {
                        let wanted = if row < n { x.data[row * x.stride + column] } else { 0.0 };
                        assert_eq!(x_t[panels::index(width, column, row)], wanted);
                    }
                }
            }
        }
    }
}

#[test]
fn a_bound_on_the_norm_of_listed_columns_is_that_of_the_dense_matrix() {
    for (inner, columns) in INNER.into_iter().flat_map(|i| COLUMNS.map(|o| (i, o))) {
        let matrix = Sparse::drawn(Elements::F32, inner, columns, 0.6);
        for kernel in available() {
            let (mut lines, mut dense) = (matrix.lines.clone(), matrix.dense.clone());
            for (weight, lists) in [(&mut lines, Some(matrix.lists())), (&mut dense, None)] {
                let weight = weight.as_mut_ptr();
                let job = MaxNorm { weight, lists, inner, columns, most: 0.8 };
                // SAFETY: the buffers have the shapes stated.
                in_two(kernel.max_norm_units(&job), |units| unsafe {
                    kernel.max_norm(&job, units);
                });
            }
            assert!(lines == matrix.lines_of(&dense), "{inner} × {columns}");
            assert!(inner < 9 || lines != matrix.lines);
        }
    }
}
