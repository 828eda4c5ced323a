//! The JSON of coverage.py: for each file the lines that were run and those that were not.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::json::read;
use super::{Format, Refusal, Report, Reported};

/// Hours by which local time can lie behind the time of the world.
const FURTHEST_WEST: i64 = 12;

#[derive(Deserialize)]
struct Document {
    meta: Meta,
    files: BTreeMap<String, File>,
}

#[derive(Deserialize)]
struct Meta {
    timestamp: Option<String>,
}

#[derive(Deserialize)]
struct File {
    executed_lines: Vec<i64>,
    missing_lines: Vec<i64>,
    #[serde(default)]
    executed_branches: Vec<(i64, i64)>,
    #[serde(default)]
    missing_branches: Vec<(i64, i64)>,
}

/// Reads a report. It knows whether a line was run, not how often.
pub(super) fn parse(text: &str) -> Result<Report, Refusal> {
    let document: Document = read(text)?;
    let mut files = BTreeMap::new();
    for (path, told) in document.files {
        let mut file = Reported::default();
        for (lines, hits) in [(&told.executed_lines, 1), (&told.missing_lines, 0)] {
            for line in lines {
                file.hit(u64::try_from(*line).unwrap_or(0), hits)?;
            }
        }
        let mut branches: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
        for (list, taken) in [(&told.executed_branches, 1), (&told.missing_branches, 0)] {
            for (from, _) in list {
                let known = branches.entry(*from).or_insert((0, 0));
                *known = (known.0 + taken, known.1 + 1);
            }
        }
        for (line, (taken, of)) in branches {
            file.branch(u64::try_from(line).unwrap_or(0), taken, of)?;
        }
        files.insert(path, file);
    }
    let written = document.meta.timestamp.as_deref().and_then(latest);
    Ok(Report {
        format: Format::CoveragePy,
        written,
        roots: Vec::new(),
        files,
        oddities: Vec::new(),
    })
}

/// A local time without its zone: the latest moment it can mean, so that nothing is called old that is not.
fn latest(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.as_second());
    }
    let local: jiff::civil::DateTime = text.parse().ok()?;
    let moment = local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(moment.as_second() + FURTHEST_WEST * 3_600)
}
