//! Memory for matrices: large pages where the system has them.
//!
//! A product walks many rows at once, each on a page of its own: 64 rows of x and of delta are
//! more 4 KiB pages than the first-level translation buffer of common cores holds. On 2 MiB pages
//! all operands of a step fit into it.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

/// The size and alignment of a large page on x86-64 and aarch64 Linux.
const LARGE_PAGE: usize = if cfg!(target_arch = "wasm32") { 64 * 1024 } else { 2 << 20 };
/// Alignment of what is handed out: a cache line.
const LINE: usize = 64;
/// Of an allocation: what every allocator gives anyhow.
const ALIGNMENT: usize = 16;
/// Chunks double up to this size, so that many small buffers share pages.
const LARGEST_CHUNK: usize = 32 << 20;

struct Chunk {
    /// As it was allocated.
    origin: NonNull<u8>,
    layout: Layout,
    /// From the first large page on.
    start: NonNull<u8>,
    size: usize,
    used: usize,
}

/// Hands out zeroed memory, and frees it all when dropped. No page is touched before its user does:
/// so threads that write their parts of a matrix first share the work of making its pages.
#[derive(Default)]
pub struct Arena {
    chunks: Vec<Chunk>,
}

// SAFETY: the chunks are plain memory owned by this value.
unsafe impl Send for Arena {}

impl Arena {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `words` zeroed numbers of 4 bytes, aligned to cache lines; `None` where memory is refused.
    /// They live as long as the arena.
    pub fn words(&mut self, words: usize) -> Option<NonNull<f32>> {
        let bytes = words.max(1).checked_mul(4)?.checked_next_multiple_of(LINE)?;
        let fits = |chunk: &Chunk| chunk.size - chunk.used >= bytes;
        if !self.chunks.last().is_some_and(fits) {
            let last = self.chunks.last().map_or(0, |chunk| chunk.size);
            self.chunks.push(chunk(bytes.max((2 * last).min(LARGEST_CHUNK)))?);
        }
        let chunk = self.chunks.last_mut()?;
        // SAFETY: the bytes from `used` on are free and lie within the chunk.
        let place = unsafe { chunk.start.add(chunk.used) };
        chunk.used += bytes;
        Some(place.cast())
    }
}

/// An untouched chunk of at least `bytes` zeros, in whole large pages.
fn chunk(bytes: usize) -> Option<Chunk> {
    let size = bytes.checked_next_multiple_of(LARGE_PAGE)?;
    // An allocator knows that fresh pages are zero, but not where it has to align them.
    let layout = Layout::from_size_align(size.checked_add(LARGE_PAGE)?, ALIGNMENT).ok()?;
    // SAFETY: the size is not zero.
    let origin = NonNull::new(unsafe { alloc_zeroed(layout) })?;
    // SAFETY: there is a large page of room to begin at the start of one.
    let start = unsafe { origin.add(origin.align_offset(LARGE_PAGE)) };
    ask_for_large_pages(start, size);
    Some(Chunk { origin, layout, start, size, used: 0 })
}

#[cfg(target_os = "linux")]
fn ask_for_large_pages(start: NonNull<u8>, size: usize) {
    const MADV_HUGEPAGE: i32 = 14;
    unsafe extern "C" {
        fn madvise(start: *mut u8, size: usize, advice: i32) -> i32;
    }
    // SAFETY: the range is ours; the advice changes no content, and a refusal changes nothing.
    unsafe { madvise(start.as_ptr(), size, MADV_HUGEPAGE) };
}

#[cfg(not(target_os = "linux"))]
fn ask_for_large_pages(_start: NonNull<u8>, _size: usize) {}

impl Drop for Arena {
    fn drop(&mut self) {
        for chunk in &self.chunks {
            // SAFETY: allocated in `chunk` with this layout.
            unsafe { dealloc(chunk.origin.as_ptr(), chunk.layout) };
        }
    }
}
