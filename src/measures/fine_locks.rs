//! Fine locks: of all functions that take a lock, those that take none that everything else has to wait for.
//!
//! A lock is coarse if which one is taken does not depend on the data: one of the whole process (a static, a module's
//! or a class's), a whole table, or one whose name is written out. A lock of one object is fine, and so is one that is
//! looked up by a key. A lock that lives in one function is none. Where a lock was passed in, nothing is claimed. Neither
//! counts one under which something is only started once. What makes a coarse lock worse is said beside it.

mod grain;
mod held;

use std::cell::OnceCell;

use super::data::operations;
use super::data::sheet::{Sheet, names};
use super::data::{is_spoken, note_candidates};
use super::{
    About, Context, Entry, List, Measurement, Method, Note, Reading, Subject, Taken, View,
};
use crate::codebase::resolve::Resolver;
use crate::codebase::{Codebase, File};
use crate::definition::data::Locks;
use crate::definition::data::chain::Segment;
use crate::definition::settings::FineLocks;
use crate::facts::{Facts, Given, Lost, StepKind};

pub(super) const ABOUT: About = About {
    unit: "functions",
    gap: "functions with coarse locks",
    why: "A lock that does not depend on the data makes unrelated requests wait. Lock by key, or hold less \
          under one lock.",
    fewest_subjects: 10,
    by_change: false,
};

/// Most places named beside the number.
const MOST_NAMED: usize = 3;

/// A lock that a function takes.
struct Lock {
    /// The step that takes it.
    at: usize,
    line: u32,
    grain: Grain,
}

#[derive(Clone, Debug, PartialEq)]
enum Grain {
    Fine,
    /// Why.
    Coarse(String),
    /// It lives in the function that takes it: no lock between requests.
    Local,
    /// What is missing to tell.
    NotProven(String),
}

pub(super) fn read(context: &Context, view: &View, settings: &FineLocks) -> Measurement {
    let codebase = context.codebase;
    let used: Vec<&Locks> = context
        .data
        .all_locks()
        .filter(|locks| {
            let imported = context.imported();
            locks.imports.is_empty() || imported.has_any(&locks.languages, &locks.imports)
        })
        .collect();
    let mut taken = Taken {
        method: Method::Heuristic,
        ..Taken::default()
    };
    let (mut candidates, mut not_proven) = (Vec::new(), Vec::new());
    let (mut burdened, mut lazy) = (Vec::new(), 0_u64);
    let resolver = context.resolver();
    for (index, ..) in view.code() {
        let file = codebase.file(index);
        let Some(facts) = file.facts() else {
            continue;
        };
        let locks: Vec<&Locks> = used
            .iter()
            .copied()
            .filter(|locks| is_spoken(&locks.languages, file))
            .collect();
        if locks.is_empty() || !may_lock(facts, &locks) {
            continue;
        }
        let room = Room {
            sheet: Sheet::new(index, facts),
            settings,
            locks,
            codebase,
            resolver: &resolver,
            file,
        };
        let data = OnceCell::new();
        let data = || data.get_or_init(|| operations(&room.sheet, file, context.libraries()));
        for (function, mut found) in room.by_function() {
            let subject = Subject::Function(index, function);
            let before = found.len();
            found.retain(|lock| {
                !matches!(lock.grain, Grain::Coarse(_))
                    || !room.is_lazy_start(&room.held(lock.at, lock))
            });
            lazy += (before - found.len()) as u64;
            let coarse = found.iter().find_map(|lock| match &lock.grain {
                Grain::Coarse(why) => {
                    let burden = room.burden(lock.at, &room.held(lock.at, lock), data());
                    let words = burden.words();
                    let words = format!("takes a coarse lock on line {}: {why}{words}", lock.line);
                    if burden.is_any() {
                        burdened.push(Entry {
                            subjects: vec![subject],
                            words: words.clone(),
                            figures: burden.figures(),
                        });
                    }
                    Some(words)
                }
                _ => None,
            });
            let missing = found.iter().find_map(|lock| match &lock.grain {
                Grain::NotProven(why) => Some((lock.line, why)),
                _ => None,
            });
            let good = match (&coarse, missing) {
                (Some(words), _) => {
                    candidates.push(format!("{} {words}", file.path.to_str()));
                    0
                }
                (None, Some((line, why))) => {
                    not_proven.push(format!("{}:{line} {why}", file.path.to_str()));
                    let reason = format!("line {line}: {why}");
                    taken
                        .unknown
                        .push((subject, Lost::NotProven(reason.into())));
                    continue;
                }
                (None, None) if found.iter().all(|lock| lock.grain == Grain::Local) => continue,
                (None, None) => 1,
            };
            taken.readings.push(Reading {
                subject,
                good,
                of: 1,
                note: coarse.map(|words| Note::Words(words.into())),
            });
        }
    }
    if taken.readings.is_empty() && taken.unknown.is_empty() {
        return Measurement::NotApplicable {
            reason: "no function takes a lock".to_owned(),
        };
    }
    note_candidates(&mut taken.notes, &candidates);
    if lazy > 0 {
        taken.notes.push(format!(
            "left out: {lazy} coarse locks under which something is only started once"
        ));
    }
    taken.lists.push(List {
        name: "burdened-locks",
        about: format!(
            "Coarse locks that are held while a call leaves the process or touches data, while something is awaited, while \
             another lock is taken, for more than {} lines, or that are taken in a loop.",
            held::MOST_LINES
        ),
        entries: burdened,
    });
    if !not_proven.is_empty() {
        let shown = not_proven.len().min(MOST_NAMED);
        taken.notes.push(format!(
            "not proven: {} of {} functions that take locks ({})",
            not_proven.len(),
            taken.readings.len() + not_proven.len(),
            not_proven[..shown].join("; ")
        ));
    }
    taken.unknown.extend(view.lost());
    Measurement::Taken(taken)
}

/// Whether anything in a file is called like a lock or what takes one: most files need not be looked into.
fn may_lock(facts: &Facts, locks: &[&Locks]) -> bool {
    let patterns = || {
        let all = locks.iter();
        all.flat_map(|locks| locks.take.iter().chain(&locks.named).chain(&locks.rows))
    };
    if patterns().any(|pattern| pattern.called().is_none()) {
        return true;
    }
    let names: std::collections::BTreeSet<&str> = patterns()
        .filter_map(|pattern| pattern.called())
        .flatten()
        .map(String::as_str)
        .collect();
    let last = |text: &str| {
        let last = text.rsplit(['.', ':']).next().unwrap_or(text);
        names.contains(last)
    };
    facts.calls.callees().iter().any(|callee| last(callee))
        || facts
            .flow
            .texts()
            .iter()
            .any(|text| names_a_lock(text) || last(text))
}

/// Whether a text has to do with locks, in any case. It is asked of all texts of all files.
fn names_a_lock(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let Some((first, _)) = rest.split_first() {
        let word: &[u8] = match first | 0x20 {
            b'l' => b"lock",
            b'm' => b"mutex",
            b's' => b"sem",
            b'a' => b"advisory",
            _ => b"",
        };
        let begins = rest.get(..word.len());
        if !word.is_empty() && begins.is_some_and(|begin| begin.eq_ignore_ascii_case(word)) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

/// A file in which locks are looked for.
struct Room<'a, 'r> {
    sheet: Sheet<'a>,
    settings: &'r FineLocks,
    locks: Vec<&'r Locks>,
    codebase: &'a Codebase,
    resolver: &'r Resolver<'a>,
    file: &'a File,
}

impl<'a> Room<'a, '_> {
    /// The locks of each function, in order, by its position in the facts. Tests are left out.
    fn by_function(&self) -> Vec<(u32, Vec<Lock>)> {
        let mut functions: std::collections::BTreeMap<u32, Vec<Lock>> = Default::default();
        for at in 0..self.sheet.steps.len() {
            let Some(lock) = self.lock_at(at) else {
                continue;
            };
            let function = self.sheet.function(at);
            let Some(index) = function.and_then(|function| self.sheet.function_index(function))
            else {
                continue;
            };
            let facts = self.sheet.facts.functions.get(index as usize);
            if facts.is_some_and(|function| !function.in_test) {
                functions.entry(index).or_default().push(lock);
            }
        }
        functions.into_iter().collect()
    }

    /// The lock a step takes, if it takes one.
    fn lock_at(&self, at: usize) -> Option<Lock> {
        match &self.sheet.steps[at].kind {
            StepKind::Enter {
                text: Some(text),
                line,
                ..
            } => {
                let locks = self.locks.iter().find(|locks| locks.enter)?;
                let mut path = Vec::new();
                names(text, &mut path);
                let grain = self.grain(locks, &path, at)?;
                (!self.is_exempt(&path)).then_some(Lock {
                    at,
                    line: *line,
                    grain,
                })
            }
            StepKind::Call(call) => {
                let line = call.call.line;
                let chain = self.sheet.chain(at);
                let is_end = chain.last().is_some_and(|last| last.arguments.is_some());
                let grain = if is_end {
                    self.grain_of_call(&chain, at)
                } else {
                    None
                };
                let (_, path) = chain.split_last()?;
                let grain = grain.filter(|_| !self.is_exempt(path));
                grain.map(|grain| Lock { at, line, grain })
            }
            _ => None,
        }
    }

    /// What becomes of a query that nobody runs where it is made: whoever gets it may say which rows. None if it is run.
    fn narrowed_later(&self, locks: &Locks, end: usize) -> Option<Grain> {
        const RUN: &[&str] = &["list", "tuple", "set", "sorted", "len", "iter", "bool"];
        let sheet = &self.sheet;
        let elsewhere = |why: &str| Some(Grain::NotProven(format!("a query that {why}")));
        let parent = sheet.parent(end)?;
        match &sheet.steps[parent].kind {
            StepKind::Exit => elsewhere("is given back: which rows is not known"),
            StepKind::Call(call) if call.tail.is_none() => {
                let name = call.call.callee.rsplit('.').next().unwrap_or_default();
                (!RUN.contains(&name))
                    .then(|| elsewhere("is handed on: which rows is not known"))?
            }
            StepKind::Bind(name) => {
                let function = sheet.function(parent);
                let to = function.unwrap_or(sheet.steps.len());
                let mut is_used = false;
                for step in parent + 1..to {
                    let chain = sheet.chain(step);
                    if chain.first().is_some_and(|first| first.name == *name) {
                        is_used = true;
                        let mut names = chain.iter().map(|segment| segment.name);
                        if names.any(|name| locks.filters.iter().any(|filter| filter == name)) {
                            return Some(Grain::Fine);
                        }
                    }
                }
                (!is_used).then(|| elsewhere("is handed on: which rows is not known"))?
            }
            _ => None,
        }
    }

    /// Whether the settings leave out a lock of this name.
    fn is_exempt(&self, path: &[Segment]) -> bool {
        if self.settings.exempt.is_empty() {
            return false;
        }
        let names: Vec<&str> = path.iter().map(|segment| segment.name).collect();
        self.settings.is_exempt(&names.join("."))
    }

    /// What a call takes; none if it takes no lock. `chain` ends in it.
    fn grain_of_call(&self, chain: &[Segment], at: usize) -> Option<Grain> {
        let last = chain.len().checked_sub(1)?;
        for locks in &self.locks {
            let ends = |patterns: &[crate::definition::data::chain::ChainPattern]| {
                patterns
                    .iter()
                    .find_map(|pattern| pattern.find(chain).filter(|found| found.last == last))
            };
            if let Some(found) = ends(&locks.named) {
                let key = found.key.unwrap_or(Given::Expression);
                return Some(grain::by_key(key));
            }
            if ends(&locks.rows).is_some() {
                return Some(self.rows(locks, at));
            }
            if ends(&locks.take).is_some()
                && let Some(grain) = self.grain(locks, &chain[..last], at)
            {
                return Some(grain);
            }
        }
        let digest = chain[last]
            .arguments?
            .iter()
            .find_map(|argument| match argument.given {
                Given::Sql(digest) => Some(digest),
                _ => None,
            })?;
        if digest.ends_with("advisory literal") {
            Some(Grain::Coarse(
                "an advisory lock whose name is written out".to_owned(),
            ))
        } else if digest.ends_with("advisory value") {
            Some(Grain::Fine)
        } else {
            let table = digest.strip_prefix("lock ")?;
            Some(Grain::Coarse(format!("all of the table `{table}`")))
        }
    }

    /// Rows of a query: which of them, or all.
    fn rows(&self, locks: &Locks, at: usize) -> Grain {
        // What narrows the query down may come before or after.
        let mut end = at;
        while let Some(parent) = self.sheet.parent(end)
            && self
                .sheet
                .call(parent)
                .is_some_and(|call| call.tail.is_some())
            && self.sheet.start(parent) == self.sheet.start(end)
        {
            end = parent;
        }
        let chain = self.sheet.chain(end);
        let is_filter = |segment: &Segment| {
            segment.arguments.is_some() && locks.filters.iter().any(|name| name == segment.name)
        };
        if chain.iter().any(is_filter) {
            return Grain::Fine;
        }
        if let Some(later) = self.narrowed_later(locks, end) {
            return later;
        }
        match chain
            .iter()
            .find(|segment| segment.name.starts_with(char::is_uppercase))
        {
            Some(table) => Grain::Coarse(format!("all rows of `{}`", table.name)),
            None => Grain::Coarse("all rows of a query".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::measures::Measurement;
    use crate::measures::testing::{codebase, report, taken};
    use std::path::{Path, PathBuf};

    /// Every fixture of a kind of lock: functions with a line marked `expect: coarse` take a coarse one, those marked
    /// `expect: fine` a fine one, all others none.
    #[test]
    fn of_every_kind_what_is_marked_is_found_and_nothing_else() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/data/locks");
        let mut paths: Vec<PathBuf> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        assert!(paths.len() >= 7, "{paths:?}");
        let mut wrong = Vec::new();
        for path in paths {
            let name = path.file_name().unwrap().to_str().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            let said = report(&codebase(&format!("//- {name}\n{text}")), "fine-locks");
            let marks = |mark: &str| {
                (1..)
                    .zip(text.lines())
                    .filter(|(_, line)| line.contains(mark))
                    .map(|(number, _)| number)
                    .collect::<Vec<u32>>()
            };
            let (coarse, fine) = (marks("expect: coarse"), marks("expect: fine"));
            let found: Vec<u32> = said
                .lines()
                .filter_map(|line| {
                    let rest = line.split_once("lock on line ")?.1;
                    rest.split(':').next()?.parse().ok()
                })
                .collect();
            let sum = format!("{} of {}", fine.len(), fine.len() + coarse.len());
            if found != coarse || said.lines().next() != Some(sum.as_str()) {
                wrong.push(format!("{name}: {coarse:?} and {fine:?} fine, but\n{said}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    const HELD: &str = "//- a.py\nimport threading\nimport requests\nfrom django.db import models\n\
        _lock = threading.Lock()\n_metrics_lock = threading.Lock()\nother = threading.Lock()\n\
        def short():\n    with _lock:\n        count()\n\
        def talks(url):\n    for one in url:\n        with _lock:\n            requests.get(one)\n            \
        Order.objects.create(a=1)\n            with other:\n                count()\n\
        def counted():\n    with _metrics_lock:\n        count()\n\
        def acquired():\n    other.acquire()\n    count()\n    other.release()\n    requests.get(\"/\")\n";

    #[test]
    fn what_makes_a_lock_worse_is_said_beside_it() {
        let Measurement::Taken(taken) = taken(&codebase(HELD), "fine-locks") else {
            panic!("nothing was measured");
        };
        let list = &taken.lists[0];
        assert_eq!((list.name, list.entries.len()), ("burdened-locks", 1));
        assert_eq!(
            list.entries[0].words,
            "takes a coarse lock on line 12: `_lock` is one for the whole process, held while it talks to another service \
             over HTTP on line 13, held while it takes another lock, taken in a loop"
        );
        assert_eq!(
            list.entries[0].figures,
            [
                ("calls_outside", 2),
                ("awaits", 0),
                ("other_locks", 1),
                ("in_loop", 1),
                ("lines", 4)
            ]
        );
    }

    #[test]
    fn locks_can_be_left_out_by_their_names() {
        let said = |measure: &str| report(&codebase(HELD), measure);
        assert!(said("fine-locks").starts_with("0 of 4\n"));
        assert!(said("fine-locks = { exempt = [\"*_metrics_lock\"] }").starts_with("0 of 3\n"));
    }
}
