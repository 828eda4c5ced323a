//! Explanations: what a number is made of, where it comes from, and what would change it. Everything is a filter of the
//! readings behind the score, so an explanation cannot disagree with it.

mod assemble;
pub mod format;
mod json;
mod points;
mod text;

use super::{Declared, Judged, Listed, Place, Report, Row, Unjudged};
use crate::advice::golden::Example;
use crate::advice::plan::Plan;
use crate::codebase::File;
use crate::evaluation::{Outcome, Scope};
use crate::git::Change;
use crate::path::RepoPath;

pub use assemble::{Asked, NotFound, Question};

/// Everything an explanation says.
#[derive(Clone, Debug)]
pub struct ExplainReport<'a> {
    /// The report of the scan it explains.
    pub scan: Report<'a>,
    /// What is explained.
    pub explained: Explained<'a>,
    /// How many gaps are shown to people; programs get all.
    pub most: usize,
    /// Every reading is shown to people as well.
    pub all: bool,
}

/// What is explained.
#[derive(Clone, Debug)]
pub enum Explained<'a> {
    /// The score of the scope the report is about.
    Score,
    /// A component.
    Component(Box<OfComponent<'a>>),
    /// A file or a directory.
    Path(Box<OfPath<'a>>),
    /// A class of files.
    Class(OfClass<'a>),
    /// A capture of the queries.
    Capture(OfCapture),
    /// Everything that can be explained.
    List,
}

/// An explained component.
#[derive(Clone, Debug)]
pub struct OfComponent<'a> {
    /// Its position in the report.
    pub position: usize,
    /// What its measure counts, a sentence.
    pub meaning: &'static str,
    /// The settings of its measure.
    pub settings: Vec<(String, serde_json::Value)>,
    /// What of it somebody wrote: keys with their places. The rest is built in.
    pub written: Vec<(String, String)>,
    /// Directories with the largest gaps, the largest first.
    pub worst: Vec<(&'a Scope, &'a Outcome)>,
    /// Directories without a gap, those with most to judge first.
    pub best: Vec<(&'a Scope, &'a Outcome)>,
    /// Every reading within what the report is about, the largest gaps first, then by place.
    pub readings: Vec<Judged<'a>>,
    /// What could not be judged, by place.
    pub unknown: Vec<Unjudged<'a>>,
    /// Something that passes, beside the first gap.
    pub example: Option<Example>,
}

/// An explained file or directory.
#[derive(Clone, Debug)]
pub struct OfPath<'a> {
    /// Its path; empty for the root.
    pub path: &'a [u8],
    /// What is known of a file.
    pub file: Option<&'a File>,
    /// Its numbers; none where nothing in it was judged.
    pub scope: Option<&'a Scope>,
    /// What fails, by file and line.
    pub gaps: Vec<Judged<'a>>,
    /// What could not be judged.
    pub unknown: Vec<Unjudged<'a>>,
    /// The changes of the window that touch it, the newest first.
    pub changes: Vec<&'a Change>,
    /// Who answers for a file.
    pub owners: Vec<String>,
    /// What would raise the score of the whole.
    pub plan: Option<Plan>,
    /// Files below it, by class and reason; for a directory.
    pub classes: Vec<(&'static str, &'static str, u64)>,
}

/// An explained class of files.
#[derive(Clone, Debug)]
pub struct OfClass<'a> {
    /// Its name.
    pub name: &'static str,
    /// Its files by reason, sorted.
    pub reasons: Vec<(&'static str, Vec<&'a RepoPath>)>,
}

/// An explained capture.
#[derive(Clone, Debug)]
pub struct OfCapture {
    /// Its name, without `@`.
    pub name: &'static str,
    /// What it stands for.
    pub about: &'static str,
    /// The languages whose query uses it, by dialect.
    pub languages: Vec<&'static str>,
}

impl<'a> ExplainReport<'a> {
    fn row(&self, position: usize) -> &Row<'a> {
        &self.scan.components[position]
    }

    fn root(&self) -> &Place<'a> {
        &self.scan.root
    }

    /// The lists of a component.
    fn lists(&self, position: usize) -> &[Listed<'a>] {
        &self.row(position).lists
    }

    /// The waivers about a component.
    fn waivers(&self, position: usize) -> impl Iterator<Item = &Declared<'a>> {
        let id = &self.row(position).component.id;
        let waivers = self.scan.waivers.iter();
        waivers.filter(move |declared| declared.waived.component == *id)
    }
}
