//! lcov: records of lines between `SF:path` and `end_of_record`, written by lcov, coverage.py, llvm-cov, c8, Jest and
//! many others. `man geninfo` describes it.

use std::collections::BTreeMap;

use super::{Format, Refusal, Report, Reported, hits};

/// Whether a text begins like one.
pub(super) fn is_one(text: &str) -> bool {
    let first = text.lines().find(|line| !line.starts_with('#'));
    first.is_some_and(|line| line.starts_with("TN:") || line.starts_with("SF:"))
}

/// Reads a report. Counts at the end of a record (`LF`, `LH`) are compared with what it lists, never believed.
pub(super) fn parse(text: &str) -> Result<Report, Refusal> {
    let mut files: BTreeMap<String, Reported> = BTreeMap::new();
    let mut open: Option<Record> = None;
    let mut miscounted = 0u64;
    for (at, line) in text.lines().enumerate() {
        let bad = || Refusal::new(format!("its line {} cannot be read", at + 1));
        let line = line.trim_end();
        if line == "end_of_record" {
            let record = open.take().ok_or_else(bad)?;
            miscounted += u64::from(record.is_miscounted());
            files.entry(record.path).or_default().add(&record.file);
            continue;
        }
        let Some((kind, value)) = line.split_once(':') else {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            return Err(bad());
        };
        match (kind, &mut open) {
            ("SF", None) if !value.is_empty() => {
                open = Some(Record {
                    path: value.to_owned(),
                    file: Reported::default(),
                    branches: BTreeMap::new(),
                    stated: [None; 2],
                });
            }
            // The record before it has no end: half of what it says may be gone.
            ("SF", _) => return Err(bad()),
            ("DA" | "BRDA" | "LF" | "LH", Some(record)) => {
                record.read(kind, value)?.ok_or_else(bad)?;
            }
            _ => {}
        }
    }
    if open.is_some() {
        return Err(Refusal::truncated());
    }
    let oddities = (miscounted > 0).then(|| {
        format!("{miscounted} records count other lines than they list; the lines were counted")
    });
    Ok(Report {
        format: Format::Lcov,
        written: None,
        roots: Vec::new(),
        files,
        oddities: oddities.into_iter().collect(),
    })
}

/// What stands between `SF` and `end_of_record`.
struct Record {
    path: String,
    file: Reported,
    branches: BTreeMap<u64, (u64, u64)>,
    /// Lines that could be run and lines that were, as it counts them.
    stated: [Option<usize>; 2],
}

impl Record {
    /// Takes a line up; none if it cannot be read.
    fn read(&mut self, kind: &str, value: &str) -> Result<Option<()>, Refusal> {
        let mut parts = value.split(',');
        let first = parts.next().unwrap_or_default();
        match kind {
            "LF" => self.stated[0] = first.parse().ok(),
            "LH" => self.stated[1] = first.parse().ok(),
            _ => {
                let Ok(line) = first.parse::<u64>() else {
                    return Ok(None);
                };
                if kind == "DA" {
                    let Some(hits) = parts.next().and_then(hits) else {
                        return Ok(None);
                    };
                    self.file.hit(line, hits)?;
                } else {
                    // What lies between may be anything: the last one says how often it was taken.
                    let taken = parts.next_back().unwrap_or("-");
                    let taken = taken != "-" && hits(taken).is_some_and(|taken| taken > 0);
                    let known = self.branches.entry(line).or_insert((0, 0));
                    *known = (known.0 + u64::from(taken), known.1 + 1);
                    self.file.branch(line, known.0, known.1)?;
                }
            }
        }
        Ok(Some(()))
    }

    fn is_miscounted(&self) -> bool {
        let listed = self.file.lines.len();
        let run = self.file.lines.values().filter(|hits| **hits > 0).count();
        self.stated[0].is_some_and(|stated| stated != listed)
            || self.stated[1].is_some_and(|stated| stated != run)
    }
}
