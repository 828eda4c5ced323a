//! The names of one file: what it declares and what its imports bind.

use crate::codebase::File;
use crate::codebase::maps::Map;
use crate::facts::{Import, ImportKind};

use super::{Family, family};

/// What the names of a file stand for.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    known: Map<&'a str, Known>,
    bindings: Vec<Binding<'a>>,
    stars: Vec<&'a Import>,
}

/// What one name stands for.
#[derive(Debug, Default)]
struct Known {
    is_declared: bool,
    /// The first and the last of the imports that bind it.
    bound: Option<(usize, usize)>,
}

/// An import that binds a name, and the next one that binds the same.
#[derive(Debug)]
struct Binding<'a> {
    import: &'a Import,
    next: Option<usize>,
}

impl<'a> Names<'a> {
    pub(super) fn new(file: &'a File) -> Self {
        let mut names = Self::default();
        let (Some(facts), Some(family)) = (file.facts(), family(file)) else {
            return names;
        };
        names.known.reserve(facts.items.len() + facts.imports.len());
        for item in facts.items.iter().filter(|item| !item.in_test) {
            names.known.entry(&item.name).or_default().is_declared = true;
        }
        for exported in &facts.exported_as {
            // A module goes by its own name, and is no item.
            if exported.name != exported.item {
                names.known.entry(&exported.name).or_default().is_declared = true;
            }
        }
        for import in &facts.imports {
            if is_star(import, family) {
                names.stars.push(import);
            }
            let Some(local) = local(import, family) else {
                continue;
            };
            let at = names.bindings.len();
            names.bindings.push(Binding { import, next: None });
            let bound = &mut names.known.entry(local).or_default().bound;
            match bound {
                Some((_, last)) => {
                    names.bindings[*last].next = Some(at);
                    *last = at;
                }
                None => *bound = Some((at, at)),
            }
        }
        names
    }

    /// Whether the file declares a top-level name.
    pub(super) fn declares(&self, name: &str) -> bool {
        self.known.get(name).is_some_and(|known| known.is_declared)
    }

    /// The imports that bind a local name, in source order.
    pub(super) fn bindings(&self, name: &str) -> impl Iterator<Item = &'a Import> + use<'_, 'a> {
        let first = self
            .known
            .get(name)
            .and_then(|known| known.bound)
            .map(|(first, _)| &self.bindings[first]);
        std::iter::successors(first, |binding| Some(&self.bindings[binding.next?]))
            .map(|binding| binding.import)
    }

    /// The imports that take all names of a module, in source order.
    pub(super) fn stars(&self) -> &[&'a Import] {
        &self.stars
    }
}

/// The name an import binds in its file, or passes on under.
fn local(import: &Import, family: Family) -> Option<&str> {
    if matches!(import.kind, ImportKind::Path | ImportKind::Module) {
        return None;
    }
    match (&import.alias, &import.name) {
        (Some(alias), _) => Some(alias),
        (None, Some(name)) => (**name != *"*").then_some(name),
        (None, None) => match family {
            // `import a.b` binds `a`.
            Family::Python if import.kind != ImportKind::Dynamic => import.module.split('.').next(),
            Family::Rust => import.module.rsplit("::").next(),
            Family::Python | Family::Ecmascript => None,
        },
    }
}

/// Whether an import makes all names of a module names of this one.
fn is_star(import: &Import, family: Family) -> bool {
    match import.name.as_deref() {
        Some("*") => import.alias.is_none() && import.kind != ImportKind::Path,
        // `module.exports = require("./x")`.
        None => {
            family == Family::Ecmascript
                && import.kind == ImportKind::ReExport
                && import.alias.is_none()
        }
        Some(_) => false,
    }
}
