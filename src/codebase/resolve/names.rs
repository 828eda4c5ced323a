//! The names of one file, sorted for lookup: what it declares and what its imports bind.

use crate::codebase::File;
use crate::facts::{Facts, Import, ImportKind};

use super::{Family, family};

/// Positions in the facts of one file, ordered by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    items: Box<[u32]>,
    bindings: Box<[u32]>,
    stars: Box<[u32]>,
    family: Option<Family>,
}

impl Names {
    pub(super) fn new(file: &File) -> Self {
        let family = family(file);
        let (Some(facts), Some(_)) = (file.facts(), family) else {
            return Self::default();
        };
        let positions = |count: usize| 0..u32::try_from(count).unwrap_or(u32::MAX);
        let mut items: Vec<u32> = positions(facts.items.len())
            .filter(|at| !facts.items[*at as usize].in_test)
            .collect();
        items.sort_by(|a, b| {
            facts.items[*a as usize]
                .name
                .cmp(&facts.items[*b as usize].name)
        });
        let mut bindings: Vec<u32> = positions(facts.imports.len())
            .filter(|at| local(&facts.imports[*at as usize], family).is_some())
            .collect();
        bindings.sort_by_key(|at| (local(&facts.imports[*at as usize], family), *at));
        let stars = positions(facts.imports.len())
            .filter(|at| is_star(&facts.imports[*at as usize], family))
            .collect();
        Self {
            items: items.into(),
            bindings: bindings.into(),
            stars,
            family,
        }
    }

    /// Whether the file declares a top-level name.
    pub(super) fn has_item(&self, facts: &Facts, name: &str) -> bool {
        self.items
            .binary_search_by(|at| (*facts.items[*at as usize].name).cmp(name))
            .is_ok()
    }

    /// The imports that bind a local name, in source order.
    pub(super) fn bindings<'a>(&self, facts: &'a Facts, name: &str) -> Vec<&'a Import> {
        let local = |at: &u32| local(&facts.imports[*at as usize], self.family).unwrap_or("");
        let start = self.bindings.partition_point(|at| local(at) < name);
        self.bindings[start..]
            .iter()
            .take_while(|at| local(at) == name)
            .map(|at| &facts.imports[*at as usize])
            .collect()
    }

    /// The imports that take all names of a module, in source order.
    pub(super) fn stars<'a>(
        &self,
        facts: &'a Facts,
    ) -> impl Iterator<Item = &'a Import> + use<'a, '_> {
        self.stars.iter().map(|at| &facts.imports[*at as usize])
    }
}

/// The name an import binds in its file, or passes on under.
fn local(import: &Import, family: Option<Family>) -> Option<&str> {
    if matches!(import.kind, ImportKind::Path | ImportKind::Module) {
        return None;
    }
    match (&import.alias, &import.name) {
        (Some(alias), _) => Some(alias),
        (None, Some(name)) => (**name != *"*").then_some(name),
        (None, None) => match family? {
            // `import a.b` binds `a`.
            Family::Python if import.kind != ImportKind::Dynamic => import.module.split('.').next(),
            Family::Rust => import.module.rsplit("::").next(),
            Family::Python | Family::Ecmascript => None,
        },
    }
}

/// Whether an import makes all names of a module names of this one.
fn is_star(import: &Import, family: Option<Family>) -> bool {
    match import.name.as_deref() {
        Some("*") => import.alias.is_none() && import.kind != ImportKind::Path,
        // `module.exports = require("./x")`.
        None => {
            family == Some(Family::Ecmascript)
                && import.kind == ImportKind::ReExport
                && import.alias.is_none()
        }
        Some(_) => false,
    }
}
