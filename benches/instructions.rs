//! Instruction counts, which no other load on the machine moves: `cargo bench --bench instructions`.
//!
//! Needs valgrind, and the runner of the same version: `cargo install gungraun-runner --version 0.20.0`.

#![allow(missing_docs)] // The macros make modules that nobody can document.

mod subjects;

use std::hint::black_box;
use std::sync::Arc;

use gungraun::{
    Callgrind, EntryPoint, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main,
};
use quality::codebase::Codebase;
use quality::definition::Definition;
use quality::evaluation::{Evaluation, evaluate};
use quality::facts::{Facts, Lost, extract, guard};
use quality::git::{self, History, Repository};
use quality::languages::Language;
use tempfile::TempDir;

/// Parsing and history run on threads of their own: what these do is counted too. Of no use where the setup has threads.
fn with_threads() -> LibraryBenchmarkConfig {
    let counting = Callgrind::with_args(["--toggle-collect=*Thread*thread_start*"]);
    LibraryBenchmarkConfig::default().tool(counting).clone()
}

/// A text whose language has its query compiled: what is made once a process is counted apart.
fn text(dialect: &str) -> (Language, Vec<u8>) {
    guard::install();
    let (language, text) = subjects::text(dialect);
    let _ = extract::extract(language, b"");
    (language, text)
}

#[library_benchmark(config = with_threads())]
#[benches::language(args = ["javascript", "python", "rust", "tsx", "typescript"], setup = text)]
fn parse((language, text): (Language, Vec<u8>)) -> bool {
    black_box(guard::parse(language, &text).is_ok())
}

#[library_benchmark(config = with_threads())]
#[benches::language(args = ["javascript", "python", "rust", "tsx", "typescript"], setup = text)]
fn facts((language, text): (Language, Vec<u8>)) -> Result<Facts, Lost> {
    black_box(extract::extract(language, &text))
}

/// Of the same work, the fold alone.
fn of_the_fold() -> LibraryBenchmarkConfig {
    let entry = EntryPoint::Custom("quality::facts::fold::fold".to_owned());
    let counting = Callgrind::default().entry_point(entry).clone();
    LibraryBenchmarkConfig::default().tool(counting).clone()
}

#[library_benchmark(config = of_the_fold())]
#[benches::language(args = ["javascript", "python", "rust", "tsx", "typescript"], setup = text)]
fn fold((language, text): (Language, Vec<u8>)) -> Result<Facts, Lost> {
    black_box(extract::extract(language, &text))
}

/// A language nothing has been read in yet.
fn unused(dialect: &str) -> Language {
    guard::install();
    Language::named(dialect).unwrap()
}

#[library_benchmark(config = with_threads())]
#[benches::language(args = ["javascript", "python", "rust", "tsx", "typescript"], setup = unused)]
fn first_file(language: Language) -> Result<Facts, Lost> {
    black_box(extract::extract(language, b"x"))
}

fn remembered_facts(dialect: &str) -> Vec<u8> {
    let (language, text) = text(dialect);
    postcard::to_stdvec(&extract::extract(language, &text).unwrap()).unwrap()
}

#[library_benchmark]
#[bench::python(args = ("python",), setup = remembered_facts)]
fn remembered(bytes: Vec<u8>) -> Facts {
    black_box(postcard::from_bytes(&bytes).unwrap())
}

fn codebase() -> (Definition, Codebase) {
    guard::install();
    (Definition::builtin(), subjects::codebase())
}

#[library_benchmark]
#[bench::fixtures(setup = codebase)]
fn evaluation((definition, codebase): (Definition, Codebase)) -> Evaluation {
    black_box(evaluate(&definition, &codebase, 1))
}

fn evaluated() -> (Codebase, Evaluation) {
    guard::install();
    subjects::evaluated()
}

#[library_benchmark]
#[bench::fixtures(setup = evaluated)]
fn json((codebase, evaluation): (Codebase, Evaluation)) -> String {
    black_box(subjects::json(&codebase, &evaluation))
}

#[library_benchmark(config = with_threads())]
#[bench::packed(setup = subjects::repository)]
fn history((_place, repository): (TempDir, Arc<Repository>)) -> History {
    black_box(git::history(
        &repository,
        &subjects::history_options(),
        None,
    ))
}

library_benchmark_group!(
    name = all,
    benchmarks = [
        parse, facts, fold, first_file, remembered, evaluation, json, history
    ]
);

main!(library_benchmark_groups = all);
