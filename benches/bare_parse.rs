//! The limit of a cold scan: parse the files named on standard input with their grammars, and nothing else.
//!
//! `git ls-files | cargo bench --bench bare_parse -- --list` parses with the system's allocator and one parser for each
//! of THREADS threads (2), to be timed as a whole process beside `quality scan --no-history --quiet`.

use std::io::Read as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use tree_sitter::{Language, Parser};

fn main() {
    let threads = std::env::var("THREADS")
        .ok()
        .and_then(|count| count.parse().ok());
    let mut list = String::new();
    if std::env::args().any(|argument| argument == "--list")
        && std::io::stdin().read_to_string(&mut list).is_err()
    {
        return;
    }
    let files: Vec<&str> = list.lines().collect();
    let next = AtomicUsize::new(0);
    let bytes = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads.unwrap_or(2usize) {
            scope.spawn(|| {
                let mut parser = Parser::new();
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Some(grammar) = grammar(file) else {
                        continue;
                    };
                    let Ok(text) = std::fs::read(file) else {
                        continue;
                    };
                    if text.len() > 1 << 20 || parser.set_language(&grammar).is_err() {
                        continue;
                    }
                    bytes.fetch_add(text.len(), Ordering::Relaxed);
                    std::hint::black_box(parser.parse(&text, None));
                }
            });
        }
    });
    println!("{} files, {} bytes", files.len(), bytes.into_inner());
}

fn grammar(file: &str) -> Option<Language> {
    let extension = file.rsplit('.').next()?;
    Some(match extension {
        "rs" => tree_sitter_rust::LANGUAGE.into(),
        "py" | "pyi" | "pyw" => tree_sitter_python::LANGUAGE.into(),
        "js" | "jsx" | "mjs" | "cjs" => tree_sitter_javascript::LANGUAGE.into(),
        "ts" | "mts" | "cts" => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        "tsx" => tree_sitter_typescript::LANGUAGE_TSX.into(),
        _ => return None,
    })
}
