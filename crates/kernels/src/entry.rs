//! Makes a [`Kernel`](crate::Kernel) of a vector type and three tile heights: the entry points
//! that enable the instruction set, into which the generic loops are inlined.

macro_rules! kernel {
    (
        $(#[doc = $doc:literal])*
        $(#[target_feature(enable = $features:literal)])?
        $name:ident, $label:literal, $vector:ty, available: $available:expr,
        forward: $forward:literal x $forward_panels:literal,
        project: $project:literal x $vectors:literal,
        update: $update:literal x $update_panels:literal, few: $few:literal,
        turned: $turned:literal x $turned_vectors:literal, listed: $listed:literal
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
            use crate::form::{ListedProject, ListedUpdate, TurnedForward};
            use crate::kernel::{Activation, Forward, Gate, Map, MaxNorm, Online, Project, Transpose, Update, UpdateBias};
            use crate::{few, gemm, listed, max_norm, online, peak, rows, traffic, turned};

            // SAFETY (of all entries): called by the methods of the kernel alone, whose value
            // proves that the CPU has the features; jobs are valid by the trait's contract.
            $(#[target_feature(enable = $features)])?
            pub unsafe fn forward(job: &Forward, units: Range<usize>) {
                unsafe {
                    if few::is_few(job.rows) {
                        few::forward::<$vector, $few>(job, units);
                    } else {
                        gemm::forward::<$vector, $forward, $forward_panels>(job, units);
                    }
                }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn project(job: &Project, units: Range<usize>) {
                unsafe {
                    if few::is_few(job.rows) {
                        few::project::<$vector>(job, units);
                    } else {
                        gemm::project::<$vector, $project, $vectors>(job, units);
                    }
                }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn update(job: &Update, units: Range<usize>) {
                unsafe {
                    if few::is_plain(job) {
                        few::update::<$vector>(job, units);
                    } else {
                        gemm::update::<$vector, $update, $update_panels>(job, units);
                    }
                }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn online(job: &Online, units: Range<usize>) {
                unsafe { online::online::<$vector, $few>(job, units) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn turned_forward(job: &TurnedForward, units: Range<usize>) {
                unsafe { turned::forward::<$vector, $turned, $turned_vectors>(job, units) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn listed_project(job: &ListedProject, units: Range<usize>) {
                unsafe { listed::project::<$vector, $vectors>(job, units) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn listed_update(job: &ListedUpdate, units: Range<usize>) {
                unsafe { listed::update::<$vector, $listed>(job, units) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn max_norm(job: &MaxNorm, units: Range<usize>) {
                unsafe { max_norm::max_norm::<$vector>(job, units) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn update_bias(job: &UpdateBias, units: Range<usize>) {
                unsafe { rows::update_bias::<$vector>(job, units) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn transpose(job: &Transpose, units: Range<usize>) {
                unsafe { rows::transpose::<$vector>(job, units) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn activate(job: &Map, activation: Activation, range: Range<usize>) {
                unsafe { rows::activate::<$vector>(job, activation, range) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn gate(job: &Map, by: &Gate, range: Range<usize>) {
                unsafe { rows::gate::<$vector>(job, by, range) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn softmax(job: &Map, range: Range<usize>) {
                unsafe { rows::softmax::<$vector>(job, range) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn sweep(start: *mut f32, lines: usize, shape: (usize, usize)) {
                unsafe { traffic::sweep::<$vector>(start, lines, shape) }
            }
            $(#[target_feature(enable = $features)])?
            pub unsafe fn spin(accumulators: usize, iterations: usize) -> u64 {
                unsafe { peak::spin::<peak::MultiplyAdd<$vector>>(accumulators, iterations) }
            }
        }

        // SAFETY (of all methods): `self` proves the features; the caller keeps the contract.
        impl crate::kernel::Kernel for $name {
            fn name(&self) -> &'static str {
                $label
            }
            fn forward_units(&self, job: &crate::kernel::Forward) -> usize {
                if crate::few::is_few(job.rows) {
                    crate::few::forward_units(job)
                } else {
                    crate::gemm::forward_units::<$forward, $forward_panels>(job)
                }
            }
            unsafe fn forward(
                &self,
                job: &crate::kernel::Forward,
                units: core::ops::Range<usize>,
            ) {
                unsafe { entries::forward(job, units) }
            }
            fn project_units(&self, job: &crate::kernel::Project) -> usize {
                if crate::few::is_few(job.rows) {
                    crate::few::project_units(job)
                } else {
                    crate::gemm::project_units::<$project, $vectors>(job)
                }
            }
            unsafe fn project(
                &self,
                job: &crate::kernel::Project,
                units: core::ops::Range<usize>,
            ) {
                unsafe { entries::project(job, units) }
            }
            fn update_units(&self, job: &crate::kernel::Update) -> usize {
                if crate::few::is_plain(job) {
                    crate::few::update_units(job)
                } else {
                    crate::gemm::update_units::<$update, $update_panels>(job)
                }
            }
            unsafe fn update(&self, job: &crate::kernel::Update, units: core::ops::Range<usize>) {
                unsafe { entries::update(job, units) }
            }
            fn online_units(&self, job: &crate::kernel::Online) -> usize {
                crate::online::online_units(job)
            }
            unsafe fn online(&self, job: &crate::kernel::Online, units: core::ops::Range<usize>) {
                unsafe { entries::online(job, units) }
            }
            fn turned_forward_units(&self, job: &crate::form::TurnedForward) -> usize {
                crate::turned::units(job)
            }
            unsafe fn turned_forward(
                &self,
                job: &crate::form::TurnedForward,
                units: core::ops::Range<usize>,
            ) {
                unsafe { entries::turned_forward(job, units) }
            }
            fn listed_project_units(&self, job: &crate::form::ListedProject) -> usize {
                crate::listed::project_units::<$vectors>(job)
            }
            unsafe fn listed_project(
                &self,
                job: &crate::form::ListedProject,
                units: core::ops::Range<usize>,
            ) {
                unsafe { entries::listed_project(job, units) }
            }
            fn listed_update_units(&self, job: &crate::form::ListedUpdate) -> usize {
                crate::listed::update_units(job)
            }
            unsafe fn listed_update(
                &self,
                job: &crate::form::ListedUpdate,
                units: core::ops::Range<usize>,
            ) {
                unsafe { entries::listed_update(job, units) }
            }
            fn max_norm_units(&self, job: &crate::kernel::MaxNorm) -> usize {
                crate::max_norm::units(job)
            }
            unsafe fn max_norm(
                &self,
                job: &crate::kernel::MaxNorm,
                units: core::ops::Range<usize>,
            ) {
                unsafe { entries::max_norm(job, units) }
            }
            fn update_bias_units(&self, job: &crate::kernel::UpdateBias) -> usize {
                job.columns.div_ceil(crate::kernel::LANES)
            }
            unsafe fn update_bias(
                &self,
                job: &crate::kernel::UpdateBias,
                units: core::ops::Range<usize>,
            ) {
                unsafe { entries::update_bias(job, units) }
            }
            fn transpose_units(&self, job: &crate::kernel::Transpose) -> usize {
                crate::rows::transpose_units(job)
            }
            unsafe fn transpose(
                &self,
                job: &crate::kernel::Transpose,
                units: core::ops::Range<usize>,
            ) {
                unsafe { entries::transpose(job, units) }
            }
            unsafe fn activate(
                &self,
                job: &crate::kernel::Map,
                activation: crate::kernel::Activation,
                rows: core::ops::Range<usize>,
            ) {
                unsafe { entries::activate(job, activation, rows) }
            }
            unsafe fn gate(
                &self,
                job: &crate::kernel::Map,
                by: &crate::kernel::Gate,
                rows: core::ops::Range<usize>,
            ) {
                unsafe { entries::gate(job, by, rows) }
            }
            unsafe fn softmax(&self, job: &crate::kernel::Map, rows: core::ops::Range<usize>) {
                unsafe { entries::softmax(job, rows) }
            }
            unsafe fn sweep(&self, start: *mut f32, lines: usize, shape: (usize, usize)) {
                unsafe { entries::sweep(start, lines, shape) }
            }
            fn spin(&self, accumulators: usize, iterations: usize) -> u64 {
                unsafe { entries::spin(accumulators, iterations) }
            }
        }
    };
}

pub(crate) use kernel;
