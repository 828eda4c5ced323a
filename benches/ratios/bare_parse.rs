//! The limit of a cold scan: files parsed with their grammars on the system's allocator, and nothing else.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use tree_sitter::{Language, Parser};

/// Larger files are not parsed by a scan either.
const LARGEST: usize = 1 << 20;

/// Parses the files of a language we know, each thread with a parser of its own. Returns how many bytes there were.
pub fn parse(root: &Path, files: &[PathBuf], threads: usize) -> usize {
    let next = AtomicUsize::new(0);
    let bytes = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut parser = Parser::new();
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Some(grammar) = grammar(file) else {
                        continue;
                    };
                    let Ok(text) = std::fs::read(root.join(file)) else {
                        continue;
                    };
                    if text.len() > LARGEST || parser.set_language(&grammar).is_err() {
                        continue;
                    }
                    bytes.fetch_add(text.len(), Ordering::Relaxed);
                    std::hint::black_box(parser.parse(&text, None));
                }
            });
        }
    });
    bytes.into_inner()
}

/// The grammar of a file, by its extension.
pub fn grammar(file: &Path) -> Option<Language> {
    Some(match file.extension()?.to_str()? {
        "rs" => tree_sitter_rust::LANGUAGE.into(),
        "py" | "pyi" | "pyw" => tree_sitter_python::LANGUAGE.into(),
        "js" | "jsx" | "mjs" | "cjs" => tree_sitter_javascript::LANGUAGE.into(),
        "ts" | "mts" | "cts" => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        "tsx" => tree_sitter_typescript::LANGUAGE_TSX.into(),
        _ => return None,
    })
}
