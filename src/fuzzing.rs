//! What holds for any bytes: a function for each thing that is read from strangers, which panics where it does not hold.
//!
//! `fuzz/` drives them for hours; the tests here, with seeds that are bent in the same ways every time, for seconds. What
//! hours find becomes a seed below `fuzz/seeds`, where both begin.

use crate::classify::Attributes;
use crate::codebase::manifests::Manifests;
use crate::definition::{self, Format, TimingImport, Unit};
use crate::evidence::{coverage, owners::Owners, timings};
use crate::facts::decode::decode;
use crate::facts::extract::extract;
use crate::facts::{Facts, Lost, guard};
use crate::languages::Language;
use crate::path::RepoPath;
use crate::report::escape;
use crate::{git, source};

/// Takes any bytes, and panics if something that is promised of them does not hold.
pub type Target = fn(&[u8]);

/// Every target by its name, sorted.
pub const TARGETS: &[(&str, Target)] = &[
    ("attributes", attributes),
    ("commit", git::fuzzing::commit),
    ("coverage", coverage),
    ("definition", definition),
    ("delta", git::fuzzing::delta),
    ("encoders", escape::fuzzing::encoders),
    ("facts_javascript", |bytes| facts("javascript", bytes)),
    ("facts_python", |bytes| facts("python", bytes)),
    ("facts_rust", |bytes| facts("rust", bytes)),
    ("facts_tsx", |bytes| facts("tsx", bytes)),
    ("facts_typescript", |bytes| facts("typescript", bytes)),
    ("git_files", git::fuzzing::files),
    ("ignore_rules", source::fuzzing::ignore_rules),
    ("manifests", manifests),
    ("owners", owners),
    ("timings", timings),
    ("tree_diff", git::fuzzing::tree_diff),
];

/// Facts of a file in any state: within the file, the same twice, and as they were after a stay in the cache.
fn facts(dialect: &str, bytes: &[u8]) {
    guard::install();
    let Some(language) = Language::all().find(|language| language.dialect() == dialect) else {
        panic!("there is no dialect {dialect}");
    };
    let decoded = decode(bytes.to_vec());
    assert!(!decoded.text.contains(&b'\r'), "a line ends in two ways");
    let facts = extract(language, &decoded.text);
    // The budget depends on nothing but the text, or a file would be lost on some machines.
    assert_eq!(facts, extract(language, &decoded.text));
    match facts {
        Ok(facts) => within(&facts, &decoded.text),
        Err(Lost::ParseErrors(share)) => assert!((1..=100).contains(&share)),
        Err(lost) => assert_eq!(lost, Lost::ParseBudget),
    }
}

fn within(facts: &Facts, text: &[u8]) {
    let lines = crate::facts::decode::count_lines(text);
    assert_eq!(facts.lines.total(), lines);
    assert!(facts.lines.code_in_tests <= facts.lines.code);
    assert!(facts.lines.statements <= facts.lines.code);
    assert!(facts.unparsed_bytes as usize <= text.len());
    let inside = |line: u32| (1..=lines).contains(&line);
    let mut code = 0_u64;
    for (at, function) in facts.functions.iter().enumerate() {
        assert!(inside(function.line) && inside(function.end_line));
        assert!(function.line <= function.end_line);
        assert!(function.cyclomatic >= 1);
        assert!(function.slots.iter().all(|slot| inside(slot.line)));
        if let Some(by) = function.absorbed_by {
            assert!((by as usize) < at, "absorbed by what comes later");
        }
        code += u64::from(function.code_lines);
    }
    assert!(code <= u64::from(facts.lines.code), "a line counted twice");
    assert!(facts.fields.iter().all(|field| inside(field.line)));
    assert!(facts.items.iter().all(|item| inside(item.line)));
    assert!(facts.imports.iter().all(|import| inside(import.line)));
    assert!(facts.debts.iter().all(|debt| inside(debt.line)));
    let kept = postcard::to_stdvec(facts).unwrap_or_default();
    assert_eq!(postcard::from_bytes(&kept).as_ref(), Ok(facts));
}

/// A definition is read alike twice; what is wrong with it is said in words that a terminal does not obey.
fn definition(bytes: &[u8]) {
    match definition::parse(bytes, "quality.toml") {
        Ok(read) => {
            let again = definition::parse(bytes, "quality.toml");
            let again = again.map(|again| again.fingerprint("")).ok();
            assert_eq!(again, Some(read.fingerprint("")));
        }
        Err(diagnostics) => {
            let text = diagnostics.render(false);
            assert!(!text.is_empty());
            for line in text.lines() {
                assert_eq!(escape::terminal(line.as_bytes()), line);
            }
        }
    }
}

/// A coverage report: lines that exist, branches taken among those there are, and a refusal in one safe line.
fn coverage(bytes: &[u8]) {
    match coverage::parse(bytes) {
        Ok(report) => {
            for reported in report.files.values() {
                assert!(reported.lines.keys().all(|line| *line > 0));
                let mut branches = reported.branches.values();
                assert!(branches.all(|(taken, of)| taken <= of));
            }
        }
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
}

/// Timings of every format: bounded names, no time beyond a day.
fn timings(bytes: &[u8]) {
    for (_, format) in Format::ALL {
        let import = TimingImport {
            path: String::new(),
            format,
            select: String::new(),
            unit: Unit::Ms,
            assume_cold: false,
        };
        for timing in timings::read(&import, bytes).unwrap_or_default() {
            assert!(timing.name.len() <= 1_024);
            assert!(timing.micros <= 86_400_000_000);
            let _ = timings::address(&timing.name);
        }
    }
}

/// Owners: whoever answers for a file is among all, and a fault is a line of the file.
fn owners(bytes: &[u8]) {
    let owners = Owners::read(bytes);
    let lines = String::from_utf8_lossy(bytes).lines().count();
    assert!(owners.faults.iter().all(|line| (1..=lines).contains(line)));
    let all = owners.all();
    for path in ["a", "src/a.py", "docs/x y/ü.md", ".github/workflows/ci.yml"] {
        let found = owners.of(&RepoPath::from(path));
        assert!(found.iter().all(|owner| all.contains(&owner.as_str())));
    }
}

/// Attributes of two directories, the bytes in both.
fn attributes(bytes: &[u8]) {
    let mut attributes = Attributes::default();
    let one = attributes.add(b"", bytes);
    let two = attributes.add(b"vendor", bytes);
    assert_eq!(one, two, "what is left out depends on the file alone");
}

/// Project files of every kind: read alike in any order.
fn manifests(bytes: &[u8]) {
    let names = [
        "Cargo.toml",
        "package.json",
        "pyproject.toml",
        "setup.cfg",
        "tsconfig.json",
        "web/package.json",
    ];
    let mut files: Vec<(RepoPath, Vec<u8>)> = names
        .iter()
        .map(|name| (RepoPath::from(*name), bytes.to_vec()))
        .collect();
    let read = format!("{:?}", Manifests::read(&files));
    files.reverse();
    assert_eq!(read, format!("{:?}", Manifests::read(&files)));
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::TARGETS;

    /// How often each seed is bent.
    const BENT: u64 = 12;
    /// Longest seed: what is found in long texts is found in short ones.
    const LONGEST: usize = 4_096;

    /// What parsers of text stumble over.
    const TOKENS: &[&[u8]] = &[
        b"\0",
        b"\r",
        b"\r\n",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x1b[2J",
        b"\"",
        b"'",
        b"`",
        b"{",
        b"}",
        b"(",
        b"[[",
        b"]]>",
        b"<!--",
        b"&lt;",
        b"#",
        b"=",
        b"-1",
        b"1e400",
        b"nan",
        b"18446744073709551616",
        b"\\",
        b"/..",
        b"**/",
        "\u{202e}".as_bytes(),
        b"\n\n\n",
        b"if x:\n",
        b" ",
    ];

    /// The same numbers on every machine.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % end.max(1) as u64) as usize
        }
    }

    fn bend(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=dice.below(4) {
            let at = dice.below(bytes.len() + 1);
            let end = (at + dice.below(40)).min(bytes.len());
            match dice.below(5) {
                0 => bytes.truncate(at),
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part.repeat(1 + dice.below(8)));
                }
                3 => drop(bytes.splice(at..at, TOKENS[dice.below(TOKENS.len())].iter().copied())),
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << dice.below(8);
                    }
                }
            }
        }
        bytes
    }

    /// Files below `fuzz/seeds`, and what the fixtures hold of the same kind.
    fn seeds(name: &str) -> Vec<Vec<u8>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let fixtures = match name {
            "coverage" => "fixtures/coverage".to_owned(),
            "definition" => "fixtures/definitions".to_owned(),
            _ => match name.strip_prefix("facts_") {
                Some(dialect) => format!("fixtures/languages/{dialect}"),
                None => String::new(),
            },
        };
        let mut directories = vec![root.join("fuzz/seeds").join(name)];
        if !fixtures.is_empty() {
            directories.push(root.join(fixtures));
        }
        let mut seeds = vec![Vec::new()];
        for directory in directories {
            let files = walkdir::WalkDir::new(directory).sort_by_file_name();
            for entry in files.into_iter().flatten() {
                if entry.file_type().is_file() {
                    let mut seed = fs::read(entry.path()).unwrap();
                    seed.truncate(LONGEST);
                    seeds.push(seed);
                }
            }
        }
        assert!(seeds.len() > 1, "{name} has no seed");
        seeds
    }

    #[test]
    fn targets_are_sorted_and_each_has_a_program_that_drives_it() {
        assert!(TARGETS.is_sorted_by_key(|(name, _)| *name));
        let manifest = include_str!("../fuzz/Cargo.toml");
        let programs = manifest.matches("[[bin]]").count();
        assert_eq!(programs, TARGETS.len());
        for (name, _) in TARGETS {
            assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        }
    }

    #[test]
    fn bent_seeds_break_no_promise() {
        for (name, target) in TARGETS {
            for (number, seed) in seeds(name).iter().enumerate() {
                target(seed);
                let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ number as u64);
                for _ in 0..BENT {
                    let bytes = bend(seed, &mut dice);
                    let caught = std::panic::catch_unwind(|| target(&bytes));
                    assert!(caught.is_ok(), "{name}: {}", bytes.escape_ascii());
                }
            }
        }
    }
}
