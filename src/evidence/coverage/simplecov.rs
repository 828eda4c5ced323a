//! `.resultset.json` of SimpleCov: by suite and file an array with an element for each line, null where nothing can be run.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::json::read;
use super::{Format, Refusal, Report, Reported, clamped, small};

#[derive(Deserialize)]
struct Suite {
    coverage: BTreeMap<String, File>,
    timestamp: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum File {
    /// With branches beside the lines.
    Parts { lines: Vec<Value> },
    /// As it was before 0.18.
    Lines(Vec<Value>),
}

#[derive(Deserialize)]
struct Probe {
    #[allow(dead_code, reason = "its presence is the answer")]
    coverage: BTreeMap<String, IgnoredAny>,
}

/// Whether a text is one: suites by name, each with its coverage.
pub(super) fn is_one(text: &str) -> bool {
    let suites: Result<BTreeMap<String, Probe>, _> = serde_json::from_str(text);
    suites.is_ok_and(|suites| !suites.is_empty())
}

/// Reads a report; what several suites ran is added.
pub(super) fn parse(text: &str) -> Result<Report, Refusal> {
    let suites: BTreeMap<String, Suite> = read(text)?;
    let mut files: BTreeMap<String, Reported> = BTreeMap::new();
    let mut oldest: Option<i64> = None;
    for suite in suites.into_values() {
        if let Some(time) = suite.timestamp {
            let time = time as i64;
            oldest = Some(oldest.map_or(time, |oldest| oldest.min(time)));
        }
        for (path, file) in suite.coverage {
            let (File::Parts { lines } | File::Lines(lines)) = file;
            let mut told = Reported {
                length: Some(small(lines.len() as u64)),
                ..Reported::default()
            };
            for (line, hits) in (1..).zip(&lines) {
                // Beside null there is "ignored".
                if let Some(hits) = hits.as_f64() {
                    told.hit(line, clamped(hits))?;
                }
            }
            files.entry(path).or_default().add(&told);
        }
    }
    Ok(Report {
        format: Format::SimpleCov,
        written: oldest,
        roots: Vec::new(),
        files,
        oddities: Vec::new(),
    })
}
