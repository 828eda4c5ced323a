//! One file as a declared component sees it: its subjects, and what happens in which of them.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use crate::class::Class;
use crate::codebase::endpoints::Endpoint;
use crate::codebase::{Codebase, File, FileIndex};
use crate::definition::declared::{
    CodePattern, Condition, Declared, Population, Quantity, Wildcard,
};
use crate::facts::{Call, Facts, Function, Import, ImportKind, Item, Lost, PatternMatch};
use crate::measures::Subject;

/// A subject with what facts say of it.
pub(super) enum Thing<'a> {
    File,
    Function(u32, &'a Function),
    Item(u32, &'a Item),
    Import(u32, &'a Import),
    Call(u32, Call<'a>),
    Match(u32, &'a PatternMatch),
    Endpoint(u32, &'a Endpoint),
}

impl Thing<'_> {
    pub(super) fn subject(&self, file: FileIndex) -> Subject {
        match self {
            Self::File => Subject::File(file),
            Self::Function(at, _) => Subject::Function(file, *at),
            Self::Item(at, _) => Subject::Item(file, *at),
            Self::Import(at, _) => Subject::Import(file, *at),
            Self::Call(at, call) => Subject::Call(file, call.line, *at),
            Self::Match(at, found) => Subject::Match(file, found.line, *at),
            Self::Endpoint(at, endpoint) => Subject::Endpoint(endpoint.file, *at),
        }
    }
}

/// Something that happens in a file.
#[derive(Clone, Copy)]
pub(super) struct Happening<'a> {
    /// The function it belongs to, as a subject.
    pub(super) owner: Option<u32>,
    pub(super) line: u32,
    /// Its bytes, where that is known.
    pub(super) span: (u32, u32),
    /// The callee, if it is a call.
    pub(super) callee: &'a str,
    /// The pattern by its position in the condition, if one found it.
    pub(super) pattern: usize,
}

/// Positions in a list of the condition.
pub(super) type Positions = Rc<Vec<usize>>;

type Happenings<'a> = Rc<Vec<Happening<'a>>>;

/// One file.
pub(super) struct Look<'a> {
    pub(super) index: FileIndex,
    pub(super) file: &'a File,
    pub(super) facts: &'a Facts,
    /// Whether it is tests that are looked at.
    about_tests: bool,
    /// By function: the function it belongs to, itself if it is a subject.
    owners: Vec<u32>,
    /// What was worked out for a condition, by its place in memory.
    happenings: RefCell<Vec<(*const Condition, Happenings<'a>)>>,
    /// The same for libraries, which a file imports as a whole: those of the condition.
    libraries: RefCell<Vec<(*const Condition, Positions)>>,
    /// By function: its decorators, in this order, once somebody asks.
    decorated: OnceCell<Vec<(u32, &'a str)>>,
}

impl<'a> Look<'a> {
    /// Looks at a file. Functions that answer requests are subjects even where they have no name; they come sorted.
    pub(super) fn new(
        index: FileIndex,
        file: &'a File,
        facts: &'a Facts,
        settings: &Declared,
        handlers: &[u32],
    ) -> Self {
        let mut owners: Vec<u32> = Vec::with_capacity(facts.functions.len());
        // The last function that answers, which those in it are a part of.
        let mut last: Option<(u32, &Function)> = None;
        for (at, function) in (0_u32..).zip(&facts.functions) {
            let around = function.absorbed_by.filter(|around| *around < at);
            let answers = handlers.binary_search(&at).is_ok();
            let owner = match (last, around) {
                _ if answers || function.name.is_some() => None,
                (Some((handler, its)), _) if function.end_line <= its.end_line => Some(handler),
                (_, Some(around)) => owners.get(around as usize).copied(),
                _ => None,
            };
            if answers {
                last = Some((at, function));
            }
            owners.push(owner.unwrap_or(at));
        }
        Self {
            index,
            file,
            facts,
            about_tests: settings.is_about_tests(),
            owners,
            happenings: RefCell::default(),
            libraries: RefCell::default(),
            decorated: OnceCell::new(),
        }
    }

    /// The subjects of a population, before anybody asks which are meant.
    pub(super) fn things(&self, settings: &Declared) -> Result<Vec<Thing<'a>>, Lost> {
        let facts = self.facts;
        Ok(match settings.population {
            Population::File => vec![Thing::File],
            Population::Function => (0..)
                .zip(&facts.functions)
                .filter(|(at, function)| self.is_subject(*at, function))
                .map(|(at, function)| Thing::Function(at, function))
                .collect(),
            Population::Item => (0..)
                .zip(&facts.items)
                .filter(|(_, item)| self.counts(item.in_test))
                .map(|(at, item)| Thing::Item(at, item))
                .collect(),
            Population::Import => (0..)
                .zip(&facts.imports)
                .filter(|(_, import)| {
                    import.kind != ImportKind::Module && self.counts(import.in_test)
                })
                .map(|(at, import)| Thing::Import(at, import))
                .collect(),
            Population::Call => (0..)
                .zip(facts.calls.iter())
                .filter(|(_, call)| self.counts(self.is_in_test(call.function)))
                .map(|(at, call)| Thing::Call(at, call))
                .collect(),
            Population::Match => (0..)
                .zip(matches_of(self.file, facts, settings)?)
                .filter(|(_, found)| self.counts(self.is_in_test(found.function)))
                .map(|(at, found)| Thing::Match(at, found))
                .collect(),
            // Of endpoints a file alone knows too little.
            Population::Endpoint | Population::Change => Vec::new(),
        })
    }

    fn is_subject(&self, at: u32, function: &Function) -> bool {
        function.has_body
            && self.counts(function.in_test)
            && self.owners.get(at as usize) == Some(&at)
    }

    /// Whether what is in inline tests, or is not, is looked at.
    fn counts(&self, in_test: bool) -> bool {
        let is_test_file = matches!(self.file.class, Class::Test | Class::TestSupport);
        if self.about_tests {
            in_test || is_test_file
        } else {
            !in_test
        }
    }

    fn is_in_test(&self, function: Option<u32>) -> bool {
        let function = function.and_then(|at| self.facts.functions.get(at as usize));
        function.is_some_and(|function| function.in_test)
    }

    /// Its code lines: of a file those outside inline tests, of a function those that belong to it.
    pub(super) fn lines(&self, thing: &Thing) -> u32 {
        match thing {
            Thing::Function(_, function) => function.code_lines,
            _ => {
                let lines = self.facts.lines;
                lines.code - lines.code_in_tests.min(lines.code)
            }
        }
    }

    /// The name of the language.
    pub(super) fn language(&self) -> &'static str {
        self.file.language.map_or("", |language| language.name())
    }

    /// Names of the decorators on a function.
    pub(super) fn decorators(&self, function: u32) -> impl Iterator<Item = &'a str> + '_ {
        let sorted = self.decorated.get_or_init(|| {
            let decorators = self.facts.decorators.iter();
            let decorators = decorators.filter_map(|one| Some((one.function?, &*one.name)));
            let mut sorted: Vec<(u32, &str)> = decorators.collect();
            sorted.sort_by_key(|(function, _)| *function);
            sorted
        });
        let first = sorted.partition_point(|(known, _)| *known < function);
        let own = sorted.iter().skip(first);
        own.take_while(move |(known, _)| *known == function)
            .map(|(_, name)| *name)
    }

    /// Which libraries of a condition the file imports, by their positions; `work` finds out.
    pub(super) fn libraries(
        &self,
        condition: &Condition,
        work: impl FnOnce() -> Vec<usize>,
    ) -> Rc<Vec<usize>> {
        let key = std::ptr::from_ref(condition);
        let known = self.libraries.borrow();
        if let Some((_, known)) = known.iter().find(|(known, _)| *known == key) {
            return Rc::clone(known);
        }
        drop(known);
        let found = Rc::new(work());
        self.libraries.borrow_mut().push((key, Rc::clone(&found)));
        found
    }

    /// Calls of callees like these, by the function they belong to.
    pub(super) fn calls(&self, condition: &Condition, names: &[Wildcard]) -> Happenings<'a> {
        self.remembered(condition, || {
            let callees = self.facts.calls.callees().iter();
            let wanted: std::collections::HashSet<&str> = callees
                .map(|callee| &**callee)
                .filter(|callee| names.iter().any(|name| name.matches(callee)))
                .collect();
            if wanted.is_empty() {
                return Vec::new();
            }
            let calls = self.facts.calls.iter();
            calls
                .filter(|call| wanted.contains(call.callee))
                .filter(|call| self.counts(self.is_in_test(call.function)))
                .map(|call| Happening {
                    owner: self.owner(call.function),
                    line: call.line,
                    span: (0, 0),
                    callee: call.callee,
                    pattern: 0,
                })
                .collect()
        })
    }

    /// What code patterns find, by the function it belongs to.
    pub(super) fn matches(
        &self,
        condition: &Condition,
        patterns: &[CodePattern],
    ) -> Result<Happenings<'a>, Lost> {
        let found = found_of(self.file, self.facts, patterns)?;
        Ok(self.remembered(condition, || {
            let found = found
                .into_iter()
                .filter(|(_, found)| self.counts(self.is_in_test(found.function)));
            found
                .map(|(pattern, found)| Happening {
                    owner: self.owner(found.function),
                    line: found.line,
                    span: found.span,
                    callee: "",
                    pattern,
                })
                .collect()
        }))
    }

    fn owner(&self, function: Option<u32>) -> Option<u32> {
        self.owners.get(function? as usize).copied()
    }

    /// What happens, sorted by function.
    fn remembered(
        &self,
        condition: &Condition,
        work: impl FnOnce() -> Vec<Happening<'a>>,
    ) -> Happenings<'a> {
        let key = std::ptr::from_ref(condition);
        let known = self.happenings.borrow();
        if let Some((_, known)) = known.iter().find(|(known, _)| *known == key) {
            return Rc::clone(known);
        }
        drop(known);
        let mut found = work();
        found.sort_by_key(|happening| (happening.owner, happening.span));
        let found = Rc::new(found);
        self.happenings.borrow_mut().push((key, Rc::clone(&found)));
        found
    }
}

/// Those of all happenings of a file that lie on these very bytes of a function.
fn at<'h, 'a>(
    happenings: &'h [Happening<'a>],
    owner: Option<u32>,
    span: (u32, u32),
) -> &'h [Happening<'a>] {
    let place = |one: &Happening| (one.owner, one.span);
    let first = happenings.partition_point(|one| place(one) < (owner, span));
    let end = happenings.partition_point(|one| place(one) <= (owner, span));
    happenings.get(first..end).unwrap_or_default()
}

/// Those of all happenings of a file that are about a subject.
pub(super) fn within<'h, 'a>(
    look: &Look,
    happenings: &'h [Happening<'a>],
    thing: &Thing,
) -> &'h [Happening<'a>] {
    match thing {
        Thing::Match(_, found) => at(happenings, look.owner(found.function), found.span),
        Thing::Function(at, _) => {
            let first = happenings.partition_point(|one| one.owner < Some(*at));
            let end = happenings.partition_point(|one| one.owner <= Some(*at));
            happenings.get(first..end).unwrap_or_default()
        }
        _ => happenings,
    }
}

/// Everything patterns find in a file, with the position of the pattern.
fn found_of<'a>(
    file: &File,
    facts: &'a Facts,
    patterns: &[CodePattern],
) -> Result<Vec<(usize, &'a PatternMatch)>, Lost> {
    let language = file.language.map_or("", |language| language.name());
    let mut all = Vec::new();
    for (position, pattern) in patterns.iter().enumerate() {
        if pattern.language != language {
            continue;
        }
        let asked = facts
            .matches
            .iter()
            .find(|matches| matches.pattern == pattern.id);
        // A dialect in which the pattern is no code has none of it.
        if let Some(matches) = asked {
            let found = matches.found.as_ref().map_err(Clone::clone)?;
            all.extend(found.iter().map(|found| (position, found)));
        }
    }
    Ok(all)
}

/// Every node that one of the patterns of a population finds, once, in source order.
fn matches_of<'a>(
    file: &File,
    facts: &'a Facts,
    settings: &Declared,
) -> Result<Vec<&'a PatternMatch>, Lost> {
    let mut all: Vec<&PatternMatch> = Vec::new();
    for condition in settings.subjects.iter() {
        if let Condition::Code(_, Quantity::Any, patterns) = condition {
            let found = found_of(file, facts, patterns)?;
            all.extend(found.into_iter().map(|(_, found)| found));
        }
    }
    all.sort_unstable_by_key(|found| found.span);
    all.dedup_by_key(|found| found.span);
    Ok(all)
}

/// What a place of a file can be recognised by in another state of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The place as a subject.
    pub subject: Subject,
    /// The function it lies in.
    pub function: Option<u32>,
    /// The line it begins on.
    pub line: u32,
    /// What is called, imported or found there, as a number.
    pub name: u64,
}

/// The traces of all places of a file that a declared component may judge: calls, imports or matches.
pub fn traces(codebase: &Codebase, settings: &Declared, index: FileIndex) -> Vec<Trace> {
    let file = codebase.file(index);
    let Some(facts) = file.facts() else {
        return Vec::new();
    };
    match settings.population {
        Population::Call => (0..)
            .zip(facts.calls.iter())
            .map(|(at, call)| Trace {
                subject: Subject::Call(index, call.line, at),
                function: call.function,
                line: call.line,
                name: number(&[call.callee]),
            })
            .collect(),
        Population::Import => (0..)
            .zip(&facts.imports)
            .map(|(at, import)| Trace {
                subject: Subject::Import(index, at),
                function: None,
                line: import.line,
                name: number(&[&import.module, import.name.as_deref().unwrap_or_default()]),
            })
            .collect(),
        Population::Match => (0..)
            .zip(matches_of(file, facts, settings).unwrap_or_default())
            .map(|(at, found)| Trace {
                subject: Subject::Match(index, found.line, at),
                function: found.function,
                line: found.line,
                name: u64::from(found.print),
            })
            .collect(),
        Population::File
        | Population::Function
        | Population::Item
        | Population::Endpoint
        | Population::Change => Vec::new(),
    }
}

/// A number that tells texts apart.
fn number(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
