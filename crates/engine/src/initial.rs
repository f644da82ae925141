//! What a tensor holds at the start. A draw is a function of its element's number, so members of
//! the pool fill parts of their own, and the split leaves no trace.

use feedalign_kernels::panels::{self, Way};
use feedalign_kernels::{LANES, Member, Pool};

use crate::circle::circle;
use crate::error::{Error, Result};
use crate::program::Init;
use crate::random::{BLOCK, Draws};

/// Fills with the first values of `init`, which must not be made of another tensor's.
pub fn fill(init: &Init, values: &mut [f32], seed: u64, pool: &mut Pool) {
    match *init {
        Init::Zeros | Init::Copy { .. } | Init::Rotated { .. } => values.fill(0.0),
        Init::Constant { value } => values.fill(value),
        Init::Uniform { range, stream, index } => {
            let draws = Draws::new(seed, stream, 0, index);
            draw(values, pool, |first, part| draws.uniform(range, first, part));
        }
        Init::Normal { deviation, stream, index } => {
            let draws = Draws::new(seed, stream, 0, index);
            draw(values, pool, |first, part| draws.normal(deviation, first, part));
        }
    }
}

/// Makes of noise the values W of a weight turned by it, as [`Init::Rotated`] says, in plain f64
/// and in the order of elements.
pub fn rotate(weight: &[f32], noise: &mut [f32], degrees: f32, factor: f32) -> Result<()> {
    if !(0.0..=180.0).contains(&degrees) {
        return Err(Error::new(format!("{degrees} is no angle from 0 to 180 degrees")));
    }
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let square = dot(weight, weight);
    // How much of W the noise has.
    let share = if square > 0.0 { dot(weight, noise) / square } else { 0.0 };
    let rest = |w: f32, n: f32| f64::from(n) - share * f64::from(w);
    let square_of = |rest: f64| rest * rest;
    let left: f64 = weight.iter().zip(&*noise).map(|(w, n)| square_of(rest(*w, *n))).sum();
    let (sine, cosine) = circle(f64::from(degrees).to_radians());
    let across = if left > 0.0 { sine * (square / left).sqrt() } else { 0.0 };
    for (w, n) in weight.iter().zip(noise) {
        let turned = cosine * f64::from(*w) + across * rest(*w, *n);
        *n = (f64::from(factor) * turned) as f32;
    }
    Ok(())
}

/// Calls `fill(first element, values)` for each member's part.
fn draw(values: &mut [f32], pool: &mut Pool, fill: impl Fn(usize, &mut [f32]) + Sync) {
    let len = values.len();
    let start = Start(values.as_mut_ptr());
    pool.run(&|member: &Member| {
        let blocks = member.split(len.div_ceil(BLOCK));
        let (first, end) = (blocks.start * BLOCK, len.min(blocks.end * BLOCK));
        // SAFETY: members' parts are disjoint and lie within the slice, which outlives the run.
        let part = unsafe { std::slice::from_raw_parts_mut(start.get().add(first), end - first) };
        fill(first, part);
    });
}

/// [`panels::pack`] by all members, each the panels of its own, whose pages it then makes too.
pub fn pack(
    way: Way,
    values: &[f32],
    (rows, columns): (usize, usize),
    held: &mut [f32],
    pool: &mut Pool,
) {
    let (count, lines) = way.panels(rows, columns);
    let size = lines * LANES;
    let start = Start(held[..count * size].as_mut_ptr());
    pool.run(&|member: &Member| {
        let mine = member.split(count);
        let (first, len) = (mine.start * size, mine.len() * size);
        // SAFETY: members' parts are disjoint and lie within the slice, which outlives the run.
        let part = unsafe { std::slice::from_raw_parts_mut(start.get().add(first), len) };
        panels::pack_some(way, values, (rows, columns), mine, part);
    });
}

#[derive(Clone, Copy)]
struct Start(*mut f32);

// SAFETY: each member touches a part of its own.
unsafe impl Sync for Start {}

impl Start {
    fn get(self) -> *mut f32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Stream;

    #[test]
    fn draws_do_not_depend_on_how_many_threads_make_them() {
        let (stream, index) = (Stream::Weights, 3);
        for init in [
            Init::Uniform { range: 0.5, stream, index },
            Init::Normal { deviation: 2.0, stream, index },
        ] {
            let at = |len, threads| {
                let mut values = vec![f32::NAN; len];
                fill(&init, &mut values, 7, &mut Pool::new(threads).expect("threads"));
                values
            };
            let all = at(103, 1);
            for len in [0, 1, 3, 4, 5, 31, 32, 33, 103] {
                for threads in [1, 2, 3, 8] {
                    assert_eq!(at(len, threads), all[..len], "{len} on {threads}");
                }
            }
        }
    }
}
