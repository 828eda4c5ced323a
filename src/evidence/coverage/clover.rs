//! The XML of Clover: `project > package > file > line`, written by OpenClover, PHPUnit and Istanbul, which disagree on
//! which attribute of a file holds its path. Statements and conditions are lines; that a method was entered is not.

use std::collections::BTreeMap;

use super::xml::{Element, Step, walk};
use super::{Format, Refusal, Report, Reported, seconds};

/// Reads a report.
pub(super) fn parse(text: &str) -> Result<Report, Refusal> {
    let mut files: BTreeMap<String, Reported> = BTreeMap::new();
    let mut written = None;
    let mut open: Option<String> = None;
    walk(text, &mut |step| {
        match step {
            Step::Open(element) => match element.name() {
                "coverage" => written = element.get("generated").and_then(|time| seconds(&time)),
                "file" => {
                    let named = |name: &str| element.get(name).filter(|path| !path.is_empty());
                    let path = named("path").or_else(|| named("name"));
                    if let Some(path) = &path {
                        files.entry(path.clone()).or_default();
                    }
                    open = path;
                }
                "line" => {
                    if let Some(file) = open.as_ref().and_then(|path| files.get_mut(path)) {
                        read(file, &element)?;
                    }
                }
                _ => {}
            },
            Step::Close(name) if name == "file" => open = None,
            Step::Close(_) | Step::Text(_) => {}
        }
        Ok(())
    })?;
    Ok(Report {
        format: Format::Clover,
        written,
        roots: Vec::new(),
        files,
        oddities: Vec::new(),
    })
}

fn read(file: &mut Reported, line: &Element) -> Result<(), Refusal> {
    let kind = line.get("type").unwrap_or_default();
    if kind != "stmt" && kind != "cond" {
        return Ok(());
    }
    let number = line.needs("num")?;
    let branch = |name: &str| line.count(name).unwrap_or(0);
    let (yes, no) = (branch("truecount"), branch("falsecount"));
    match line.count("count") {
        Some(count) => {
            file.hit(number, count)?;
            // Beside a count these are branches taken and branches missed; alone they are runs each way.
            if kind == "cond" {
                file.branch(number, yes, yes.saturating_add(no))?;
            }
        }
        None if kind == "cond" => {
            file.hit(number, yes.saturating_add(no))?;
            file.branch(number, u64::from(yes > 0) + u64::from(no > 0), 2)?;
        }
        None => return line.needs("count").map(|_| ()),
    }
    Ok(())
}
