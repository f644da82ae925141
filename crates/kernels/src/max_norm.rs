//! A bound on the norm of each column of a weight: of what one unit hears.

use core::ops::Range;

use crate::kernel::{LANES, MaxNorm};
use crate::vector::Vector;

/// Units of work: one panel each.
#[inline(always)]
pub fn units(job: &MaxNorm) -> usize {
    job.columns.div_ceil(LANES)
}

/// # Safety
/// That of `Kernel::max_norm`, and of [`Vector`].
#[inline(always)]
pub unsafe fn max_norm<V: Vector>(job: &MaxNorm, panels: Range<usize>) {
    for panel in panels {
        // SAFETY: the panel and its lines exist, as the unit does.
        unsafe {
            let lines = match job.lists {
                None => panel * job.inner..(panel + 1) * job.inner,
                Some(lists) => lists.lines(panel),
            };
            let mut squares = V::splat(0.0);
            for line in lines.clone() {
                let w = V::load(job.weight.add(line * LANES));
                squares = w.mul_add(w, squares);
            }
            let (norm, most) = (squares.sqrt(), V::splat(job.most));
            let above = norm.sub(most);
            if above.to_array().into_iter().all(|above| above <= 0.0) {
                continue;
            }
            let factor = above.select_positive(most.div(norm), V::splat(1.0));
            for line in lines {
                let line = job.weight.add(line * LANES);
                V::load(line).mul(factor).store(line);
            }
        }
    }
}
