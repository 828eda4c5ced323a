//! Settings of measures that look at lines.

use serde::Serialize;

use crate::definition::table::Table;

/// Settings of `short-files`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShortFiles {
    /// Most code lines of a short file.
    pub max_lines: u32,
}

impl Default for ShortFiles {
    fn default() -> Self {
        Self { max_lines: 500 }
    }
}

impl ShortFiles {
    pub(super) fn read(self, table: &mut Table) -> Self {
        Self {
            max_lines: table
                .whole("max_lines", 1..=1_000_000)
                .unwrap_or(self.max_lines),
        }
    }
}

/// Settings of `tracked-debt`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrackedDebt {
    /// Whether a marker that says where it is tracked is good.
    pub tracked_counts_as_good: bool,
    /// Whether markers are listed with their age.
    pub age: bool,
}

impl Default for TrackedDebt {
    fn default() -> Self {
        Self {
            tracked_counts_as_good: true,
            age: false,
        }
    }
}

impl TrackedDebt {
    pub(super) fn read(self, table: &mut Table) -> Self {
        Self {
            tracked_counts_as_good: table
                .boolean("tracked_counts_as_good")
                .unwrap_or(self.tracked_counts_as_good),
            age: table.boolean("age").unwrap_or(self.age),
        }
    }
}

/// Settings of `unique-lines`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UniqueLines {
    /// Fewest lines of a clone.
    pub min_lines: u32,
    /// Fewest tokens of a clone.
    pub min_tokens: u32,
}

impl Default for UniqueLines {
    fn default() -> Self {
        Self {
            min_lines: 5,
            min_tokens: 50,
        }
    }
}

impl UniqueLines {
    pub(super) fn read(self, table: &mut Table) -> Self {
        Self {
            min_lines: table
                .whole("min_lines", 2..=10_000)
                .unwrap_or(self.min_lines),
            min_tokens: table
                .whole("min_tokens", 1..=100_000)
                .unwrap_or(self.min_tokens),
        }
    }
}

/// Settings of `escape-free-lines`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EscapeFreeLines {
    /// Whether what ends the program where there is no value (`unwrap`, `expect`) is an escape.
    pub panics: bool,
    /// Whether a conversion that may cut a number (`as u8`) is one.
    pub numbers: bool,
}

impl EscapeFreeLines {
    pub(super) fn read(self, table: &mut Table) -> Self {
        Self {
            panics: table.boolean("panics").unwrap_or(self.panics),
            numbers: table.boolean("numbers").unwrap_or(self.numbers),
        }
    }
}
