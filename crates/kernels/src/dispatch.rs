//! Which kernels this CPU has, and which one to use.

use crate::bf16::{GenericHalf, HalfKernel};
use crate::generic::Generic;
use crate::kernel::Kernel;

/// The environment variable that forces a kernel by its name.
pub const VARIABLE: &str = "FEEDALIGN_KERNEL";

/// Every kernel that this CPU can run, fastest first; in WebAssembly the one that finds its
/// tile itself, then one of each tile.
#[must_use]
pub fn available() -> Vec<Box<dyn Kernel>> {
    let mut kernels: Vec<Box<dyn Kernel>> = Vec::new();
    #[cfg(target_arch = "x86_64")]
    {
        add(&mut kernels, crate::x86_64::avx512::Avx512::new());
        add(&mut kernels, crate::x86_64::avx512_wide::Avx512Wide::new());
        if kernels.len() == 2 && wide_wins(&*kernels[1], &*kernels[0]) {
            kernels.swap(0, 1);
        }
        add(&mut kernels, crate::x86_64::avx2::Avx2::new());
    }
    #[cfg(target_arch = "wasm32")]
    kernels.extend(crate::wasm32::Wasm::all().map(|kernel| Box::new(kernel) as Box<dyn Kernel>));
    add(&mut kernels, Generic::new());
    kernels
}

/// Measured once in a process.
#[cfg(target_arch = "x86_64")]
fn wide_wins(wide: &dyn Kernel, narrow: &dyn Kernel) -> bool {
    static WINS: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *WINS.get_or_init(|| crate::probe::wins(wide, narrow))
}

fn add<K: Kernel + 'static>(kernels: &mut Vec<Box<dyn Kernel>>, kernel: Option<K>) {
    if let Some(kernel) = kernel {
        kernels.push(Box::new(kernel));
    }
}

/// The kernel of that name, or the fastest where there is none.
///
/// # Errors
/// One line that names those available, where `name` is not among them.
pub fn choose(name: Option<&str>) -> Result<Box<dyn Kernel>, String> {
    let mut kernels = available();
    let Some(name) = name else {
        return Ok(kernels.swap_remove(0));
    };
    let names: Vec<_> = kernels.iter().map(|kernel| kernel.name()).collect();
    let Some(place) = names.iter().position(|known| *known == name) else {
        let names = names.join(", ");
        return Err(format!("no kernel {name:?} on this CPU; available: {names}"));
    };
    Ok(kernels.swap_remove(place))
}

/// The kernel that [`VARIABLE`] names, else the fastest.
///
/// # Errors
/// As [`choose`], with the variable's name before it.
pub fn from_environment() -> Result<Box<dyn Kernel>, String> {
    let forced = std::env::var(VARIABLE).ok().filter(|name| !name.is_empty());
    choose(forced.as_deref()).map_err(|message| format!("{VARIABLE}: {message}"))
}

/// Every bf16 kernel that this CPU can run, fastest first.
#[must_use]
pub fn halves() -> Vec<Box<dyn HalfKernel>> {
    let mut halves: Vec<Box<dyn HalfKernel>> = Vec::new();
    #[cfg(target_arch = "x86_64")]
    if let Some(half) = crate::x86_64::avx512_bf16::Avx512Bf16::new() {
        halves.push(Box::new(half));
    }
    halves.extend(GenericHalf::new().map(|half| Box::new(half) as Box<dyn HalfKernel>));
    halves
}

/// The bf16 kernel that goes with a kernel: the fastest with those of AVX-512, with any other the
/// reference.
#[must_use]
pub fn half(kernel: &dyn Kernel) -> Box<dyn HalfKernel> {
    let mut halves = halves();
    let place = if kernel.name().starts_with("avx512") { 0 } else { halves.len() - 1 };
    halves.swap_remove(place)
}
