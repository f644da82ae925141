//! The TypeScript of these types, and the test that the generated file is current.

use super::*;
use ts_rs::Config;

/// Where the TypeScript types stand, seen from this crate.
const GENERATED: &str = "../../ts/engine/program.ts";

macro_rules! declarations {
    ($config:expr, $($name:ty),+) => {
        [$(format!("export {}", <$name>::decl($config))),+]
    };
}

fn typescript() -> String {
    let config = Config::new();
    let types = declarations!(
        &config,
        Program,
        Precision,
        Tensor,
        Role,
        Init,
        Stream,
        Structure,
        Grid,
        Phase,
        Instruction,
        Scalar,
        Op,
        Gather,
        Overlay,
        Linear,
        Project,
        Update,
        Step,
        Local,
        LocalBackward,
        Loss,
        Goodness,
        Classify,
        Combine,
        RowScale,
        Noise,
        Derive,
        Measure,
        MeasureUpdates,
        Saturation,
        Clip,
        Activation,
        Gate,
        Patches,
        Reduction,
        Optimizer,
        Moments,
        Mirror,
        LocalPart,
        LossKind,
        LabelSource,
        ScoreColumn,
        Term,
        Pair,
        Distribution,
        Derivation,
        Augment
    );
    let head = "// Generated from crates/engine/src/program.rs by `npm run generate`.\n\n";
    format!("{head}{}\n", types.join("\n\n"))
}

/// Without layout, which the formatter of the other language decides.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || "?_".contains(*c)).collect()
}

#[test]
fn the_generated_typescript_is_current() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(GENERATED);
    if std::env::var_os("FEEDALIGN_GENERATE").is_some() {
        std::fs::write(&path, typescript()).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(bare(&found) == bare(&typescript()), "run `npm run generate`");
}
