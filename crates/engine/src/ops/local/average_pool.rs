//! The mean of each channel of a patch, padding counted as zeros.

use super::super::window::Window;
use super::{Table, apart, saved};
use crate::error::Result;
use crate::plan::Lowering;
use crate::program::{Local, LocalBackward, Patches};

pub fn forward(op: &Local, patches: &Patches, lowering: &mut Lowering) -> Result<()> {
    let [] = saved(&op.saved)?;
    let window = Window::new(patches)?;
    let x = Table::of(&op.x, window.inputs(), lowering)?;
    let out = Table::of(&op.out, window.positions() * window.channels, lowering)?;
    apart(x, out)?;
    lowering.stage(&[x.id], &[out.id], move |step, member| {
        let count = window.places() as f32;
        for row in member.split(step.rows) {
            // SAFETY: the row is this member's alone.
            let (x, out) = unsafe { (x.row(row), out.row_mut(row)) };
            for (position, out) in out.chunks_exact_mut(window.channels).enumerate() {
                out.fill(0.0);
                for source in sources(&window, position) {
                    let x = &x[source..source + out.len()];
                    out.iter_mut().zip(x).for_each(|(sum, x)| *sum += x);
                }
                out.iter_mut().for_each(|sum| *sum /= count);
            }
        }
    });
    Ok(())
}

/// Where the places of a position's patch start, in ascending order.
fn sources(window: &Window, position: usize) -> impl Iterator<Item = usize> {
    (0..window.places()).filter_map(move |place| window.source(position, place))
}

/// A value of several patches gathers from them in ascending order of position.
pub fn backward(op: &LocalBackward, patches: &Patches, lowering: &mut Lowering) -> Result<()> {
    let [] = saved(&op.saved)?;
    let window = Window::new(patches)?;
    let delta = Table::of(&op.delta, window.positions() * window.channels, lowering)?;
    let out = Table::of(&op.out, window.inputs(), lowering)?;
    apart(delta, out)?;
    lowering.stage(&[delta.id], &[out.id], move |step, member| {
        let count = window.places() as f32;
        for row in member.split(step.rows) {
            // SAFETY: the row is this member's alone.
            let (delta, out) = unsafe { (delta.row(row), out.row_mut(row)) };
            out.fill(0.0);
            for (position, delta) in delta.chunks_exact(window.channels).enumerate() {
                for source in sources(&window, position) {
                    let out = &mut out[source..source + delta.len()];
                    out.iter_mut().zip(delta).for_each(|(sum, delta)| *sum += delta / count);
                }
            }
        }
    });
    Ok(())
}
