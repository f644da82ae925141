//! The kernel of this module, with one of several tiles: all give the same bits, and which is
//! fastest changes from one JavaScript engine to the next.

use core::ops::Range;

use super::choice::{self, Product};
use super::set::{Base, NAME, TILES};
use super::{ceiling, loops};
use crate::few;
use crate::form::{ListedProject, ListedUpdate, TurnedForward};
use crate::kernel::{
    Activation, Forward, Gate, Kernel, Map, MaxNorm, Online, Project, Transpose, Update, UpdateBias,
};

/// The three products with one tile.
pub struct Tile {
    name: &'static str,
    forward: unsafe fn(&Forward),
    project: unsafe fn(&Project),
    update: unsafe fn(&Update),
}

impl Tile {
    /// `R` broadcast values × `C` quads.
    pub const fn of<const R: usize, const C: usize>(name: &'static str) -> Self {
        Self {
            name,
            forward: loops::forward::<R, C>,
            project: loops::project::<R, C>,
            update: loops::update::<R, C>,
        }
    }
}

/// Products with the tile that wins here, or with a given one; all else is `Base`'s.
pub struct Wasm {
    base: Base,
    tile: Option<&'static Tile>,
}

impl Wasm {
    /// The kernel that finds its tile itself, then one of each tile.
    pub fn all() -> impl Iterator<Item = Self> {
        let tiles = core::iter::once(None).chain(TILES.iter().map(Some));
        tiles.filter_map(|tile| Base::new().map(|base| Self { base, tile }))
    }

    fn run(&self, product: Product, multiply_adds: usize, work: impl FnOnce(&Tile)) {
        match self.tile {
            Some(tile) => work(tile),
            None => choice::run(product, multiply_adds, work),
        }
    }
}

// SAFETY (of all methods): the module was compiled with its instructions, and the caller keeps the
// contract. A job of the three products is one unit; so is an empty range none.
impl Kernel for Wasm {
    fn name(&self) -> &'static str {
        self.tile.map_or(NAME, |tile| tile.name)
    }
    fn forward_units(&self, job: &Forward) -> usize {
        if few::is_few(job.rows) { self.base.forward_units(job) } else { 1 }
    }
    unsafe fn forward(&self, job: &Forward, units: Range<usize>) {
        if few::is_few(job.rows) {
            unsafe { self.base.forward(job, units) }
        } else if !units.is_empty() {
            let size = job.rows * job.inner * job.columns;
            self.run(Product::Forward, size, |tile| unsafe { (tile.forward)(job) });
        }
    }
    fn project_units(&self, job: &Project) -> usize {
        if few::is_few(job.rows) { self.base.project_units(job) } else { 1 }
    }
    unsafe fn project(&self, job: &Project, units: Range<usize>) {
        if few::is_few(job.rows) {
            unsafe { self.base.project(job, units) }
        } else if !units.is_empty() {
            let size = job.rows * job.inner * job.columns;
            self.run(Product::Project, size, |tile| unsafe { (tile.project)(job) });
        }
    }
    fn update_units(&self, job: &Update) -> usize {
        if few::is_plain(job) { self.base.update_units(job) } else { 1 }
    }
    unsafe fn update(&self, job: &Update, units: Range<usize>) {
        if few::is_plain(job) {
            unsafe { self.base.update(job, units) }
        } else if !units.is_empty() {
            let size = job.rows * job.inner * job.columns;
            self.run(Product::Update, size, |tile| unsafe { (tile.update)(job) });
        }
    }
    fn online_units(&self, job: &Online) -> usize {
        self.base.online_units(job)
    }
    unsafe fn online(&self, job: &Online, units: Range<usize>) {
        unsafe { self.base.online(job, units) }
    }
    fn turned_forward_units(&self, job: &TurnedForward) -> usize {
        self.base.turned_forward_units(job)
    }
    unsafe fn turned_forward(&self, job: &TurnedForward, units: Range<usize>) {
        unsafe { self.base.turned_forward(job, units) }
    }
    fn listed_project_units(&self, job: &ListedProject) -> usize {
        self.base.listed_project_units(job)
    }
    unsafe fn listed_project(&self, job: &ListedProject, units: Range<usize>) {
        unsafe { self.base.listed_project(job, units) }
    }
    fn listed_update_units(&self, job: &ListedUpdate) -> usize {
        self.base.listed_update_units(job)
    }
    unsafe fn listed_update(&self, job: &ListedUpdate, units: Range<usize>) {
        unsafe { self.base.listed_update(job, units) }
    }
    fn max_norm_units(&self, job: &MaxNorm) -> usize {
        self.base.max_norm_units(job)
    }
    unsafe fn max_norm(&self, job: &MaxNorm, units: Range<usize>) {
        unsafe { self.base.max_norm(job, units) }
    }
    fn update_bias_units(&self, job: &UpdateBias) -> usize {
        self.base.update_bias_units(job)
    }
    unsafe fn update_bias(&self, job: &UpdateBias, units: Range<usize>) {
        unsafe { self.base.update_bias(job, units) }
    }
    fn transpose_units(&self, job: &Transpose) -> usize {
        self.base.transpose_units(job)
    }
    unsafe fn transpose(&self, job: &Transpose, units: Range<usize>) {
        unsafe { self.base.transpose(job, units) }
    }
    unsafe fn activate(&self, job: &Map, activation: Activation, rows: Range<usize>) {
        unsafe { self.base.activate(job, activation, rows) }
    }
    unsafe fn gate(&self, job: &Map, by: &Gate, rows: Range<usize>) {
        unsafe { self.base.gate(job, by, rows) }
    }
    unsafe fn softmax(&self, job: &Map, rows: Range<usize>) {
        unsafe { self.base.softmax(job, rows) }
    }
    fn spin(&self, accumulators: usize, iterations: usize) -> u64 {
        ceiling::spin(accumulators, iterations)
    }
    unsafe fn sweep(&self, start: *mut f32, lines: usize, shape: (usize, usize)) {
        unsafe { self.base.sweep(start, lines, shape) }
    }
}
