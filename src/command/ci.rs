//! CI systems: what each wants in its log and as a summary, beside what was asked for.
//!
//! Where a system is known, outputs are added: those asked for stay as they are, in what they say, in their files and in
//! the exit code. Only the text for people shares standard output with annotations; a document for programs never does.

use std::env;
use std::path::{Path, PathBuf};

use super::asked::{Output, Place};
use super::output;
use crate::cli;
use crate::report::escape::workflow_line;
use crate::report::format::{Format, Table};

/// Where GitHub wants the summary of a job, beside the annotations in its log.
const JOB_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// A system that reads its logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    /// GitHub Actions, and the forges that follow it.
    GitHub,
    /// GitLab CI, which reads files alone.
    GitLab,
    /// Azure Pipelines.
    Azure,
    /// TeamCity.
    TeamCity,
}

impl System {
    /// The system that was named, or the one around this process.
    pub fn of(asked: cli::Ci) -> Option<Self> {
        match asked {
            cli::Ci::Auto => Self::among(|name| env::var(name).ok()),
            cli::Ci::None => None,
            cli::Ci::GitHub => Some(Self::GitHub),
            cli::Ci::GitLab => Some(Self::GitLab),
            cli::Ci::Azure => Some(Self::Azure),
            cli::Ci::TeamCity => Some(Self::TeamCity),
        }
    }

    /// The system whose variables are set, as each documents them.
    fn among(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let is = |name: &str, expected: &str| {
            variable(name).is_some_and(|value| value.eq_ignore_ascii_case(expected))
        };
        if is("GITHUB_ACTIONS", "true") {
            Some(Self::GitHub)
        } else if is("GITLAB_CI", "true") {
            Some(Self::GitLab)
        } else if is("TF_BUILD", "true") {
            Some(Self::Azure)
        } else if variable("TEAMCITY_VERSION").is_some_and(|version| !version.is_empty()) {
            Some(Self::TeamCity)
        } else {
            None
        }
    }

    /// The format its annotations are written in, and how each of them begins; none where it reads none.
    fn annotations(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::GitHub => Some(("github", "::")),
            Self::GitLab => None,
            Self::Azure => Some(("azure", "##vso[")),
            Self::TeamCity => Some(("teamcity", "##teamcity[")),
        }
    }

    /// A text as lines of its log, none of which it takes for a command.
    pub fn lines(text: &str) -> String {
        let lines = text.lines().map(workflow_line);
        lines.fold(String::with_capacity(text.len()), |all, line| {
            all + &line + "\n"
        })
    }

    /// Of a document in its format what is meant for it: the annotations, without what is said to people.
    pub fn commands(self, document: &str) -> String {
        let Some((_, mark)) = self.annotations() else {
            return String::new();
        };
        let lines = document.lines().filter(|line| line.starts_with(mark));
        lines.fold(String::new(), |all, line| all + line + "\n")
    }
}

/// Adds annotations below a text on standard output, if the system reads any and there is a format for them.
pub(super) fn annotate<R: Copy>(
    outputs: &mut Vec<Output<Format<R>>>,
    system: Option<System>,
    quiet: bool,
    table: Table<R>,
) {
    let Some(system) = system else { return };
    let Some((name, _)) = system.annotations() else {
        return;
    };
    let text = outputs
        .iter_mut()
        .find(|output| output.format.name == "text" && output.place == Place::Stdout);
    let Some(text) = text else { return };
    text.place = Place::Log;
    if let Some(format) = table
        .iter()
        .find(|format| format.name == name)
        .filter(|_| !quiet)
    {
        outputs.push(Output {
            format: *format,
            place: Place::Annotations(system),
        });
    }
}

/// The file of the job's summary, for GitHub or for somebody who writes as it wants to be written to.
pub(super) fn summary(system: Option<System>, is_asked: bool) -> Option<PathBuf> {
    (system == Some(System::GitHub) || is_asked)
        .then(|| env::var_os(JOB_SUMMARY))
        .flatten()
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
}

/// Adds to the summary of a job. That it cannot be written is told, and decides about nothing.
pub(super) fn summarize(path: &Path, text: &str) {
    if let Err(error) = output::append(path, text) {
        output::warn(&format!("the job has no summary: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, System, annotate};
    use crate::command::asked::Output;
    use crate::report::format::{Format, SCAN};
    use crate::report::gate::format::{GATE, OfGate};

    fn gate(name: &str, place: Place) -> Output<Format<OfGate>> {
        let format = *GATE.iter().find(|format| format.name == name).unwrap();
        Output { format, place }
    }

    #[test]
    fn a_system_is_known_by_what_it_sets() {
        let among = |name: &str, value: &str| {
            System::among(|asked| (asked == name).then(|| value.to_owned()))
        };
        assert_eq!(among("GITHUB_ACTIONS", "true"), Some(System::GitHub));
        assert_eq!(among("GITLAB_CI", "true"), Some(System::GitLab));
        assert_eq!(among("TF_BUILD", "True"), Some(System::Azure));
        assert_eq!(among("TEAMCITY_VERSION", "2025.1"), Some(System::TeamCity));
        assert_eq!(among("GITHUB_ACTIONS", "false"), None);
        assert_eq!(among("TEAMCITY_VERSION", ""), None);
        assert_eq!(among("CI", "true"), None);
    }

    #[test]
    fn only_a_text_on_standard_output_gets_annotations() {
        let places = |mut outputs: Vec<_>, system, quiet| {
            annotate(&mut outputs, system, quiet, GATE);
            let places = outputs.into_iter();
            places
                .map(|output| (output.format.name, output.place))
                .collect::<Vec<_>>()
        };
        let github = Some(System::GitHub);
        let annotated = ("github", Place::Annotations(System::GitHub));
        let file = || Place::File("a".into());
        assert_eq!(
            places(vec![gate("text", Place::Stdout)], github, false),
            [("text", Place::Log), annotated]
        );
        assert_eq!(
            places(vec![gate("text", Place::Stdout)], github, true),
            [("text", Place::Log)]
        );
        assert_eq!(
            places(
                vec![gate("json", Place::Stdout), gate("text", file())],
                github,
                false
            ),
            [("json", Place::Stdout), ("text", file())]
        );
        for system in [None, Some(System::GitLab)] {
            assert_eq!(
                places(vec![gate("text", Place::Stdout)], system, false),
                [("text", Place::Stdout)]
            );
        }
    }

    #[test]
    fn a_system_gets_its_commands_and_people_get_none() {
        let document = "::error file=a::b\nGate failed\n##vso[task.logissue]x\n##teamcity[y]\n";
        assert_eq!(System::GitHub.commands(document), "::error file=a::b\n");
        assert_eq!(System::Azure.commands(document), "##vso[task.logissue]x\n");
        assert_eq!(System::TeamCity.commands(document), "##teamcity[y]\n");
        assert_eq!(System::GitLab.commands(document), "");
        let lines = System::lines(document);
        for system in [System::GitHub, System::Azure, System::TeamCity] {
            assert_eq!(system.commands(&lines), "", "{lines}");
        }
        assert!(!lines.contains("##vso["), "{lines}");
    }

    #[test]
    fn every_table_has_the_text_that_annotations_stand_below() {
        assert!(SCAN.iter().any(|format| format.name == "text"));
        assert!(GATE.iter().any(|format| format.name == "github"));
    }
}
