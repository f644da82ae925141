//! Ops, run through small Programs and compared with formulas written for each test.

mod small;

mod augment;
mod classify;
mod combine;
mod derive;
mod goodness;
mod linear;
mod loss;
mod measure;
mod noise;
mod overlay;
mod pseudoinverse;
mod rotated;
mod row_scale;
