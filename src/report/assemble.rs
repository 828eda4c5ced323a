//! Puts the report together from a definition, a codebase and its evaluation.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{
    Declared, Excluded, First, HotFile, HotFiles, Listed, ListedEntry, LostFiles, Matter, Parsed,
    Place, Report, Row, Served, Unsupported, bounds, lost_words, waivers,
};
use crate::class::Class;
use crate::classify;
use crate::codebase::{Codebase, Content, File};
use crate::definition::settings::CalmTouches;
use crate::definition::{Decimal, Measure};
use crate::evaluation::{
    Evaluated, Evaluation, Forecast, Outcome, Scope, ScopeKind, Standing, State, worst,
};
use crate::measures::{self, Entry, Measurement, Subject, calm_touches};

/// How many of the most touched files are listed though they are not hot.
const MOST_TOUCHED: usize = 20;
/// How many files are named beside the component that costs most.
const WORST_FILES: usize = 3;

/// What a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The fingerprint of the definition with the versions of all grammars.
    pub definition_id: &'a str,
    /// What was measured.
    pub codebase: &'a Codebase,
    /// What came out.
    pub evaluation: &'a Evaluation,
}

impl<'a> Report<'a> {
    /// The report of an evaluation, narrowed to the prefix of the matter. Numbers stay those of the whole scan.
    pub fn new(inputs: Inputs<'a>, mut matter: Matter) -> Self {
        while matter.prefix.last() == Some(&b'/') {
            matter.prefix.pop();
        }
        let evaluation = inputs.evaluation;
        let within: Vec<&File> = inputs
            .codebase
            .files()
            .iter()
            .filter(|file| file.path.is_within(&matter.prefix))
            .collect();
        let sizes = Sizes::new(&within);
        let root = Place {
            scope: root_scope(evaluation, &matter.prefix),
            files: sizes.all.0,
            lines: sizes.all.1,
        };
        let components: Vec<Row> = evaluation
            .components
            .iter()
            .zip(&root.scope.outcomes)
            .map(|(evaluated, outcome)| Row {
                lists: lists(inputs.codebase, evaluated, &matter.prefix),
                ..row(evaluated, outcome)
            })
            .collect();
        let places = |kind: ScopeKind| -> Vec<Place<'a>> {
            evaluation
                .scopes
                .iter()
                .filter(|scope| scope.kind == kind && is_below(scope, &matter.prefix))
                .map(|scope| sizes.place(scope))
                .collect()
        };
        let directories = places(ScopeKind::Directory);
        let languages = if matter.prefix.is_empty() {
            places(ScopeKind::Language)
        } else {
            Vec::new()
        };
        let files = places(ScopeKind::File);
        let first = first(evaluation, &components, &root.scope, &files);
        let history = &inputs.codebase.history;
        let waivers = waivers(inputs, &matter.prefix);
        let mut notes = matter.warnings.clone();
        notes.extend(waivers::notes(&waivers));
        notes.extend(history.notes.iter().cloned());
        let standing = matter
            .fail_under
            .map(|bar| Standing::new(&root.scope, bar, matter.on_unmeasured));
        notes.extend(bounds::tolerated(standing));
        Self {
            standing,
            open: bounds::open(inputs, &root.scope, &matter.prefix),
            definition_id: inputs.definition_id.to_owned(),
            head: history.head.as_ref(),
            endpoints: served(inputs.codebase, &matter.prefix),
            hot: hot_files(inputs.codebase, evaluation, &matter.prefix),
            excluded: excluded(&within),
            lost: lost(&within),
            unsupported: unsupported(&within),
            parsed: parsed(&within),
            root,
            components,
            directories,
            languages,
            files,
            first,
            waivers,
            history,
            notes,
            behind: inputs,
            findings: OnceLock::new(),
            matter,
        }
    }
}

/// Exceptions of the definition, and those declared in files within the prefix.
fn waivers<'a>(inputs: Inputs<'a>, prefix: &[u8]) -> Vec<Declared<'a>> {
    let declared = inputs.evaluation.waivers.iter().map(|waived| Declared {
        waived,
        path: waived.file.map(|file| &inputs.codebase.file(file).path),
    });
    declared
        .filter(|declared| declared.path.is_none_or(|path| path.is_within(prefix)))
        .collect()
}

/// The scope of the prefix. Where nothing was read there, one without numbers.
fn root_scope<'a>(evaluation: &'a Evaluation, prefix: &[u8]) -> Cow<'a, Scope> {
    let found = evaluation.directory(prefix).or_else(|| {
        evaluation
            .scopes
            .iter()
            .find(|scope| scope.kind == ScopeKind::File && scope.name == prefix)
    });
    if let Some(scope) = found {
        return Cow::Borrowed(scope);
    }
    let outcomes: Vec<Outcome> = evaluation
        .components
        .iter()
        .map(|evaluated| Outcome {
            state: match evaluated.measurement {
                Measurement::Unavailable { .. } => State::Unavailable,
                Measurement::Stale { .. } => State::Stale,
                _ => State::NotApplicable,
            },
            good: 0,
            waived: 0,
            of: 0,
            unknown: 0,
            subjects: 0,
            score: None,
            strict_score: None,
            bounds: None,
        })
        .collect();
    let applicable = evaluation
        .components
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| outcome.state != State::NotApplicable)
        .map(|(evaluated, _)| evaluated.component.weight.millionths())
        .sum();
    Cow::Owned(Scope {
        kind: ScopeKind::Directory,
        name: prefix.to_vec(),
        outcomes,
        score: None,
        strict_score: None,
        bounds: None,
        known_weight: Decimal::default(),
        applicable_weight: Decimal::from_millionths(applicable),
    })
}

/// Whether a scope lies below a prefix and is not the prefix itself. Languages lie nowhere.
fn is_below(scope: &Scope, prefix: &[u8]) -> bool {
    prefix.is_empty()
        || (scope.name.len() > prefix.len()
            && scope.name.starts_with(prefix)
            && scope.name[prefix.len()] == b'/')
}

/// Files of code and their code lines, for every scope.
struct Sizes<'a> {
    all: (u64, u64),
    directories: BTreeMap<&'a [u8], (u64, u64)>,
    languages: BTreeMap<&'static str, (u64, u64)>,
    files: BTreeMap<&'a [u8], (u64, u64)>,
}

impl<'a> Sizes<'a> {
    fn new(files: &[&'a File]) -> Self {
        let mut sizes = Self {
            all: (0, 0),
            directories: BTreeMap::new(),
            languages: BTreeMap::new(),
            files: BTreeMap::new(),
        };
        let add = |size: &mut (u64, u64), lines: u64| {
            size.0 += 1;
            size.1 += lines;
        };
        for file in files.iter().filter(|file| file.class == Class::Code) {
            let (Some(facts), Some(language)) = (file.facts(), file.language) else {
                continue;
            };
            let lines = u64::from(facts.lines.code);
            add(&mut sizes.all, lines);
            add(sizes.languages.entry(language.name()).or_default(), lines);
            let path = file.path.as_bytes();
            add(sizes.files.entry(path).or_default(), lines);
            for slash in memchr::memchr_iter(b'/', path) {
                add(sizes.directories.entry(&path[..slash]).or_default(), lines);
            }
        }
        sizes
    }

    fn place<'s>(&self, scope: &'s Scope) -> Place<'s> {
        let name = scope.name.as_slice();
        let size = match scope.kind {
            ScopeKind::Repository => Some(&self.all),
            ScopeKind::Directory => self.directories.get(name),
            ScopeKind::Language => std::str::from_utf8(name)
                .ok()
                .and_then(|name| self.languages.get(name)),
            ScopeKind::File => self.files.get(name),
        };
        let (files, lines) = size.copied().unwrap_or_default();
        Place {
            scope: Cow::Borrowed(scope),
            files,
            lines,
        }
    }
}

fn row<'a>(evaluated: &'a Evaluated, outcome: &Outcome) -> Row<'a> {
    let component = &evaluated.component;
    let about = measures::about(&component.measure);
    let (reason, repair) = match &evaluated.measurement {
        Measurement::NotApplicable { reason } => (Some(reason.clone()), None),
        Measurement::Unavailable { reason, repair } => (Some(reason.clone()), repair.clone()),
        Measurement::Stale { reason, repair } => (Some(reason.clone()), Some(repair.clone())),
        Measurement::Taken(_) => (without_number(outcome, about.unit), None),
    };
    Row {
        component,
        about,
        outcome: outcome.clone(),
        method: evaluated.method().filter(|_| outcome.state.is_known()),
        reason,
        repair,
        notes: match &evaluated.measurement {
            Measurement::Taken(taken) => &taken.notes,
            _ => &[],
        },
        lists: Vec::new(),
    }
}

/// The lists of a component, narrowed to entries with a file within the prefix. What lies in no file is about everything.
fn lists<'a>(codebase: &'a Codebase, evaluated: &'a Evaluated, prefix: &[u8]) -> Vec<Listed<'a>> {
    let Measurement::Taken(taken) = &evaluated.measurement else {
        return Vec::new();
    };
    let listed = |entry: &'a Entry| {
        let place = |subject: &Subject| {
            let file = codebase.file(subject.file()?);
            Some((&file.path, subject.line(codebase)))
        };
        ListedEntry {
            entry,
            places: entry.subjects.iter().filter_map(place).collect(),
        }
    };
    let is_within = |entry: &ListedEntry| {
        let mut places = entry.places.iter();
        match entry.places.is_empty() {
            true => prefix.is_empty(),
            false => places.any(|(path, _)| path.is_within(prefix)),
        }
    };
    let narrowed = taken.lists.iter().map(|list| Listed {
        list,
        entries: list.entries.iter().map(listed).filter(is_within).collect(),
    });
    narrowed.collect()
}

/// Why a measure that looked has no number in a scope, or none to rely on.
pub(super) fn without_number(outcome: &Outcome, unit: &str) -> Option<String> {
    match outcome.state {
        State::Measured => None,
        State::Stale => Some("what is known of it is out of date".to_owned()),
        State::LowConfidence => Some("too few to rely on".to_owned()),
        State::NotApplicable => Some(format!("there are no {unit} here")),
        State::Unavailable => Some(format!(
            "none of {} {} could be read",
            outcome.unknown,
            if outcome.unknown == 1 {
                "file"
            } else {
                "files"
            }
        )),
    }
}

/// The component whose target would raise the score most, where files can be named.
fn first<'a>(
    evaluation: &Evaluation,
    rows: &[Row],
    root: &Scope,
    files: &[Place<'a>],
) -> Option<First<'a>> {
    let now = root.score.as_ref()?;
    let forecast = Forecast::new(evaluation, root);
    let (position, score) = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.outcome.score.is_some() && !row.about.by_change)
        .filter_map(|(position, _)| Some((position, forecast.complete(position)?)))
        .max_by_key(|(position, score)| (score.floor_hundred(1_000_000), Reverse(*position)))?;
    if score == *now {
        return None;
    }
    let scopes = files.iter().filter_map(|place| match &place.scope {
        Cow::Borrowed(scope) => Some(*scope),
        Cow::Owned(_) => None,
    });
    let mut worst = worst(scopes, position);
    worst.truncate(WORST_FILES);
    Some(First {
        position,
        score,
        worst,
    })
}

/// The endpoints whose routes are declared in files within the prefix.
fn served<'a>(codebase: &'a Codebase, prefix: &[u8]) -> Vec<Served<'a>> {
    let served = codebase.endpoints().iter().map(|endpoint| Served {
        endpoint,
        path: &codebase.file(endpoint.file).path,
        handler: endpoint.handler.and_then(|(file, at)| {
            let file = codebase.file(file);
            let function = file.facts()?.functions.get(at as usize)?;
            Some((&file.path, function.line))
        }),
    });
    served
        .filter(|served| served.path.is_within(prefix))
        .collect()
}

fn hot_files<'a>(codebase: &'a Codebase, evaluation: &Evaluation, prefix: &[u8]) -> HotFiles<'a> {
    let settings = evaluation
        .components
        .iter()
        .find_map(|evaluated| match &evaluated.component.measure {
            Measure::CalmTouches(settings) => Some(settings.clone()),
            _ => None,
        })
        .unwrap_or_else(CalmTouches::default);
    let changes = codebase.history.changes.len() as u64;
    let mut files: Vec<HotFile> = codebase
        .indexed()
        .filter(|(_, file)| file.path.is_within(prefix))
        .filter_map(|(index, file)| {
            let count = u64::from(codebase.touches(index));
            (count > 0).then(|| HotFile {
                path: &file.path,
                changes: count,
                hot: calm_touches::is_hot(count, changes, &settings),
                reason: (!calm_touches::counts(file)).then(|| {
                    classify::is_noise_for_changes(&file.path).unwrap_or(file.class.name())
                }),
            })
        })
        .collect();
    let beyond_half = files
        .iter()
        .filter(|file| file.reason.is_none() && file.changes * 2 > changes)
        .count() as u64;
    files.sort_by(|a, b| b.changes.cmp(&a.changes).then(a.path.cmp(b.path)));
    let mut listed = 0;
    files.retain(|file| {
        listed += usize::from(file.reason.is_none());
        file.hot || (file.reason.is_none() && listed <= MOST_TOUCHED)
    });
    HotFiles {
        files,
        above: settings.above,
        changes,
        beyond_half,
    }
}

fn excluded(files: &[&File]) -> Vec<Excluded> {
    let mut groups: BTreeMap<(Class, &'static str), (u64, u64)> = BTreeMap::new();
    for file in files.iter().filter(|file| file.class != Class::Code) {
        let group = groups.entry((file.class, file.reason)).or_default();
        group.0 += 1;
        group.1 += u64::from(file.lines);
    }
    groups
        .into_iter()
        .map(|((class, reason), (files, lines))| Excluded {
            class,
            reason,
            files,
            lines,
        })
        .collect()
}

fn lost<'a>(files: &[&'a File]) -> Vec<LostFiles<'a>> {
    let mut groups: BTreeMap<&'static str, LostFiles> = BTreeMap::new();
    for file in files {
        // Broken on purpose is what fixtures of a parser are: what is never judged is not missed.
        let judged = matches!(file.class, Class::Code | Class::Test);
        if let Content::Lost(lost) = &file.content
            && judged
        {
            groups
                .entry(lost.key())
                .or_insert_with(|| LostFiles {
                    key: lost.key(),
                    reason: lost_words(lost),
                    paths: Vec::new(),
                })
                .paths
                .push(&file.path);
        }
    }
    groups.into_values().collect()
}

fn unsupported(files: &[&File]) -> Vec<Unsupported> {
    let mut groups: BTreeMap<&'static str, (u64, u64)> = BTreeMap::new();
    for file in files.iter().filter(|file| file.class == Class::Code) {
        if let Content::Unread(Some(language)) = file.content {
            let group = groups.entry(language).or_default();
            group.0 += 1;
            group.1 += u64::from(file.lines);
        }
    }
    groups
        .into_iter()
        .map(|(language, (files, lines))| Unsupported {
            language,
            files,
            lines,
        })
        .collect()
}

fn parsed(files: &[&File]) -> Vec<Parsed> {
    let mut languages: BTreeMap<&'static str, Parsed> = BTreeMap::new();
    for file in files {
        let (Some(facts), Some(language)) = (file.facts(), file.language) else {
            continue;
        };
        let parsed = languages.entry(language.name()).or_default();
        parsed.language = language.name();
        parsed.files += 1;
        parsed.lines += u64::from(facts.lines.total());
        parsed.unparsed_lines += u64::from(facts.lines.unparsed);
        parsed.unparsed_bytes += u64::from(facts.unparsed_bytes);
        parsed.damaged_files += u64::from(facts.unparsed_bytes > 0);
    }
    languages.into_values().collect()
}
