//! What rates say beside the ceilings of their rounds, as `bench/shares.mjs` puts it.

use std::fmt::Write as _;

/// What all threads reach on registers alone, FLOP/s, and the clock of the slowest.
#[derive(Default)]
pub struct Ceiling {
    flops: f64,
    hertz: Option<f64>,
}

impl Ceiling {
    pub fn add(&mut self, flops: f64, hertz: Option<f64>) {
        self.flops += flops;
        self.hertz = self.hertz.into_iter().chain(hertz).reduce(f64::min);
    }
}

/// FLOP/s of a case, each with the number of its round.
#[derive(Default)]
pub struct Rates {
    rounds: Vec<usize>,
    rates: Vec<f64>,
}

impl Rates {
    pub fn push(&mut self, round: usize, rate: f64) {
        self.rounds.push(round);
        self.rates.push(rate);
    }

    /// Whether the last third left the best where it was, to within a per cent.
    pub fn stable(&self) -> bool {
        let before = &self.rates[..self.rates.len() - self.rates.len().div_ceil(3)];
        !before.is_empty()
            && most(self.rates.iter().copied()) <= 1.01 * most(before.iter().copied())
    }
}

fn most(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, f64::max)
}

/// Between neighbours in proportion.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    low + (high - low) * place.fract()
}

/// A line of JSON; `what` is the case as fields.
pub fn line(what: &str, rates: &Rates, ceilings: &[Ceiling], threads: usize) -> String {
    let Rates { rounds, rates: all } = rates;
    let [best, peak] =
        [most(all.iter().copied()), most(ceilings.iter().map(|ceiling| ceiling.flops))];
    let pairs = all.iter().zip(rounds);
    let in_round: Vec<_> = pairs.map(|(rate, round)| rate / ceilings[*round].flops).collect();
    let median = quantile(all, 0.5);
    let spread = (quantile(all, 0.75) - quantile(all, 0.25)) / median;
    let mut line = format!(
        "{{\"bench\":\"gemm\",{what},\"gflops\":{:.1},\"ceilingGflops\":{:.1},",
        best / 1e9,
        peak / 1e9
    );
    let clocks: Vec<_> = ceilings.iter().filter_map(|ceiling| ceiling.hertz).collect();
    if !clocks.is_empty() {
        let hertz = quantile(&clocks, 0.5);
        let cycle = peak / threads as f64 / hertz;
        let _ =
            write!(line, "\"gigahertz\":{:.4},\"ceilingFlopsPerCycle\":{cycle:.4},", hertz / 1e9);
    }
    let _ = write!(
        line,
        "\"ofCeiling\":{:.4},\"medianOfCeiling\":{:.4},\"inRound\":{:.4},\"spread\":{spread:.4},\
         \"rounds\":{},\"stable\":{}}}",
        best / peak,
        median / peak,
        quantile(&in_round, 0.5),
        all.len(),
        rates.stable()
    );
    line
}
