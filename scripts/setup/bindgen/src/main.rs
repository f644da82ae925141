//! `bindgen MODULE FOLDER`: a WebAssembly module made ready for JavaScript, and the script for it.

use std::env::args;
use std::error::Error;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let [_, module, folder] = args().collect::<Vec<_>>().try_into().map_err(|_| "MODULE FOLDER")?;
    Bindgen::new().input_path(module).web(true)?.typescript(false).generate(folder)?;
    Ok(())
}
