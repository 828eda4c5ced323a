//! Fine locks: of all functions that take a lock, those that take none that everything else has to wait for.
//!
//! A lock is coarse if which one is taken does not depend on the data: one of the whole process (a static, a module's
//! or a class's), a whole table, or one whose name is written out. A lock of one object is fine, and so is one that is
//! looked up by a key. A lock that lives in one function is none. Where a lock was passed in, nothing is claimed.

use super::data::sheet::{Sheet, names};
use super::data::{imports_any, is_spoken, note_candidates};
use super::{About, Context, Measurement, Method, Note, Reading, Subject, Taken, View};
use crate::codebase::resolve::Resolver;
use crate::codebase::{Codebase, File, FileIndex};
use crate::definition::data::Locks;
use crate::definition::data::chain::Segment;
use crate::facts::{Facts, Given, ImportKind, Lost, StepKind};

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

pub(super) fn read(context: &Context, view: &View) -> Measurement {
    let codebase = context.codebase;
    let used: Vec<&Locks> = context
        .data
        .all_locks()
        .filter(|locks| {
            locks.imports.is_empty()
                || codebase.indexed().any(|(_, file)| {
                    let facts = file.facts().filter(|_| is_spoken(&locks.languages, file));
                    facts.is_some_and(|facts| imports_any(facts, &locks.imports))
                })
        })
        .collect();
    let mut taken = Taken {
        method: Method::Heuristic,
        ..Taken::default()
    };
    let (mut candidates, mut not_proven) = (Vec::new(), Vec::new());
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
            locks,
            codebase,
            resolver: &resolver,
            file,
        };
        for (function, found) in room.by_function() {
            let subject = Subject::Function(index, function);
            let coarse = found.iter().find_map(|lock| match &lock.grain {
                Grain::Coarse(why) => {
                    Some(format!("takes a coarse lock on line {}: {why}", lock.line))
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
        || facts.flow.texts().iter().any(|text| {
            let lower = text.to_lowercase();
            ["lock", "mutex", "sem", "advisory"]
                .iter()
                .any(|word| lower.contains(word))
                || last(text)
        })
}

/// A file in which locks are looked for.
struct Room<'a, 'r> {
    sheet: Sheet<'a>,
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
                Some(Lock { line: *line, grain })
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
                grain.map(|grain| Lock { line, grain })
            }
            _ => None,
        }
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
                return Some(by_key(key));
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
        match chain
            .iter()
            .find(|segment| segment.name.starts_with(char::is_uppercase))
        {
            Some(table) => Grain::Coarse(format!("all rows of `{}`", table.name)),
            None => Grain::Coarse("all rows of a query".to_owned()),
        }
    }

    /// The grain of a lock named by a path; none if the path names no lock.
    fn grain(&self, locks: &Locks, path: &[Segment], at: usize) -> Option<Grain> {
        let last = path.last()?;
        let root = path.first()?;
        // The streams of a process are locked to write a line whole.
        let is_stream = |name: &str| {
            let rest = name.strip_prefix("std");
            rest.is_some_and(|rest| ["in", "out", "err"].contains(&rest))
        };
        if path.iter().any(|segment| is_stream(segment.name)) {
            return None;
        }
        let indexed = path.iter().find_map(|segment| segment.index);
        let looks_like_one = |name: &str| {
            let name = name.to_lowercase();
            ["lock", "mutex", "sem", "advisory"]
                .iter()
                .any(|word| name.contains(word))
                && !name.contains("block")
        };
        let is_named_so =
            looks_like_one(last.name) || (!locks.make.is_empty() && self.has_known_take(locks));
        if let Some(index) = indexed {
            return is_named_so.then(|| {
                if index.starts_with(['"', '\'']) {
                    Grain::Coarse(format!("`{}` under a key that is written out", last.name))
                } else {
                    Grain::Fine
                }
            });
        }
        // What a call gives: looked up by what it is given.
        if let Some(call) = path
            .iter()
            .rev()
            .find(|segment| segment.arguments.is_some())
        {
            let is_given = call.arguments.is_some_and(|given| !given.is_empty());
            return is_named_so.then(|| {
                if is_given || path.len() > 1 {
                    Grain::Fine
                } else {
                    Grain::NotProven(format!("which lock `{}()` gives is not known", call.name))
                }
            });
        }
        if matches!(root.name, "self" | "this" | "cls" | "Self") || path.len() > 1 {
            let is_class = matches!(root.name, "cls" | "Self")
                || root.name.starts_with(char::is_uppercase)
                || (root.name == "self" && self.is_of_class(locks, last.name));
            if path.len() == 2 && is_class {
                let made = self.module_lock(locks, &self.sheet, last.name);
                return made.then(|| {
                    Grain::Coarse(format!("`{}` is one for the whole process", last.name))
                });
            }
            // `module.LOCK`: a lock of another file.
            if path.len() == 2 && root.name != "self" && root.name != "this" {
                let written = format!("{}.{}", root.name, last.name);
                if self.is_imported_lock(locks, root.name, Some(last.name)) {
                    return Some(Grain::Coarse(format!(
                        "`{written}` is one for the whole process"
                    )));
                }
            }
            return is_named_so.then_some(Grain::Fine);
        }
        self.grain_of_name(locks, root.name, at, is_named_so)
    }

    /// The grain of a lock that has a plain name.
    fn grain_of_name(
        &self,
        locks: &Locks,
        name: &str,
        at: usize,
        is_named_so: bool,
    ) -> Option<Grain> {
        if let Some(bind) = self.sheet.binding(name, at) {
            let made = self.makes(locks, bind);
            return match (self.sheet.function(bind), made) {
                (None, true) => Some(Grain::Coarse(format!(
                    "`{name}` is one for the whole process"
                ))),
                (None, false) => {
                    is_named_so.then(|| Grain::NotProven(format!("what `{name}` is was not found")))
                }
                (Some(_), true) => Some(Grain::Local),
                (Some(_), false) => {
                    // A lock by a name that is written out, made first and entered later.
                    let call = self.sheet.bound_call(bind)?;
                    let chain = self.sheet.chain(call);
                    let named = locks.named.iter().find_map(|pattern| pattern.find(&chain));
                    match named.and_then(|found| found.key) {
                        Some(_) => Some(Grain::Local),
                        None => is_named_so.then_some(Grain::Fine),
                    }
                }
            };
        }
        if self.is_imported_lock(locks, name, None) {
            return Some(Grain::Coarse(format!(
                "`{name}` is one for the whole process"
            )));
        }
        is_named_so.then(|| Grain::NotProven(format!("`{name}` comes from elsewhere")))
    }

    /// Whether a binding makes a lock.
    fn makes(&self, locks: &Locks, bind: usize) -> bool {
        makes(&self.sheet, &self.locks, bind) || makes(&self.sheet, &[locks], bind)
    }

    /// Whether something of this name is bound to a lock outside of all functions of a file.
    fn module_lock(&self, _: &Locks, sheet: &Sheet, name: &str) -> bool {
        module_lock(sheet, &self.locks, name)
    }

    /// Whether a class binds this name for all of its objects. In JavaScript each object has its own.
    fn is_of_class(&self, locks: &Locks, name: &str) -> bool {
        let own = format!("self.{name}");
        let is_bound =
            |step: &crate::facts::Step| matches!(step.kind, StepKind::Bind(bound) if bound == own);
        if self.sheet.steps.iter().any(is_bound) {
            return false;
        }
        self.file
            .language
            .is_some_and(|language| language.name() == "python")
            && self.module_lock(locks, &self.sheet, name)
    }

    /// Whether the calls that take a lock of this library say so by themselves: Rust's `.lock()`.
    fn has_known_take(&self, locks: &Locks) -> bool {
        locks.languages.iter().any(|language| language == "rust")
    }

    /// Whether a name, or one of a module of that name, is imported from a file that makes a lock of it.
    fn is_imported_lock(&self, _: &Locks, root: &str, member: Option<&str>) -> bool {
        let facts: &'a Facts = self.sheet.facts;
        let imports = facts.imports.iter().filter(|import| {
            let local = import.alias.as_deref().or(import.name.as_deref());
            import.kind != ImportKind::TypeOnly
                && (local == Some(root) || (local.is_none() && import.module.ends_with(root)))
        });
        for import in imports {
            let found = self.resolver.resolve(self.sheet.file, import);
            for target in &found.targets {
                let Some(name) = member.or(target.symbol) else {
                    continue;
                };
                if self.binds_lock(target.file, name) {
                    return true;
                }
            }
        }
        false
    }

    fn binds_lock(&self, file: FileIndex, name: &str) -> bool {
        let facts = self.codebase.file(file).facts();
        facts.is_some_and(|facts| {
            // Most files name nothing like it; only one that does is laid out.
            facts.flow.texts().iter().any(|text| text == name)
                && module_lock(&Sheet::new(file, facts), &self.locks, name)
        })
    }
}

/// A lock by its name.
fn by_key(key: Given) -> Grain {
    match key {
        Given::Text(text) => Grain::Coarse(format!("its name is written out, `{text}`")),
        Given::Name(name) if is_constant(name) => {
            Grain::Coarse(format!("its name is always the same, `{name}`"))
        }
        _ => Grain::Fine,
    }
}

fn is_constant(name: &str) -> bool {
    let last = name.rsplit(['.', ':']).next().unwrap_or(name);
    last.len() > 1 && !last.chars().any(char::is_lowercase)
}

fn module_lock(sheet: &Sheet, locks: &[&Locks], name: &str) -> bool {
    (0..sheet.steps.len()).any(|at| {
        matches!(sheet.steps[at].kind, StepKind::Bind(bound) if bound == name)
            && sheet.function(at).is_none()
            && makes(sheet, locks, at)
    })
}

/// Whether a binding makes a lock, also deeper in what it makes: `LazyLock::new(|| Mutex::new(…))`.
fn makes(sheet: &Sheet, locks: &[&Locks], bind: usize) -> bool {
    (sheet.start(bind)..bind).any(|at| {
        sheet.call(at).is_some() && {
            let chain = sheet.chain(at);
            let last = chain.len().saturating_sub(1);
            let mut patterns = locks.iter().flat_map(|locks| &locks.make);
            patterns.any(|pattern| pattern.find(&chain).is_some_and(|found| found.last == last))
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::measures::testing::{codebase, report};
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
}
