//! Memory for one parse at a time: small blocks by size class in one range, all taken back at once.
//!
//! A parse leaves a tree of many small blocks, which is read once and thrown away. Releasing it block by block means
//! another walk through all of it, and a general allocator hands pages back to the system between two files only to
//! ask for them again. An arena is empty when a parse begins, so the sizes it grants depend on the text alone.

use std::alloc::{Layout, alloc, dealloc};
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr;

/// Bytes of one arena. A text that needs more, at about 100 bytes of tree for each of its own, gets the rest elsewhere.
const ARENA_BYTES: usize = 32 << 20;
/// All blocks of a page are of one class, so that a block needs no header.
const PAGE_BYTES: usize = 64 << 10;
const PAGES: usize = ARENA_BYTES / PAGE_BYTES;
/// Blocks are aligned to this, and classes are multiples of it up to [`LINEAR_BYTES`].
const STEP_BYTES: usize = 16;
const LINEAR_BYTES: usize = 1 << LINEAR_LOG;
const LINEAR_LOG: usize = 10;
const LINEAR_CLASSES: usize = LINEAR_BYTES / STEP_BYTES;
/// Above, four classes for each doubling.
const DOUBLINGS: usize = 5;
const LARGEST_BYTES: usize = LINEAR_BYTES << DOUBLINGS;
const CLASSES: usize = LINEAR_CLASSES + 4 * DOUBLINGS;

/// The arena of a thread. Closed, it grants nothing.
pub(super) struct Arena {
    is_open: Cell<bool>,
    /// Where its memory begins; null before its first use.
    base: Cell<*mut u8>,
    used_pages: Cell<usize>,
    classes: [Class; CLASSES],
    class_of_page: [Cell<u8>; PAGES],
}

/// The blocks of one size.
struct Class {
    /// Blocks given back, each holding the address of the next.
    free: Cell<*mut *mut c_void>,
    /// The part of the current page that was never granted.
    fresh: Cell<*mut u8>,
    fresh_bytes: Cell<usize>,
}

impl Class {
    const fn empty() -> Self {
        Self {
            free: Cell::new(ptr::null_mut()),
            fresh: Cell::new(ptr::null_mut()),
            fresh_bytes: Cell::new(0),
        }
    }

    fn clear(&self) {
        self.free.set(ptr::null_mut());
        self.fresh.set(ptr::null_mut());
        self.fresh_bytes.set(0);
    }
}

impl Arena {
    /// An arena without memory.
    pub const fn closed() -> Self {
        Self {
            is_open: Cell::new(false),
            base: Cell::new(ptr::null_mut()),
            used_pages: Cell::new(0),
            classes: [const { Class::empty() }; CLASSES],
            class_of_page: [const { Cell::new(0) }; PAGES],
        }
    }

    /// Opens the arena, empty. It stays closed where the system has no memory for it.
    ///
    /// # Safety
    /// Nothing may use a block granted before.
    pub unsafe fn open(&self) {
        self.classes.iter().for_each(Class::clear);
        self.used_pages.set(0);
        self.base.set(memory_of_this_thread());
        self.is_open.set(!self.base.get().is_null());
    }

    /// Grants no more blocks. Those granted stay valid until the arena is opened again.
    pub fn close(&self) {
        self.is_open.set(false);
    }

    /// A block of at least so many bytes and its size; none if the arena is closed or full, or the block too large.
    #[inline]
    pub fn grant(&self, bytes: usize) -> Option<(*mut c_void, usize)> {
        if bytes > LARGEST_BYTES || !self.is_open.get() {
            return None;
        }
        let index = class_of(bytes);
        let class = self.classes.get(index)?;
        let size = SIZES[index];
        let free = class.free.get();
        if !free.is_null() {
            // SAFETY: a block given back holds the address of the next one, and nobody else uses it.
            class.free.set(unsafe { *free }.cast());
            return Some((free.cast(), size));
        }
        if class.fresh_bytes.get() < size {
            self.add_page(index)?;
        }
        let block = class.fresh.get();
        // SAFETY: at least `size` bytes of the page are left.
        class.fresh.set(unsafe { block.add(size) });
        class.fresh_bytes.set(class.fresh_bytes.get() - size);
        Some((block.cast(), size))
    }

    /// Gives a class the next page; what is left of the one before is smaller than a block.
    #[cold]
    fn add_page(&self, index: usize) -> Option<()> {
        let page = self.used_pages.get();
        self.class_of_page.get(page)?.set(index as u8);
        self.used_pages.set(page + 1);
        let class = self.classes.get(index)?;
        // SAFETY: the memory holds `PAGES` pages, and `page` is one of them.
        class
            .fresh
            .set(unsafe { self.base.get().add(page * PAGE_BYTES) });
        class.fresh_bytes.set(PAGE_BYTES);
        Some(())
    }

    /// The size of a block of this arena; none for any other block.
    #[inline]
    pub fn size_of(&self, block: *mut c_void) -> Option<usize> {
        self.class_holding(block).map(|index| SIZES[index])
    }

    /// Takes a block back and tells its size; none for a block that is not of this arena.
    ///
    /// # Safety
    /// Nothing may use the block any more.
    #[inline]
    pub unsafe fn take_back(&self, block: *mut c_void) -> Option<usize> {
        let index = self.class_holding(block)?;
        let class = self.classes.get(index)?;
        let block: *mut *mut c_void = block.cast();
        // SAFETY: the block is of this arena, aligned, large enough for an address, and no longer used.
        unsafe { *block = class.free.get().cast() };
        class.free.set(block);
        Some(SIZES[index])
    }

    #[inline]
    fn class_holding(&self, block: *mut c_void) -> Option<usize> {
        let base = self.base.get();
        let offset = block.addr().wrapping_sub(base.addr());
        let page = self.class_of_page.get(offset / PAGE_BYTES)?;
        // Before the first use there is no memory, and low addresses are somebody else's.
        (!base.is_null()).then(|| page.get() as usize)
    }
}

/// Sizes of the blocks, by class.
const SIZES: [usize; CLASSES] = {
    let mut sizes = [0; CLASSES];
    let mut index = 0;
    while index < CLASSES {
        sizes[index] = if index < LINEAR_CLASSES {
            (index + 1) * STEP_BYTES
        } else {
            let above = index - LINEAR_CLASSES;
            (5 + above % 4) << (LINEAR_LOG + above / 4 - 2)
        };
        index += 1;
    }
    sizes
};

/// The class with the smallest blocks that hold so many bytes, of which there are at most [`LARGEST_BYTES`].
#[inline]
fn class_of(bytes: usize) -> usize {
    let last = bytes.saturating_sub(1);
    if last < LINEAR_BYTES {
        last / STEP_BYTES
    } else {
        let log = last.ilog2() as usize;
        LINEAR_CLASSES + 4 * (log - LINEAR_LOG) + (last >> (log - 2)) % 4
    }
}

/// The memory of a thread's arena, kept from parse to parse and freed with the thread.
struct Memory(*mut u8);

const LAYOUT: Layout = match Layout::from_size_align(ARENA_BYTES, PAGE_BYTES) {
    Ok(layout) => layout,
    Err(_) => Layout::new::<u8>(),
};

impl Drop for Memory {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: it was allocated with this layout, and the thread that used it ends.
            unsafe { dealloc(self.0, LAYOUT) };
        }
    }
}

thread_local! {
    static MEMORY: RefCell<Memory> = const { RefCell::new(Memory(ptr::null_mut())) };
}

/// Where the memory of this thread's arena begins; null if there is none.
fn memory_of_this_thread() -> *mut u8 {
    let obtained = MEMORY.try_with(|memory| {
        let mut memory = memory.borrow_mut();
        if memory.0.is_null() {
            // SAFETY: the layout is not empty.
            memory.0 = unsafe { alloc(LAYOUT) };
        }
        memory.0
    });
    obtained.unwrap_or(ptr::null_mut())
}

#[cfg(test)]
mod tests {
    use super::{ARENA_BYTES, Arena, LARGEST_BYTES, LAYOUT, SIZES, STEP_BYTES, class_of};
    use std::ffi::c_void;

    fn open() -> Box<Arena> {
        let arena = Box::new(Arena::closed());
        // SAFETY: nothing was granted yet.
        unsafe { arena.open() };
        arena
    }

    #[test]
    fn a_class_is_the_smallest_that_holds_its_bytes() {
        assert_eq!(LAYOUT.size(), ARENA_BYTES);
        assert!(SIZES.is_sorted_by(|one, next| one < next));
        assert!(SIZES.iter().all(|size| size % STEP_BYTES == 0));
        assert_eq!(SIZES.last(), Some(&LARGEST_BYTES));
        for bytes in 0..=LARGEST_BYTES {
            let class = class_of(bytes);
            assert!(SIZES[class] >= bytes);
            assert!(class == 0 || SIZES[class - 1] < bytes, "{bytes}");
        }
    }

    #[test]
    fn blocks_do_not_overlap_and_come_again_once_given_back() {
        let arena = open();
        let mut blocks: Vec<(usize, usize)> = (0..40_000)
            .filter_map(|at| arena.grant(at * 37 % 900))
            .map(|(block, size)| (block.addr(), size))
            .collect();
        assert!(blocks.len() > 10_000);
        blocks.sort_unstable();
        assert!(
            blocks
                .windows(2)
                .all(|pair| pair[0].0 + pair[0].1 <= pair[1].0)
        );
        assert!(blocks.iter().all(|(block, _)| block % STEP_BYTES == 0));
        let arena = open();
        let (block, size) = arena.grant(100).unwrap();
        assert_eq!(arena.size_of(block), Some(size));
        // SAFETY: the block is not used again before it is granted again.
        assert_eq!(unsafe { arena.take_back(block) }, Some(size));
        assert_eq!(arena.grant(size), Some((block, size)));
    }

    #[test]
    fn what_is_too_large_or_not_of_the_arena_is_left_to_others() {
        let arena = open();
        assert_eq!(arena.grant(LARGEST_BYTES + 1), None);
        let mut elsewhere = 0u64;
        let block: *mut c_void = (&raw mut elsewhere).cast();
        assert_eq!(arena.size_of(block), None);
        assert_eq!(arena.size_of(std::ptr::null_mut()), None);
        assert_eq!(Arena::closed().size_of(std::ptr::null_mut()), None);
        arena.close();
        assert_eq!(arena.grant(1), None);
        let granted = std::iter::repeat_with(|| open().grant(LARGEST_BYTES)).next();
        assert!(granted.flatten().is_some());
        let arena = open();
        let count = std::iter::from_fn(|| arena.grant(LARGEST_BYTES)).count();
        assert_eq!(count, ARENA_BYTES / LARGEST_BYTES);
    }
}
