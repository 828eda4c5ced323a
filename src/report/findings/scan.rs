//! The findings of a scan: every gap that lies in a file.

use std::sync::Arc;

use super::{Finding, Findings, Rule, Severity, kind};
use crate::advice::namesakes::Namesakes;
use crate::codebase::FileIndex;
use crate::codebase::maps::Map;
use crate::definition::Level;
use crate::evaluation::Score;
use crate::measures;
use crate::path::RepoPath;
use crate::report::judged::Judged;
use crate::report::text::page::counted;
use crate::report::{Report, Row};

impl Report<'_> {
    /// What is missing, place by place. It is worked out once for all formats that list it.
    pub fn findings(&self) -> &Findings {
        self.findings.get_or_init(|| findings(self))
    }
}

/// What there is to find in a report.
fn findings(report: &Report) -> Findings {
    let rules: Vec<Rule> = report.components.iter().map(rule).collect();
    let mut scanned = Findings {
        task: "scan",
        tool_version: report.matter.tool_version.clone(),
        repository: report.matter.repository.clone(),
        definition_id: report.definition_id.clone(),
        commit: report
            .head
            .map(|head| (head.id.clone(), head.branch.clone())),
        prefix: report.matter.prefix.clone(),
        score: report.root.scope.score.clone(),
        scores: scores(report),
        problem: None,
        rules,
        list: Vec::new(),
        notes: Vec::new(),
    };
    let mut gaps = Gaps {
        report,
        namesakes: Namesakes::new(report.behind.codebase),
        paths: Map::default(),
        found: Vec::new(),
    };
    for (position, row) in report.components.iter().enumerate() {
        if row.component.level > Level::Track {
            let placeless = gaps.take(position, row);
            scanned.notes.extend(placeless);
        }
    }
    let mut found = gaps.found;
    found.extend(lost(report, scanned.rules.len()));
    scanned.rules.push(Rule::unmeasured(Severity::Warning));
    scanned.settle(found);
    scanned
}

fn rule(row: &Row) -> Rule {
    Rule::of(row.component, row.about, row.method)
}

fn scores(report: &Report) -> Vec<(String, Score)> {
    let scores = report.components.iter().filter_map(|row| {
        let score = row.outcome.score.clone()?;
        Some((row.component.id.clone(), score))
    });
    scores.collect()
}

/// Gaps as they are found.
struct Gaps<'r, 'a> {
    report: &'r Report<'a>,
    namesakes: Namesakes<'a>,
    paths: Map<FileIndex, Arc<RepoPath>>,
    found: Vec<(Finding, u32)>,
}

impl Gaps<'_, '_> {
    /// Takes those of a component. What lies in no file is counted in the note that comes back.
    fn take(&mut self, position: usize, row: &Row) -> Option<String> {
        let (mut placeless, mut missing) = (0_u64, 0_u64);
        for judged in self.report.gaps(position) {
            if !self.push(row, &judged) && judged.reading.gap() > 0 {
                placeless += 1;
                missing += judged.reading.gap();
            }
        }
        (placeless > 0).then(|| {
            let missing = counted(missing, row.about.gap);
            let id = &row.component.id;
            format!("`{id}`: {missing} with no place in code; `quality explain {id}` lists them")
        })
    }

    /// Adds one, if it lies in a file.
    fn push(&mut self, row: &Row, judged: &Judged) -> bool {
        let codebase = self.report.behind.codebase;
        let subject = judged.reading.subject;
        let (Some(index), Some(path)) = (subject.file(), judged.path) else {
            return false;
        };
        let shared = self.paths.entry(index);
        let path = Arc::clone(shared.or_insert_with(|| Arc::new(path.clone())));
        let gap = judged.reading.gap() + judged.waived;
        // Whoever excused a gap excused all of it.
        let is_excused = judged.reading.gap() == 0;
        let told = match is_excused {
            true => measures::explain(codebase, row.component, judged.reading),
            false => judged.reason.clone(),
        };
        let told = told.filter(|told| !told.trim().is_empty());
        let excused = is_excused.then(|| {
            let reason = judged.reason.as_deref().unwrap_or_default();
            reason.strip_prefix("waived: ").unwrap_or(reason).to_owned()
        });
        let function = subject.function(codebase);
        let finding = Finding {
            line: judged.line,
            end_line: function.map(|function| function.end_line),
            kind: kind(subject),
            name: judged.name.clone(),
            message: told.unwrap_or_else(|| counted(gap, row.about.gap)),
            gap,
            excused,
            ..Finding::new(judged.component, path, Severity::of(row.component.level))
        };
        let namesakes = self.namesakes.before(subject);
        self.found.push((finding, namesakes));
        true
    }
}

/// Files that could not be measured.
fn lost(report: &Report, rule: usize) -> Vec<(Finding, u32)> {
    let mut found = Vec::new();
    for lost in &report.lost {
        for path in &lost.paths {
            let finding = Finding {
                message: lost.reason.to_owned(),
                ..Finding::new(rule, Arc::new((*path).clone()), Severity::Warning)
            };
            found.push((finding, 0));
        }
    }
    found
}
