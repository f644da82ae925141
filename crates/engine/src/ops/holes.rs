//! What a matrix does not hold is zero again after each update.

use super::{Address, Listing};
use crate::error::Result;
use crate::holes::Holes;
use crate::plan::Lowering;
use crate::program::Update;

/// Adds the stages, for the weight and a matrix that takes its steps.
pub fn lower(op: &Update, lowering: &mut Lowering) -> Result<()> {
    let mirror = op.mirror.as_ref().map(|mirror| &mirror.into);
    for name in [&op.weight].into_iter().chain(mirror) {
        let id = lowering.tensors.find(name)?;
        let Some(held) = lowering.tensors.holes(id).map(Holes::held) else { continue };
        let (held, matrix) = (Listing(held), Address(lowering.tensors.f32(id)));
        lowering.stage(&[], &[id], move |_, member| {
            let held = held.get();
            // SAFETY: it is of this matrix; members have disjoint panels.
            unsafe { held.clear(matrix.get(), member.split(held.panels)) };
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::trial::Trial;
    use serde_json::json;

    fn values(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i * 7919 + seed * 104_729) % 97) as f32 / 40.0 - 1.2).collect()
    }

    /// An update of W [5 × columns] from what it draws, and from zeros, as far as it holds them.
    fn updated(columns: usize, density: Option<f32>, mirrored: bool) -> Vec<Vec<f32>> {
        let structure = density.map_or(json!({ "kind": "dense" }), |density| {
            json!({ "kind": "elementDrawn", "density": density, "stream": "weights", "index": 2 })
        });
        let mirror = json!({ "into": "M", "decay": 0.25 });
        let mut op = json!({ "op": "update", "x": "x", "delta": "d", "weight": "W", "scale": 1.0,
            "reduction": "sum", "weightDecay": 0.0,
            "optimizer": { "kind": "sgd", "learningRate": 0.5, "momentum": 0.0, "nesterov": false } });
        if mirrored {
            op["mirror"] = mirror;
        }
        Trial::new(vec![op])
            .tensor("W", "weight", &[5, columns])
            .structure(&structure)
            // Feedback that nothing writes holds no elements drawn one by one.
            .tensor("M", if mirrored { "feedback" } else { "weight" }, &[5, columns])
            .structure(&structure)
            .rows("x", 5)
            .of(&values(3 * 5, 1))
            .rows("d", columns)
            .of(&values(3 * columns, 2))
            .run(3, &["W", "M"])
    }

    #[test]
    fn each_receiver_learns_from_its_share_of_the_senders_and_the_rest_stays_zero() {
        for columns in [1, 15, 16, 17, 33] {
            let [whole, _] = &updated(columns, None, false)[..] else { unreachable!() };
            let [found, _] = &updated(columns, Some(0.4), false)[..] else { unreachable!() };
            assert!(whole.iter().all(|value| *value != 0.0));
            for column in 0..columns {
                let of =
                    |values: &[f32]| (0..5).map(|row| values[row * columns + column]).collect();
                let (found, whole): (Vec<f32>, Vec<f32>) = (of(found), of(whole));
                let held = found.iter().filter(|value| **value != 0.0).count();
                assert_eq!(held, 2, "column {column} of {columns}: {found:?}");
                assert!(found.iter().zip(&whole).all(|(f, w)| *f == 0.0 || f == w));
            }
        }
    }

    #[test]
    fn what_takes_the_same_steps_keeps_the_same_elements() {
        let [weight, mirror] = &updated(10, Some(0.4), true)[..] else { unreachable!() };
        assert!(weight.iter().any(|value| *value != 0.0));
        assert_eq!(weight, mirror);
    }
}
