//! Sentences beside the numbers: what a reader of a report should know about the files behind it.

use super::reading::Read;
use crate::definition::{Definition, Measure, PatternSet};
use crate::source::Listed;

/// How many files a sentence about odd ones names.
const NAMED_ODDITIES: usize = 3;

/// Sentences about files whose bytes are odd, each with the first few of them.
pub(super) fn oddities(files: &[Read]) -> Vec<String> {
    let told = |what: &str, odd: fn(&Read) -> bool| {
        let names: Vec<String> = files
            .iter()
            .filter(|read| odd(read))
            .map(|read| read.file.path.to_str().into_owned())
            .collect();
        let more = match names.len().saturating_sub(NAMED_ODDITIES) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let named = names
            .iter()
            .take(NAMED_ODDITIES)
            .cloned()
            .collect::<Vec<_>>();
        (!names.is_empty()).then(|| format!("{what}: {}{more}", named.join(", ")))
    };
    let non_utf8 = told("not UTF-8 and measured byte by byte", |read| read.non_utf8);
    let conflicts = told("conflict markers in", |read| read.conflict_markers);
    non_utf8.into_iter().chain(conflicts).collect()
}

/// Warnings for globs of the definition that match no file.
pub(super) fn unmatched(definition: &Definition, files: &[Listed]) -> Vec<String> {
    let mut sets: Vec<(String, &PatternSet)> = vec![
        ("files.exclude".to_owned(), &definition.files.exclude),
        ("files.vendored".to_owned(), &definition.files.vendored),
        ("files.generated".to_owned(), &definition.files.generated),
        ("files.test".to_owned(), &definition.files.test),
        ("files.example".to_owned(), &definition.files.example),
    ];
    for component in definition.enabled() {
        sets.push((
            format!("component.{}.paths", component.id),
            &component.paths.paths,
        ));
        sets.push((
            format!("component.{}.except", component.id),
            &component.paths.except,
        ));
        sets.push((
            format!("component.{}.examples", component.id),
            &component.examples,
        ));
        if let Measure::Declared(declared) = &component.measure {
            let globs = declared.globs().into_iter();
            sets.extend(globs.map(|(key, set)| {
                let measure = component.measure.name();
                (
                    format!("component.{}.measure.{measure}.{key}", component.id),
                    set,
                )
            }));
        }
    }
    let mut warnings = Vec::new();
    for (key, set) in sets {
        if set.is_empty() {
            continue;
        }
        let mut hit = vec![false; set.patterns().len()];
        for file in files {
            for position in set.matching(&file.path) {
                hit[position] = true;
            }
        }
        for (pattern, hit) in set.patterns().iter().zip(hit) {
            if !hit {
                warnings.push(format!(
                    "{key}: `{}` (line {}) matches no file",
                    pattern.text, pattern.place.line
                ));
            }
        }
    }
    warnings
}
