//! Hands the versions that the lock file pins to the program.

fn main() {
    println!("cargo::rerun-if-changed=Cargo.lock");
    let lock = std::fs::read_to_string("Cargo.lock").expect("Cargo.lock");
    for name in ["matrixmultiply", "gemm"] {
        let start = lock.find(&format!("name = \"{name}\"\n")).expect("a locked version");
        let version = lock[start..].split('"').nth(3).expect("a version");
        println!("cargo::rustc-env=VERSION_{}={version}", name.to_uppercase());
    }
}
