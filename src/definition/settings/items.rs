//! Settings of measures that look at declared items.

use serde::Serialize;

use crate::definition::table::Table;

/// Settings of `hidden-items`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HiddenItems {
    /// What counts as a module.
    pub boundary: Boundary,
}

/// Settings of `internal-items`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InternalItems {
    /// What counts as a module.
    pub boundary: Boundary,
}

/// What an item must be hidden within; what comes later asks for more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Boundary {
    /// Its package: the nearest directory with a manifest around it.
    Package,
    /// Its directory.
    #[default]
    Directory,
    /// Its file.
    File,
}

impl Boundary {
    fn read(self, table: &mut Table) -> Self {
        let words = [
            ("directory", Self::Directory),
            ("file", Self::File),
            ("package", Self::Package),
        ];
        table.choice("boundary", &words).unwrap_or(self)
    }
}

impl HiddenItems {
    pub(super) fn read(self, table: &mut Table) -> Self {
        Self {
            boundary: self.boundary.read(table),
        }
    }
}

impl InternalItems {
    pub(super) fn read(self, table: &mut Table) -> Self {
        Self {
            boundary: self.boundary.read(table),
        }
    }
}
