//! Settings of measures that look at the past.

use regex::Regex;
use serde::Serialize;

use crate::definition::diagnostic::Diagnostic;
use crate::definition::table::Table;

/// Settings of `attended-code`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttendedCode {
    /// Days without a commit after which an author is gone.
    pub inactive_days: u32,
    /// Whether those a message names as co-authors have a hand in a change, half as much as its author.
    pub co_authors: bool,
}

impl Default for AttendedCode {
    fn default() -> Self {
        Self {
            inactive_days: 365,
            co_authors: false,
        }
    }
}

impl AttendedCode {
    pub(super) fn read(self, table: &mut Table) -> Self {
        Self {
            inactive_days: table
                .whole("inactive_days", 1..=36_500)
                .unwrap_or(self.inactive_days),
            co_authors: table.boolean("co_authors").unwrap_or(self.co_authors),
        }
    }
}

/// Settings of `steady-deployments`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SteadyDeployments {
    /// A regular expression: tags that stand for deployments.
    pub deploy_tags: String,
    /// Hours after a deployment in which a revert or a hotfix tells that it failed.
    pub failure_window_hours: u32,
}

impl Default for SteadyDeployments {
    fn default() -> Self {
        Self {
            deploy_tags: r"^v?\d+\.\d+(\.\d+)?$".to_owned(),
            failure_window_hours: 72,
        }
    }
}

impl SteadyDeployments {
    pub(super) fn read(self, table: &mut Table) -> Self {
        let tags = table.text("deploy_tags").and_then(|text| {
            let problem = match Regex::new(&text.text) {
                Ok(_) => return Some(text.text),
                Err(problem) => problem.to_string(),
            };
            let cause = problem.lines().last().unwrap_or_default();
            let cause = cause.trim_start_matches("error: ").to_owned();
            table.report(
                "deploy_tags",
                Diagnostic::new("the pattern of tags is no regular expression")
                    .label(cause)
                    .help("write, for example, '^release-\\d+$'"),
            );
            None
        });
        Self {
            deploy_tags: tags.unwrap_or(self.deploy_tags),
            failure_window_hours: table
                .whole("failure_window_hours", 1..=8_760)
                .unwrap_or(self.failure_window_hours),
        }
    }
}

/// Settings of `local-changes`: those of code-maat, under its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LocalChanges {
    /// Fewest changes, on average, of two files that are held to be coupled.
    pub min_revs: u32,
    /// Fewest changes they have in common.
    pub min_shared_revs: u32,
    /// Fewest percent that is of the average number of their changes.
    pub min_coupling: u32,
    /// Most files of a change that is looked at.
    pub max_changeset_size: u32,
}

impl Default for LocalChanges {
    fn default() -> Self {
        Self {
            min_revs: 5,
            min_shared_revs: 5,
            min_coupling: 30,
            max_changeset_size: 30,
        }
    }
}

impl LocalChanges {
    pub(super) fn read(self, table: &mut Table) -> Self {
        let mut number = |key, range, base| table.whole(key, range).unwrap_or(base);
        Self {
            min_revs: number("min_revs", 1..=100_000, self.min_revs),
            min_shared_revs: number("min_shared_revs", 1..=100_000, self.min_shared_revs),
            min_coupling: number("min_coupling", 1..=100, self.min_coupling),
            max_changeset_size: number("max_changeset_size", 2..=1_000, self.max_changeset_size),
        }
    }
}
