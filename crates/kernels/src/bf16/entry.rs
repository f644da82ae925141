//! Makes a [`HalfKernel`](super::HalfKernel) of a vector type and two tile heights, as
//! `crate::entry` does a kernel.

macro_rules! half_kernel {
    (
        $(#[doc = $doc:literal])*
        $(#[target_feature(enable = $features:literal)])?
        $name:ident, $label:literal, $vector:ty, available: $available:expr,
        forward: $forward:literal, update: $update:literal
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name(());

        impl $name {
            /// The kernel, where this CPU has its instructions.
            #[must_use]
            pub fn new() -> Option<Self> {
                ($available).then_some(Self(()))
            }
        }

        mod entries {
            use core::ops::Range;

            use super::*;
            use crate::bf16::{Forward, Narrow, Turn, Update, UpdateBias};
            use crate::bf16::{forward, rows, update};
            use crate::peak;

            // SAFETY (of all entries): called by the methods of the kernel alone, whose value
            // proves that the CPU has the features; jobs are valid by the trait's contract.
            $(#[target_feature(enable = $features)])?
            pub unsafe fn forward(job: &Forward, units: Range<usize>) {
                unsafe { forward::forward::<$vector, $forward>(job, units) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn update(job: &Update, units: Range<usize>) {
                unsafe { update::update::<$vector, $update>(job, units) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn update_bias(job: &UpdateBias, units: Range<usize>) {
                unsafe { rows::update_bias::<$vector>(job, units) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn narrow(job: &Narrow, units: Range<usize>) {
                unsafe { rows::narrow::<$vector>(job, units) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn turn(job: &Turn, units: Range<usize>) {
                unsafe { rows::turn::<$vector>(job, units) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn spin(accumulators: usize, iterations: usize) -> u64 {
                unsafe { peak::spin::<peak::Dot<$vector>>(accumulators, iterations) }
            }
        }

        // SAFETY (of all methods): `self` proves the features; the caller keeps the contract.
        impl crate::bf16::HalfKernel for $name {
            fn name(&self) -> &'static str {
                $label
            }
            fn forward_units(&self, job: &crate::bf16::Forward) -> usize {
                crate::bf16::forward::forward_units::<$forward>(job)
            }
            unsafe fn forward(
                &self,
                job: &crate::bf16::Forward,
                units: core::ops::Range<usize>,
            ) {
                unsafe { entries::forward(job, units) }
            }
            fn update_units(&self, job: &crate::bf16::Update) -> usize {
                crate::bf16::update::update_units::<$update>(job)
            }
            unsafe fn update(&self, job: &crate::bf16::Update, units: core::ops::Range<usize>) {
                unsafe { entries::update(job, units) }
            }
            unsafe fn update_bias(
                &self,
                job: &crate::bf16::UpdateBias,
                units: core::ops::Range<usize>,
            ) {
                unsafe { entries::update_bias(job, units) }
            }
            unsafe fn narrow(&self, job: &crate::bf16::Narrow, units: core::ops::Range<usize>) {
                unsafe { entries::narrow(job, units) }
            }
            unsafe fn turn(&self, job: &crate::bf16::Turn, units: core::ops::Range<usize>) {
                unsafe { entries::turn(job, units) }
            }
            fn spin(&self, accumulators: usize, iterations: usize) -> u64 {
                unsafe { entries::spin(accumulators, iterations) }
            }
        }
    };
}

pub(crate) use half_kernel;
