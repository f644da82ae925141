//! Sums in f64 whose bits depend on nothing but the values: 16 lanes, ascending, a fixed tree.

const LANES: usize = 16;

fn fold(mut lanes: [f64; LANES]) -> f64 {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// Σ values; value i goes into lane i modulo 16.
pub fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let mut lanes = [0.0; LANES];
    for (place, value) in values.enumerate() {
        lanes[place % LANES] += value;
    }
    fold(lanes)
}

/// Σ v²; value i goes into lane i modulo 16.
pub fn squares(values: &[f32]) -> f64 {
    let mut lanes = [0.0; LANES];
    for values in values.chunks(LANES) {
        for (lane, value) in lanes.iter_mut().zip(values) {
            *lane += f64::from(*value) * f64::from(*value);
        }
    }
    fold(lanes)
}

/// Σ a·b, Σ a², Σ b² over rows of equal length, one after another.
pub struct Products {
    lanes: [[f64; LANES]; 3],
}

impl Products {
    pub fn new() -> Self {
        Self { lanes: [[0.0; LANES]; 3] }
    }

    pub fn add(&mut self, a: &[f32], b: &[f32]) {
        for (a, b) in a.chunks(LANES).zip(b.chunks(LANES)) {
            for lane in 0..a.len() {
                let (a, b) = (f64::from(a[lane]), f64::from(b[lane]));
                self.lanes[0][lane] += a * b;
                self.lanes[1][lane] += a * a;
                self.lanes[2][lane] += b * b;
            }
        }
    }

    pub fn totals(&self) -> [f64; 3] {
        self.lanes.map(fold)
    }
}
