//! What `lib.rs` says holds everywhere, read off the source tree.

use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use quality::definition::{Definition, Measure};
use quality::facts::extract::{check_queries, subjects_of};
use quality::facts::role::SUBJECTS;
use quality::languages::{Language, VERSIONS};

/// Lines a file may have before its tests.
const MOST_LINES: usize = 500;

/// Files that have more. Whoever shortens one takes it off the list; nobody puts one on.
const LONG: &[&str] = &[];

/// Cases of the hardening list that have to be found: all of them.
const CASES: RangeInclusive<u32> = 1..=128;

/// Captures no query uses any more. Whoever removes one from the vocabulary takes it off the list.
const UNUSED_CAPTURES: &[&str] = &[];

/// Modules from the command down to facts: each may import those after it.
const ORDER: &[&str] = &[
    "command",
    "survey",
    "report",
    "adoption",
    "gate",
    "trend",
    "advice",
    "evaluation",
    "measures",
    "codebase",
    "evidence",
    "facts",
];

/// Modules everything above stands on: of those they import facts alone.
const FOUNDATION: &[&str] = &[
    "cache",
    "class",
    "classify",
    "crash",
    "definition",
    "disk",
    "git",
    "languages",
    "day",
    "path",
    "probe",
    "source",
];

/// Who may read, write, ask the clock or start something.
const IMPURE: &[&str] = &[
    "main", "command", "survey", "source", "git", "cache", "disk", "crash", "probe",
];

/// A source file without its tests and comments: its path below the root, and its lines with their numbers.
struct Source {
    path: String,
    lines: Vec<(usize, String)>,
    /// Lines before the tests, comments included.
    length: usize,
}

impl Source {
    /// `facts` of `src/facts/mod.rs`, `main` of `src/main.rs`.
    fn module(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap();
        let first = below.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Lines that name one of these words, with the word.
    fn naming<'a>(&'a self, words: &'a [&str]) -> impl Iterator<Item = String> + 'a {
        self.lines.iter().flat_map(move |(number, line)| {
            let named = words.iter().filter(|word| names(line, word));
            named.map(move |word| format!("{}:{number} names {word}", self.path))
        })
    }
}

/// Whether a line names a word that is not part of a longer one.
fn names(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(part)
            && !line[at + word.len()..].chars().next().is_some_and(part)
    })
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Paths of files below a directory that end like this, sorted.
fn files(directory: &str, ending: &str) -> Vec<String> {
    let mut found: Vec<String> = walkdir::WalkDir::new(root().join(directory))
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .map(|path| {
            path.strip_prefix(root())
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .filter(|path| path.ends_with(ending))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "nothing in {directory}");
    found
}

fn sources() -> Vec<Source> {
    files("src", ".rs")
        .into_iter()
        .filter(|path| {
            !path.ends_with("/tests.rs")
                && !path.ends_with("/testing.rs")
                && !path.contains("/tests/")
        })
        .map(|path| {
            let text = read(&path);
            let all: Vec<&str> = text.lines().collect();
            let tests = all.windows(2).position(|two| {
                two[0] == "#[cfg(test)]" && two[1].starts_with("mod ") && two[1].ends_with('{')
            });
            let length = tests.unwrap_or(all.len());
            let lines = all[..length]
                .iter()
                .enumerate()
                .map(|(at, line)| {
                    let code = line.split("//").next().unwrap_or_default();
                    (at + 1, code.to_owned())
                })
                .collect();
            Source {
                path,
                lines,
                length,
            }
        })
        .collect()
}

#[test]
fn libraries_stay_in_their_rooms() {
    let mut found = Vec::new();
    for source in sources() {
        for (library, rooms) in [
            ("git2", &["git"][..]),
            ("libgit2_sys", &[]),
            ("tree_sitter", &["facts", "languages"]),
            ("tree_sitter_javascript", &["languages"]),
            ("tree_sitter_python", &["languages"]),
            ("tree_sitter_rust", &["languages"]),
            ("tree_sitter_typescript", &["languages"]),
            ("rayon", &[]),
            ("walkdir", &[]),
            ("clap", &["cli", "main"]),
        ] {
            if !rooms.contains(&source.module()) {
                found.extend(source.naming(&[library]));
            }
        }
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn only_the_shell_reads_writes_or_asks_the_clock() {
    let words = [
        "std::fs",
        "fs::File",
        "std::env",
        "std::process",
        "std::net",
        "SystemTime",
        "Instant",
        "Timestamp::now",
        "Zoned::now",
        "std::thread",
        "thread::spawn",
        "println!",
        "print!",
        "eprintln!",
        "eprint!",
        "dbg!",
        "stdout",
        "stderr",
        "stdin",
    ];
    let mut found = Vec::new();
    for source in sources() {
        if IMPURE.contains(&source.module()) {
            continue;
        }
        match source.path.as_str() {
            // Parsing runs on threads that can be given up, and ends the process when there is no thread to give up.
            "src/facts/pool.rs" => found.extend(source.naming(&words).filter(|line| {
                !line.contains("names std::thread") && !line.contains("names std::process")
            })),
            // Measuring is shared out among threads that end before it does and decide nothing.
            "src/codebase/parallel.rs" => {
                found.extend(
                    source
                        .naming(&words)
                        .filter(|line| !line.contains("names std::thread")),
                );
            }
            "src/facts/guard.rs" => {
                found.extend(
                    source
                        .naming(&words)
                        .filter(|line| !line.contains("names std::process")),
                );
            }
            _ => found.extend(source.naming(&words)),
        }
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn only_a_probe_starts_a_program_and_only_a_crash_begins_this_one_again() {
    let mut found = Vec::new();
    for source in sources() {
        for (way, room) in [
            ("Command::new", "probe"),
            ("posix_spawn", "probe"),
            ("libc::fork", "probe"),
            ("libc::execve", "crash"),
            ("libc::execv", "crash"),
        ] {
            if source.module() != room {
                found.extend(source.naming(&[way]));
            }
        }
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn imports_go_downward() {
    let mut found = Vec::new();
    for source in sources() {
        let module = source.module();
        let forbidden: &[&str] = if let Some(at) = ORDER.iter().position(|known| *known == module) {
            &ORDER[..at]
        } else if FOUNDATION.contains(&module) {
            &ORDER[..ORDER.len() - 1]
        } else {
            continue;
        };
        let paths: Vec<String> = forbidden
            .iter()
            .map(|name| format!("crate::{name}"))
            .collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        found.extend(source.naming(&paths));
        // A list would pass unseen.
        let listed = source
            .lines
            .iter()
            .find(|(_, line)| line.contains("crate::{"));
        found.extend(listed.map(|(number, _)| format!("{}:{number} imports a list", source.path)));
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn every_module_is_in_the_order_or_known_to_stand_beside_it() {
    let text = read("src/lib.rs");
    let modules: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let known: BTreeSet<&str> = ORDER
        .iter()
        .chain(FOUNDATION)
        .chain(&["cli", "error", "fuzzing"])
        .copied()
        .collect();
    assert_eq!(modules, known);
    assert!(
        text.contains(&format!("`{}`", ORDER.join(" → "))),
        "lib.rs tells another order"
    );
}

#[test]
fn versions_that_facts_depend_on_are_those_of_the_lock_file() {
    let lock: toml::Table = read("Cargo.lock").parse().unwrap();
    let packages = lock["package"].as_array().unwrap().iter();
    let mut versions: Vec<String> = packages
        .map(|package| {
            (
                package["name"].as_str().unwrap(),
                package["version"].as_str().unwrap(),
            )
        })
        // `tree-sitter-language` is the type grammars hand over; it moves no tree.
        .filter(|(name, _)| name.starts_with("tree-sitter") && *name != "tree-sitter-language")
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    versions.sort();
    assert_eq!(versions.join(", "), VERSIONS);
}

#[test]
fn every_dependency_is_named_in_the_code() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let sources = sources();
    let dependencies = manifest["dependencies"].as_table().unwrap();
    let unused: Vec<&str> = dependencies
        .keys()
        .map(String::as_str)
        .filter(|name| {
            let word = name.replace('-', "_");
            sources
                .iter()
                .all(|source| source.naming(&[&word]).next().is_none())
        })
        .collect();
    assert_eq!(unused, [""; 0]);
}

#[test]
fn queries_compile_and_the_vocabulary_is_in_use() {
    assert_eq!(check_queries(), Ok(()));
    let used: BTreeSet<&str> = Language::all().flat_map(subjects_of).collect();
    let legal: BTreeSet<&str> = SUBJECTS.iter().map(|(_, name)| *name).collect();
    let unused: Vec<&str> = legal.difference(&used).copied().collect();
    assert_eq!(unused, UNUSED_CAPTURES, "captures no query uses");
}

#[test]
fn every_query_file_belongs_to_a_language() {
    let table = read("src/languages/mod.rs");
    for path in files("src/languages", ".scm") {
        let name = path.rsplit('/').next().unwrap();
        assert!(
            table.contains(&format!("include_str!(\"{name}\")")),
            "{path} is used by no row"
        );
        assert!(
            read(&path).starts_with("; "),
            "{path} does not say what it is"
        );
    }
}

#[test]
fn every_measure_is_in_the_built_in_definition() {
    let definition = Definition::builtin();
    let built_in: BTreeSet<&str> = definition
        .enabled()
        .map(|component| component.measure.name())
        .collect();
    let all = Measure::all();
    let measures: BTreeSet<&str> = all.iter().map(Measure::name).collect();
    assert_eq!(measures.len(), all.len(), "two measures share a name");
    // What reads all of history is there and switched off. What a definition says in its own words has no words of ours.
    let silent: Vec<&str> = measures.difference(&built_in).copied().collect();
    assert_eq!(silent, ["attended-code", "declared", "steady-deployments"]);
    let all = definition.components.iter();
    let off: Vec<&str> = all
        .filter(|row| !row.enabled)
        .map(|row| row.measure.name())
        .collect();
    assert_eq!(off, ["attended-code", "steady-deployments"]);
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|source| source.length > MOST_LINES)
        .map(|source| source.path)
        .collect();
    assert_eq!(long, LONG, "too long, or on the list without need");
}

#[test]
fn every_file_says_in_its_first_line_what_lives_there() {
    let mut paths = files("src", ".rs");
    paths.extend(files("tests", ".rs"));
    let silent: Vec<String> = paths
        .into_iter()
        .filter(|path| !read(path).starts_with("//! "))
        .collect();
    assert_eq!(silent, [""; 0]);
}

#[test]
fn nothing_names_a_place_on_the_machine_it_was_written_on() {
    let mut paths = files("src", "");
    paths.extend(files("tests", ".rs"));
    paths.extend(["Cargo.toml", "quality.toml.example", ".ci/run", "README.md"].map(str::to_owned));
    // In two parts, or this file would name them.
    let places = ["work/", "tmp/", "root/", "home/", "Users/"].map(|name| format!("/{name}"));
    let mut found = Vec::new();
    for path in paths {
        // The README is written last.
        let Ok(text) = fs::read_to_string(root().join(&path)) else {
            continue;
        };
        for (at, line) in text.lines().enumerate() {
            let named = places.iter().filter(|place| {
                line.match_indices(place.as_str()).any(|(at, _)| {
                    !line[..at].ends_with(|before: char| {
                        before.is_alphanumeric() || ".-_}/".contains(before)
                    })
                })
            });
            found.extend(named.map(|place| format!("{path}:{} names {place}", at + 1)));
        }
    }
    assert_eq!(found, [""; 0]);
}

/// The cases a comment above a test names: `// Case 9.`, `// Cases 9, 10 and 12.`, `// Cases 9 to 12.`
fn cases_of(line: &str) -> Option<Vec<u32>> {
    let said = line.trim_start().strip_prefix("// Case")?;
    let (said, _) = said.trim_start_matches('s').split_once('.')?;
    let number = |text: &str| text.trim().parse::<u32>().ok();
    if let Some((first, last)) = said.split_once(" to ") {
        return Some((number(first)?..=number(last)?).collect());
    }
    let said = said.replace(" and ", ",");
    said.split(',').map(number).collect()
}

#[test]
fn cases_are_read_in_each_form() {
    for (line, cases) in [
        ("// Case 9.", &[9][..]),
        ("    // Case 9. And why.", &[9]),
        ("// Cases 9, 10 and 12.", &[9, 10, 12]),
        ("// Cases 9 and 10.", &[9, 10]),
        ("// Cases 9 to 12.", &[9, 10, 11, 12]),
    ] {
        assert_eq!(cases_of(line).as_deref(), Some(cases), "{line}");
    }
    for line in ["// Case nine.", "// Case 9", "// In case 9.", "case 9."] {
        assert_eq!(cases_of(line), None, "{line}");
    }
}

#[test]
fn every_case_of_the_hardening_list_has_a_test_or_a_reason() {
    let mut found: BTreeSet<u32> = BTreeSet::new();
    let mut astray = Vec::new();
    let mut paths = files("src", ".rs");
    paths.extend(files("tests", ".rs"));
    for path in paths {
        let text = read(&path);
        let lines: Vec<&str> = text.lines().collect();
        for (at, cases) in lines
            .iter()
            .enumerate()
            .filter_map(|(at, line)| Some((at, cases_of(line)?)))
        {
            let mut rest = lines[at..].iter().map(|line| line.trim_start());
            let below = rest.find(|line| !line.starts_with("//"));
            if below.is_some_and(|line| line.starts_with("#[")) {
                found.extend(cases);
            } else {
                astray.push(format!("{path}:{}", at + 1));
            }
        }
    }
    assert_eq!(astray, [""; 0], "cases are named right above a test");
    for line in read("tests/program/hardening.md").lines() {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        if let (Some(Ok(case)), Some(reason)) = (cells.next().map(str::parse), cells.next()) {
            assert!(!reason.is_empty(), "no reason for case {case}");
            found.insert(case);
        }
    }
    let missing: Vec<u32> = CASES.filter(|case| !found.contains(case)).collect();
    assert_eq!(missing, [0; 0], "cases without a test and without a reason");
}

#[test]
fn every_test_the_documents_point_to_is_there() {
    for path in ["README.md", "SECURITY.md"] {
        let text = read(path);
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        let mut files = links
            .filter(|link| link.starts_with("tests/") || link.starts_with("src/"))
            .peekable();
        assert!(files.peek().is_some(), "{path} points to no test");
        for file in files {
            assert!(root().join(file).exists(), "{path} points to {file}");
        }
    }
}
