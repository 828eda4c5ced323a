//! What could be read of the files, and what could not.

use std::collections::BTreeMap;

use super::{Finding, missing, note, well};
use crate::codebase::{Codebase, Content};
use crate::facts::Lost;

/// In a language of which more than this share of lines, in thousandths, could not be read, that is worth a word.
const UNREAD: u64 = 10;
/// Files, or languages, that are named.
const NAMED: usize = 3;

/// How much of each language could be read, sorted by name.
pub(super) fn of_languages(codebase: &Codebase) -> Vec<Finding> {
    let mut languages: BTreeMap<&'static str, (u64, u64, u64)> = BTreeMap::new();
    for file in codebase.files() {
        if let (Some(facts), Some(language)) = (file.facts(), file.language) {
            let size = languages.entry(language.name()).or_default();
            size.0 += 1;
            size.1 += u64::from(facts.lines.total());
            size.2 += u64::from(facts.lines.unparsed);
        }
    }
    languages
        .into_iter()
        .map(|(language, (files, lines, unread))| {
            let read = (lines - unread.min(lines)) * 1_000 / lines.max(1);
            let words = if files == 1 { "file" } else { "files" };
            let found = format!(
                "{language}: {}.{} % of {lines} lines in {files} {words} could be read",
                read / 10,
                read % 10
            );
            if unread * 1_000 > lines * UNREAD {
                Finding {
                    costs: Some(format!("{unread} lines count as unknown")),
                    repair: Some(
                        "if they are of a newer dialect, a newer release of this program may read them; if they are templates, name them in [files] generated"
                            .to_owned(),
                    ),
                    ..note("parsed", found)
                }
            } else {
                well("parsed", found)
            }
        })
        .collect()
}

/// Files that should have been measured and could not be, by reason.
pub(super) fn of_lost(codebase: &Codebase) -> Vec<Finding> {
    let mut lost: BTreeMap<&'static str, (Lost, Vec<String>)> = BTreeMap::new();
    for file in codebase.files() {
        if let Content::Lost(reason) = &file.content {
            let entry = lost
                .entry(reason.key())
                .or_insert_with(|| (reason.clone(), Vec::new()));
            entry.1.push(file.path.to_str().into_owned());
        }
    }
    lost.into_values()
        .map(|(reason, paths)| {
            let shown = paths.get(..NAMED).unwrap_or(&paths).join(", ");
            let more = match paths.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            Finding {
                costs: Some("they count as unknown".to_owned()),
                repair: Some(repair_of(&reason).to_owned()),
                ..missing(
                    "lost",
                    format!("{} ({}): {shown}{more}", paths.len(), reason.key()),
                )
            }
        })
        .collect()
}

fn repair_of(lost: &Lost) -> &'static str {
    match lost {
        Lost::Permission => "let the user of this command read them",
        Lost::LfsPointer => "git lfs pull",
        Lost::NotFetched => "git fetch --refetch --no-filter",
        Lost::Vanished | Lost::Unreadable => {
            "run it again; nothing else should write here meanwhile"
        }
        Lost::Internal | Lost::Crash => "report it: it is a defect of this program",
        _ => {
            "if nobody maintains them, name them in quality.toml: [files] generated, vendored or exclude"
        }
    }
}

/// Code that nothing is known of but its length.
pub(super) fn of_unsupported(codebase: &Codebase) -> Option<Finding> {
    let mut languages: BTreeMap<&'static str, u64> = BTreeMap::new();
    for file in codebase.files() {
        if let Content::Unread(Some(language)) = &file.content {
            *languages.entry(language).or_default() += u64::from(file.lines);
        }
    }
    let mut sizes: Vec<(&'static str, u64)> = languages.into_iter().collect();
    sizes.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let words: Vec<String> = sizes
        .iter()
        .take(5)
        .map(|(language, lines)| format!("{language} {lines}"))
        .collect();
    (!words.is_empty()).then(|| Finding {
        costs: Some("they are counted and not measured".to_owned()),
        ..note(
            "unsupported",
            format!("lines in languages that are not read: {}", words.join(", ")),
        )
    })
}
