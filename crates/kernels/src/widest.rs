//! Plain code on the widest vectors that this CPU has. Products and sums are rounded apart on all
//! of them, so the bits do not depend on which.

/// Code that is compiled for each kind of vectors: what it calls must be `#[inline(always)]` to be
/// compiled along.
pub trait Work {
    fn run(self);
}

/// Runs `work`.
#[inline]
pub fn run(work: impl Work) {
    // SAFETY (of the whole): the features have been found.
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
            return unsafe { avx512(work) };
        }
        if is_x86_feature_detected!("avx2") {
            return unsafe { avx2(work) };
        }
    }
    work.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl")]
unsafe fn avx512(work: impl Work) {
    work.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn avx2(work: impl Work) {
    work.run();
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    /// What a fused multiply-add would round otherwise.
    struct Sums<'a>(&'a mut [f32]);

    impl Work for Sums<'_> {
        #[inline(always)]
        fn run(self) {
            for (place, value) in self.0.iter_mut().enumerate() {
                for k in 0..50 {
                    *value = *value * 0.99 + (place * k) as f32 / 7.0;
                }
            }
        }
    }

    #[test]
    fn code_gives_the_same_bits_on_all_vectors() {
        let filled = |work: &dyn Fn(Sums)| {
            let mut values = [0.1; 67];
            work(Sums(&mut values));
            values.map(f32::to_bits)
        };
        let plain = filled(&|sums| sums.run());
        assert_eq!(filled(&|sums| run(sums)), plain);
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the feature has been found.
            assert_eq!(filled(&|sums| unsafe { avx2(sums) }), plain);
        }
    }
}
