//! Ops, run through small Programs and compared with formulas written for each test.

mod small;

mod combine;
mod derive;
mod linear;
mod loss;
mod noise;
mod row_scale;
