//! The report of what to fix first: one value, and a file for each format.

pub mod format;
mod json;
mod text;

use super::{Inputs, Matter};
use crate::advice::fixes::Without;
use crate::advice::golden::name;
use crate::advice::plan::{Plan, Step};
use crate::codebase::File;
use crate::definition::{Component, Decimal};
use crate::error::Exit;
use crate::evidence::owners::Owners;
use crate::measures::{About, Reading, about};

/// What was asked for beyond the first few fixes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The score that is to be reached.
    pub until: Option<Decimal>,
    /// Only these components; all if none.
    pub components: Vec<String>,
    /// Only files these globs match; all if none.
    pub paths: Vec<String>,
    /// Only files one of them answers for; all if none.
    pub owners: Vec<String>,
}

/// Everything that is said about what to fix first.
#[derive(Debug)]
pub struct NextReport<'a> {
    /// What was measured.
    pub inputs: Inputs<'a>,
    /// What it is about.
    pub matter: Matter,
    /// What was asked for.
    pub asked: Asked,
    /// The fixes; none where there is no score to raise.
    pub plan: Option<Plan>,
    /// Who answers for which files, where a file says so.
    pub owners: Option<Owners>,
    /// Components for which nothing can be proposed, by position.
    pub without: Vec<(usize, Without)>,
}

/// One thing of a fix.
struct Part<'a> {
    reading: &'a Reading,
    line: Option<u32>,
    name: Option<String>,
    reason: Option<&'a str>,
}

impl<'a> NextReport<'a> {
    /// How the program ends.
    pub fn exit(&self) -> Exit {
        match (&self.plan, self.asked.until) {
            (None, _) => Exit::Inconclusive,
            (Some(_), Some(_)) if !self.reached() => Exit::Failed,
            _ => Exit::Success,
        }
    }

    /// Whether the score that was asked for is reached by the fixes, compared exactly.
    fn reached(&self) -> bool {
        let Some((plan, bar)) = self.plan.as_ref().zip(self.asked.until) else {
            return false;
        };
        let after = plan.steps.last().map_or(&plan.now, |step| &step.together);
        !after.is_below(bar)
    }

    fn component(&self, position: usize) -> &'a Component {
        &self.inputs.evaluation.components[position].component
    }

    fn about(&self, step: &Step) -> About {
        about(&self.component(step.fix.component).measure)
    }

    fn file(&self, step: &Step) -> &'a File {
        self.inputs.codebase.file(step.fix.file)
    }

    /// Who answers for the file of a fix.
    fn owners(&self, step: &Step) -> &[String] {
        let path = &self.file(step).path;
        self.owners.as_ref().map_or(&[], |owners| owners.of(path))
    }

    /// The other components a fix raises.
    fn also(&self, step: &Step) -> Vec<&'a Component> {
        let mut positions: Vec<usize> = step.fix.also.iter().map(|(other, _)| *other).collect();
        positions.sort_unstable();
        positions.dedup();
        let components = positions.into_iter().map(|other| self.component(other));
        components.collect()
    }

    /// What a fix is made of, in source order.
    fn parts<'s>(&'s self, step: &'s Step) -> Vec<Part<'s>> {
        let readings = self.inputs.evaluation.readings(step.fix.component);
        let parts = step.fix.readings.iter().zip(&step.reasons);
        let parts = parts.filter_map(|(at, reason)| {
            let reading = readings.get(*at)?;
            Some(Part {
                reading,
                line: reading.subject.line(self.inputs.codebase),
                name: name(self.inputs.codebase, reading.subject),
                reason: reason.as_deref(),
            })
        });
        parts.collect()
    }
}

/// Why nothing can be proposed for a component, a clause.
fn why(without: Without) -> &'static str {
    match without {
        Without::Weight => "without weight, the score does not follow",
        Without::Number => "there is no number",
        Without::Work => "changes that were made are not mended by anything done now",
    }
}
