//! Of each channel of a patch the largest, the first of equals.

use super::super::window::Window;
use super::{Table, apart, saved, saved_if_any};
use crate::error::Result;
use crate::plan::Lowering;
use crate::program::{Local, LocalBackward, Patches};

pub fn forward(op: &Local, patches: &Patches, lowering: &mut Lowering) -> Result<()> {
    let window = Window::new(patches)?;
    let width = window.positions() * window.channels;
    let x = Table::of(&op.x, window.inputs(), lowering)?;
    let out = Table::of(&op.out, width, lowering)?;
    let places = match saved_if_any(&op.saved)? {
        Some([name]) => Table::of(name, width, lowering)?,
        // Nobody reads them.
        None => Table::scratch(width, lowering)?,
    };
    apart(x, out)?;
    lowering.stage(&[x.id], &[out.id, places.id], move |step, member| {
        for row in member.split(step.rows) {
            // SAFETY: the row is this member's alone.
            let (x, out, places) = unsafe { (x.row(row), out.row_mut(row), places.row_mut(row)) };
            let channels = window.channels;
            let outputs = out.chunks_exact_mut(channels).zip(places.chunks_exact_mut(channels));
            for (position, (out, places)) in outputs.enumerate() {
                largest(&window, x, position, out, places);
            }
        }
    });
    Ok(())
}

/// The largest of each channel of a position's patch, and where it is.
fn largest(window: &Window, x: &[f32], position: usize, out: &mut [f32], places: &mut [f32]) {
    let mut first = true;
    for place in 0..window.places() {
        let Some(source) = window.source(position, place) else { continue };
        let x = &x[source..source + window.channels];
        for channel in 0..x.len() {
            if first || x[channel] > out[channel] {
                out[channel] = x[channel];
                places[channel] = place as f32;
            }
        }
        first = false;
    }
}

/// A value of several patches gathers from them in ascending order of position.
pub fn backward(op: &LocalBackward, patches: &Patches, lowering: &mut Lowering) -> Result<()> {
    let window = Window::new(patches)?;
    let width = window.positions() * window.channels;
    let delta = Table::of(&op.delta, width, lowering)?;
    let out = Table::of(&op.out, window.inputs(), lowering)?;
    let [places] = saved(&op.saved)?;
    let places = Table::of(places, width, lowering)?;
    apart(delta, out)?;
    lowering.stage(&[delta.id, places.id], &[out.id], move |step, member| {
        for row in member.split(step.rows) {
            // SAFETY: the row is this member's alone.
            let (delta, places, out) =
                unsafe { (delta.row(row), places.row(row), out.row_mut(row)) };
            out.fill(0.0);
            for (at, (delta, place)) in delta.iter().zip(places).enumerate() {
                let (position, channel) = (at / window.channels, at % window.channels);
                if let Some(source) = window.source(position, *place as usize) {
                    out[source + channel] += delta;
                }
            }
        }
    });
    Ok(())
}
