//! Fixtures of measures: several files in one string, each after a line `//- path`; what cannot be read after
//! `//- path (lost)`. A file where coverage reports usually lie is one.

use std::sync::Arc;

use crate::classify::{self, FileRules};
use crate::codebase::manifests::Manifests;
use crate::codebase::{Codebase, Content, File};
use crate::definition::{self, Component, CoverageSettings, Data, Definition};
use crate::evidence::coverage::{Found, USUAL_PLACES, gather};
use crate::facts::extract::extract_asked;
use crate::facts::{CodePatterns, Lost};
use crate::git::{HashKind, History, HistoryState, blob_id};
use crate::path::RepoPath;

use super::{Context, Measurement, Reading, Taken, explain, take};

/// A file of a fixture.
pub(crate) struct FixtureFile {
    pub(crate) path: RepoPath,
    pub(crate) text: String,
    pub(crate) is_lost: bool,
}

/// The files of a fixture.
pub(crate) fn files(fixture: &str) -> Vec<FixtureFile> {
    let mut files: Vec<FixtureFile> = Vec::new();
    for line in fixture.lines() {
        match (line.strip_prefix("//- "), files.last_mut()) {
            (Some(path), _) => {
                let kept = path.trim_end().strip_suffix(" (lost)");
                files.push(FixtureFile {
                    path: RepoPath::from(kept.unwrap_or(path).trim()),
                    text: String::new(),
                    is_lost: kept.is_some(),
                });
            }
            (None, Some(file)) => {
                file.text.push_str(line);
                file.text.push('\n');
            }
            (None, None) => assert!(line.trim().is_empty(), "text before the first file: {line}"),
        }
    }
    files
}

/// The codebase of a fixture, classified by path alone.
pub(crate) fn codebase(fixture: &str) -> Codebase {
    codebase_asked(fixture, &CodePatterns::default())
}

/// The same, with what a measure looks for in code.
pub(crate) fn codebase_for(fixture: &str, measure: &str) -> Codebase {
    codebase_asked(fixture, &definition_of(measure).code_patterns())
}

/// The same, with what these patterns find.
pub(crate) fn codebase_asked(fixture: &str, patterns: &CodePatterns) -> Codebase {
    let files = files(fixture);
    let manifests: Vec<(RepoPath, Vec<u8>)> = files
        .iter()
        .filter(|file| Manifests::wants(&file.path))
        .map(|file| (file.path.clone(), file.text.clone().into_bytes()))
        .collect();
    let found: Vec<Found> = files
        .iter()
        .filter(|file| {
            USUAL_PLACES
                .iter()
                .any(|place| *place == file.path.to_str())
        })
        .map(|file| Found {
            place: file.path.clone(),
            modified: None,
            bytes: Ok(file.text.clone().into_bytes()),
        })
        .collect();
    let listed: Vec<File> = files
        .into_iter()
        .map(|file| {
            let FixtureFile {
                path,
                text,
                is_lost,
            } = file;
            let settled = {
                let verdict = classify::by_path(&path, &FileRules::default());
                verdict.settle(&verdict.look(&path, text.as_bytes()))
            };
            let content = match settled.language {
                Some(_) if settled.class.has_facts() && is_lost => Content::Lost(Lost::ParseBudget),
                Some(language) if settled.class.has_facts() => {
                    let facts = extract_asked(language, text.as_bytes(), patterns);
                    Content::Facts(Arc::new(
                        facts.unwrap_or_else(|lost| panic!("{path:?} has no facts: {lost:?}")),
                    ))
                }
                _ => Content::Unread(settled.unsupported),
            };
            File {
                lines: text.lines().count() as u32,
                class: settled.class,
                reason: settled.reason,
                language: settled.language,
                content,
                id: Some(blob_id(HashKind::Sha1, text.as_bytes())),
                path,
            }
        })
        .collect();
    let paths = listed.iter().map(|file| &file.path);
    let coverage = gather(&found, paths, &CoverageSettings::default());
    let mut codebase = Codebase::new(
        listed,
        History::without(HistoryState::Skipped),
        Manifests::read(&manifests),
    );
    codebase.coverage = coverage;
    codebase
}

/// Checks what a measure says of a fixture: a line for the sum, then one for each reading with a note.
///
/// The measure is its name, or the name and its settings as TOML: `tested-files = { min_strength = 3 }`.
pub(crate) fn check(measure: &str, fixture: &str, expected: &str) {
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    assert_eq!(
        report(&codebase_for(fixture, measure), measure),
        expected.join("\n"),
        "of {fixture}"
    );
}

/// What a measure says of a codebase.
pub(crate) fn report(codebase: &Codebase, measure: &str) -> String {
    let (component, data) = component(measure);
    match take(&Context::new(codebase, &data, 1), &component) {
        Measurement::Taken(taken) => lines(codebase, &component, &taken).join("\n"),
        Measurement::NotApplicable { reason } => format!("not applicable: {reason}"),
        Measurement::Unavailable { reason, .. } => format!("unavailable: {reason}"),
        Measurement::Stale { reason, .. } => format!("stale: {reason}"),
    }
}

/// What a measure saw in a codebase.
pub(crate) fn taken(codebase: &Codebase, measure: &str) -> Measurement {
    let (component, data) = component(measure);
    take(&Context::new(codebase, &data, 1), &component)
}

/// A component with a measure, and what the lines after the first say of data.
fn component(measure: &str) -> (Component, Data) {
    let mut definition = definition_of(measure);
    (definition.components.remove(0), definition.data)
}

/// A definition of one component.
fn definition_of(measure: &str) -> Definition {
    let (measure, rest) = measure.split_once('\n').unwrap_or((measure, ""));
    let measure = if measure.contains('=') {
        measure.to_owned()
    } else {
        format!("{measure} = {{}}")
    };
    let text = format!("version = 1\n[component.fixture]\nmeasure.{measure}\n{rest}\n");
    match definition::parse(text.as_bytes(), "quality.toml") {
        Ok(definition) => definition,
        Err(diagnostics) => panic!("{diagnostics:?}"),
    }
}

fn lines(codebase: &Codebase, component: &Component, taken: &Taken) -> Vec<String> {
    let sum = |count: fn(&Reading) -> u64| taken.readings.iter().map(count).sum::<u64>();
    let mut lines = vec![format!(
        "{} of {}",
        sum(|reading| reading.good),
        sum(|reading| reading.of)
    )];
    lines.extend(taken.readings.iter().filter_map(|reading| {
        let note = explain(codebase, component, reading)?;
        let Some(file) = reading.subject.file() else {
            return Some(format!("{:?} {note}", reading.subject));
        };
        let path = codebase.file(file).path.to_str();
        Some(match reading.subject.line(codebase) {
            Some(line) => format!("{path}:{line} {note}"),
            None => format!("{path} {note}"),
        })
    }));
    lines
}
