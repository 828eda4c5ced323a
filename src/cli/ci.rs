//! Whose log a report is printed into.

use clap::ValueEnum;

/// The CI system a run is part of. It decides about annotations and summaries beside the report, and about nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Ci {
    /// The one whose environment variables are set.
    Auto,
    /// None: nothing is added.
    None,
    /// GitHub Actions: annotations, and the summary of the job.
    #[value(name = "github")]
    GitHub,
    /// GitLab CI, which takes its annotations from files alone: nothing is added.
    #[value(name = "gitlab")]
    GitLab,
    /// Azure Pipelines: issues of the build.
    Azure,
    /// TeamCity: inspections.
    #[value(name = "teamcity")]
    TeamCity,
}
