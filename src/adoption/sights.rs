//! What is seen of a repository: languages, tests, frameworks, where changes are checked.

use std::collections::BTreeMap;

use super::{Surroundings, ci, is_plain};
use crate::class::Class;
use crate::codebase::Codebase;
use crate::codebase::endpoints::Framework;
use crate::facts::ImportKind;
use crate::git::{ChangeUnit, HistoryState};
use crate::measures::preferred_imports::imports_module;

/// Modules that only tests import.
const FRAMEWORKS: &[&str] = &[
    "@jest/globals",
    "@playwright/test",
    "ava",
    "mocha",
    "node:test",
    "pytest",
    "tap",
    "unittest",
    "vitest",
];
/// Places of the file that says who answers for a path.
pub const OWNERS: &[&str] = &[
    ".github/CODEOWNERS",
    ".gitlab/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
];

/// What was seen, a clause each.
pub(super) fn sights(codebase: &Codebase, around: &Surroundings) -> Vec<String> {
    let mut sights = Vec::new();
    let mut languages: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let mut tests: BTreeMap<String, u64> = BTreeMap::new();
    for file in codebase.files() {
        let (Some(facts), Some(language)) = (file.facts(), file.language) else {
            continue;
        };
        if file.class == Class::Code {
            let size = languages.entry(language.name()).or_default();
            size.0 += 1;
            size.1 += u64::from(facts.lines.code);
        } else if file.class == Class::Test {
            let path = file.path.to_str();
            let top = path.split_once('/').map_or(".", |(top, _)| top);
            *tests.entry(top.to_owned()).or_default() += 1;
        }
    }
    let mut sizes: Vec<_> = languages.into_iter().collect();
    sizes.sort_by(|a, b| b.1.1.cmp(&a.1.1).then(a.0.cmp(b.0)));
    for (language, (files, lines)) in sizes {
        let files = counted(files, "file");
        sights.push(format!("{language} in {files} with {lines} lines of code"));
    }
    if !tests.is_empty() {
        let all: u64 = tests.values().sum();
        let mut places: Vec<(String, u64)> = tests.into_iter().collect();
        places.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        let named: Vec<String> = places
            .iter()
            .filter(|(place, _)| is_plain(place))
            .take(3)
            .map(|(place, _)| match place.as_str() {
                "." => "the root".to_owned(),
                place => format!("{place}/"),
            })
            .collect();
        let mostly = if places.len() > named.len() {
            "mostly below"
        } else {
            "below"
        };
        let all = counted(all, "test file");
        sights.push(format!("{all} {mostly} {}", named.join(", ")));
    }
    let frameworks: Vec<String> = frameworks(codebase)
        .iter()
        .map(|(framework, count)| {
            format!("{} of {}", counted(*count, "endpoint"), framework.name())
        })
        .collect();
    sights.extend(frameworks);
    sights.extend(codebase.coverage.reports.iter().filter_map(|report| {
        let place = report.place.to_str();
        is_plain(&place).then(|| format!("a coverage report, {place}"))
    }));
    let history = &codebase.history;
    if history.state == HistoryState::Available {
        let changes = counted(history.changes.len() as u64, "change");
        let unit = match history.unit {
            ChangeUnit::PullRequests => "recovered from the marks of pull requests",
            ChangeUnit::Commits => "which are commits: too few carry the mark of a pull request",
        };
        sights.push(format!("{changes}, {unit}"));
    }
    let found = ci::found(codebase);
    let names: Vec<&str> = found.iter().map(|ci| ci.name()).collect();
    if !names.is_empty() {
        sights.push(format!("changes checked by {}", names.join(" and ")));
    }
    if let Some(branch) = around
        .default_branch
        .as_deref()
        .filter(|name| is_plain(name))
    {
        sights.push(format!("the default branch {branch}"));
    }
    sights.extend(owners(codebase).map(|place| format!("owners in {place}")));
    sights
}

/// The file that says who answers for a path.
pub fn owners(codebase: &Codebase) -> Option<&'static str> {
    OWNERS
        .iter()
        .find(|place| codebase.find_bytes(place.as_bytes()).is_some())
        .copied()
}

/// Frameworks with endpoints, most first.
pub(super) fn frameworks(codebase: &Codebase) -> Vec<(Framework, u64)> {
    let mut counts: BTreeMap<Framework, u64> = BTreeMap::new();
    for endpoint in codebase.endpoints() {
        *counts.entry(endpoint.framework).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    counts
}

/// How a program of this framework is usually started.
pub(super) fn start(framework: Framework) -> &'static str {
    match framework {
        Framework::Flask => "flask --app app run --port {port}",
        Framework::FastApi | Framework::Starlette => "uvicorn app.main:app --port {port}",
        Framework::Aiohttp => "python -m app --port {port}",
        Framework::Django | Framework::DjangoRest => "python manage.py runserver --noreload {port}",
        Framework::Next => "npx next start --port {port}",
        Framework::SvelteKit => "npx vite preview --port {port}",
        Framework::Express
        | Framework::Koa
        | Framework::Fastify
        | Framework::Hono
        | Framework::Nest => "env PORT={port} node dist/main.js",
        Framework::Axum | Framework::Actix | Framework::Rocket => {
            "target/release/app --port {port}"
        }
    }
}

/// How the tests of the languages here write a report where it is found without further ado.
pub(super) fn coverage_commands(codebase: &Codebase) -> Vec<&'static str> {
    let has = |wanted: &[&str]| {
        codebase.files().iter().any(|file| {
            file.class == Class::Code
                && file.facts().is_some()
                && file
                    .language
                    .is_some_and(|language| wanted.contains(&language.name()))
        })
    };
    let mut commands = Vec::new();
    if has(&["python"]) {
        commands.push("`pytest --cov --cov-report=xml`");
    }
    if has(&["javascript", "typescript"]) {
        commands.push("`vitest run --coverage` or `jest --coverage`");
    }
    if has(&["rust"]) {
        commands.push("`cargo llvm-cov --lcov --output-path lcov.info`");
    }
    commands
}

/// A directory with files that look like tests and are taken for code.
pub(super) struct Unseen {
    pub directory: String,
    /// Files that import a test framework.
    pub tests: u64,
    /// Files of code in it.
    pub files: u64,
}

/// Directories below the root with such files, sorted.
pub(super) fn unseen_tests(codebase: &Codebase) -> Vec<Unseen> {
    let mut directories: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for file in codebase.files() {
        let Some(facts) = file.facts().filter(|_| file.class == Class::Code) else {
            continue;
        };
        let path = file.path.to_str();
        // The directory itself, not what it lies in: a test directory may be anywhere.
        let Some((directory, _)) = path.rsplit_once('/') else {
            continue;
        };
        if !is_plain(directory) {
            continue;
        }
        let is_test = facts
            .imports
            .iter()
            .filter(|import| !import.in_test && import.kind != ImportKind::TypeOnly)
            .any(|import| {
                FRAMEWORKS
                    .iter()
                    .any(|framework| imports_module(import, framework, &[]))
            });
        let counts = directories.entry(directory.to_owned()).or_default();
        counts.0 += u64::from(is_test);
        counts.1 += 1;
    }
    directories
        .into_iter()
        .filter(|(_, (tests, _))| *tests > 0)
        .map(|(directory, (tests, files))| Unseen {
            directory,
            tests,
            files,
        })
        .collect()
}

/// `1 file`, `2 files`.
fn counted(count: u64, word: &str) -> String {
    if count == 1 {
        format!("1 {word}")
    } else {
        format!("{count} {word}s")
    }
}
