//! What a key may hold, taken down by the reading itself: a schema that is made of it cannot say anything else.

use std::ops::RangeInclusive;

use super::Table;
use crate::definition::decimal::Decimal;

/// Stands for a name that somebody chooses.
pub(in crate::definition) const ANY: &str = "*";

/// What a key may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::definition) enum Shape {
    /// A table.
    Table,
    /// An array of tables.
    Tables,
    /// A string.
    Text,
    /// An array of strings.
    Texts,
    /// A string, or several in an array.
    Words,
    /// `true` or `false`.
    Boolean,
    /// A day, as a date or as a string.
    Day,
    /// One of a few words.
    Choice(Vec<&'static str>),
    /// A few words out of some, where `Texts` or `Words` says in which form.
    Among(Vec<&'static str>),
    /// A whole number.
    Whole(RangeInclusive<u32>),
    /// A number.
    Number(RangeInclusive<Decimal>),
}

impl<'a> Table<'a> {
    /// Whether nothing is read, but taken down what would be.
    pub(in crate::definition) fn is_exploring(&self) -> bool {
        self.journal.is_exploring()
    }

    /// Takes down what a key may hold; of several answers each is possible.
    pub(in crate::definition) fn note(&self, key: &str, shape: impl FnOnce() -> Shape) {
        self.journal.note(|| self.name_of(key), shape);
    }

    /// The table that would be under a key; none where a real file is read.
    pub(in crate::definition) fn explored(&self, key: &str, shape: Shape) -> Option<Table<'a>> {
        self.is_exploring().then(|| {
            self.note(key, || shape);
            Table::new(self.journal, self.entries, self.name_of(key), self.span())
        })
    }
}
