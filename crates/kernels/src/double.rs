//! Products in f64, for what is computed once in many steps: products and sums are rounded apart,
//! each element a chain of its own, so every machine gives the same bits, with fused multiply-add
//! or without.

/// Columns that a product computes together.
pub const WIDTH: usize = 16;

/// c `[rows × 16]` ← c + factor · x `[rows × inner]` · b `[inner × 16]`, factor 1 or −1: the sum
/// from +0 over ascending inner index, then added. Strides are in numbers.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    pub x: *const f64,
    /// From row to row.
    pub x_stride: usize,
    /// From one inner index to the next.
    pub x_step: usize,
    pub b: *const f64,
    pub b_stride: usize,
    pub c: *mut f64,
    pub c_stride: usize,
    pub rows: usize,
    pub inner: usize,
    pub factor: f64,
}

/// c ← c + factor · x · b, on the widest vectors that this CPU has; the bits do not depend on them.
///
/// # Safety
/// All three matrices are there, and nobody else writes c, x or b, which are no part of c, now.
pub unsafe fn multiply(job: &Product) {
    // SAFETY (of the whole): as stated, and the features have been found.
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            return unsafe { avx512(job) };
        }
        if is_x86_feature_detected!("avx2") {
            return unsafe { avx2(job) };
        }
    }
    unsafe { all::<1>(job) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512(job: &Product) {
    // SAFETY: as at `multiply`.
    unsafe { all::<8>(job) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn avx2(job: &Product) {
    // SAFETY: as at `multiply`.
    unsafe { all::<2>(job) }
}

/// R rows at a time, as many as the registers have room for.
#[inline(always)]
pub(crate) unsafe fn all<const R: usize>(job: &Product) {
    let whole = job.rows - job.rows % R;
    // SAFETY: as at `multiply`.
    unsafe {
        (0..whole).step_by(R).for_each(|row| tile::<R>(job, row));
        (whole..job.rows).for_each(|row| tile::<1>(job, row));
    }
}

#[inline(always)]
unsafe fn tile<const R: usize>(job: &Product, row: usize) {
    let mut sums = [[0.0; WIDTH]; R];
    // SAFETY: as at `multiply`.
    unsafe {
        let x = job.x.add(row * job.x_stride);
        for k in 0..job.inner {
            let b = *job.b.add(k * job.b_stride).cast::<[f64; WIDTH]>();
            for (r, sums) in sums.iter_mut().enumerate() {
                let x = *x.add(r * job.x_stride + k * job.x_step);
                for (sum, b) in sums.iter_mut().zip(b) {
                    *sum += x * b;
                }
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            let c = &mut *job.c.add((row + r) * job.c_stride).cast::<[f64; WIDTH]>();
            for (c, sum) in c.iter_mut().zip(sums) {
                *c += job.factor * sum;
            }
        }
    }
}
