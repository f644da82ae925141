//! Batch normalisation. Members own channels, 16 at a time: what they sum over, rows and positions
//! in ascending order by chunks of 1,024, no other reads.

use feedalign_kernels::{LANES, Member, ROW_CHUNK};

use super::{Address, Table, saved, saved_if_any};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::{Local, LocalBackward, LocalPart};
use crate::tensors::{Form, Id};

/// A value per channel of a block of them.
type Line = [f32; LANES];

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

/// Rows and positions of x, for a block of channels of it.
#[derive(Clone, Copy)]
struct Block {
    norm: Norm,
    first: usize,
    count: usize,
    rows: usize,
    positions: usize,
}

impl Block {
    /// Calls `f(row, column)` with where the block lies, in ascending order.
    fn each(&self, mut f: impl FnMut(usize, usize)) {
        for row in 0..self.rows {
            for position in 0..self.positions {
                f(row, position * self.norm.channels + self.first);
            }
        }
    }

    fn values(&self) -> usize {
        self.rows * self.positions
    }

    /// Σ of `term(row, column)`: chunks of 1,024, one chain each, added in order.
    fn sum(&self, term: impl Fn(usize, usize) -> Line) -> Line {
        let (mut total, mut chunk, mut count) = ([0.0; LANES], [0.0; LANES], 0);
        self.each(|row, column| {
            add(&mut chunk, term(row, column));
            count += 1;
            if count == ROW_CHUNK {
                add(&mut total, std::mem::take(&mut chunk));
                count = 0;
            }
        });
        add(&mut total, chunk);
        total
    }

    /// # Safety
    /// The table has the row and the block's columns from there on, and nobody writes them now.
    unsafe fn load(&self, table: Table, row: usize, column: usize) -> Line {
        // SAFETY: as stated.
        unsafe { load(table.start().add(row * table.stride + column), self.count) }
    }

    /// # Safety
    /// As [`Self::load`], and the columns are the caller's alone.
    unsafe fn store(&self, table: Table, row: usize, column: usize, line: Line) {
        let to = table.start().wrapping_add(row * table.stride + column);
        // SAFETY: as stated.
        unsafe { std::ptr::copy_nonoverlapping(line.as_ptr(), to, self.count) }
    }

    /// A block of one of the part's vectors.
    fn vector(&self, vector: Address<f32>) -> Line {
        // SAFETY: vectors are padded to whole blocks, and nobody writes this one's now.
        unsafe { load(vector.get().add(self.first), LANES) }
    }

    /// Mean and variance of the batch; the running ones follow.
    ///
    /// # Safety
    /// Nobody writes x; the block's statistics are the caller's alone.
    unsafe fn statistics(&self, x: Table) -> (Line, Line) {
        let count = self.values() as f32;
        // SAFETY (both): the block lies within x.
        let sum = self.sum(|row, column| unsafe { self.load(x, row, column) });
        let mean = sum.map(|sum| sum / count);
        let squares = self.sum(|row, column| {
            let x = unsafe { self.load(x, row, column) };
            lanes(|lane| (x[lane] - mean[lane]) * (x[lane] - mean[lane]))
        });
        // SAFETY: as stated.
        unsafe {
            self.follow(self.norm.mean, mean);
            if self.values() > 1 {
                self.follow(self.norm.variance, squares.map(|sum| sum / (count - 1.0)));
            }
        }
        (mean, squares.map(|sum| sum / count))
    }

    /// running ← running + momentum · (value − running).
    unsafe fn follow(&self, running: Address<f32>, value: Line) {
        for (lane, value) in value.into_iter().enumerate().take(self.count) {
            // SAFETY: the vector has that channel, which is the caller's alone.
            unsafe {
                let running = running.get().add(self.first + lane);
                *running += self.norm.momentum * (value - *running);
            }
        }
    }
}

fn lanes(value: impl FnMut(usize) -> f32) -> Line {
    std::array::from_fn(value)
}

fn add(sum: &mut Line, term: Line) {
    sum.iter_mut().zip(term).for_each(|(sum, term)| *sum += term);
}

/// # Safety
/// There are `count` floats, at most a line of them.
unsafe fn load(from: *const f32, count: usize) -> Line {
    let mut line = [0.0; LANES];
    // SAFETY: as stated.
    unsafe { std::ptr::copy_nonoverlapping(from, line.as_mut_ptr(), count) };
    line
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

pub fn backward(op: &LocalBackward, lowering: &mut Lowering) -> Result<()> {
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

/// out ← gain / √(variance + ε) ⊙ delta, in training less what goes through the statistics: its mean,
/// and its part along the normalised values.
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
