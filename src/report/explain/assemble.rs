//! Puts an explanation together from what was measured.

use std::collections::BTreeMap;

use super::{ExplainReport, Explained, OfCapture, OfClass, OfComponent, OfPath};
use crate::advice::fixes;
use crate::advice::golden::Golden;
use crate::advice::plan::{Wish, plan};
use crate::class::Class;
use crate::codebase::{Codebase, File};
use crate::definition::Component;
use crate::definition::diagnostic::closest;
use crate::definition::resolved::{Origin, Resolved};
use crate::evaluation::{Evaluation, Forecast, Outcome, Scope, ScopeKind};
use crate::evidence::owners::Owners;
use crate::facts::extract::subjects_of;
use crate::facts::role::SUBJECTS;
use crate::languages::Language;
use crate::measures::{Subject, meaning};
use crate::report::judged::Told;
use crate::report::{Inputs, Judged, Matter, Report, Unjudged};

/// Directories named as the worst and as the best.
const MOST_SCOPES: usize = 5;
/// Fewest readings a directory without a gap needs to be an example.
const FEWEST_READINGS: u64 = 3;

/// What is to be explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question<'q> {
    /// Everything that can be.
    List,
    /// The score.
    Score,
    /// Whatever has this name: a component, a class of files, a path below the root.
    Named {
        /// As typed.
        text: &'q str,
        /// The path it means, below the root, as seen from where it was typed.
        path: &'q [u8],
    },
}

/// How it is to be explained.
#[derive(Clone, Debug)]
pub struct Asked<'q> {
    /// What.
    pub question: Question<'q>,
    /// How many gaps are shown to people.
    pub most: usize,
    /// Show every reading.
    pub all: bool,
    /// Who answers for which files, where a file says so.
    pub owners: Option<&'q Owners>,
    /// Every value of the definition with where it comes from.
    pub values: &'q [Resolved],
    /// The file of the definition; none for the built-in one.
    pub file: Option<&'q str>,
}

/// Nothing has the name that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound {
    /// What may have been meant.
    pub meant: Option<String>,
}

impl<'a> ExplainReport<'a> {
    /// The explanation of what was measured.
    pub fn new(inputs: Inputs<'a>, matter: Matter, asked: &Asked) -> Result<Self, NotFound> {
        let scan = Report::new(inputs, matter);
        let explained = match asked.question {
            Question::List => Explained::List,
            Question::Score => Explained::Score,
            Question::Named { text, path } => named(inputs, &scan, text, path, asked)?,
        };
        Ok(Self {
            scan,
            explained,
            most: asked.most,
            all: asked.all,
        })
    }
}

/// A component goes before a path, and a path before a class: whoever means the path writes `./` before it.
fn named<'a>(
    inputs: Inputs<'a>,
    scan: &Report<'a>,
    text: &str,
    path: &[u8],
    asked: &Asked,
) -> Result<Explained<'a>, NotFound> {
    if let Some(capture) = text.strip_prefix('@') {
        return of_capture(capture);
    }
    let components = &inputs.evaluation.components;
    let found = components.iter().position(|row| row.component.id == text);
    if let Some(position) = found {
        let explained = of_component(inputs, &scan.matter.prefix, position, asked);
        return Ok(Explained::Component(Box::new(explained)));
    }
    if let Some(explained) = of_path(inputs, path, asked.owners) {
        return Ok(Explained::Path(Box::new(explained)));
    }
    let class = Class::ALL.iter().find(|class| is_named(**class, text));
    if let Some(class) = class {
        return Ok(Explained::Class(of_class(
            inputs.codebase,
            &scan.matter.prefix,
            *class,
        )));
    }
    let mut known: Vec<&str> = components
        .iter()
        .map(|row| row.component.id.as_str())
        .collect();
    known.extend(Class::ALL.iter().map(|class| class.name()));
    let paths = inputs.codebase.files().iter();
    let mut paths: Vec<String> = paths.map(|file| file.path.to_str().into_owned()).collect();
    let directories = inputs.evaluation.scopes.iter();
    let directories = directories.filter(|scope| scope.kind == ScopeKind::Directory);
    paths.extend(directories.map(|scope| String::from_utf8_lossy(&scope.name).into_owned()));
    let meant = closest(text, &known).map(str::to_owned).or_else(|| {
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let wanted = String::from_utf8_lossy(path);
        let ends = |path: &&&str| path.ends_with(&format!("/{wanted}"));
        let found = paths.iter().find(ends).copied();
        found
            .or_else(|| closest(&wanted, &paths))
            .map(str::to_owned)
    });
    Err(NotFound { meant })
}

fn of_capture<'a>(capture: &str) -> Result<Explained<'a>, NotFound> {
    let mut subjects = SUBJECTS.iter();
    let Some((subject, name)) = subjects.find(|(_, name)| *name == capture) else {
        let names: Vec<&str> = SUBJECTS.iter().map(|(_, name)| *name).collect();
        let meant = closest(capture, &names).map(|name| format!("@{name}"));
        return Err(NotFound { meant });
    };
    let uses = |language: &Language| subjects_of(*language).contains(name);
    Ok(Explained::Capture(OfCapture {
        name,
        about: subject.about(),
        languages: Language::all()
            .filter(uses)
            .map(Language::dialect)
            .collect(),
    }))
}

/// A class by its name, in which a hyphen may stand for a blank.
fn is_named(class: Class, text: &str) -> bool {
    class.name() == text || class.name().replace(' ', "-") == text
}

fn of_component<'a>(
    inputs: Inputs<'a>,
    prefix: &[u8],
    position: usize,
    asked: &Asked,
) -> OfComponent<'a> {
    let evaluation = inputs.evaluation;
    let told = Told::new(inputs, position);
    let mut readings = told.readings(prefix, |_| true);
    let gap = |judged: &Judged| judged.reading.gap();
    readings.sort_by(|one, other| {
        let by_gap = gap(other)
            .cmp(&gap(one))
            .then(other.waived.cmp(&one.waived));
        by_gap.then_with(|| (one.path, one.line).cmp(&(other.path, other.line)))
    });
    let first = readings.first().filter(|judged| gap(judged) > 0);
    let example = first.and_then(|judged| {
        let mut golden = Golden::new(inputs.codebase, evaluation, position);
        golden.nearest(judged.reading.subject)
    });
    let scopes = || scopes(evaluation, prefix, position);
    let mut worst: Vec<_> = scopes().filter(|(_, outcome)| outcome.gap() > 0).collect();
    worst.sort_by(|one, other| {
        let by_gap = other.1.gap().cmp(&one.1.gap());
        by_gap.then_with(|| one.0.name.cmp(&other.0.name))
    });
    worst.truncate(MOST_SCOPES);
    let whole = |(_, outcome): &(&Scope, &Outcome)| {
        outcome.gap() == 0 && outcome.subjects >= FEWEST_READINGS
    };
    let mut best: Vec<_> = scopes().filter(whole).collect();
    best.sort_by(|one, other| {
        let by_size = other.1.of.cmp(&one.1.of);
        by_size.then_with(|| one.0.name.cmp(&other.0.name))
    });
    best.truncate(MOST_SCOPES);
    OfComponent {
        position,
        meaning: meaning(&told.component.measure),
        settings: settings(told.component),
        written: written(told.component, asked),
        worst,
        best,
        unknown: told.unknown(prefix),
        readings,
        example,
    }
}

/// Directories below a prefix that hold files of their own, with what a component comes to there.
fn scopes<'a>(
    evaluation: &'a Evaluation,
    prefix: &[u8],
    position: usize,
) -> impl Iterator<Item = (&'a Scope, &'a Outcome)> {
    let directories = evaluation.scopes.iter().filter(move |scope| {
        scope.kind == ScopeKind::Directory
            && (prefix.is_empty()
                || crate::path::RepoPath::new(scope.name.as_slice()).is_within(prefix))
    });
    directories.filter_map(move |scope| {
        let outcome = scope.outcomes.get(position)?;
        outcome.state.is_known().then_some((scope, outcome))
    })
}

/// The settings of a measure with their values, by key.
fn settings(component: &Component) -> Vec<(String, serde_json::Value)> {
    // A measure is written as its name with a table of settings below it.
    let Ok(serde_json::Value::Object(measure)) = serde_json::to_value(&component.measure) else {
        return Vec::new();
    };
    let tables = measure.into_iter().filter_map(|(_, table)| match table {
        serde_json::Value::Object(table) => Some(table),
        _ => None,
    });
    tables.flatten().collect()
}

/// The values of a component that somebody wrote, each with its place; the others are built in.
fn written(component: &Component, asked: &Asked) -> Vec<(String, String)> {
    let table = format!("component.{}.", component.id);
    let values = asked.values.iter().filter_map(|value| {
        let name = value.name();
        let key = name.strip_prefix(&table)?;
        let Origin::Line(line) = value.origin else {
            return None;
        };
        let file = asked.file.unwrap_or("the definition");
        Some((key.to_owned(), format!("{file}:{line}")))
    });
    values.collect()
}

fn of_path<'a>(inputs: Inputs<'a>, path: &[u8], owners: Option<&Owners>) -> Option<OfPath<'a>> {
    let (codebase, evaluation) = (inputs.codebase, inputs.evaluation);
    let file = codebase.find_bytes(path).map(|index| codebase.file(index));
    let inside = || {
        let files = codebase.files().iter();
        files.filter(|file| path.is_empty() || file.path.is_within(path))
    };
    // The name as it lives in the codebase.
    let known: &'a [u8] = match file {
        Some(file) => file.path.as_bytes(),
        None => inside().next()?.path.as_bytes().get(..path.len())?,
    };
    let scope = match file {
        Some(_) => evaluation
            .scopes
            .iter()
            .find(|scope| scope.kind == ScopeKind::File && scope.name == path),
        None => evaluation.directory(path),
    };
    let positions = 0..evaluation.components.len();
    let told: Vec<Told> = positions
        .map(|position| Told::new(inputs, position))
        .collect();
    let mut gaps: Vec<Judged> = told
        .iter()
        .flat_map(|told| told.readings(path, |gap| gap > 0))
        .filter(|judged| !matches!(judged.reading.subject, Subject::Change(_)))
        .collect();
    gaps.sort_by(|one, other| {
        let key = |judged: &Judged<'a>| (judged.path, judged.line, judged.component);
        key(one).cmp(&key(other))
    });
    let forecast = Forecast::new(evaluation, &evaluation.repository);
    let fixes = fixes::all(
        codebase,
        evaluation,
        |_| true,
        |file| codebase.file(file).path.is_within(path),
    );
    let mut classes: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for file in inside() {
        *classes.entry((file.class.name(), file.reason)).or_default() += 1;
    }
    let changes = codebase.history.changes.iter().filter(|change| {
        let mut paths = change.paths.iter();
        path.is_empty() || paths.any(|touched| touched.is_within(path))
    });
    let mut changes: Vec<_> = changes.collect();
    changes.sort_by(|one, other| {
        other
            .time
            .cmp(&one.time)
            .then(one.commit.cmp(&other.commit))
    });
    Some(OfPath {
        path: known,
        file,
        scope,
        gaps,
        unknown: once(told.iter().flat_map(|told| told.unknown(path)).collect()),
        changes,
        owners: match (owners, file) {
            (Some(owners), Some(file)) => owners.of(&file.path).to_vec(),
            _ => Vec::new(),
        },
        plan: plan(
            codebase,
            evaluation,
            &forecast,
            fixes,
            Wish::First(MOST_SCOPES),
        ),
        classes: match file {
            Some(_) => Vec::new(),
            None => classes
                .into_iter()
                .map(|((class, reason), count)| (class, reason, count))
                .collect(),
        },
    })
}

/// What several components could not judge, once for each reason.
fn once(mut unknown: Vec<Unjudged>) -> Vec<Unjudged> {
    unknown.sort_by(|one, other| {
        let key = |told: &Unjudged| (told.path.cloned(), told.line, told.component);
        key(one).cmp(&key(other))
    });
    unknown.dedup_by(|one, other| {
        (one.path, one.line, one.lost) == (other.path, other.line, other.lost)
    });
    unknown
}

fn of_class<'a>(codebase: &'a Codebase, prefix: &[u8], class: Class) -> OfClass<'a> {
    let mut reasons: BTreeMap<&'static str, Vec<_>> = BTreeMap::new();
    let is_meant = |file: &&File| file.class == class && file.path.is_within(prefix);
    for file in codebase.files().iter().filter(is_meant) {
        reasons.entry(file.reason).or_default().push(&file.path);
    }
    OfClass {
        name: class.name(),
        reasons: reasons.into_iter().collect(),
    }
}
