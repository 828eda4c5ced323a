//! The table of languages. A language is one row here, one query file beside it, and its fixtures.

use std::fmt;

/// A language `quality` reads facts from: a row of [`LANGUAGES`].
#[derive(Clone, Copy)]
pub struct Language(&'static Row);

/// What the rest of the program has to know of a language.
struct Row {
    /// The name in reports and configuration, lower case. Dialects share it.
    name: &'static str,
    /// The dialect, where one name has several grammars (`tsx`).
    dialect: &'static str,
    /// File extensions without the dot, lower case.
    extensions: &'static [&'static str],
    /// Interpreters of a `#!` line.
    interpreters: &'static [&'static str],
    /// The tree-sitter grammar.
    grammar: tree_sitter_language_fn,
    /// The query, in parts: a dialect inherits by concatenation.
    query: &'static [&'static str],
}

#[allow(non_camel_case_types)]
type tree_sitter_language_fn = fn() -> tree_sitter::Language;

/// Sorted by dialect; a test holds the order.
static LANGUAGES: &[Row] = &[
    Row {
        name: "javascript",
        dialect: "javascript",
        extensions: &["js", "jsx", "mjs", "cjs"],
        interpreters: &["node", "deno", "bun"],
        grammar: || tree_sitter_javascript::LANGUAGE.into(),
        query: &[
            include_str!("ecmascript.scm"),
            include_str!("javascript.scm"),
        ],
    },
    Row {
        name: "python",
        dialect: "python",
        extensions: &["py", "pyi", "pyw"],
        interpreters: &["python", "python2", "python3", "pypy", "pypy3"],
        grammar: || tree_sitter_python::LANGUAGE.into(),
        query: &[include_str!("python.scm")],
    },
    Row {
        name: "rust",
        dialect: "rust",
        extensions: &["rs"],
        interpreters: &["rust-script"],
        grammar: || tree_sitter_rust::LANGUAGE.into(),
        query: &[include_str!("rust.scm")],
    },
    Row {
        name: "typescript",
        dialect: "tsx",
        extensions: &["tsx"],
        interpreters: &[],
        grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
        query: &[
            include_str!("ecmascript.scm"),
            include_str!("typescript.scm"),
        ],
    },
    Row {
        name: "typescript",
        dialect: "typescript",
        extensions: &["ts", "mts", "cts"],
        interpreters: &["ts-node", "tsx"],
        grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        query: &[
            include_str!("ecmascript.scm"),
            include_str!("typescript.scm"),
        ],
    },
];

impl Language {
    /// All languages and dialects, in table order.
    pub fn all() -> impl Iterator<Item = Self> {
        LANGUAGES.iter().map(Self)
    }

    /// The language of a file with this extension (any case, no dot).
    pub fn of_extension(extension: &[u8]) -> Option<Self> {
        Self::all().find(|language| {
            language
                .0
                .extensions
                .iter()
                .any(|known| known.as_bytes().eq_ignore_ascii_case(extension))
        })
    }

    /// The language an interpreter named in a `#!` line runs (`python3.12`, `node`).
    pub fn of_interpreter(interpreter: &str) -> Option<Self> {
        let bare = interpreter.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        Self::all().find(|language| {
            language
                .0
                .interpreters
                .iter()
                .any(|known| *known == interpreter || *known == bare)
        })
    }

    /// The language or dialect of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|language| language.0.dialect == name)
    }

    /// The name in reports and configuration; dialects share it.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The dialect, unique in the table.
    pub fn dialect(self) -> &'static str {
        self.0.dialect
    }

    /// Its position in the table, for per-language caches.
    pub fn index(self) -> usize {
        LANGUAGES
            .iter()
            .position(|row| std::ptr::eq(row, self.0))
            .unwrap_or(0)
    }

    /// The grammar.
    pub fn grammar(self) -> tree_sitter::Language {
        // Whatever is made of a grammar must find tree-sitter on its final allocator.
        crate::facts::guard::install();
        (self.0.grammar)()
    }

    /// The text of its query.
    pub fn query_text(self) -> String {
        self.0.query.concat()
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.0.dialect == other.0.dialect
    }
}

impl Eq for Language {}

impl fmt::Debug for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.dialect)
    }
}

#[cfg(test)]
mod tests {
    use super::{LANGUAGES, Language};

    #[test]
    fn the_table_is_sorted_by_dialect() {
        assert!(LANGUAGES.is_sorted_by_key(|row| row.dialect));
    }

    #[test]
    fn languages_are_found_by_extension_and_interpreter() {
        assert_eq!(Language::of_extension(b"PY").unwrap().name(), "python");
        assert_eq!(Language::of_extension(b"tsx").unwrap().dialect(), "tsx");
        assert_eq!(
            Language::of_interpreter("python3.12").unwrap().name(),
            "python"
        );
        assert!(Language::of_extension(b"txt").is_none());
    }
}
