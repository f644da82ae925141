use feedalign_engine::program::{FORMAT, Stream};
use feedalign_engine::random::Draws;
use feedalign_engine::{DataSet, Inputs, Options, Session, Targets};
use serde_json::{Value, json};

use crate::small::{bits, rows, zeros};

const SEED: u64 = 11;
/// Examples; example i has label i.
const COUNT: usize = 12;

/// Images [height × width × channels] under an augmentation.
#[derive(Clone)]
struct Images {
    size: (usize, usize, usize),
    batch: usize,
    augment: Value,
}

impl Images {
    /// With nothing distorted.
    fn new(size: (usize, usize, usize)) -> Self {
        let (height, width, channels) = size;
        let augment = json!({ "height": height, "width": width, "channels": channels,
            "epoch": { "knob": "epoch" }, "shift": 0.0, "crop": 0, "rotation": 0.0, "zoom": 0.0, "shear": 0.0,
            "elastic": [0.0, 0.0] });
        Self { size, batch: 5, augment }
    }

    fn with(&self, name: &str, value: &Value) -> Self {
        let mut other = self.clone();
        other.augment[name] = value.clone();
        other
    }

    fn len(&self) -> usize {
        self.size.0 * self.size.1 * self.size.2
    }

    /// The labels, as one-hot rows, sort the examples into the rows of `seen`.
    fn session(&self, threads: usize, seed: u64) -> feedalign_engine::Result<Session> {
        let mut gather = json!({ "op": "gather", "input": "x", "targets": "t",
            "scale": 0.5, "shift": -0.25 });
        if !self.augment.is_null() {
            gather["augment"] = self.augment.clone();
        }
        let loss = json!({ "op": "loss", "kind": { "kind": "crossEntropy" }, "a": "a", "y": "y",
            "targets": "t", "target": "id", "metrics": ["loss", "wrong"] });
        let keep = json!({ "op": "update", "weight": "seen", "x": "id", "delta": "x",
            "reduction": "sum", "scale": -1.0, "weightDecay": 0.0, "optimizer": { "kind": "sgd",
            "learningRate": 1.0, "momentum": 0.0, "nesterov": false } });
        let tensors = [
            rows("x", self.len()),
            zeros("t", "labels", &[]),
            rows("a", COUNT),
            rows("y", COUNT),
            rows("id", COUNT),
            zeros("seen", "weight", &[COUNT, self.len()]),
        ];
        let phase = json!({ "name": "train", "advances": true, "knobs": ["epoch"],
            "metrics": ["loss", "wrong"], "ops": [gather, loss, keep] });
        let program = serde_json::from_value(json!({ "format": FORMAT, "precision": "f32",
            "batch": self.batch, "tensors": tensors, "phases": [phase] }));
        Session::new(program.expect("a Program"), &Options { threads, seed, kernel: None })
    }

    /// All examples as an epoch shows them, gathered in the order given.
    fn shown(&self, raw: &[f32], epoch: f32, threads: usize, order: &[u32]) -> Vec<f32> {
        let mut session = self.session(threads, SEED).expect("a session");
        let labels = (0..COUNT as u32).collect();
        let targets = Targets::Labels { labels, classes: COUNT };
        let data = DataSet::new(Inputs::F32(raw.to_vec()), self.len(), targets).expect("data");
        let knobs = vec![epoch; order.len().div_ceil(self.batch)];
        session.run("train", &data, order, &knobs).expect("a run");
        session.read("seen").expect("a tensor").1
    }

    fn all(&self, raw: &[f32], epoch: f32) -> Vec<f32> {
        self.shown(raw, epoch, 2, &ascending())
    }
}

fn ascending() -> Vec<u32> {
    (0..COUNT as u32).collect()
}

/// Numbers from 0 to 1.
fn noise(len: usize) -> Vec<f32> {
    let draws = Draws::new(3, Stream::Weights, 0, 0);
    (0..len).map(|at| (draws.word(at) >> 8) as f32 / 16_777_216.0).collect()
}

/// All distortions at once.
fn everything(size: (usize, usize, usize)) -> Images {
    let settings = [
        ("shift", json!(2.5)),
        ("crop", json!(1)),
        ("rotation", json!(30.0)),
        ("zoom", json!(0.25)),
        ("shear", json!(15.0)),
        ("elastic", json!([1.5, 3.0])),
    ];
    settings.iter().fold(Images::new(size), |images, (name, value)| images.with(name, value))
}

#[test]
fn settings_of_zero_leave_every_bit_as_it_is() {
    for size in [(1, 1, 1), (7, 9, 1), (5, 4, 3)] {
        let images = Images::new(size);
        let raw = noise(COUNT * images.len());
        let mut plain = images.clone();
        plain.augment = Value::Null;
        assert_eq!(bits(&images.all(&raw, 3.0)), bits(&plain.all(&raw, 3.0)));
    }
}

#[test]
fn an_example_looks_the_same_in_an_epoch_however_it_is_gathered() {
    let mut images = everything((9, 11, 2));
    let raw = noise(COUNT * images.len());
    let shown = images.all(&raw, 4.0);
    let backwards: Vec<u32> = ascending().into_iter().rev().collect();
    for threads in [1, 3, 8] {
        for batch in [1, 5, 12] {
            images.batch = batch;
            assert_eq!(bits(&images.shown(&raw, 4.0, threads, &backwards)), bits(&shown));
        }
    }
    let other = images.all(&raw, 5.0);
    for (a, b) in shown.chunks(images.len()).zip(other.chunks(images.len())) {
        assert_ne!(a, b, "each example is drawn anew in the next epoch");
    }
}

/// The k-th draw of U(−1, 1) for an example.
fn draw(epoch: u64, example: usize, k: usize) -> f64 {
    let word = Draws::new(SEED, Stream::Augmentation, epoch, example as u32).word(k);
    (f64::from(word >> 8) + 0.5) / f64::from(1 << 23) - 1.0
}

/// Displacement of a pixel: the Gaussian's weights over all nodes of the grid, without a shortcut.
fn bend(images: &Images, epoch: u64, example: usize, pixel: [usize; 2]) -> [f64; 2] {
    let amplitude = images.augment["elastic"][0].as_f64().expect("a number");
    let deviation = images.augment["elastic"][1].as_f64().expect("a number");
    let size = [images.size.0, images.size.1];
    let nodes = size.map(|size| (size as f64 / deviation).ceil() as usize + 6);
    let weight = |axis: usize, node: usize| {
        let apart = pixel[axis] as f64 / deviation - (node as f64 - 3.0);
        (-apart * apart / 2.0).exp()
    };
    [0, 1].map(|which| {
        let (mut sum, mut squares) = (0.0, 0.0);
        for down in 0..nodes[0] {
            for across in 0..nodes[1] {
                let weight = weight(0, down) * weight(1, across);
                let node = down * nodes[1] + across;
                sum += weight * draw(epoch, example, 8 + which * nodes[0] * nodes[1] + node);
                squares += weight * weight;
            }
        }
        amplitude * 3f64.sqrt() * sum / squares.sqrt()
    })
}

/// Where a pixel comes from: the image is sheared, turned, zoomed, bent and shifted.
fn place(images: &Images, epoch: u64, example: usize, pixel: [usize; 2]) -> [f64; 2] {
    let setting = |name: &str| images.augment[name].as_f64().expect("a number");
    let drawn = |k| draw(epoch, example, k);
    let middle = [images.size.0, images.size.1].map(|size| (size as f64 - 1.0) / 2.0);
    let [row, column] = [0, 1].map(|axis| pixel[axis] as f64 - middle[axis]);
    let zoom = 1.0 + setting("zoom") * drawn(3);
    let [row, column] = [row / zoom, column / zoom];
    let angle = (setting("rotation") * drawn(2)).to_radians();
    let [row, column] =
        [row * angle.cos() + column * angle.sin(), column * angle.cos() - row * angle.sin()];
    let column = column + row * (setting("shear") * drawn(4)).to_radians().tan();
    let bend = bend(images, epoch, example, pixel);
    let straight = [row, column];
    let whole = |k| ((drawn(k) + 1.0) * (setting("crop") + 0.5)).floor() - setting("crop");
    let shift = |axis| setting("shift") * drawn(axis) + whole(5 + axis);
    [0, 1].map(|axis| straight[axis] + middle[axis] + shift(axis) + bend[axis])
}

#[test]
fn images_equal_those_of_the_definition_in_double_precision() {
    for size in [(13, 10, 2), (5, 15, 1), (4, 16, 1), (6, 33, 1)] {
        compare(&everything(size));
    }
}

fn compare(images: &Images) {
    let (height, width, channels) = images.size;
    let raw = noise(COUNT * images.len());
    let shown = images.all(&raw, 6.0);
    for (at, shown) in shown.iter().enumerate() {
        let (example, pixel) = (at / images.len(), at % images.len() / channels);
        let place = place(images, 6, example, [pixel / width, pixel % width]);
        let mut value = 0.0;
        for row in 0..height {
            for column in 0..width {
                let near = |place: f64, pixel: usize| (1.0 - (place - pixel as f64).abs()).max(0.0);
                let weight = near(place[0], row) * near(place[1], column);
                let number = (row * width + column) * channels + at % channels;
                value += weight * f64::from(raw[example * images.len() + number]);
            }
        }
        let expected = 0.5 * value - 0.25;
        assert!((f64::from(*shown) - expected).abs() < 1e-5, "{at}: {shown} {expected}");
    }
}

/// Displacements [example][row][column] of columns, seen on a slope that rises by two a column.
fn displacements(images: &Images, epoch: f32) -> Vec<f64> {
    let width = images.size.1;
    // Offset 1000 pixels before any edge's influence is looked at; scale ½, shift −¼ are undone.
    let raw: Vec<f32> = (0..COUNT * images.len()).map(|at| 2.0 * (at % width) as f32).collect();
    let shown = images.all(&raw, epoch).into_iter().enumerate();
    shown.map(|(at, value)| f64::from(value + 0.25) - (at % width) as f64).collect()
}

#[test]
fn elastic_displacements_have_the_amplitude_and_smoothness_stated() {
    let (size, amplitude, deviation) = (40, 1.5, 4.0);
    let images = Images::new((size, size, 1)).with("elastic", &json!([amplitude, deviation]));
    let (mut squares, mut products, mut count) = (0.0, 0.0, 0.0);
    for epoch in 0..40u8 {
        let all = displacements(&images, f32::from(epoch));
        for example in 0..COUNT {
            // Far enough from the edges, where the slope ends.
            for row in (10..30).step_by(5) {
                let at = (example * size + row) * size + 18;
                squares += all[at] * all[at];
                products += all[at] * all[at + 4];
                count += 1.0;
            }
        }
    }
    let found = (squares / count).sqrt();
    assert!((found / amplitude - 1.0).abs() < 0.1, "amplitude {found}");
    // Smoothed noise is correlated by exp(−d² / 4σ²), here at d = σ.
    let correlation = products / squares;
    assert!((correlation - (-0.25f64).exp()).abs() < 0.08, "correlation {correlation}");
}

#[test]
fn a_shift_moves_all_pixels_alike_and_no_farther_than_it_may() {
    let images = Images::new((9, 21, 1)).with("shift", &json!(3.0));
    let all = displacements(&images, 1.0);
    let mut farthest = 0f64;
    for example in 0..COUNT {
        let middle: Vec<f64> = (4..17).map(|column| all[(example * 9 + 4) * 21 + column]).collect();
        assert!(middle.iter().all(|shift| (shift - middle[0]).abs() < 1e-5), "{middle:?}");
        farthest = farthest.max(middle[0].abs());
    }
    assert!(farthest > 1.5 && farthest < 3.0, "{farthest}");
}

/// The image moved by whole pixels, amid zeros; scale ½, shift −¼.
fn moved(raw: &[f32], (height, width): (usize, usize), by: [isize; 2]) -> Vec<f32> {
    let inside =
        |at: usize, by: isize, size: usize| at.checked_add_signed(by).filter(|&at| at < size);
    let pixel = |at: usize| {
        let row = inside(at / width, by[0], height)?;
        Some(raw[row * width + inside(at % width, by[1], width)?])
    };
    (0..height * width).map(|at| 0.5 * pixel(at).unwrap_or(0.0) - 0.25).collect()
}

#[test]
fn a_crop_shows_exact_pixels_from_each_place_of_the_padded_image() {
    let size = (6, 7);
    let images = Images::new((size.0, size.1, 1)).with("crop", &json!(2));
    let raw = noise(COUNT * images.len());
    let mut seen = [[0; 5]; 5];
    for epoch in 0..40u8 {
        let shown = images.all(&raw, f32::from(epoch));
        for (shown, raw) in shown.chunks(images.len()).zip(raw.chunks(images.len())) {
            let places = (-2..=2).flat_map(|row| (-2..=2).map(move |column| [row, column]));
            let place = places.clone().find(|&by| bits(&moved(raw, size, by)) == bits(shown));
            let [row, column] = place.expect("a crop of the padded image").map(|by| by + 2);
            seen[row as usize][column as usize] += 1;
        }
    }
    // 480 images: 19 a place.
    assert!(seen.iter().flatten().all(|count| (5..40).contains(count)), "{seen:?}");
}

#[test]
fn settings_that_cannot_be_are_refused_with_their_values() {
    let images = Images::new((4, 5, 1));
    let refuse = |images: &Images| images.session(1, SEED).err().expect("a refusal").to_string();
    let text = refuse(&images.with("height", &json!(3)));
    assert!(text.contains("\"x\" of shape [n × 20] does not hold images [3 × 5 × 1]"), "{text}");
    let text = refuse(&images.with("rotation", &json!(181.0)));
    assert!(text.contains("rotation 181 is not between 0 and 180"), "{text}");
    let text = refuse(&images.with("shear", &json!(-1.0)));
    assert!(text.contains("shear -1 is not between 0 and 80"), "{text}");
    let text = refuse(&images.with("elastic", &json!([1.0, 0.25])));
    assert!(text.contains("elastic smoothness 0.25 is below half a pixel"), "{text}");
    let text = refuse(&images.with("epoch", &json!({ "knob": "eon" })));
    assert!(text.contains("knob \"eon\" is not among the phase's knobs"), "{text}");
}
