//! Tells whether others share this machine's cores: `cargo run --release -p feedalign-kernels
//! --example neighbours -- [THREADS]`.
//!
//! Multiply-adds on registers alone leave a core most of its turns, so a neighbour on its other
//! hardware thread hardly slows them. With one or two idle instructions beside each they need a
//! third or half of the turns, and a busy neighbour costs them as much as he takes; products have
//! about one. On a core of one's own all rows are alike, best and median.

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
