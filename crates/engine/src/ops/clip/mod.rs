//! A bound on the norm of all gradients together, without forming one:
//! ‖xᵀδ‖² = Σᵢⱼ (xᵢ · xⱼ)(δᵢ · δⱼ) over pairs of rows, and a bias adds Σᵢⱼ δᵢ · δⱼ.

mod grams;

use std::collections::BTreeMap;

use self::grams::{BLOCK, Grams, Room};
use super::Address;
use crate::error::Result;
use crate::plan::Lowering;
use crate::program::{Clip, Reduction};
use crate::tensors::Id;

pub fn lower(op: &Clip, lowering: &mut Lowering) -> Result<()> {
    let norm = lowering.value(&op.norm)?;
    let pairs = op.pairs.iter().map(|pair| Grams::new(pair, lowering));
    let pairs = pairs.collect::<Result<Vec<_>>>()?;
    // Each once, whatever the pairs.
    let deltas: BTreeMap<Id, _> = pairs.iter().map(|pair| (pair.delta.rows, pair.delta)).collect();
    let sums = Sums::new(lowering)?;
    add(pairs, sums, lowering)?;
    let written: Vec<_> = deltas.keys().copied().collect();
    let reduction = op.reduction;
    lowering.stage(&[sums.id], &written, move |step, member| {
        // Every member adds all rows, in order: that costs less than to tell the others.
        // SAFETY: the rows were written before the barrier.
        let square: f64 = (0..step.rows).map(|row| unsafe { *sums.row(row) }).sum();
        let divisor = if reduction == Reduction::Mean { step.rows as f64 } else { 1.0 };
        let found = square.max(0.0).sqrt() / divisor;
        let most = f64::from(norm.at(step.knobs));
        if found > most {
            for row in member.split(step.rows) {
                deltas.values().for_each(|delta| delta.scale(row, (most / found) as f32));
            }
        }
    });
    Ok(())
}

/// Adds the stage that leaves in `sums` what each row i has of the squared norm.
fn add(pairs: Vec<Grams>, sums: Sums, lowering: &mut Lowering) -> Result<()> {
    let room = Room::new(lowering)?;
    let reads: Vec<_> = pairs.iter().flat_map(Grams::reads).collect();
    lowering.stage(&reads, &[sums.id], move |step, member| {
        let mine = member.split(step.rows);
        for first in mine.clone().step_by(BLOCK) {
            let rows = first..mine.end.min(first + BLOCK);
            let mut totals = [0.0; BLOCK];
            for pair in &pairs {
                pair.add(&room, rows.clone(), step, member, &mut totals);
            }
            for (row, total) in rows.zip(totals) {
                // SAFETY: the row is this member's alone.
                unsafe { *sums.row(row) = total };
            }
        }
    });
    Ok(())
}

/// A sum in f64 for each row of the batch.
#[derive(Clone, Copy)]
struct Sums {
    id: Id,
    start: Address<f32>,
    stride: usize,
}

impl Sums {
    fn new(lowering: &mut Lowering) -> Result<Self> {
        let id = lowering.tensors.scratch(lowering.batch, 2)?;
        Ok(Self { id, start: Address(lowering.tensors.f32(id)), stride: lowering.stride(id) })
    }

    /// Aligned, as a row starts with a cache line.
    fn row(&self, row: usize) -> *mut f64 {
        self.start.get().wrapping_add(row * self.stride).cast()
    }
}
