//! What consumers outside the repository can reach.

use super::{Known, Methods, code, is_private_path, is_python, is_rust, name_at_home};
use crate::codebase::maps::Set;
use crate::codebase::resolve::Resolver;
use crate::codebase::{Codebase, File, FileIndex};
use crate::facts::{Exposure, Facts, Import, ImportKind};

/// What consumers outside the repository can reach: from the libraries and packages of manifests, from `__init__.py`,
/// and what `__all__` lists.
pub(super) fn published<'a>(codebase: &'a Codebase, resolver: &Resolver<'a>) -> Set<Known<'a>> {
    let mut published = Set::default();
    let mut seen: Set<FileIndex> = Set::default();
    let mut open: Vec<FileIndex> = resolver.entries();
    for (index, file, facts) in code(codebase) {
        if is_python(file) && !is_private_path(file) {
            if file.path.file_name() == b"__init__.py" {
                open.push(index);
            } else if let Some(list) = &facts.export_list {
                published.extend(list.iter().map(|name| (index, name.as_str())));
            }
        }
    }
    seen.extend(&open);
    while let Some(index) = open.pop() {
        let file = codebase.file(index);
        let Some(facts) = file.facts() else {
            continue;
        };
        let own = facts.items.iter().filter(|item| match &facts.export_list {
            Some(list) => list.contains(&item.name),
            None => item.exposure == Exposure::Public,
        });
        published.extend(own.map(|item| (index, item.name.as_str())));
        let mut go = |next: FileIndex| {
            if seen.insert(next) {
                open.push(next);
            }
        };
        for import in &facts.imports {
            let passes_on = match import.kind {
                ImportKind::ReExport => true,
                ImportKind::Module => facts
                    .exported_as
                    .iter()
                    .any(|exported| import.name.as_ref() == Some(&exported.name)),
                ImportKind::Static => is_python(file) && is_public_name(file, facts, import),
                _ => false,
            };
            if !passes_on || import.in_test {
                continue;
            }
            // A package that imports its own modules does not hand out all that is in them.
            let is_star = import.name.as_deref() == Some("*");
            let goes_on = !is_python(file) || is_star;
            for target in &resolver.resolve(index, import).targets {
                match target.symbol {
                    Some(symbol) => {
                        let name = name_at_home(codebase, target.file, symbol);
                        published.insert((target.file, name));
                        published.extend(methods(codebase, target.file));
                    }
                    None if goes_on => go(target.file),
                    None => {}
                }
            }
        }
    }
    published
}

/// Whether a name that a module of Python imports is a public one of its own.
fn is_public_name(file: &File, facts: &Facts, import: &Import) -> bool {
    let local = import.alias.as_deref().or(import.name.as_deref());
    local.is_some_and(|local| match &facts.export_list {
        Some(list) if list.iter().any(|name| name == local) => true,
        Some(_) if file.path.file_name() != b"__init__.py" => local == "*",
        _ => !local.starts_with('_'),
    })
}

/// The methods of Rust that a file declares for everyone: with their type others reach them, too.
fn methods(codebase: &Codebase, index: FileIndex) -> impl Iterator<Item = Known<'_>> {
    let file = codebase.file(index);
    let facts = file.facts().filter(|_| is_rust(file));
    facts.into_iter().flat_map(move |facts| {
        let methods = Methods::of(facts);
        facts
            .items
            .iter()
            .filter(move |item| item.exposure == Exposure::Public && methods.has(item))
            .map(move |item| (index, item.name.as_str()))
    })
}
