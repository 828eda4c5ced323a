//! Hash maps for ids and numbers: a few multiplications instead of a hash made for text.
//!
//! Ids of damaged or hostile repositories need not be spread evenly, so the numbers are mixed with a key of this process.
//! No answer depends on the order of such a map.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::OnceLock;

/// Odd and without a pattern: the golden ratio in 64 bits.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// Builds hashers that share the key of the process.
#[derive(Clone, Copy, Debug)]
pub(super) struct WordHash(u64);

impl Default for WordHash {
    fn default() -> Self {
        static KEY: OnceLock<u64> = OnceLock::new();
        Self(*KEY.get_or_init(|| RandomState::new().hash_one(0_u8)))
    }
}

impl WordHash {
    /// Gives the same numbers in every process.
    pub(super) fn fixed() -> Self {
        Self(FACTOR)
    }
}

impl BuildHasher for WordHash {
    type Hasher = WordHasher;

    fn build_hasher(&self) -> WordHasher {
        WordHasher(self.0)
    }
}

/// Takes eight bytes at a time.
pub(super) struct WordHasher(u64);

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in words.by_ref() {
            self.write_u64(word.try_into().map_or(0, u64::from_le_bytes));
        }
        let rest = words.remainder();
        if !rest.is_empty() {
            // With its length, or zeros at its end would not count.
            let word = rest
                .iter()
                .fold(rest.len() as u64, |all, byte| all << 8 | u64::from(*byte));
            self.write_u64(word);
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        // The upper half of the product depends on all bits; folding brings it down to where maps look.
        let product = u128::from(self.0 ^ number).wrapping_mul(u128::from(FACTOR));
        self.0 = (product as u64) ^ ((product >> 64) as u64) ^ number.rotate_left(32);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
}
