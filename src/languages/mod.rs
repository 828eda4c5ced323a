//! The table of languages. A language is one row here, one query file beside it, and its fixtures.

use std::fmt;

pub mod dynamic;
pub mod jsdoc;
pub mod suppressions;

use dynamic::Dynamic;

/// A language or dialect `quality` reads facts from: a row of the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(u8);

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
    grammar: fn() -> tree_sitter::Language,
    /// The query, in parts: a dialect inherits by concatenation.
    query: &'static [&'static str],
    /// Which written types switch static checking off.
    dynamic: Dynamic,
    /// Comment markers that silence a tool.
    suppressions: &'static [&'static str],
    /// Kinds whose children hang in a hidden chain as long as their number: walking one takes the square of it.
    chained: &'static [&'static str],
    /// Which comments declare types.
    type_comments: TypeComments,
    /// Two top-level declarations of one name are one item (not so where methods are items).
    unique_items: bool,
    /// A single quote begins a character or a lifetime and no string.
    lifetimes: bool,
}

/// Which comments of a language declare types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeComments {
    /// None.
    None,
    /// PEP 484: `# type: int`.
    Pep484,
    /// JSDoc: `/** @type {number} */`.
    JsDoc,
}

/// Sorted by dialect; a test holds the order.
const LANGUAGES: &[Row] = &[
    Row {
        name: "javascript",
        dialect: "javascript",
        extensions: &["js", "jsx", "mjs", "cjs"],
        interpreters: &["node", "deno", "bun"],
        grammar: || tree_sitter_javascript::LANGUAGE.into(),
        query: &[
            include_str!("ecmascript.scm"),
            include_str!("jsx.scm"),
            include_str!("javascript.scm"),
        ],
        dynamic: dynamic::JAVASCRIPT,
        suppressions: suppressions::ECMASCRIPT,
        chained: &[],
        type_comments: TypeComments::JsDoc,
        unique_items: true,
        lifetimes: false,
    },
    Row {
        name: "python",
        dialect: "python",
        extensions: &["py", "pyi", "pyw"],
        interpreters: &["python", "python2", "python3", "pypy", "pypy3"],
        grammar: || tree_sitter_python::LANGUAGE.into(),
        query: &[include_str!("python.scm")],
        dynamic: dynamic::PYTHON,
        suppressions: suppressions::PYTHON,
        chained: &[],
        type_comments: TypeComments::Pep484,
        unique_items: true,
        lifetimes: false,
    },
    Row {
        name: "rust",
        dialect: "rust",
        extensions: &["rs"],
        interpreters: &["rust-script"],
        grammar: || tree_sitter_rust::LANGUAGE.into(),
        query: &[include_str!("rust.scm")],
        dynamic: dynamic::RUST,
        suppressions: suppressions::RUST,
        chained: &["let_chain"],
        type_comments: TypeComments::None,
        unique_items: false,
        lifetimes: true,
    },
    Row {
        name: "typescript",
        dialect: "tsx",
        extensions: &["tsx"],
        interpreters: &[],
        grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
        query: &[
            include_str!("ecmascript.scm"),
            include_str!("jsx.scm"),
            include_str!("typescript.scm"),
        ],
        dynamic: dynamic::TYPESCRIPT,
        suppressions: suppressions::ECMASCRIPT,
        chained: &[],
        type_comments: TypeComments::None,
        unique_items: true,
        lifetimes: false,
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
            include_str!("assertion.scm"),
        ],
        dynamic: dynamic::TYPESCRIPT,
        suppressions: suppressions::ECMASCRIPT,
        chained: &[],
        type_comments: TypeComments::None,
        unique_items: true,
        lifetimes: false,
    },
];

/// The versions that facts depend on: an upgrade of a grammar can move trees, and with them numbers. A test compares
/// this with the lock file.
pub const VERSIONS: &str = "tree-sitter 0.27.1, tree-sitter-javascript 0.25.0, tree-sitter-python 0.25.0, \
                            tree-sitter-rust 0.24.2, tree-sitter-typescript 0.23.2";

impl Language {
    /// How many languages and dialects there are.
    pub const COUNT: usize = LANGUAGES.len();

    /// All languages and dialects, in table order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..LANGUAGES.len() as u8).map(Self)
    }

    fn row(self) -> &'static Row {
        &LANGUAGES[self.0 as usize]
    }

    /// The language of a file with this extension (any case, no dot).
    pub fn of_extension(extension: &[u8]) -> Option<Self> {
        Self::all().find(|language| {
            language
                .row()
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
                .row()
                .interpreters
                .iter()
                .any(|known| *known == interpreter || *known == bare)
        })
    }

    /// The language or dialect of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|language| language.row().dialect == name)
    }

    /// The name in reports and configuration; dialects share it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The dialect, unique in the table.
    pub fn dialect(self) -> &'static str {
        self.row().dialect
    }

    /// Its position in the table, for tables by language.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The grammar.
    pub fn grammar(self) -> tree_sitter::Language {
        // Whatever is made of a grammar must find tree-sitter on its final allocator.
        crate::facts::guard::install();
        (self.row().grammar)()
    }

    /// The text of its query.
    pub fn query_text(self) -> String {
        self.row().query.concat()
    }

    /// How it tells a dynamic type from a precise one.
    pub fn dynamic(self) -> Dynamic {
        self.row().dynamic
    }

    /// Which comments declare types.
    pub fn type_comments(self) -> TypeComments {
        self.row().type_comments
    }

    /// Whether two top-level declarations of one name are one item.
    pub fn unique_items(self) -> bool {
        self.row().unique_items
    }

    /// Whether a single quote begins a character or a lifetime and no string.
    pub fn has_lifetimes(self) -> bool {
        self.row().lifetimes
    }

    /// Kinds whose children hang in a hidden chain as long as their number.
    pub fn chained(self) -> &'static [&'static str] {
        self.row().chained
    }

    /// Comment markers that silence a tool.
    pub fn suppressions(self) -> &'static [&'static str] {
        self.row().suppressions
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.dialect())
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
