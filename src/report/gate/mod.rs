//! The report of the gate: one value, and a file for each format.
//!
//! What regressed at level `track` is counted in JSON and shown nowhere; at level `report` it is shown and fails nobody.

mod findings;
pub mod format;
pub mod github;
pub mod json;
pub mod markdown;
mod points;
mod select;
pub mod text;
mod words;

#[cfg(test)]
mod tests;

use crate::error::Exit;
use crate::gate::{Comparison, Finding, Verdict};
use crate::report::text::page::counted;

/// What a gate is about, apart from what became of the code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GateMatter {
    /// The version of this program.
    pub tool_version: String,
    /// What the repository is called. Never a path of this machine.
    pub repository: String,
    /// 16 hexadecimal digits that differ whenever a number could.
    pub definition_id: String,
    /// Where the base's definition comes from, below the root; none for the built-in one.
    pub definition_file: Option<String>,
    /// Where the change began.
    pub base: End,
    /// Where it leads.
    pub head: End,
    /// Commits of the change.
    pub commits: u64,
    /// What a reader should know; sentences.
    pub notes: Vec<String>,
    /// What to type to see the same verdict.
    pub command: String,
}

/// One end of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// How a person calls it: `origin/main`, `HEAD`, `work tree`, `staged`.
    pub label: String,
    /// The full id of its commit; none for what is not committed.
    pub commit: Option<String>,
}

/// Everything that is said about a change.
#[derive(Clone, Debug)]
pub struct GateReport<'a> {
    /// What it is about.
    pub matter: GateMatter,
    /// What became of the code, and the verdict.
    pub comparison: &'a Comparison,
}

impl GateReport<'_> {
    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        self.comparison.verdict()
    }

    /// How the program ends because of it.
    pub fn exit(&self) -> Exit {
        match self.verdict() {
            Verdict::Passed => Exit::Success,
            Verdict::Inconclusive => Exit::Inconclusive,
            Verdict::Failed => Exit::Failed,
        }
    }

    /// What whoever reads no report has to know: that files which could not be measured were held against nobody.
    pub fn warning(&self) -> Option<String> {
        let mut findings = self.comparison.findings.iter();
        findings.any(Finding::is_tolerated).then(|| {
            let files = counted(select::unknown(self).len() as u64, "files");
            format!(
                "{files} could not be measured; on_unmeasured = \"warn\" lets what was measured decide"
            )
        })
    }

    /// Whether there is nothing to say: it passed, and no number differs.
    pub fn is_empty(&self) -> bool {
        self.verdict() == Verdict::Passed && self.comparison.is_empty() && self.warning().is_none()
    }
}
