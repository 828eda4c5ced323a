//! The XML of Cobertura: `coverage > packages > package > classes > class > lines > line`, written by coverage.py, gcovr,
//! tarpaulin, coverlet, Istanbul and many others. The lines of a class are repeated below its methods; those are skipped.

use std::collections::BTreeMap;

use super::xml::{Element, Step, walk};
use super::{Format, Refusal, Report, Reported, seconds};

/// Reads a report.
pub(super) fn parse(text: &str) -> Result<Report, Refusal> {
    let mut files: BTreeMap<String, Reported> = BTreeMap::new();
    let mut roots = Vec::new();
    let mut written = None;
    let mut open: Option<String> = None;
    let mut methods = 0usize;
    let mut source: Option<String> = None;
    walk(text, &mut |step| {
        match step {
            Step::Open(element) => match element.name() {
                "coverage" => written = element.get("timestamp").and_then(|time| seconds(&time)),
                "source" => source = Some(String::new()),
                "methods" => methods += 1,
                "class" => {
                    let path = element.get("filename").filter(|path| !path.is_empty());
                    if let Some(path) = &path {
                        files.entry(path.clone()).or_default();
                    }
                    open = path;
                }
                "line" if methods == 0 => {
                    let file = open.as_ref().and_then(|path| files.get_mut(path));
                    if let Some(file) = file {
                        read(file, &element)?;
                    }
                }
                _ => {}
            },
            Step::Text(words) => {
                if let Some(source) = &mut source {
                    source.push_str(&words);
                }
            }
            Step::Close(name) => match name.as_str() {
                "source" => {
                    let found = source.take().unwrap_or_default();
                    let found = found.trim();
                    if !found.is_empty() {
                        roots.push(found.to_owned());
                    }
                }
                "methods" => methods = methods.saturating_sub(1),
                "class" => open = None,
                _ => {}
            },
        }
        Ok(())
    })?;
    Ok(Report {
        format: Format::Cobertura,
        written,
        roots,
        files,
        oddities: Vec::new(),
    })
}

fn read(file: &mut Reported, line: &Element) -> Result<(), Refusal> {
    let number = line.needs("number")?;
    file.hit(number, line.needs("hits")?)?;
    if let Some((taken, of)) = line
        .get("condition-coverage")
        .and_then(|text| counts(&text))
    {
        file.branch(number, taken, of)?;
    }
    Ok(())
}

/// The counts of `50% (1/2)`.
fn counts(text: &str) -> Option<(u64, u64)> {
    let (_, counts) = text.split_once('(')?;
    let (taken, of) = counts.split_once(')')?.0.split_once('/')?;
    Some((taken.trim().parse().ok()?, of.trim().parse().ok()?))
}
