//! Preferred imports: of all files that use any library of a purpose, those that use only the preferred one.
//!
//! A file that makes no HTTP call says nothing about HTTP clients, so the population is the files with any library of
//! the set. Files with both are on their way and are listed first.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::class::Class;
use crate::codebase::resolve::Resolver;
use crate::codebase::{Codebase, FileIndex};
use crate::definition::library::PreferredImports;
use crate::definition::{Entry, EntryKind, Preset};
use crate::facts::{Facts, Import, ImportKind};
use crate::languages::Language;

use super::{About, Context, Measurement, Note, Reading, Subject, Taken, View};

pub(super) const ABOUT: About = About {
    unit: "files",
    gap: "files to migrate",
    why: "Every further library for one purpose brings its own timeouts, retries and bugs. Finish the files that already \
          use both, then those with one call site.",
    fewest_subjects: 5,
    by_change: false,
};

pub(super) fn read(context: &Context, view: &View, settings: &PreferredImports) -> Measurement {
    let libraries: Vec<(&str, Libraries)> = Language::all()
        .map(|language| language.name())
        .filter(|language| settings.is_about(language))
        .map(|language| (language, Libraries::new(settings, language)))
        .collect();
    // Made for wrappers of one's own; most definitions name none.
    let resolver: OnceCell<Resolver> = OnceCell::new();
    let mut used: BTreeMap<&str, u64> = BTreeMap::new();
    let mut taken = Taken { ..Taken::default() };
    for (index, file, facts) in view.code() {
        let known = libraries.iter().find(|(name, _)| {
            file.language
                .is_some_and(|language| language.name() == *name)
        });
        let Some((_, libraries)) = known else {
            continue;
        };
        if settings.exempt.matches(&file.path) {
            continue;
        }
        let (preferred, others) =
            libraries.used_by(index, facts, || resolver.get_or_init(|| context.resolver()));
        for name in preferred.iter().chain(&others) {
            *used.entry(name).or_default() += 1;
        }
        if preferred.is_empty() && others.is_empty() {
            continue;
        }
        let good = others.is_empty();
        taken.readings.push(Reading {
            subject: Subject::File(index),
            good: u64::from(good),
            of: 1,
            note: (!good).then(|| Note::Words(note(&preferred, &others))),
        });
    }
    if settings.prefer.is_empty() {
        return Measurement::NotApplicable {
            reason: without_preference(&used, &view.component.id),
        };
    }
    taken.unknown = view.lost();
    Measurement::Taken(taken)
}

fn note(preferred: &[&str], others: &[&str]) -> Box<str> {
    let others = others.join(", ");
    if preferred.is_empty() {
        format!("uses {others}").into()
    } else {
        format!("migrating: uses {} and {others}", preferred.join(", ")).into()
    }
}

/// How many files of code in these languages use each library of a purpose, and how many use any. The languages must
/// have the same libraries.
pub fn uses(
    codebase: &Codebase,
    preset: Preset,
    languages: &[&str],
) -> (BTreeMap<String, u64>, u64) {
    let settings = PreferredImports {
        preset: Some(preset),
        ..PreferredImports::default()
    };
    let Some(language) = languages.first() else {
        return (BTreeMap::new(), 0);
    };
    let libraries = Libraries::new(&settings, language);
    // No wrapper is in a preset, so nothing has to be resolved.
    let resolver: OnceCell<Resolver> = OnceCell::new();
    let (mut used, mut files) = (BTreeMap::new(), 0);
    for (index, file) in codebase.indexed() {
        let Some(facts) = file.facts().filter(|_| file.class == Class::Code) else {
            continue;
        };
        if !file
            .language
            .is_some_and(|language| languages.contains(&language.name()))
        {
            continue;
        }
        let (_, names) = libraries.used_by(index, facts, || {
            resolver.get_or_init(|| codebase.resolver())
        });
        files += u64::from(!names.is_empty());
        for name in names {
            *used.entry(name.to_owned()).or_default() += 1;
        }
    }
    (used, files)
}

/// How to name a preference, with what the code already uses.
fn without_preference(used: &BTreeMap<&str, u64>, component: &str) -> String {
    let mut by_count: Vec<(&&str, &u64)> = used.iter().collect();
    by_count.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let Some((most, _)) = by_count.first() else {
        return "no file uses a library of the set".to_owned();
    };
    let list: Vec<String> = by_count
        .iter()
        .take(4)
        .map(|(name, count)| format!("{name} in {count}"))
        .collect();
    format!(
        "no preferred library is named; files use {}. Name one: \
         [component.{component}] measure.preferred-imports = {{ prefer = [\"{most}\"] }}",
        list.join(", ")
    )
}

/// The libraries of the set in one language.
struct Libraries {
    /// Those to use, then the others.
    entries: Vec<Entry>,
    /// How many are to be used.
    preferred: usize,
    /// For each byte whether a module of the set begins with it: nearly all imports are settled by that.
    first_bytes: [bool; 256],
}

impl Libraries {
    fn new(settings: &PreferredImports, language: &str) -> Self {
        let mut entries = settings.prefer.clone();
        let preferred = entries.len();
        entries.extend(settings.competitors(language));
        let mut first_bytes = [false; 256];
        for entry in &entries {
            if let EntryKind::Module { name, .. } = &entry.kind {
                let first = name.bytes().next().unwrap_or_default();
                // A package written with one is imported with the other.
                for spelled in [first, dashed(first), b'-'] {
                    first_bytes[usize::from(spelled)] |= dashed(spelled) == dashed(first);
                }
            }
        }
        Self {
            entries,
            preferred,
            first_bytes,
        }
    }

    /// Which of the libraries a file uses, by the text of the definition, in its order: those to use, and the others.
    fn used_by<'a, 'r>(
        &self,
        file: FileIndex,
        facts: &Facts,
        resolver: impl Fn() -> &'r Resolver<'a>,
    ) -> (Vec<&str>, Vec<&str>)
    where
        'a: 'r,
    {
        let mut used = vec![false; self.entries.len()];
        let imports = facts
            .imports
            .iter()
            .filter(|import| !import.in_test && import.kind != ImportKind::TypeOnly);
        for import in imports {
            let module = unprefixed(&import.module);
            let first = module.bytes().next();
            if first.is_some_and(|first| !self.first_bytes[usize::from(first)]) {
                continue;
            }
            for (entry, used) in self.entries.iter().zip(&mut used) {
                if let EntryKind::Module { name, except } = &entry.kind {
                    *used = *used || imports_module(import, name, except);
                }
            }
        }
        for (entry, used) in self.entries.iter().zip(&mut used) {
            match &entry.kind {
                EntryKind::Module { .. } => {}
                EntryKind::Path(path) => {
                    *used = resolver().imports_file(file, path);
                }
                EntryKind::Global(name) => *used = uses_global(facts, name),
            }
        }
        let named = |range: std::ops::Range<usize>| {
            range
                .filter(|at| used[*at])
                .map(|at| self.entries[at].text.as_str())
                .collect()
        };
        (
            named(0..self.preferred),
            named(self.preferred..self.entries.len()),
        )
    }
}

/// A module without the `node:` before it.
fn unprefixed(module: &str) -> &str {
    module.strip_prefix("node:").unwrap_or(module)
}

/// Whether an import names a module or something below it, outside the parts that are not meant.
pub fn imports_module(import: &Import, wanted: &str, except: &[String]) -> bool {
    let module = unprefixed(&import.module);
    let is_left_out = |rest: &str| {
        except
            .iter()
            .any(|part| below(rest, part).is_some() || import.name.as_deref() == Some(part))
    };
    if let Some(rest) = below(module, wanted) {
        return !is_left_out(rest);
    }
    match &import.name {
        // `from urllib import request` imports the module `urllib.request`.
        Some(name) if &**name != "*" && wanted.len() > module.len() => {
            let full = format!("{module}.{name}");
            below(&full, wanted).is_some_and(|rest| !is_left_out(rest))
        }
        _ => false,
    }
}

/// Packages of crates.io are written with `-` and imported with `_`.
fn dashed(byte: u8) -> u8 {
    if byte == b'-' { b'_' } else { byte }
}

/// What follows `wanted` in `module`, if `module` is `wanted` or below it.
fn below<'a>(module: &'a str, wanted: &str) -> Option<&'a str> {
    let head = module.get(..wanted.len())?;
    let same = head.bytes().map(dashed).eq(wanted.bytes().map(dashed));
    let rest = &module[wanted.len()..];
    if !same {
        return None;
    }
    if rest.is_empty() {
        return Some(rest);
    }
    ["::", ".", "/"]
        .iter()
        .find_map(|separator| rest.strip_prefix(separator))
}

/// Whether a global is called and no import or top-level declaration of the file takes its name.
pub(super) fn uses_global(facts: &Facts, name: &str) -> bool {
    let is_called = facts.calls.callees().iter().any(|callee| {
        let before = callee.strip_suffix(name);
        matches!(before, Some("" | "window." | "globalThis."))
    });
    let root = name.split('.').next().unwrap_or(name);
    is_called
        && !facts
            .imports
            .iter()
            .any(|import| import.alias.as_deref().or(import.name.as_deref()) == Some(root))
        && !facts.items.iter().any(|item| *item.name == *root)
}

#[cfg(test)]
mod tests {
    use super::below;
    use crate::measures::testing::check;

    const HTTPX: &str = "preferred-imports = { prefer = [\"httpx\", \"path:app/http.py\"], over = [\"requests\", \"aiohttp!web\"] }";

    #[test]
    fn a_file_with_both_is_on_its_way_and_a_file_with_neither_says_nothing() {
        check(
            HTTPX,
            "//- a.py\nimport httpx\n//- b.py\nimport httpx\nfrom requests import Session\n\
             //- c.py\nimport requests\n//- d.py\nimport os\n",
            "1 of 3
             b.py migrating: uses httpx and requests
             c.py uses requests",
        );
    }

    #[test]
    fn types_neighbours_variables_and_tests_are_no_use() {
        check(
            HTTPX,
            "//- a.py\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import requests\n\
             //- b.py\nimport requests_mock\n//- c.py\nrequests = []\n//- d.py\nfrom aiohttp import web\n\
             //- tests/test_a.py\nimport httpx\ndef test_it(): ...\n",
            "0 of 0",
        );
    }

    #[test]
    fn a_wrapper_of_ones_own_is_preferred_and_imports_in_functions_count() {
        check(
            HTTPX,
            "//- app/__init__.py\n//- app/http.py\nx = 1\n//- app/a.py\nfrom app.http import x\n\
             //- app/b.py\ndef f():\n    import requests\n",
            "1 of 2\napp/b.py uses requests",
        );
    }

    #[test]
    fn a_global_is_used_by_calling_it_unless_something_takes_its_name() {
        check(
            "preferred-imports = { prefer = [\"ky\"], over = [\"global:fetch\"] }",
            "//- a.js\nimport ky from 'ky';\n//- b.js\nfetch('/x');\n//- c.js\nimport fetch from 'y';\nfetch('/x');\n",
            "1 of 2\nb.js uses global:fetch",
        );
    }

    #[test]
    fn without_a_preference_nothing_is_judged_and_the_way_to_name_one_is_told() {
        check(
            "preferred-imports = { preset = \"http\" }",
            "//- a.py\nimport requests\n",
            "not applicable: no preferred library is named; files use requests in 1. Name one: \
             [component.fixture] measure.preferred-imports = { prefer = [\"requests\"] }",
        );
    }

    #[test]
    fn a_prefix_ends_at_a_separator() {
        assert_eq!(below("requests", "requests"), Some(""));
        assert_eq!(below("urllib.request", "urllib"), Some("request"));
        assert_eq!(below("requests_mock", "requests"), None);
        assert_eq!(below("rest_client::x", "rest-client"), Some("x"));
        assert_eq!(below("lodash/get", "lodash"), Some("get"));
    }
}
