//! What a file does to data: its calls, as the descriptions of libraries understand them.

use std::collections::BTreeMap;

use super::origins::{decorates, is_foreign, is_imported, wraps_one};
use super::sheet::{Sheet, arguments};
use crate::definition::data::Library;
use crate::definition::data::chain::{ChainPattern, EntityKind, Found, Segment};
use crate::facts::{Given, StepKind};

/// The step of a transaction that somebody else began.
pub(crate) const GIVEN: usize = usize::MAX;
/// Most steps from where an operation is made to where it is run.
const FARTHEST_RUN: usize = 50;
/// What a transaction is called by those it is given to.
const HANDLES: &[&str] = &["transaction", "tx", "trx", "txn"];

/// One thing done to data.
#[derive(Clone, Debug)]
pub(crate) struct Operation<'a> {
    /// The step of the call, the last of its chain.
    pub step: usize,
    pub line: u32,
    pub kind: Kind,
    /// What is written or read; none if that cannot be read off.
    pub entity: Option<String>,
    /// It cannot be stale: the primary is asked, or the row is locked.
    pub pinned: bool,
    /// The primary is named.
    pub primary: bool,
    pub library: &'a Library,
    /// The call's name: `create`.
    pub verb: String,
    /// Names it goes through or is given: one of them may be a transaction.
    names: Vec<String>,
}

impl<'a> Operation<'a> {
    /// One that stands for a call, to ask which transaction of a library the call is in.
    pub fn probe(sheet: &Sheet, step: usize, library: &'a Library) -> Self {
        Self {
            step,
            line: 0,
            kind: Kind::Read,
            entity: None,
            pinned: false,
            primary: false,
            library,
            verb: String::new(),
            names: names_in(&sheet.chain(step)),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Write,
    Read,
    Begin,
    Commit,
}

/// What a file does to data, in order.
pub(crate) struct Operations<'a> {
    pub list: Vec<Operation<'a>>,
    /// Steps of calls that open a transaction around what they are given or what is entered, with their library.
    transactions: BTreeMap<usize, &'a Library>,
}

impl<'a> Operations<'a> {
    pub fn new(sheet: &Sheet, libraries: &[&'a Library]) -> Self {
        let mut found = Self {
            list: Vec::new(),
            transactions: BTreeMap::new(),
        };
        if libraries.is_empty() {
            return found;
        }
        for end in sheet.ends_of_chains() {
            let chain = sheet.chain(end);
            let Some(first) = chain.first() else {
                continue;
            };
            for library in libraries {
                let imported = |pattern: &ChainPattern| {
                    !pattern.is_function() || is_imported(sheet.facts, first.name, library)
                };
                let find = |patterns: &[ChainPattern]| {
                    patterns
                        .iter()
                        .filter(|pattern| imported(pattern))
                        .find_map(|pattern| pattern.find(&chain))
                };
                if let Some(opened) = find(&library.transaction) {
                    let at = step_of(sheet, end, &chain, opened.last);
                    found.transactions.insert(at, library);
                } else if chain
                    .last()
                    .is_some_and(|last| wraps_one(library, last.name))
                {
                    found.transactions.insert(end, library);
                }
                if find(&library.never).is_some() {
                    continue;
                }
                let (kind, what) = match operation(sheet, end, &chain, library, &find) {
                    Some(operation) => operation,
                    None => continue,
                };
                let entity = what.entity.as_deref();
                if entity.is_some_and(|entity| is_foreign(sheet.facts, entity, library)) {
                    continue;
                }
                let primary = find(&library.primary).is_some();
                let pinned = primary || find(&library.pin).is_some() || what.locks;
                let line = sheet.call(end).map_or(0, |call| call.call.line);
                found.list.push(Operation {
                    step: end,
                    line,
                    kind,
                    entity: what.entity,
                    pinned,
                    primary,
                    library,
                    verb: what.verb,
                    names: names_through(sheet, end, &chain, library),
                });
                break;
            }
        }
        found
    }

    /// The transaction a step is in, by the step that begins it; with the names a call may go through.
    pub fn transaction(&self, sheet: &Sheet, operation: &Operation) -> Option<usize> {
        let library = operation.library;
        let goes_through = |name: &str| operation.names.iter().any(|known| known == name);
        let (mut at, mut crossed) = (operation.step, None);
        while let Some(outer) = sheet.parent(at) {
            match &sheet.steps[outer].kind {
                StepKind::Scope => {
                    if let Some((begun, alias)) = self.entered(sheet, outer)
                        && (!library.by_handle || alias.is_none_or(goes_through))
                    {
                        return Some(begun);
                    }
                }
                StepKind::Call(_) if self.opens(outer, library) => {
                    let handle = crossed.and_then(|function| sheet.parameters(function).next());
                    if !library.by_handle || handle.is_none_or(goes_through) {
                        return Some(outer);
                    }
                }
                StepKind::Function(_, decorators) => {
                    if decorators.iter().any(|written| decorates(library, written)) {
                        return Some(outer);
                    }
                    crossed = Some(outer);
                }
                _ => {}
            }
            at = outer;
        }
        self.begun(sheet, operation).or_else(|| {
            let is_given = library.by_handle && HANDLES.iter().any(|name| goes_through(name));
            is_given.then_some(GIVEN)
        })
    }

    /// The transaction that was begun before and is still open.
    fn begun(&self, sheet: &Sheet, operation: &Operation) -> Option<usize> {
        let unit = self.unit(sheet, operation.step);
        let mut open = None;
        for other in &self.list {
            if other.step >= operation.step {
                break;
            }
            if self.unit(sheet, other.step) != unit
                || !std::ptr::eq(other.library, operation.library)
            {
                continue;
            }
            match other.kind {
                Kind::Begin => {
                    let handle = self.handle(sheet, other);
                    let is_through = handle
                        .iter()
                        .any(|handle| operation.names.iter().any(|name| name == handle));
                    if is_through || !operation.library.by_handle {
                        open = Some(other.step);
                    }
                }
                Kind::Commit => {
                    // By name, a transaction that is used after it ended is no longer itself.
                    if !operation.library.by_handle {
                        open = None;
                    }
                }
                Kind::Write | Kind::Read => {}
            }
        }
        open
    }

    /// Names that stand for a transaction a call begins.
    fn handle(&self, sheet: &Sheet, begin: &Operation) -> Vec<String> {
        if let Some(parent) = sheet.parent(begin.step)
            && let StepKind::Bind(name) = sheet.steps[parent].kind
        {
            return vec![name.to_owned()];
        }
        // `queryRunner.startTransaction()`: whatever goes through the same object.
        begin.names.first().cloned().into_iter().collect()
    }

    /// The call of a scope that opens a transaction, and what it is called inside.
    fn entered<'s>(&self, sheet: &'s Sheet, scope: usize) -> Option<(usize, Option<&'s str>)> {
        (sheet.start(scope)..scope).find_map(|at| {
            let StepKind::Enter { alias, .. } = sheet.steps[at].kind else {
                return None;
            };
            if sheet.parent(at) != Some(scope) {
                return None;
            }
            let opened = (sheet.start(at)..at).find(|call| self.transactions.contains_key(call))?;
            Some((opened, alias))
        })
    }

    /// Whether a call at a step reads or writes data.
    pub fn touches(&self, step: usize) -> bool {
        let at = self.list.partition_point(|one| one.step < step);
        let found = self.list.get(at).filter(|one| one.step == step);
        found.is_some_and(|one| matches!(one.kind, Kind::Write | Kind::Read))
    }

    /// The transaction that is open when a step is done, whatever the step itself is about: by the step that begins it.
    pub fn open_at(&self, sheet: &Sheet, step: usize, libraries: &[&Library]) -> Option<usize> {
        let mut at = step;
        while let Some(outer) = sheet.parent(at) {
            match &sheet.steps[outer].kind {
                StepKind::Scope => {
                    let entered = self.entered(sheet, outer);
                    if let Some((begun, _)) = entered.filter(|(begun, _)| *begun != step) {
                        return Some(begun);
                    }
                }
                StepKind::Call(call) => {
                    let name = call.call.callee.rsplit(['.', ':']).next().unwrap_or("");
                    // What is put off until the transaction has ended.
                    if matches!(name, "on_commit" | "after_commit" | "afterCommit") {
                        return None;
                    }
                    if self.transactions.contains_key(&outer) {
                        return Some(outer);
                    }
                }
                StepKind::Function(_, decorators) => {
                    let mut known = libraries.iter();
                    if known.any(|library| decorators.iter().any(|one| decorates(library, one))) {
                        return Some(outer);
                    }
                    // What is only given to somebody may run at any time.
                    let parent = sheet.parent(outer);
                    if !parent.is_some_and(|parent| self.transactions.contains_key(&parent)) {
                        break;
                    }
                }
                _ => {}
            }
            at = outer;
        }
        let unit = self.unit(sheet, step);
        let mut open = None;
        let before = self.list.iter().take_while(|one| one.step < step);
        for one in before.filter(|one| self.unit(sheet, one.step) == unit) {
            match one.kind {
                Kind::Begin => open = Some(one.step),
                Kind::Commit => open = None,
                Kind::Write | Kind::Read => {}
            }
        }
        open
    }

    /// Steps that open a transaction around what they are given or what is entered.
    pub fn opened(&self) -> impl Iterator<Item = usize> {
        self.transactions.keys().copied()
    }

    fn opens(&self, call: usize, library: &Library) -> bool {
        let opened = self.transactions.get(&call);
        opened.is_some_and(|opened| std::ptr::eq(*opened, library))
    }

    /// The function a step belongs to; what is given to a transaction belongs to whoever opens it.
    pub fn unit(&self, sheet: &Sheet, step: usize) -> Option<usize> {
        let mut function = sheet.function(step)?;
        while let Some(parent) = sheet.parent(function)
            && self.transactions.contains_key(&parent)
            && let Some(outer) = sheet.function(parent)
        {
            function = outer;
        }
        Some(function)
    }
}

/// What was found of an operation.
struct What {
    entity: Option<String>,
    verb: String,
    locks: bool,
}

fn operation<'c>(
    sheet: &Sheet,
    end: usize,
    chain: &[Segment<'c>],
    library: &Library,
    find: &dyn Fn(&[ChainPattern]) -> Option<Found<'c>>,
) -> Option<(Kind, What)> {
    let what = |found: Found<'c>| What {
        entity: found.entity.map(|entity| entity_name(sheet, end, entity)),
        verb: chain[found.last].name.to_owned(),
        locks: false,
    };
    if let Some(found) = find(&library.sql)
        && let Some(digest) = statement(sheet, end, chain)
    {
        let mut words = digest.split(' ');
        let verb = words.next().unwrap_or_default();
        let table = words.next().filter(|table| *table != "?");
        let kind = match verb {
            "select" | "lock" => Kind::Read,
            "begin" => Kind::Begin,
            "commit" | "rollback" => Kind::Commit,
            _ => Kind::Write,
        };
        // A lock that has a name is no read of a table.
        if digest.contains("advisory") {
            return None;
        }
        let what = What {
            entity: table.map(str::to_owned),
            verb: verb.to_owned(),
            locks: digest.ends_with("for update"),
        };
        let _ = found;
        return Some((kind, what));
    }
    if let Some(found) = find(&library.write) {
        return Some((Kind::Write, what(found)));
    }
    if let Some(found) = find(&library.read) {
        return Some((Kind::Read, what(found)));
    }
    if let Some(found) = find(&library.begin) {
        return Some((Kind::Begin, what(found)));
    }
    find(&library.commit).map(|found| (Kind::Commit, what(found)))
}

/// The statement a chain runs: a literal of its own, or of a call it is given.
fn statement<'s>(sheet: &'s Sheet, end: usize, chain: &[Segment<'s>]) -> Option<&'s str> {
    let sql = |given: &Given<'s>| match given {
        Given::Sql(digest) => Some(*digest),
        _ => None,
    };
    let own = arguments(chain).find_map(|argument| sql(&argument.given));
    own.or_else(|| {
        let inside = sheet.start(end)..end;
        inside.rev().find_map(|at| {
            let call = sheet.call(at)?;
            let mut given = call.arguments.iter();
            given.find_map(|argument| match argument.given {
                Given::Sql(digest) => Some(digest),
                _ => None,
            })
        })
    })
}

/// What is written or read, by one name for the whole function: a variable stands for what it was last bound to.
fn entity_name(sheet: &Sheet, end: usize, (kind, name): (EntityKind, &str)) -> String {
    match kind {
        EntityKind::Class | EntityKind::Table => name.to_owned(),
        EntityKind::Variable => {
            class_of(sheet, end, name).unwrap_or_else(|| format!("variable {name}"))
        }
    }
}

/// The class of what a variable holds, as far as the call that made it tells: `Order(…)`, `Order.objects.get(…)`.
fn class_of(sheet: &Sheet, before: usize, name: &str) -> Option<String> {
    let bind = sheet.binding(name, before)?;
    let chain = sheet.chain(sheet.bound_call(bind)?);
    let is_class = |segment: &&Segment| {
        let mut letters = segment.name.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.any(char::is_lowercase)
    };
    if let Some(class) = chain.iter().find(is_class) {
        return Some(class.name.to_owned());
    }
    // `session.get(Order, id)`, `session.exec(select(Order))`.
    let given = |argument: &crate::facts::Argument| match argument.given {
        Given::Name(path) => {
            let last = crate::definition::data::chain::last_name(path);
            let is_class =
                last.starts_with(char::is_uppercase) && last.chars().any(char::is_lowercase);
            is_class.then(|| last.to_owned())
        }
        _ => None,
    };
    if let Some(class) = arguments(&chain).find_map(given) {
        return Some(class);
    }
    let call = sheet.bound_call(bind)?;
    (sheet.start(call)..call).find_map(|at| sheet.call(at)?.arguments.iter().find_map(given))
}

/// Names an operation goes through or is given; where it is made first and run later, those it is run by.
fn names_through(sheet: &Sheet, end: usize, chain: &[Segment], library: &Library) -> Vec<String> {
    let mut names = names_in(chain);
    if library.by_handle
        && let Some(bind) = sheet.parent(end)
        && let StepKind::Bind(bound) = sheet.steps[bind].kind
    {
        let is_it = |argument: &crate::facts::Argument| argument.given == Given::Name(bound);
        let later = bind + 1..sheet.steps.len().min(bind + FARTHEST_RUN);
        let run = later
            .filter(|step| sheet.function(*step) == sheet.function(bind))
            .find(|step| {
                let call = sheet.call(*step);
                call.is_some_and(|call| call.arguments.iter().any(is_it))
            });
        if let Some(run) = run {
            names.extend(names_in(&sheet.chain(run)));
        }
    }
    names
}

/// Names a chain goes through or is given.
fn names_in(chain: &[Segment]) -> Vec<String> {
    let own = chain.iter().map(|segment| segment.name);
    let given = arguments(chain).filter_map(|argument| match argument.given {
        Given::Name(path) => path.split(['.', ':']).next(),
        _ => None,
    });
    own.chain(given).map(str::to_owned).collect()
}

/// The step of the call in a chain at the place of one of its segments.
fn step_of(sheet: &Sheet, end: usize, chain: &[Segment], segment: usize) -> usize {
    let later = chain[segment + 1..]
        .iter()
        .filter(|segment| segment.arguments.is_some())
        .count();
    let mut at = end;
    for _ in 0..later {
        let first = sheet.start(at);
        let receiver = (first..at)
            .rev()
            .find(|inner| sheet.call(*inner).is_some() && sheet.start(*inner) == first);
        match receiver {
            Some(receiver) => at = receiver,
            None => break,
        }
    }
    at
}
