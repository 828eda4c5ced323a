//! Maps and sets whose order nobody sees. Their hashes are seeded at random, so that no repository can make them slow.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

/// A map from keys in no order.
pub type Map<K, V> = HashMap<K, V, RandomState>;
/// A set in no order.
pub type Set<K> = HashSet<K, RandomState>;
