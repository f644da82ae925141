//! Batch normalisation. Members own channels, 16 at a time: what they sum over, rows and positions
//! in ascending order by chunks of 1,024, no other reads.

mod backward;
mod block;

use feedalign_kernels::{LANES, Member};

use super::{Address, Table, saved, saved_if_any};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::{Local, LocalBackward, LocalPart};
use crate::tensors::{Form, Id};
use block::{Block, lanes};

pub use backward::lower as backward;

/// The part's own tensors.
#[derive(Clone, Copy)]
struct Norm {
    channels: usize,
    ids: [Id; 4],
    gain: Address<f32>,
    shift: Address<f32>,
    mean: Address<f32>,
    variance: Address<f32>,
    momentum: f32,
    epsilon: f32,
}

impl Norm {
    fn new(part: &LocalPart, lowering: &Lowering) -> Result<Self> {
        let LocalPart::BatchNorm { gain, shift, mean, variance, momentum, epsilon } = part else {
            return Err(Error::new("is no batch norm"));
        };
        let first = lowering.tensors.find(gain)?;
        let Form::Vector { len: channels } = lowering.tensors.form(first) else {
            return Err(Error::new(format!("tensor {gain:?} is no vector")));
        };
        if !((0.0..=1.0).contains(momentum) && *epsilon > 0.0 && epsilon.is_finite()) {
            let found = format!("momentum {momentum} or epsilon {epsilon}");
            return Err(Error::new(format!("{found} is not in [0, 1] or above 0")));
        }
        let mut ids = [first; 4];
        for (id, name) in ids.iter_mut().zip([gain, shift, mean, variance]) {
            *id = lowering.vector(name, channels)?;
        }
        let [gain, shift, mean, variance] = ids.map(|id| Address(lowering.tensors.f32(id)));
        let (momentum, epsilon) = (*momentum, *epsilon);
        Ok(Self { channels, ids, gain, shift, mean, variance, momentum, epsilon })
    }

    /// A member's blocks of channels: their first one and count.
    fn blocks(&self, member: &Member) -> impl Iterator<Item = (usize, usize)> + use<> {
        let channels = self.channels;
        let blocks = member.split(channels.div_ceil(LANES));
        blocks.map(move |block| (block * LANES, LANES.min(channels - block * LANES)))
    }
}

/// Positions of a row of that width.
fn positions(width: usize, channels: usize) -> Result<usize> {
    if width.is_multiple_of(channels) {
        return Ok(width / channels);
    }
    Err(Error::new(format!("rows of {width} are no whole number of {channels} channels")))
}

/// Where the normalised values and 1 / √(variance + ε) are kept.
fn kept(names: [&str; 2], x: Table, norm: &Norm, lowering: &Lowering) -> Result<[Table; 2]> {
    let [normalised, inverse] = names;
    Ok([Table::of(normalised, x.width, lowering)?, Table::of(inverse, norm.channels, lowering)?])
}

pub fn forward(op: &Local, lowering: &mut Lowering) -> Result<()> {
    let norm = Norm::new(&op.part, lowering)?;
    let x = Table::find(&op.x, lowering)?;
    let out = Table::of(&op.out, x.width, lowering)?;
    let positions = positions(x.width, norm.channels)?;
    let kept = saved_if_any(&op.saved)?;
    let kept = kept.map(|names| kept_apart(names, (x, out), &norm, lowering)).transpose()?;
    let training = op.training;
    let mut reads = vec![x.id, norm.ids[0], norm.ids[1]];
    let mut writes: Vec<Id> = kept.iter().flatten().map(|table| table.id).collect();
    writes.push(out.id);
    (if training { &mut writes } else { &mut reads }).extend(&norm.ids[2..]);
    lowering.stage(&reads, &writes, move |step, member| {
        for (first, count) in norm.blocks(member) {
            let block = Block { norm, first, count, rows: step.rows, positions };
            // SAFETY: the block's channels are this member's alone.
            unsafe { normalise(&block, (x, out), kept, training) };
        }
    });
    Ok(())
}

/// [`kept`], of tensors other than x and out.
fn kept_apart(
    names: [&str; 2],
    (x, out): (Table, Table),
    norm: &Norm,
    lowering: &Lowering,
) -> Result<[Table; 2]> {
    let kept = kept(names, x, norm, lowering)?;
    if kept.iter().any(|table| [x.id, out.id].contains(&table.id)) || kept[0].id == kept[1].id {
        return Err(Error::new("saved tensors must be others than x and out"));
    }
    Ok(kept)
}

/// # Safety
/// The block's channels are the caller's alone.
unsafe fn normalise(
    block: &Block,
    (x, out): (Table, Table),
    kept: Option<[Table; 2]>,
    training: bool,
) {
    let Block { norm, first, .. } = *block;
    // SAFETY: as stated, here and below; the block lies within all tables.
    let (mean, variance) = if training {
        unsafe { block.statistics(x) }
    } else {
        (block.vector(norm.mean), block.vector(norm.variance))
    };
    let inverse = variance.map(|variance| 1.0 / (variance + norm.epsilon).sqrt());
    let (gain, shift) = (block.vector(norm.gain), block.vector(norm.shift));
    block.each(|row, column| unsafe {
        let x = block.load(x, row, column);
        let normalised = lanes(|lane| (x[lane] - mean[lane]) * inverse[lane]);
        if let Some([table, _]) = kept {
            block.store(table, row, column, normalised);
        }
        let scaled = lanes(|lane| normalised[lane] * gain[lane] + shift[lane]);
        block.store(out, row, column, scaled);
    });
    if let Some([_, table]) = kept {
        unsafe { block.store(table, 0, first, inverse) };
    }
}
