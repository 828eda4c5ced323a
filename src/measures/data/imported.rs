//! What a codebase imports, by language: asked once for each module a library is known by, so it must not take every file.

use std::borrow::Cow;

use crate::codebase::Codebase;
use crate::codebase::maps::{Map, Set};
use crate::facts::Import;

/// Every module some file imports outside of inline tests, and everything above it, by language.
#[derive(Debug, Default)]
pub(crate) struct Imported<'a> {
    heads: Map<&'static str, Set<Cow<'a, str>>>,
}

impl<'a> Imported<'a> {
    /// That of a codebase.
    pub fn new(codebase: &'a Codebase) -> Self {
        let mut seen: Set<(&str, &str, Option<&str>)> = Set::default();
        let mut imported = Self::default();
        for (_, file) in codebase.indexed() {
            let (Some(language), Some(facts)) = (file.language, file.facts()) else {
                continue;
            };
            let language = language.name();
            for import in facts.imports.iter().filter(|import| !import.in_test) {
                let name = import.name.as_deref();
                if seen.insert((language, import.module.as_str(), name)) {
                    imported
                        .heads
                        .entry(language)
                        .or_default()
                        .extend(heads(import));
                }
            }
        }
        imported
    }

    /// Whether a file of these languages, or of any if there are none, imports one of these modules or something below it.
    pub fn has_any(&self, languages: &[String], modules: &[String]) -> bool {
        let mut spoken = self.heads.iter().filter(|(language, _)| {
            languages.is_empty() || languages.iter().any(|spoken| spoken == *language)
        });
        spoken.any(|(_, heads)| modules.iter().any(|module| heads.contains(module.as_str())))
    }
}

/// Every module of which [`super::is_of`] would say that the import is of it.
fn heads(import: &Import) -> impl Iterator<Item = Cow<'_, str>> {
    let module = import.module.as_str();
    let names = import.name.as_deref().into_iter().flat_map(prefixes);
    let joined = names.flat_map(move |name| {
        ["::", "."].map(|separator| Cow::Owned(format!("{module}{separator}{name}")))
    });
    prefixes(module).map(Cow::Borrowed).chain(joined)
}

/// The text, and all of it before each separator.
fn prefixes(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.match_indices(['.', '/', ':']).map(|(at, _)| at);
    ends.chain([text.len()]).map(|end| &text[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::heads;
    use crate::facts::{Import, ImportKind};
    use crate::measures::data::is_of;
    use crate::measures::testing::codebase;

    use super::Imported;

    fn import(module: &str, name: Option<&str>) -> Import {
        Import {
            module: module.into(),
            name: name.map(Into::into),
            alias: None,
            line: 1,
            kind: ImportKind::Static,
            in_test: false,
        }
    }

    #[test]
    fn what_is_imported_is_known_by_every_module_above_it_in_its_language() {
        let source = codebase(
            "//- a.py\nfrom django.db import models\nimport redis\n\
             //- tests/b.py\nimport os.path\n//- c.rs\nuse tokio::sync::Mutex;\n",
        );
        let imported = Imported::new(&source);
        let has = |languages: &[&str], module: &str| {
            let languages: Vec<String> = languages.iter().map(|name| name.to_string()).collect();
            imported.has_any(&languages, &[module.to_owned()])
        };
        for module in ["django", "django.db", "django.db.models", "redis", "os"] {
            assert!(has(&["python"], module), "{module}");
        }
        assert!(has(&[], "tokio::sync"));
        assert!(!has(&["python"], "tokio::sync"));
        assert!(!has(&[], "djan"));
        assert!(!has(&["javascript"], "django"));
    }

    proptest! {
        #[test]
        fn it_says_what_a_look_at_the_import_says(
            module in "([ab]|\\.|/|::){1,6}",
            name in proptest::option::of("([ab]|\\.|::|/){0,4}"),
            wanted in "([ab]|\\.|/|::){1,8}",
        ) {
            let import = import(&module, name.as_deref());
            prop_assert_eq!(heads(&import).any(|head| head == wanted), is_of(&import, &wanted));
        }
    }
}
