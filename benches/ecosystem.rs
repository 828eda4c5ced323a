//! Every number that two builds do not agree on, over real repositories: what a change of a grammar, a query or a measure
//! does to people who measured before it.
//!
//! `cargo bench --bench ecosystem -- --before OLDER_BINARY REPOSITORY…` scans the head commit of each with both builds and
//! their built-in definitions. It ends with 1 if a number differs, and with 2 if a scan failed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};

use serde_json::Value;

const AFTER: &str = env!("CARGO_BIN_EXE_quality");
/// Most differences printed of one repository.
const MOST: usize = 200;
/// What tells builds apart and is no number.
const APART: [&str; 2] = ["tool", "definition"];

fn main() -> ExitCode {
    let mut before = None;
    let mut repositories = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--before" => before = arguments.next(),
            // What cargo adds.
            "--bench" => {}
            _ => repositories.push(argument),
        }
    }
    let Some(before) = before.filter(|_| !repositories.is_empty()) else {
        println!("ecosystem: name an older build and repositories: -- --before PROGRAM PATH …");
        return ExitCode::SUCCESS;
    };
    let (mut differ, mut failed) = (false, false);
    for repository in &repositories {
        let name = Path::new(repository).file_name();
        let name = name.map_or_else(|| repository.clone(), |name| name.to_string_lossy().into());
        match (scan(&before, repository), scan(AFTER, repository)) {
            (Ok(before), Ok(after)) => {
                let differences = differences(&before, &after);
                differ |= !differences.is_empty();
                println!("{name}: {} numbers differ", differences.len());
                for (place, (before, after)) in differences.iter().take(MOST) {
                    println!("  {place}: {before} → {after}");
                }
                if differences.len() > MOST {
                    println!("  and {} more", differences.len() - MOST);
                }
            }
            (before, after) => {
                failed = true;
                for (build, answer) in [("before", before), ("after", after)] {
                    if let Err(reason) = answer {
                        println!("{name}: the build {build} failed: {reason}");
                    }
                }
            }
        }
    }
    ExitCode::from(if failed { 2 } else { u8::from(differ) })
}

/// What a build says of the head commit of a repository.
fn scan(program: &str, repository: &str) -> Result<Value, String> {
    let mut command = Command::new(program);
    command.args(["scan", "--rev", "HEAD", "--format", "json", "--no-cache"]);
    let definition = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    std::fs::write(definition.path(), "version = 1\nextends = \"builtin\"\n")
        .map_err(|error| error.to_string())?;
    command.arg("--config").arg(definition.path());
    let output = command
        .arg(repository)
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    serde_json::from_slice(&output.stdout).map_err(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        format!("{error}; {} {}", output.status, said.trim())
    })
}

type Differences = BTreeMap<String, (String, String)>;

/// Values that differ, by where they stand. A part only one side has counts once, as a whole.
fn differences(before: &Value, after: &Value) -> Differences {
    let mut found = Differences::new();
    let mut open = vec![(String::new(), Some(before), Some(after))];
    while let Some((place, before, after)) = open.pop() {
        if before == after {
            continue;
        }
        match (before.and_then(parts), after.and_then(parts)) {
            (Some(before), Some(after)) => {
                let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
                names.sort();
                names.dedup();
                for name in names {
                    if place.is_empty() && APART.contains(&name.as_str()) {
                        continue;
                    }
                    let inside = format!("{place}/{name}");
                    let pair = (before.get(name).copied(), after.get(name).copied());
                    open.push((inside, pair.0, pair.1));
                }
            }
            _ => {
                found.insert(place, (shown(before), shown(after)));
            }
        }
    }
    found
}

/// What a value consists of by name: elements of a list by what they are called, so that one more does not shift the rest.
fn parts(value: &Value) -> Option<BTreeMap<String, &Value>> {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), value));
            Some(fields.collect())
        }
        Value::Array(elements) => {
            let mut named = BTreeMap::new();
            for element in elements {
                let mut keys = ["id", "path", "name", "language", "class"].iter();
                let name = keys.find_map(|key| element.get(key)?.as_str());
                let name = name.unwrap_or("").to_owned();
                let mut unique = name.clone();
                let mut number = 1;
                while named.contains_key(&unique) {
                    number += 1;
                    unique = format!("{name}#{number}");
                }
                named.insert(unique, element);
            }
            Some(named)
        }
        _ => None,
    }
}

fn shown(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
