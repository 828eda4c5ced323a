//! Modules as a component understands them: directories, files or packages.

use std::collections::BTreeMap;

use crate::codebase::{Codebase, FileIndex};
use crate::definition::settings::Boundary;
use crate::path::upwards;

/// The modules of a codebase: for each file the number of the one it belongs to.
pub(in crate::measures) struct Modules(Vec<u32>);

impl Modules {
    pub(in crate::measures) fn of(codebase: &Codebase, boundary: Boundary) -> Self {
        let mut numbers: BTreeMap<&[u8], u32> = BTreeMap::new();
        let files = codebase.indexed();
        Self(
            files
                .map(|(_, file)| {
                    let key = match boundary {
                        Boundary::File => file.path.as_bytes(),
                        Boundary::Directory => file.path.directory(),
                        Boundary::Package => package(codebase, file.path.directory()),
                    };
                    let next = numbers.len() as u32;
                    *numbers.entry(key).or_insert(next)
                })
                .collect(),
        )
    }

    /// The number of the module of a file.
    pub(in crate::measures) fn number(&self, file: FileIndex) -> u32 {
        self.0[file.get()]
    }

    /// Whether two files belong to different modules.
    pub(in crate::measures) fn differ(&self, one: FileIndex, other: FileIndex) -> bool {
        self.0[one.get()] != self.0[other.get()]
    }
}

/// The directory of the package around a directory: the nearest with a manifest, or the repository.
fn package<'a>(codebase: &Codebase, directory: &'a [u8]) -> &'a [u8] {
    const MANIFESTS: &[&[u8]] = &[b"pyproject.toml", b"setup.py", b"setup.cfg"];
    let manifests = &codebase.manifests;
    let is_one = |around: &&[u8]| {
        manifests.crates().contains_key(*around)
            || manifests.packages().contains_key(*around)
            || MANIFESTS.iter().any(|name| {
                crate::path::join(around, name)
                    .is_some_and(|path| codebase.find_bytes(&path).is_some())
            })
    };
    upwards(directory).find(is_one).unwrap_or(b"")
}
