//! Of each group of neighbours the largest, the first of equals.

use super::{Table, apart, saved, saved_if_any};
use crate::error::{Error, Result};
use crate::plan::Lowering;
use crate::program::{Local, LocalBackward};

/// Width of the groups' side of `out` values.
fn grouped(pieces: u32, out: usize) -> Result<(usize, usize)> {
    let pieces = pieces as usize;
    let width = out.checked_mul(pieces).filter(|_| pieces > 0);
    Ok((pieces, width.ok_or_else(|| Error::new(format!("{pieces} pieces of {out} units")))?))
}

pub fn forward(op: &Local, pieces: u32, lowering: &mut Lowering) -> Result<()> {
    let out = Table::find(&op.out, lowering)?;
    let (pieces, width) = grouped(pieces, out.width)?;
    let x = Table::of(&op.x, width, lowering)?;
    let places = saved_if_any(&op.saved)?;
    let places = places.map(|[name]| Table::of(name, out.width, lowering)).transpose()?;
    apart(x, out)?;
    let writes: Vec<_> = places.iter().chain([&out]).map(|table| table.id).collect();
    lowering.stage(&[x.id], &writes, move |step, member| {
        for row in member.split(step.rows) {
            // SAFETY: the row is this member's alone.
            let (groups, out) = unsafe { (x.row(row).chunks_exact(pieces), out.row_mut(row)) };
            let mut places = places.map(|table| unsafe { table.row_mut(row) });
            for (unit, group) in groups.enumerate() {
                let place = largest(group);
                out[unit] = group[place];
                if let Some(places) = &mut places {
                    places[unit] = place as f32;
                }
            }
        }
    });
    Ok(())
}

/// The place of the largest, the first of equals.
fn largest(values: &[f32]) -> usize {
    let mut place = 0;
    for (at, value) in values.iter().enumerate() {
        if *value > values[place] {
            place = at;
        }
    }
    place
}

pub fn backward(op: &LocalBackward, pieces: u32, lowering: &mut Lowering) -> Result<()> {
    let delta = Table::find(&op.delta, lowering)?;
    let (pieces, width) = grouped(pieces, delta.width)?;
    let out = Table::of(&op.out, width, lowering)?;
    let [places] = saved(&op.saved)?;
    let places = Table::of(places, delta.width, lowering)?;
    apart(delta, out)?;
    lowering.stage(&[delta.id, places.id], &[out.id], move |step, member| {
        for row in member.split(step.rows) {
            // SAFETY: the row is this member's alone.
            let (delta, places, out) =
                unsafe { (delta.row(row), places.row(row), out.row_mut(row)) };
            out.fill(0.0);
            for (unit, group) in out.chunks_exact_mut(pieces).enumerate() {
                group[places[unit] as usize] = delta[unit];
            }
        }
    });
    Ok(())
}
