//! The findings of a gate: what a change made worse, and files that cannot be measured any more.

use std::sync::Arc;

use super::select::{self, is_shown};
use super::{GateReport, words};
use crate::facts::Lost;
use crate::gate::{Change, Delta, Finding as Decisive, Verdict};
use crate::path::RepoPath;
use crate::report::findings::{Finding, Findings, Rule, Severity, kind};
use crate::report::open_words;

/// What fails the gate is an error; what is only reported is as severe as its component.
pub fn findings(report: &GateReport) -> Findings {
    let matter = &report.matter;
    let components = &report.comparison.components;
    let mut gated = Findings {
        task: "gate",
        tool_version: matter.tool_version.clone(),
        repository: matter.repository.clone(),
        definition_id: matter.definition_id.clone(),
        commit: matter.head.commit.clone().map(|commit| (commit, None)),
        prefix: Vec::new(),
        score: report.comparison.parts.head_under_base.clone(),
        scores: components
            .iter()
            .filter_map(|delta| Some((delta.component.id.clone(), delta.head.score.clone()?)))
            .collect(),
        problem: (report.verdict() != Verdict::Passed).then(|| words::headline(report)),
        rules: components.iter().map(rule).collect(),
        list: Vec::new(),
        notes: notes(report),
    };
    let mut found = Vec::new();
    for (position, delta) in components.iter().enumerate() {
        if is_shown(delta) {
            let regressions = delta.regressions();
            found.extend(regressions.map(|change| regression(position, delta, change)));
        }
    }
    let unknown = select::unknown(report).into_iter();
    found.extend(unknown.map(|(path, lost)| unmeasured(components.len(), path, lost)));
    gated.rules.push(Rule::unmeasured(Severity::Error));
    gated.settle(found);
    gated
}

fn rule(delta: &Delta) -> Rule {
    Rule {
        severity: severity(delta),
        ..Rule::of(&delta.component, delta.about, delta.method)
    }
}

fn severity(delta: &Delta) -> Severity {
    match delta.gates() {
        true => Severity::Error,
        false => Severity::of(delta.component.level),
    }
}

fn regression(position: usize, delta: &Delta, change: &Change) -> (Finding, u32) {
    let path = Arc::new(change.path.clone());
    let finding = Finding {
        line: change.line,
        kind: change.subject.map_or("file", kind),
        name: change.name.clone(),
        message: words::told(change, delta.about),
        gap: change.after,
        ..Finding::new(position, path, severity(delta))
    };
    (finding, change.namesakes)
}

fn unmeasured(rule: usize, path: &RepoPath, lost: Option<&Lost>) -> (Finding, u32) {
    let mut message = open_words(lost).to_owned();
    if let Some(repair) = lost.and_then(words::repair) {
        message.push_str(&format!(": {repair}"));
    }
    let finding = Finding {
        message,
        ..Finding::new(rule, Arc::new(path.clone()), Severity::Error)
    };
    (finding, 0)
}

/// What decides and has no place in code.
fn notes(report: &GateReport) -> Vec<String> {
    let decisive = select::findings(report, |verdict| verdict != Verdict::Passed);
    let placeless = decisive.filter(|finding| {
        !matches!(
            finding,
            Decisive::Regressed { .. } | Decisive::Unmeasured { .. }
        )
    });
    let mut notes: Vec<String> = placeless
        .map(|finding| {
            let words = words::finding(report, finding);
            match words::component_of(report, finding) {
                Some(delta) => format!("`{}`: {words}", delta.component.id),
                None => words::capital(&words),
            }
        })
        .collect();
    notes.extend(report.matter.notes.iter().cloned());
    notes
}

#[cfg(test)]
mod tests {
    use super::super::tests::story::{failed, inconclusive, passed};
    use super::findings;
    use crate::report::findings::{Severity, concise};

    #[test]
    fn what_fails_is_an_error_and_what_is_reported_is_none() {
        let story = failed();
        let found = findings(&story.report());
        let errors = found
            .list
            .iter()
            .filter(|one| one.severity == Severity::Error);
        assert_eq!(errors.count(), 4);
        assert_eq!(
            concise::render(&found),
            "\
shop/refund.py:1: error: uses requests [http-client]
shop/refund.py:3: error: refund: no type for card, amount, reason [typed-code]
shop/refund.py:3: note: refund is exposed [narrow-interfaces]
shop/refund.py:6: error: deny: no type for card [typed-code]
shop/refund.py:6: note: deny is exposed [narrow-interfaces]
shop/refund.py:9: error: note: no type for return [typed-code]
shop/refund.py:9: note: note is exposed [narrow-interfaces]
"
        );
        assert!(found.problem.unwrap().starts_with("Gate failed: "));
        assert_eq!(found.notes.len(), 3, "{:?}", found.notes);
        assert!(found.notes[0].starts_with("`http-client`: "));
        assert_eq!(found.list[1].name.as_deref(), Some("refund"));
    }

    #[test]
    fn a_file_that_cannot_be_measured_is_found_once() {
        let story = inconclusive();
        let text = concise::render(&findings(&story.report()));
        let mut lines = text.lines();
        let first = lines.next().unwrap();
        assert!(
            first.starts_with("shop/legacy.py:1: error: more than a fifth"),
            "{first}"
        );
        assert!(lines.next().unwrap().ends_with("[unmeasured_file]"));
        assert_eq!(lines.next(), None);
    }

    #[test]
    fn a_pass_finds_nothing() {
        let story = passed();
        let found = findings(&story.report());
        assert_eq!((found.list.len(), found.problem), (0, None));
    }
}
