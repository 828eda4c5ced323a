//! `coverage-final.json` of Istanbul: for each file its statements with how often each was run. A line is one where a
//! statement starts, and was run as often as the one of them that was run most.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::json::read;
use super::{Format, Refusal, Report, Reported, clamped};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    path: Option<String>,
    statement_map: BTreeMap<String, Place>,
    s: BTreeMap<String, Option<f64>>,
    #[serde(default)]
    branch_map: BTreeMap<String, Branch>,
    #[serde(default)]
    b: BTreeMap<String, Vec<Option<f64>>>,
    input_source_map: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Place {
    start: Position,
}

#[derive(Deserialize)]
struct Position {
    /// Statements that an instrumenter made up have no line.
    line: Option<f64>,
}

#[derive(Deserialize)]
struct Branch {
    loc: Option<Place>,
    line: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Probe {
    #[allow(dead_code, reason = "its presence is the answer")]
    statement_map: IgnoredAny,
}

/// Whether a text is one: files by path, each with its statements.
pub(super) fn is_one(text: &str) -> bool {
    let files: Result<BTreeMap<String, Probe>, _> = serde_json::from_str(text);
    files.is_ok_and(|files| !files.is_empty())
}

/// Reads a report. Files whose lines are those of generated code are left out: their source map was not applied.
pub(super) fn parse(text: &str) -> Result<Report, Refusal> {
    let document: BTreeMap<String, File> = read(text)?;
    let mut files: BTreeMap<String, Reported> = BTreeMap::new();
    let mut generated = 0u64;
    for (key, told) in document {
        if told.input_source_map.is_some() {
            generated += 1;
            continue;
        }
        let path = told.path.unwrap_or(key);
        let mut file = Reported::default();
        for (id, place) in &told.statement_map {
            let hits = told.s.get(id).copied().flatten().map_or(0, clamped);
            let Some(line) = line(place.start.line) else {
                continue;
            };
            let run = file.lines.get(&super::line_number(line)?).copied();
            file.hit(line, hits.saturating_sub(run.unwrap_or(0)))?;
        }
        let mut branches: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
        for (id, branch) in &told.branch_map {
            let place = branch.loc.as_ref().and_then(|place| place.start.line);
            let Some(line) = line(place.or(branch.line)) else {
                continue;
            };
            let ways = told.b.get(id).map_or(&[][..], Vec::as_slice);
            let taken = ways.iter().filter(|way| way.is_some_and(|hits| hits > 0.0));
            let known = branches.entry(line).or_insert((0, 0));
            *known = (known.0 + taken.count() as u64, known.1 + ways.len() as u64);
        }
        for (line, (taken, of)) in branches {
            file.branch(line, taken, of)?;
        }
        files.entry(path).or_default().add(&file);
    }
    let oddities = (generated > 0).then(|| {
        format!(
            "{generated} files are left out: their lines are those of generated code, since no source map was applied"
        )
    });
    Ok(Report {
        format: Format::Istanbul,
        written: None,
        roots: Vec::new(),
        files,
        oddities: oddities.into_iter().collect(),
    })
}

fn line(number: Option<f64>) -> Option<u64> {
    number.filter(|number| *number >= 1.0).map(clamped)
}
