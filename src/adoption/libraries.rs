//! Competing libraries: which of those that serve one purpose most files use.

use std::collections::BTreeMap;

use super::{Piece, Proposal, Question, quoted};
use crate::codebase::Codebase;
use crate::definition::Preset;
use crate::languages::Language;
use crate::measures::preferred_imports::uses;

/// Modules that serve more than the purpose, and what browsers had before: their use shows no preference.
const AMBIGUOUS: &[&str] = &[
    "global:$.ajax",
    "global:XMLHttpRequest",
    "global:jQuery.ajax",
    "http",
    "https",
];
/// Fewer files than this show no preference.
const FEWEST: u64 = 2;
/// Percent of the files with any library of the purpose that must use one for it to be the preferred one.
const MAJORITY: u64 = 60;
/// Libraries that a sentence names.
const NAMED: usize = 5;

/// A purpose as a definition and a person name it.
struct Purpose {
    preset: &'static str,
    component: &'static str,
    title: &'static str,
    word: &'static str,
}

const PURPOSES: &[Purpose] = &[
    Purpose {
        preset: "http",
        component: "http-client",
        title: "Preferred HTTP client",
        word: "HTTP",
    },
    Purpose {
        preset: "dates",
        component: "date-library",
        title: "Preferred dates",
        word: "date",
    },
    Purpose {
        preset: "logging",
        component: "logging-library",
        title: "Preferred logging",
        word: "logging",
    },
];

/// What files of some languages use for a purpose.
struct Use {
    languages: Vec<&'static str>,
    /// Most used first.
    libraries: Vec<(String, u64)>,
    /// Files that use any.
    files: u64,
}

impl Use {
    /// The library that is clearly preferred.
    fn winner(&self) -> Option<&str> {
        let (name, count) = self
            .libraries
            .iter()
            .find(|(name, _)| !AMBIGUOUS.contains(&name.as_str()))?;
        (count * 100 >= self.files * MAJORITY).then_some(name)
    }

    /// `httpx in 14 files, requests in 3`.
    fn words(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        for (name, count) in self.libraries.iter().take(NAMED) {
            words.push(match words.len() {
                0 if *count == 1 => format!("{name} in 1 file"),
                0 => format!("{name} in {count} files"),
                _ => format!("{name} in {count}"),
            });
        }
        let more = self.libraries.len().saturating_sub(NAMED);
        if more > 0 {
            words.push(format!("{more} more"));
        }
        words.join(", ")
    }

    /// Its languages, where they are not the only ones.
    fn named(&self, all: &[Self]) -> String {
        match all.len() {
            1 => self.words(),
            _ => format!("{}: {}", self.languages.join(" and "), self.words()),
        }
    }
}

/// Adds a component for each purpose that has a preferred library, and a question for each that has none.
pub(super) fn propose(codebase: &Codebase, proposal: &mut Proposal) {
    for purpose in PURPOSES {
        let Some(preset) = Preset::all().find(|preset| preset.name() == purpose.preset) else {
            continue;
        };
        let used = used(codebase, preset);
        // The built-in definition has a row for HTTP that waits for a name; another is worth one only where libraries compete.
        let is_built_in = purpose.component == "http-client";
        let competes = |found: &Use| found.libraries.len() > 1;
        let (decided, open): (Vec<&Use>, Vec<&Use>) = used
            .iter()
            .filter(|found| found.files >= FEWEST && (is_built_in || competes(found)))
            .partition(|found| found.winner().is_some());
        if !decided.is_empty() {
            proposal
                .pieces
                .push(piece(purpose, &decided, &used, is_built_in));
        }
        for found in open {
            let names: Vec<&(String, u64)> = found
                .libraries
                .iter()
                .filter(|(name, _)| !AMBIGUOUS.contains(&name.as_str()))
                .collect();
            let Some((first, _)) = names.first() else {
                continue;
            };
            let mut answer = vec![format!("[component.{}]", purpose.component)];
            if !is_built_in {
                answer.push(format!("title = {}", quoted(purpose.title)));
            }
            answer.push(settings(purpose, &[first.as_str()], &found.languages));
            let languages = found.languages.join(" and ");
            proposal.questions.push(Question {
                text: format!(
                    "Which {} library is to be used? {languages}: {}.",
                    purpose.word,
                    found.words()
                ),
                answer,
            });
        }
    }
}

fn piece(purpose: &Purpose, decided: &[&Use], used: &[Use], is_built_in: bool) -> Piece {
    let words: Vec<String> = decided.iter().map(|found| found.named(used)).collect();
    let capital = purpose.word.chars().next().map(char::to_uppercase);
    let word: String = capital
        .into_iter()
        .flatten()
        .chain(purpose.word.chars().skip(1))
        .collect();
    let mut because = vec![format!("{word}: {}.", words.join("; "))];
    let mut prefer: Vec<&str> = decided.iter().filter_map(|found| found.winner()).collect();
    prefer.sort_unstable();
    prefer.dedup();
    // Where only some languages have a preference, the others are not to be judged by it.
    let languages: Vec<&str> = if decided.len() < used.len() {
        decided
            .iter()
            .flat_map(|found| found.languages.iter().copied())
            .collect()
    } else {
        Vec::new()
    };
    let mut lines = Vec::new();
    if !is_built_in {
        because.push(
            "Files with another library count as files to migrate; new ones fail a pull request."
                .to_owned(),
        );
        lines.push(format!("title = {}", quoted(purpose.title)));
        lines.push("weight = 0.5".to_owned());
        lines.push("level = \"ratchet\"".to_owned());
    }
    lines.push(settings(purpose, &prefer, &languages));
    Piece {
        table: format!("component.{}", purpose.component),
        because,
        lines,
    }
}

fn settings(purpose: &Purpose, prefer: &[&str], languages: &[&str]) -> String {
    let list = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        words.join(", ")
    };
    let languages = match languages {
        [] => String::new(),
        languages => format!(", languages = [{}]", list(languages)),
    };
    format!(
        "measure.preferred-imports = {{ preset = {}, prefer = [{}]{languages} }}",
        quoted(purpose.preset),
        list(prefer)
    )
}

/// What is used for a purpose, by languages that have the same libraries.
fn used(codebase: &Codebase, preset: Preset) -> Vec<Use> {
    let mut groups: BTreeMap<Vec<String>, Vec<&'static str>> = BTreeMap::new();
    let mut names: Vec<&'static str> = Language::all().map(|language| language.name()).collect();
    names.sort_unstable();
    names.dedup();
    for language in names {
        let entries = preset.entries(language).into_iter();
        let texts: Vec<String> = entries.map(|entry| entry.text).collect();
        if !texts.is_empty() {
            groups.entry(texts).or_default().push(language);
        }
    }
    let mut all: Vec<Use> = groups
        .into_values()
        .map(|languages| {
            let (libraries, files) = uses(codebase, preset, &languages);
            let mut libraries: Vec<(String, u64)> = libraries.into_iter().collect();
            libraries.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            Use {
                languages,
                libraries,
                files,
            }
        })
        .filter(|found| found.files > 0)
        .collect();
    all.sort_by(|a, b| a.languages.cmp(&b.languages));
    all
}
