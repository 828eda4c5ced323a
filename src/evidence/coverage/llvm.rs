//! The JSON of `llvm-cov export`: for each file the points where the count changes. Which lines these come to is worked
//! out as llvm-cov does it itself (`LineCoverageStats` in `CoverageMapping.cpp`).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::json::read;
use super::{Format, MOST_REGION_LINES, Refusal, Report, Reported, clamped, line_number};

#[derive(Deserialize)]
struct Document {
    data: Vec<Export>,
}

#[derive(Deserialize)]
struct Export {
    #[serde(default)]
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    filename: String,
    #[serde(default)]
    segments: Vec<Vec<Value>>,
}

/// From here on, up to the next one, code was run so often.
#[derive(Clone, Copy)]
struct Segment {
    line: u32,
    hits: u64,
    has_count: bool,
    is_entry: bool,
    is_gap: bool,
}

/// Reads a report.
pub(super) fn parse(text: &str) -> Result<Report, Refusal> {
    let document: Document = read(text)?;
    let mut files: BTreeMap<String, Reported> = BTreeMap::new();
    let mut all = Vec::new();
    let mut length = 0;
    for told in document.data.into_iter().flat_map(|export| export.files) {
        let mut segments = Vec::with_capacity(told.segments.len());
        for segment in &told.segments {
            segments.push(read_segment(segment)?);
        }
        let last = segments.iter().map(|segment| segment.line).max();
        length += u64::from(last.unwrap_or(0));
        all.push((told.filename, segments));
    }
    // Looked at before any of them is counted out.
    if length > MOST_REGION_LINES {
        return Err(Refusal::new(format!(
            "its regions hold more than {MOST_REGION_LINES} lines"
        )));
    }
    for (path, segments) in all {
        let file = files.entry(path).or_default();
        let mut found = Reported::default();
        for (line, hits) in lines(&segments) {
            found.hit(u64::from(line), hits)?;
        }
        // Several exports of one file are runs of several programs.
        file.add(&found);
    }
    Ok(Report {
        format: Format::Llvm,
        written: None,
        roots: Vec::new(),
        files,
        oddities: Vec::new(),
    })
}

fn read_segment(parts: &[Value]) -> Result<Segment, Refusal> {
    let number = |at: usize| parts.get(at).and_then(Value::as_f64).map(clamped);
    let flag = |at: usize| match parts.get(at) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(number)) => number.as_u64() != Some(0),
        _ => false,
    };
    match (number(0), number(2)) {
        (Some(line), Some(hits)) => Ok(Segment {
            line: line_number(line)?,
            hits,
            has_count: flag(3),
            is_entry: flag(4),
            is_gap: flag(5),
        }),
        _ => Err(Refusal::new("a segment of it cannot be read")),
    }
}

/// The lines that could be run, with how often they were.
fn lines(segments: &[Segment]) -> Vec<(u32, u64)> {
    let mut found = Vec::new();
    let mut around: Option<Segment> = None;
    let mut rest = segments;
    let Some(mut line) = segments.first().map(|first| first.line) else {
        return found;
    };
    while !rest.is_empty() {
        // What lies out of order belongs to the line before it.
        let count = rest
            .iter()
            .take_while(|segment| segment.line <= line)
            .count();
        let (here, after) = rest.split_at(count);
        rest = after;
        found.extend(hits_of(around, here).map(|hits| (line, hits)));
        around = here.last().copied().or(around);
        line += 1;
    }
    found
}

/// How often a line was run, from the segment that reaches into it and those that start on it; none if nothing on it can
/// be run.
fn hits_of(around: Option<Segment>, here: &[Segment]) -> Option<u64> {
    let starts = |segment: &&Segment| !segment.is_gap && segment.has_count && segment.is_entry;
    let is_skipped = here
        .first()
        .is_some_and(|first| !first.has_count && first.is_entry);
    let has_entry = here
        .iter()
        .any(|segment| segment.is_entry && segment.has_count);
    let is_mapped = (!is_skipped && around.is_some_and(|around| around.has_count)) || has_entry;
    if !is_mapped {
        return None;
    }
    let inherited = around.map_or(0, |around| around.hits);
    Some(
        here.iter()
            .filter(starts)
            .map(|segment| segment.hits)
            .fold(inherited, u64::max),
    )
}
