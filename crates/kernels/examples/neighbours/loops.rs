//! Multiply-adds on registers alone, and with idle instructions beside each.

#[rustfmt::skip]
macro_rules! spin {
    ($name:ident, $beside:literal) => {
        /// 12 chains of multiply-adds of 512 bits, `iterations` long.
        ///
        /// # Safety
        /// The core has AVX-512F.
        #[target_feature(enable = "avx512f")]
        pub unsafe fn $name(iterations: usize) {
            macro_rules! zero {
                ($register:literal) => {
                    concat!("vpxorq ", $register, ", ", $register, ", ", $register)
                };
            }
            macro_rules! chain {
                ($register:literal) => {
                    concat!("vfmadd231ps ", $register, ", zmm31, zmm31\n", $beside)
                };
            }
            // SAFETY: registers only.
            unsafe {
                core::arch::asm!(
                    zero!("zmm0"), zero!("zmm1"), zero!("zmm2"), zero!("zmm3"),
                    zero!("zmm4"), zero!("zmm5"), zero!("zmm6"), zero!("zmm7"),
                    zero!("zmm8"), zero!("zmm9"), zero!("zmm10"), zero!("zmm11"),
                    zero!("zmm31"),
                    "2:",
                    chain!("zmm0"), chain!("zmm1"), chain!("zmm2"), chain!("zmm3"),
                    chain!("zmm4"), chain!("zmm5"), chain!("zmm6"), chain!("zmm7"),
                    chain!("zmm8"), chain!("zmm9"), chain!("zmm10"), chain!("zmm11"),
                    "dec {iterations}",
                    "jnz 2b",
                    iterations = inout(reg) iterations => _,
                    out("zmm0") _, out("zmm1") _, out("zmm2") _, out("zmm3") _,
                    out("zmm4") _, out("zmm5") _, out("zmm6") _, out("zmm7") _,
                    out("zmm8") _, out("zmm9") _, out("zmm10") _, out("zmm11") _,
                    out("zmm31") _,
                    options(nomem, nostack)
                );
            }
        }
    };
}

spin!(alone, "");
spin!(with_one, "nop\n");
spin!(with_two, "nop\nnop\n");
