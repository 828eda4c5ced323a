//! What the benchmarks work on: our own fixtures, repeated until they are large enough to measure.

#![allow(dead_code)] // Each benchmark uses its own part of this.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use quality::codebase::Codebase;
use quality::definition::Definition;
use quality::evaluation::{Evaluation, evaluate};
use quality::git::{Discovery, HistoryOptions, Repository};
use quality::languages::Language;
use quality::report::{Inputs, Matter, Report};
use quality::survey::{self, Options, Snapshot, Watch};
use tempfile::TempDir;

/// Bytes of a text.
const TEXT: usize = 64 << 10;
/// Copies of all fixtures in a codebase.
const COPIES: usize = 8;
/// Commits of a history.
const COMMITS: usize = 400;

/// Files of code in the fixtures of a dialect.
fn fixtures(dialect: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/languages")
        .join(dialect);
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension != "facts")
        })
        .collect();
    files.sort();
    files
}

/// A text in a dialect, of about 64 KiB.
pub fn text(dialect: &str) -> (Language, Vec<u8>) {
    let files = fixtures(dialect);
    let mut text = Vec::new();
    while text.len() < TEXT {
        for file in &files {
            text.extend(std::fs::read(file).unwrap());
            text.push(b'\n');
        }
    }
    (Language::named(dialect).unwrap(), text)
}

/// A directory with every fixture several times.
pub fn tree() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for copy in 0..COPIES {
        for language in Language::all() {
            let directory = place
                .path()
                .join(format!("part{copy}/{}", language.dialect()));
            std::fs::create_dir_all(&directory).unwrap();
            for file in fixtures(language.dialect()) {
                std::fs::copy(&file, directory.join(file.file_name().unwrap())).unwrap();
            }
        }
    }
    place
}

/// What a scan of that directory sees.
pub fn codebase() -> Codebase {
    let tree = tree();
    let definition = Definition::builtin();
    let ground = survey::ground(tree.path()).unwrap();
    let watch = Arc::new(Watch::default());
    let inventory =
        survey::inventory(&ground, Snapshot::WorkTree, &definition, 1, false, &watch).unwrap();
    let options = Options {
        watch: &watch,
        with_history: false,
        threads: 1,
        memory: None,
        carried: None,
    };
    survey::survey(&ground, &definition, inventory, options)
        .unwrap()
        .codebase
}

/// A codebase with its evaluation.
pub fn evaluated() -> (Codebase, Evaluation) {
    let codebase = codebase();
    let evaluation = evaluate(&Definition::builtin(), &codebase, 1);
    (codebase, evaluation)
}

/// The report of an evaluation as JSON.
pub fn json(codebase: &Codebase, evaluation: &Evaluation) -> String {
    let report = Report::new(
        Inputs {
            definition_id: "0123456789abcdef",
            codebase,
            evaluation,
        },
        Matter {
            tool_version: String::new(),
            repository: "bench".to_owned(),
            source: "work-tree",
            prefix: Vec::new(),
            warnings: Vec::new(),
            fail_under: None,
            on_unmeasured: Default::default(),
        },
    );
    let format = quality::report::format::Format::named("json").unwrap();
    match format.render(&report, &Default::default()) {
        quality::report::format::Document::Text(text) => text,
        document => panic!("JSON is a text: {document:?}"),
    }
}

/// A repository of several hundred small changes, written by `git fast-import` and so in a pack.
pub fn repository() -> (TempDir, Arc<Repository>) {
    let place = tempfile::tempdir().unwrap();
    let mut stream = String::new();
    for number in 0..COMMITS {
        let subject = format!("Change a thing (#{number})");
        let time = 1_767_225_600 + number * 3_600;
        let _ = write!(
            stream,
            "commit refs/heads/main\ncommitter Ada <ada@example.com> {time} +0000\ndata {}\n{subject}\n",
            subject.len()
        );
        for which in 0..3 {
            let path = format!(
                "part{}/directory{}/file{}.py",
                (number + which) % 7,
                number % 11,
                which
            );
            let text = format!("value = {number}\n");
            let _ = write!(
                stream,
                "M 100644 inline {path}\ndata {}\n{text}\n",
                text.len()
            );
        }
    }
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(place.path()).args(arguments);
        command
    };
    assert!(
        git(&["init", "--quiet", "--initial-branch=main"])
            .status()
            .unwrap()
            .success()
    );
    let mut import = git(&["fast-import", "--quiet"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut import.stdin.take().unwrap(), stream.as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
    let Discovery::Found(repository) = Repository::discover(place.path()) else {
        panic!("no repository");
    };
    (place, repository)
}

/// Options under which the window is read once.
pub fn history_options() -> HistoryOptions {
    HistoryOptions::default()
}
