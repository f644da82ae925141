//! The way back through a normalisation, and the gradients of its gain and shift.

use super::block::{Block, add, lanes};
use super::{LANES, LocalBackward, Lowering, Norm, Table, kept, positions, saved};
use crate::error::{Error, Result};
use crate::tensors::Id;

pub fn lower(op: &LocalBackward, lowering: &mut Lowering) -> Result<()> {
    let norm = Norm::new(&op.part, lowering)?;
    let delta = Table::find(&op.delta, lowering)?;
    let out = Table::of(&op.out, delta.width, lowering)?;
    let positions = positions(delta.width, norm.channels)?;
    let kept = kept(saved(&op.saved)?, delta, &norm, lowering)?;
    let gradients = op.gradients.as_ref();
    let gradients = gradients.map(|(gain, shift)| -> Result<_> {
        let table = |name: &str| Table::of(name, norm.channels, lowering);
        Ok([table(gain)?, table(shift)?])
    });
    let gradients = gradients.transpose()?;
    let mut writes: Vec<Id> = gradients.iter().flatten().map(|table| table.id).collect();
    if writes.iter().any(|id| [delta.id, out.id].contains(id)) {
        return Err(Error::new("gradients must be tensors other than delta and out"));
    }
    writes.push(out.id);
    let reads = [delta.id, norm.ids[0], kept[0].id, kept[1].id];
    let training = op.training;
    lowering.stage(&reads, &writes, move |step, member| {
        for (first, count) in norm.blocks(member) {
            let block = Block { norm, first, count, rows: step.rows, positions };
            // SAFETY: the block's channels are this member's alone.
            unsafe {
                if let Some(gradients) = gradients {
                    store_gradients(&block, delta, kept[0], gradients);
                }
                carry(&block, (delta, out), kept, training);
            }
        }
    });
    Ok(())
}

/// Of each row Σ over positions of delta ⊙ normalised, and of delta.
///
/// # Safety
/// The block's channels are the caller's alone.
unsafe fn store_gradients(block: &Block, delta: Table, normalised: Table, gradients: [Table; 2]) {
    for row in 0..block.rows {
        let (mut gain, mut shift) = ([0.0; LANES], [0.0; LANES]);
        for position in 0..block.positions {
            let column = position * block.norm.channels + block.first;
            // SAFETY: as stated; the block lies within the tables.
            let [delta, normalised] =
                [delta, normalised].map(|table| unsafe { block.load(table, row, column) });
            add(&mut gain, lanes(|lane| delta[lane] * normalised[lane]));
            add(&mut shift, delta);
        }
        for (table, line) in gradients.into_iter().zip([gain, shift]) {
            // SAFETY: as above.
            unsafe { block.store(table, row, block.first, line) };
        }
    }
}

/// out ← gain / √(variance + ε) ⊙ delta, in training less what goes through the statistics: its
/// mean, and its part along the normalised values.
///
/// # Safety
/// The block's channels are the caller's alone.
unsafe fn carry(block: &Block, (delta, out): (Table, Table), kept: [Table; 2], training: bool) {
    let [normalised, inverse] = kept;
    let count = block.values() as f32;
    // SAFETY: as stated, here and below; the block lies within all tables.
    let inverse = unsafe { block.load(inverse, 0, block.first) };
    let gain = block.vector(block.norm.gain);
    let factor = lanes(|lane| gain[lane] * inverse[lane]);
    let (mut mean, mut along) = ([0.0; LANES], [0.0; LANES]);
    if training {
        mean = block.sum(|row, column| unsafe { block.load(delta, row, column) });
        along = block.sum(|row, column| unsafe {
            let delta = block.load(delta, row, column);
            let normalised = block.load(normalised, row, column);
            lanes(|lane| delta[lane] * normalised[lane])
        });
        (mean, along) = (mean.map(|sum| sum / count), along.map(|sum| sum / count));
    }
    block.each(|row, column| unsafe {
        let delta = block.load(delta, row, column);
        let n = block.load(normalised, row, column);
        let own = lanes(|lane| delta[lane] - mean[lane] - n[lane] * along[lane]);
        block.store(out, row, column, lanes(|lane| factor[lane] * own[lane]));
    });
}
