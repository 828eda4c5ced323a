//! Where names of a file come from: a library for data, or somebody who has nothing to do with it.

use crate::definition::data::Library;
use crate::facts::{Facts, Import};

/// Whether a class comes from somebody else's package of npm, which is no model: `new EditorView(…)`.
pub(super) fn is_foreign(facts: &Facts, class: &str, library: &Library) -> bool {
    const OWN: &[&str] = &["model", "entit", "schema", "db", "database"];
    let is_package = |module: &str| {
        !module.starts_with(['.', '@', '~', '#', '$', '/'])
            && !module.contains('/')
            && !OWN.iter().any(|word| module.contains(word))
    };
    let is_spoken = library
        .languages
        .iter()
        .any(|language| language == "javascript");
    // What stands where a variable is meant, and is none: `Metrics.increment`.
    if let Some(variable) = class.strip_prefix("variable ") {
        return is_spoken && variable.starts_with(char::is_uppercase);
    }
    is_spoken
        && facts.imports.iter().any(|import| {
            let local = import.alias.as_deref().or(import.name.as_deref());
            local == Some(class)
                && is_package(&import.module)
                && !library.imports.iter().any(|module| is_of(import, module))
        })
}

/// Whether a file takes a name from a library.
pub(super) fn is_imported(facts: &Facts, name: &str, library: &Library) -> bool {
    facts.imports.iter().any(|import| {
        let local = import.alias.as_deref().or(import.name.as_deref());
        local == Some(name) && library.imports.iter().any(|module| is_of(import, module))
    })
}

/// Whether an import names a module or something below it.
pub(crate) fn is_of(import: &Import, module: &str) -> bool {
    let below = |written: &str, module: &str| {
        written
            .strip_prefix(module)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/', ':']))
    };
    // Each import is held against each module, so nothing is put together here.
    let by_name = |name: &str| {
        let rest = module.strip_prefix(import.module.as_str())?;
        let rest = rest.strip_prefix("::").or_else(|| rest.strip_prefix('.'))?;
        Some(below(name, rest))
    };
    below(&import.module, module) || import.name.as_deref().and_then(by_name).unwrap_or(false)
}

/// Whether a decorator opens a transaction of a library.
pub(super) fn decorates(library: &Library, written: &str) -> bool {
    let name = written.split('(').next().unwrap_or(written);
    let mut patterns = library.transaction.iter();
    patterns.any(|pattern| pattern.is_decorator(written))
        || wraps_one(library, name.rsplit('.').next().unwrap_or(name))
}

/// Whether something is named after what opens a transaction of a library, as what wraps it mostly is:
/// `traced_atomic_transaction`.
pub(super) fn wraps_one(library: &Library, name: &str) -> bool {
    let mut known = library
        .transaction
        .iter()
        .filter_map(|pattern| pattern.called())
        .flatten();
    known.any(|known| known == "atomic")
        && name
            .split('_')
            .any(|word| word == "atomic" && !name.starts_with("non_"))
}
