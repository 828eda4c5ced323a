//! The gate on fixtures: two states of a codebase and what became of it between them.

mod files;
mod kinds;
mod moves;
mod places;
mod properties;
mod tested;
mod verdicts;
mod waivers;

use super::{Changed, Comparison, Finding, Inputs, Kind, Side, Texts, compare, units};
use crate::codebase::maps::Map;
use crate::codebase::{Codebase, FileIndex};
use crate::definition::{self, Definition};
use crate::evaluation::{Evaluation, evaluate};
use crate::measures::testing::{codebase_asked, files};

/// A state of a fixture, measured.
pub(super) struct State {
    codebase: Codebase,
    evaluation: Evaluation,
    fixture: String,
}

impl State {
    fn new(definition: &Definition, fixture: &str) -> Self {
        let codebase = codebase_asked(fixture, &definition.code_patterns());
        Self {
            evaluation: evaluate(definition, &codebase, 1),
            codebase,
            fixture: fixture.to_owned(),
        }
    }

    fn side(&self) -> Side<'_> {
        Side {
            codebase: &self.codebase,
            evaluation: &self.evaluation,
        }
    }

    fn texts(&self, wanted: &[FileIndex]) -> Map<FileIndex, Vec<u8>> {
        let texts = files(&self.fixture).into_iter().filter_map(|file| {
            let index = self.codebase.find(&file.path)?;
            wanted
                .contains(&index)
                .then(|| (index, file.text.into_bytes()))
        });
        texts.collect()
    }
}

/// The built-in definition, a whole one, or one with a single component that ratchets: the name of its measure, and its
/// settings as in `short-files = { max_lines = 3 }`.
pub(super) fn definition_of(text: &str) -> Definition {
    if text == "built-in" {
        return Definition::builtin();
    }
    let measure = if text.contains('=') {
        text.to_owned()
    } else {
        format!("{text} = {{}}")
    };
    let text = if text.contains('[') && text.contains("component") {
        format!("version = 1\n{text}")
    } else {
        format!(
            "version = 1\n[component.it]\nmeasure.{measure}\nlevel = \"ratchet\"\ntarget = 1\nfloor = 0\n"
        )
    };
    definition::parse(text.as_bytes(), "quality.toml")
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

/// Compares two states of a fixture, and checks what has to hold for all of them.
pub(super) fn compared(definition: &Definition, base: &str, head: &str) -> Comparison {
    let base = State::new(definition, base);
    let head = State::new(definition, head);
    let comparison = between(definition, &base, &head);
    let parts = &comparison.parts;
    assert_eq!(
        units(parts.base.as_ref()) + parts.data + parts.code + parts.population + parts.definition,
        units(parts.head.as_ref()),
        "parts do not add up: {parts:?}"
    );
    let again = format!("{:?}", between(definition, &base, &head));
    assert_eq!(
        format!("{comparison:?}"),
        again,
        "another run says something else"
    );
    for state in [&base, &head] {
        let same = between(definition, state, state);
        assert!(same.is_empty(), "a state differs from itself: {same:?}");
        assert!(
            !failed(&same),
            "a state fails beside itself: {:?}",
            same.findings
        );
    }
    comparison
}

fn between(definition: &Definition, base: &State, head: &State) -> Comparison {
    let changed = Changed::between(&base.codebase, &head.codebase);
    let texts = Texts {
        base: base.texts(&changed.base),
        head: head.texts(&changed.head),
    };
    compare(Inputs {
        base: base.side(),
        head: head.side(),
        under_head: None,
        texts: &texts,
        settings: &definition.gate,
        alterations: &[],
        may_alter: false,
    })
}

/// Whether something got worse. Bars are another matter.
fn failed(comparison: &Comparison) -> bool {
    let mut findings = comparison.findings.iter();
    findings.any(|finding| {
        matches!(
            finding,
            Finding::Regressed { .. } | Finding::BecameUnknown { .. }
        )
    })
}

/// Checks what became of the subjects of a component: a line for each that changed, then how many are as bad as they were,
/// then what cannot be measured.
#[track_caller]
pub(super) fn check(measure: &str, base: &str, head: &str, expected: &str) {
    let comparison = compared(&definition_of(measure), base, head);
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    assert_eq!(lines(&comparison).join("\n"), expected.join("\n"));
}

pub(super) fn lines(comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    for delta in &comparison.components {
        for change in &delta.changes {
            let mut line = format!("{} {}", change.kind.word(), change.path.to_str());
            if let Some(number) = change.line {
                line.push_str(&format!(":{number}"));
            }
            if let Some(note) = &change.note {
                line.push_str(&format!(" {note}"));
            }
            line.push_str(&format!(" ({} → {})", change.before, change.after));
            if let Some(was) = &change.was_path {
                line.push_str(&format!(" was {}", was.to_str()));
            }
            lines.push(line);
        }
        let inherited = delta.count(Kind::Inherited);
        if inherited.subjects > 0 {
            lines.push(format!(
                "inherited {} ({})",
                inherited.subjects, inherited.amount
            ));
        }
        for (path, lost) in &delta.unknown {
            lines.push(format!("unknown {}: {}", path.to_str(), lost.key()));
        }
    }
    lines
}
