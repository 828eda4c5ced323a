//! Adoption: what a repository already does, and the definition that fits it. Values in, a value out; nothing is read here.
//!
//! Only what the repository shows is proposed, each with the counts that led to it. What it does not show is a question.

pub mod checkup;
pub mod ci;
pub mod goals;
mod libraries;
mod sights;
mod written;

use crate::class::Class;
use crate::codebase::Codebase;
use crate::definition::{Definition, Measure};
use crate::evaluation::{Evaluation, State};
use crate::path::RepoPath;

pub use ci::Ci;
pub use goals::{Goal, goals};
pub use written::{Addition, addition, definition};

/// Where an editor finds the schema unless somebody says otherwise: beside the definition.
pub const SCHEMA: &str = "./quality.schema.json";
/// Stands between two answers to one question.
const OR: &str = "# or";
/// Files of one directory that look like tests before it is proposed as one of tests.
const FEWEST_TESTS: u64 = 3;

/// What is known of a repository beside its code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// What it is called.
    pub repository: String,
    /// The branch others are measured against, as on the server: `main`.
    pub default_branch: Option<String>,
    /// Files that are coverage reports by their name and lie where none is looked for, sorted.
    pub stray_reports: Vec<RepoPath>,
}

/// What is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What the repository is called.
    pub repository: String,
    /// What was seen, a clause each.
    pub sights: Vec<String>,
    /// What differs from the built-in definition, in the order of the file.
    pub pieces: Vec<Piece>,
    /// What the repository does not show.
    pub questions: Vec<Question>,
    /// Where changes are checked.
    pub ci: Ci,
    /// Whether that was seen, or is a guess.
    pub has_ci: bool,
    /// The branch others are measured against.
    pub branch: String,
}

/// A table of the proposed definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its header without brackets: `component.http-client`.
    pub table: String,
    /// What in the repository led to it; sentences.
    pub because: Vec<String>,
    /// Its lines.
    pub lines: Vec<String>,
}

/// Something only people know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The question, with what was seen.
    pub text: String,
    /// Lines of a definition that would be an answer.
    pub answer: Vec<String>,
}

/// Proposes a definition for a codebase that was evaluated under the built-in one.
pub fn propose(around: &Surroundings, codebase: &Codebase, evaluation: &Evaluation) -> Proposal {
    let mut proposal = Proposal {
        repository: around.repository.clone(),
        sights: sights::sights(codebase, around),
        pieces: Vec::new(),
        questions: Vec::new(),
        ci: Ci::GitHub,
        has_ci: false,
        branch: around
            .default_branch
            .clone()
            .unwrap_or_else(|| "main".to_owned()),
    };
    if let Some(found) = ci::found(codebase).first() {
        proposal.ci = *found;
        proposal.has_ci = true;
    }
    tests(codebase, evaluation, &mut proposal);
    coverage(around, codebase, evaluation, &mut proposal);
    libraries::propose(codebase, &mut proposal);
    endpoints(codebase, evaluation, &mut proposal);
    proposal
}

/// The state of the built-in component with this id.
fn state(evaluation: &Evaluation, id: &str) -> Option<State> {
    let position = evaluation
        .components
        .iter()
        .position(|row| row.component.id == id)?;
    Some(evaluation.repository.outcomes.get(position)?.state)
}

/// Directories whose files import a test framework and are taken for code; and whether there are tests at all.
fn tests(codebase: &Codebase, evaluation: &Evaluation, proposal: &mut Proposal) {
    let directories = sights::unseen_tests(codebase);
    let certain: Vec<_> = directories
        .iter()
        .filter(|seen| seen.tests >= FEWEST_TESTS && seen.tests * 2 > seen.files)
        .collect();
    if !certain.is_empty() {
        let because = certain.iter().map(|seen| {
            format!(
                "{} of {} files below {}/ import a test framework and are counted as code.",
                seen.tests, seen.files, seen.directory
            )
        });
        let globs = certain
            .iter()
            .map(|seen| quoted(&format!("{}/**", seen.directory)));
        proposal.pieces.push(Piece {
            table: "files".to_owned(),
            because: because.collect(),
            lines: vec![format!("test = [{}]", globs.collect::<Vec<_>>().join(", "))],
        });
    }
    let has_tests = codebase.files().iter().any(|file| {
        let inline = |facts: &crate::facts::Facts| facts.lines.code_in_tests > 0;
        file.class == Class::Test || file.facts().is_some_and(inline)
    });
    if !has_tests
        && certain.is_empty()
        && state(evaluation, "tested-files") == Some(State::Measured)
    {
        proposal.questions.push(Question {
            text: "No test was found. Where do tests live?".to_owned(),
            answer: vec!["[files]".to_owned(), "test = [\"checks/**\"]".to_owned()],
        });
    }
}

/// Coverage reports: those that lie elsewhere, or how to get one.
fn coverage(
    around: &Surroundings,
    codebase: &Codebase,
    evaluation: &Evaluation,
    proposal: &mut Proposal,
) {
    if !codebase.coverage.reports.is_empty() {
        return;
    }
    let strays: Vec<String> = around
        .stray_reports
        .iter()
        .map(|path| path.to_str().into_owned())
        .filter(|path| is_plain(path))
        .collect();
    if !strays.is_empty() {
        let shown = crate::evidence::coverage::first_of(&strays);
        let globs: Vec<String> = strays.iter().take(8).map(|path| quoted(path)).collect();
        proposal.pieces.push(Piece {
            table: "coverage".to_owned(),
            because: vec![format!(
                "Coverage reports lie where none is looked for: {shown}."
            )],
            lines: vec![format!("reports = [{}]", globs.join(", "))],
        });
        return;
    }
    if state(evaluation, "test-coverage") != Some(State::Unavailable) {
        return;
    }
    let commands = sights::coverage_commands(codebase);
    let how = if commands.is_empty() {
        String::new()
    } else {
        format!(" (for example {})", commands.join("; "))
    };
    proposal.questions.push(Question {
        text: format!(
            "Is test coverage measured? No report was found. Let the tests write one where `quality` runs{how}, or switch the component off."
        ),
        answer: vec![
            "[coverage]".to_owned(),
            "reports = [\"build/coverage.xml\"]".to_owned(),
            OR.to_owned(),
            "[component.test-coverage]".to_owned(),
            "enabled = false".to_owned(),
        ],
    });
}

/// Endpoints nobody has timed.
fn endpoints(codebase: &Codebase, evaluation: &Evaluation, proposal: &mut Proposal) {
    if state(evaluation, "fast-endpoints") != Some(State::Unavailable) {
        return;
    }
    let by_framework = sights::frameworks(codebase);
    let Some((framework, _)) = by_framework.first() else {
        return;
    };
    let command = sights::start(*framework);
    let count = codebase.endpoints().len();
    proposal.questions.push(Question {
        text: format!(
            "How is the program started? {count} endpoints were found and nobody has timed their first answers. `quality probe --trust .` does, \
             once it knows how; or import what another tool measured, or switch the component off."
        ),
        answer: vec![
            "[probe]".to_owned(),
            format!("command = {}", quoted(command)),
            "[component.fast-endpoints]".to_owned(),
            "measure.fast-endpoints.import = [{ format = \"probe\", path = \"out/probe.json\" }]"
                .to_owned(),
            OR.to_owned(),
            "[component.fast-endpoints]".to_owned(),
            "enabled = false".to_owned(),
        ],
    });
}

/// What a bar for the whole would be, once the score is known.
pub fn bar(score: u64) -> Question {
    Question {
        text: format!(
            "Is there a score below which a scan fails? Today's is {score}. Without one a pull request fails for what it makes worse, and for nothing else."
        ),
        answer: vec!["[gate]".to_owned(), format!("fail_under = {score}")],
    }
}

/// Whether what was surveyed under the built-in definition is the same under this one.
pub fn sees_the_same(definition: &Definition) -> bool {
    let builtin = Definition::builtin();
    let imports = |definition: &Definition| {
        definition.enabled().any(|row| match &row.measure {
            Measure::FastEndpoints(settings) => !settings.import.is_empty(),
            Measure::Declared(_) => true,
            _ => false,
        })
    };
    definition.files == builtin.files
        && definition.coverage == builtin.coverage
        && definition.history == builtin.history
        && !imports(definition)
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Whether a path can stand in a definition as it is: no sign of a glob, nothing that has to be escaped.
fn is_plain(path: &str) -> bool {
    !path.is_empty()
        && path
            .chars()
            .all(|c| c.is_alphanumeric() || "/._-+@ ".contains(c))
}

#[cfg(test)]
mod tests {
    use super::{Surroundings, propose, written};
    use crate::definition::{self, Definition};
    use crate::evaluation::evaluate;
    use crate::measures::testing::codebase;
    use crate::path::RepoPath;

    fn proposed(fixture: &str) -> String {
        proposed_in(fixture, "shop", &[])
    }

    fn proposed_in(fixture: &str, repository: &str, reports: &[&str]) -> String {
        let codebase = codebase(fixture);
        let evaluation = evaluate(&Definition::builtin(), &codebase, 1);
        let around = Surroundings {
            repository: repository.to_owned(),
            default_branch: None,
            stray_reports: reports.iter().map(|path| RepoPath::from(*path)).collect(),
        };
        let text = written::definition(&propose(&around, &codebase, &evaluation), super::SCHEMA);
        let read = definition::parse(text.as_bytes(), "quality.toml");
        assert!(read.is_ok(), "{text}\n{read:?}");
        text
    }

    #[test]
    fn the_library_most_files_use_is_preferred_and_the_counts_say_why() {
        let text = proposed(
            "//- a.py\nimport httpx\n//- b.py\nimport httpx\n//- c.py\nimport httpx\n//- d.py\nimport requests\n",
        );
        assert!(
            text.starts_with("#:schema ./quality.schema.json\n"),
            "{text}"
        );
        assert!(
            text.contains("# HTTP: httpx in 3 files, requests in 1."),
            "{text}"
        );
        assert!(text.contains("prefer = [\"httpx\"]"), "{text}");
    }

    #[test]
    fn without_a_clear_preference_a_question_is_asked_and_nothing_is_decided() {
        let text = proposed("//- a.py\nimport httpx\n//- b.py\nimport requests\n");
        let text = text
            .replace("\n#   in", " in")
            .replace("\n#   requests", " requests");
        assert!(!text.contains("\n[component.http-client]"), "{text}");
        assert!(
            text.contains(
                "# ? Which HTTP library is to be used? python: httpx in 1 file, requests in 1."
            ),
            "{text}"
        );
        assert!(text.contains("#     [component.http-client]"), "{text}");
    }

    #[test]
    fn tests_that_no_convention_finds_are_named_by_their_directory() {
        let test = "import pytest\ndef check(): pass\n";
        let text = proposed(&format!(
            "//- app.py\nx = 1\n//- verify/a.py\n{test}//- verify/b.py\n{test}//- verify/c.py\n{test}//- verify/d.py\nx = 1\n"
        ));
        assert!(text.contains("test = [\"verify/**\"]"), "{text}");
        assert!(
            text.contains("3 of 4 files below verify/ import a test framework"),
            "{text}"
        );
    }

    #[test]
    fn reports_that_lie_elsewhere_are_named_and_hostile_names_are_not() {
        let code = "//- a.py\ndef f(x: int) -> int: return x\n";
        let reports = ["back/coverage.xml", "x\"]\n[gate]/lcov.info"];
        let text = proposed_in(code, "sh\u{202e}op\n[gate]", &reports);
        assert!(text.contains("reports = [\"back/coverage.xml\"]"), "{text}");
        assert!(text.contains("# What this repository calls"), "{text}");
        assert!(!text.contains("\n[gate]"), "{text}");
    }

    #[test]
    fn a_preference_in_one_language_judges_no_other() {
        let text = proposed(
            "//- a.py\nimport httpx\n//- b.py\nimport httpx\n//- a.ts\nimport ky from 'ky';\n//- b.ts\nimport axios from 'axios';\n",
        );
        assert!(
            text.contains("prefer = [\"httpx\"], languages = [\"python\"] }"),
            "{text}"
        );
        assert!(
            text.contains("javascript and typescript: axios in 1 file, ky in 1."),
            "{text}"
        );
    }

    #[test]
    fn nothing_is_proposed_where_nothing_was_seen() {
        let text = proposed("//- a.py\ndef f(x: int) -> int: return x\n");
        assert!(!text.lines().any(|line| line.starts_with('[')), "{text}");
    }

    #[test]
    fn one_repository_has_one_proposal() {
        let fixture = "//- a.py\nimport httpx, structlog\n//- b.py\nimport requests, logging\n//- c.ts\nimport axios from 'axios';\n";
        assert_eq!(proposed(fixture), proposed(fixture));
    }
}
