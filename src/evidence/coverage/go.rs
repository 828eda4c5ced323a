//! The coverprofile of `go test`: a line for each block, `path:line.column,line.column statements runs`. A line was run if
//! a block on it was. With `-coverpkg` the same block is told once for each package of tests: its runs are added.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use super::{Format, MOST_REGION_LINES, Refusal, Report, Reported, hits, line_number};

/// Reads a report.
pub(super) fn parse(text: &str) -> Result<Report, Refusal> {
    let mut blocks: HashMap<(&str, &str), (u64, u64)> = HashMap::new();
    for (at, line) in text.lines().enumerate() {
        // Profiles that were joined repeat the first line.
        if line.is_empty() || line.starts_with("mode: ") {
            continue;
        }
        let block = block(line);
        let Some((path, place, statements, runs)) = block else {
            return Err(Refusal::new(format!("its line {} cannot be read", at + 1)));
        };
        let known = blocks.entry((path, place)).or_insert((statements, 0));
        known.1 = known.1.saturating_add(runs);
    }
    let mut files: BTreeMap<String, Reported> = BTreeMap::new();
    let mut runs_of_rows: Vec<(&str, RangeInclusive<u32>, u64)> = Vec::new();
    let mut length = 0;
    for ((path, place), (statements, runs)) in blocks {
        let Some((first, last)) = rows(place) else {
            return Err(Refusal::new("a block of it has no place"));
        };
        let (first, last) = (line_number(first)?, line_number(last)?);
        files.entry(path.to_owned()).or_default();
        if statements > 0 {
            length += u64::from(last.saturating_sub(first)) + 1;
            runs_of_rows.push((path, first.max(1)..=last, runs));
        }
    }
    // Looked at before any of them is counted out.
    if length > MOST_REGION_LINES {
        return Err(Refusal::new(format!(
            "its blocks hold more than {MOST_REGION_LINES} lines"
        )));
    }
    for (path, rows, runs) in runs_of_rows {
        let file = files.entry(path.to_owned()).or_default();
        for line in rows {
            let known = file.lines.entry(line).or_insert(0);
            *known = (*known).max(runs);
        }
    }
    Ok(Report {
        format: Format::Go,
        written: None,
        roots: Vec::new(),
        files,
        oddities: Vec::new(),
    })
}

/// Path, place, statements and runs of a block.
fn block(line: &str) -> Option<(&str, &str, u64, u64)> {
    let mut words = line.trim_end().rsplitn(3, ' ');
    let runs = hits(words.next()?)?;
    let statements = hits(words.next()?)?;
    let (path, place) = words.next()?.rsplit_once(':')?;
    (!path.is_empty()).then_some((path, place, statements, runs))
}

/// First and last line of `line.column,line.column`.
fn rows(place: &str) -> Option<(u64, u64)> {
    let (first, last) = place.split_once(',')?;
    let row = |text: &str| text.split('.').next()?.parse().ok();
    Some((row(first)?, row(last)?))
}
