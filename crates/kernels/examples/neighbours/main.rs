//! Tells whether others share this machine's cores: `cargo run --release -p feedalign-kernels
//! --example neighbours -- [THREADS]`.
//!
//! Multiply-adds on registers alone leave a core most of its turns, so a neighbour on its other
//! hardware thread hardly slows them. With two idle instructions beside each they need half of
//! the turns, as a product does: then a busy neighbour costs up to half of the speed. On a core
//! of one's own all rows are alike, best and median.

#[cfg(target_arch = "x86_64")]
mod loops;
#[cfg(target_arch = "x86_64")]
mod rates;

fn main() {
    #[cfg(target_arch = "x86_64")]
    rates::print();
    #[cfg(not(target_arch = "x86_64"))]
    println!("for x86-64 only");
}
