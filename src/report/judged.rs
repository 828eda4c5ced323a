//! Readings with what can be said of them: the one place that turns a subject into a path, a line, a name and a reason.

use std::collections::BTreeMap;

use super::{Inputs, Report};
use crate::advice::golden::name;
use crate::definition::Component;
use crate::facts::Lost;
use crate::measures::{self, Reading, Subject};
use crate::path::RepoPath;

/// A reading and what can be said of it.
#[derive(Clone, Debug)]
pub struct Judged<'a> {
    /// The component, by its position in the report.
    pub component: usize,
    /// The reading. What is excused is good in it.
    pub reading: &'a Reading,
    /// How much of it is good only by a waiver.
    pub waived: u64,
    /// Its file; none for a change.
    pub path: Option<&'a RepoPath>,
    /// Where it begins, if it is smaller than the file.
    pub line: Option<u32>,
    /// What it is called.
    pub name: Option<String>,
    /// What is missing, or why that is excused.
    pub reason: Option<String>,
}

/// A subject that could not be judged.
#[derive(Clone, Debug)]
pub struct Unjudged<'a> {
    /// The component, by its position in the report.
    pub component: usize,
    /// Its file.
    pub path: Option<&'a RepoPath>,
    /// Where it begins.
    pub line: Option<u32>,
    /// Why.
    pub lost: &'a Lost,
}

impl Judged<'_> {
    /// Whether it is a whole file or change.
    pub fn is_whole(&self) -> bool {
        matches!(self.reading.subject, Subject::File(_) | Subject::Change(_))
    }
}

/// What can be said of the readings of one component.
pub(in crate::report) struct Told<'a> {
    inputs: Inputs<'a>,
    position: usize,
    /// The component.
    pub component: &'a Component,
    waived: BTreeMap<usize, (u64, &'a str)>,
}

impl<'a> Told<'a> {
    /// What can be said of the component at a position.
    pub fn new(inputs: Inputs<'a>, position: usize) -> Self {
        let evaluated = &inputs.evaluation.components[position];
        let excused = evaluated.excused.iter().map(|excused| {
            let waiver = inputs.evaluation.waivers.get(excused.waiver);
            let reason = waiver.map_or("", |waiver| waiver.reason.as_str());
            (excused.reading, (excused.gap, reason))
        });
        Self {
            inputs,
            position,
            component: &evaluated.component,
            waived: excused.collect(),
        }
    }

    /// The readings within a prefix whose gap, waived or not, satisfies a condition, in their order.
    pub fn readings(&self, prefix: &[u8], wanted: impl Fn(u64) -> bool) -> Vec<Judged<'a>> {
        let codebase = self.inputs.codebase;
        let readings = self.inputs.evaluation.readings(self.position);
        let mut told = Vec::new();
        for (at, reading) in readings.iter().enumerate() {
            let waived = self.waived.get(&at);
            let is_within = match reading.subject {
                Subject::Change(change) => {
                    let touched = codebase.touched(change).iter().flatten();
                    prefix.is_empty()
                        || touched
                            .into_iter()
                            .any(|file| codebase.file(*file).path.is_within(prefix))
                }
                subject => match subject.file() {
                    Some(file) => codebase.file(file).path.is_within(prefix),
                    None => prefix.is_empty(),
                },
            };
            let gap = reading.gap() + waived.map_or(0, |(gap, _)| *gap);
            if !is_within || !wanted(gap) {
                continue;
            }
            let subject = reading.subject;
            let change = match subject {
                Subject::Change(change) => codebase.history.changes.get(change),
                _ => None,
            };
            let reason = measures::explain(codebase, self.component, reading);
            told.push(Judged {
                component: self.position,
                reading,
                waived: waived.map_or(0, |(gap, _)| *gap),
                path: subject.file().map(|file| &codebase.file(file).path),
                line: subject.line(codebase),
                name: match change {
                    Some(change) => Some(format!("{} {}", change.key, change.subject)),
                    None => name(codebase, subject),
                },
                reason: match waived {
                    Some((_, why)) => Some(format!("waived: {why}")),
                    None => reason,
                },
            });
        }
        told
    }

    /// What could not be judged within a prefix.
    pub fn unknown(&self, prefix: &[u8]) -> Vec<Unjudged<'a>> {
        let codebase = self.inputs.codebase;
        let unknown = self.inputs.evaluation.unknown(self.position).iter();
        let told = unknown.map(|(subject, lost)| Unjudged {
            component: self.position,
            path: subject.file().map(|file| &codebase.file(file).path),
            line: subject.line(codebase),
            lost,
        });
        let within = told.filter(|told| told.path.is_none_or(|path| path.is_within(prefix)));
        within.collect()
    }
}

impl<'a> Report<'a> {
    /// The readings of the component at a position, within what the report is about, in their order.
    pub fn readings(&self, position: usize) -> Vec<Judged<'a>> {
        Told::new(self.behind, position).readings(&self.matter.prefix, |_| true)
    }

    /// Those of which something is missing, waived or not.
    pub fn gaps(&self, position: usize) -> Vec<Judged<'a>> {
        Told::new(self.behind, position).readings(&self.matter.prefix, |gap| gap > 0)
    }

    /// What could not be judged of it.
    pub fn unknown(&self, position: usize) -> Vec<Unjudged<'a>> {
        Told::new(self.behind, position).unknown(&self.matter.prefix)
    }
}
