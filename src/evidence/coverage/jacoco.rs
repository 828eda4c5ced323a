//! The XML of JaCoCo: `package > sourcefile > line`. A path is the name of the package and that of the file; which source
//! root it lies in is not told. A line counts as run if any instruction of it was.

use std::collections::BTreeMap;

use super::xml::{Step, walk};
use super::{Format, Refusal, Report, Reported, seconds};

/// Reads a report.
pub(super) fn parse(text: &str) -> Result<Report, Refusal> {
    let mut files: BTreeMap<String, Reported> = BTreeMap::new();
    let mut written: Option<i64> = None;
    let mut package = String::new();
    let mut open: Option<String> = None;
    walk(text, &mut |step| {
        let element = match step {
            Step::Open(element) => element,
            Step::Close(name) => {
                match name.as_str() {
                    "package" => package.clear(),
                    "sourcefile" => open = None,
                    _ => {}
                }
                return Ok(());
            }
            Step::Text(_) => return Ok(()),
        };
        match element.name() {
            "sessioninfo" => {
                let dumped = element.get("dump").and_then(|time| seconds(&time));
                written = written.max(dumped);
            }
            "package" => package = element.get("name").unwrap_or_default(),
            "sourcefile" => {
                let name = element.get("name").unwrap_or_default();
                let path = if package.is_empty() {
                    name
                } else {
                    format!("{package}/{name}")
                };
                // The same file may stand in several groups.
                files.entry(path.clone()).or_default();
                open = Some(path);
            }
            "line" => {
                if let Some(file) = open.as_ref().and_then(|path| files.get_mut(path)) {
                    let number = element.needs("nr")?;
                    let count = |name: &str| element.count(name).unwrap_or(0);
                    file.hit(number, count("ci"))?;
                    file.branch(number, count("cb"), count("cb").saturating_add(count("mb")))?;
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(Report {
        format: Format::Jacoco,
        written,
        roots: Vec::new(),
        files,
        oddities: Vec::new(),
    })
}
