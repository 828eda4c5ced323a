//! The fold: from the sorted finds of a query to facts, with one stack, for every language.
//!
//! Spans alone say what encloses what. A find opens a frame, the first find behind its end closes it; enclosing
//! functions, nesting and regions follow from the frames that are open.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::complexity::{self, Measured};
use super::docs::Docs;
use super::exports::Exports;
use super::extract::{Found, Span};
use super::lines::LineMap;
use super::marks::Marks;
use super::role::{Part, Subject};
use super::runs::Runs;
use super::tree::Faults;
use super::{
    Call, Decorator, Exposure, Facts, Function, Import, ImportKind, Item, Slot, SlotKind,
    SlotState, Suppression, TestCase, comments, table, use_tree,
};
use crate::languages::dynamic::Precision;
use crate::languages::jsdoc::Declared;
use crate::languages::{Language, TypeComments};

/// Longest callee that is kept whole, in bytes.
const LONGEST_CALLEE: usize = 120;
/// Longest path of modules within a file that is written before the name of each child, in bytes.
const LONGEST_MODULE: usize = 240;

/// Facts from everything a query found in a text, sorted by start, then longest, then subject.
pub(super) fn fold(language: Language, text: &[u8], found: &[Found], faults: &Faults) -> Facts {
    let mut fold = Fold::new(language, text);
    let mut at = 0;
    while at < found.len() {
        let span = found[at].span;
        let mut end = at + 1;
        while end < found.len() && found[end].span == span {
            end += 1;
        }
        fold.close_before(span.start);
        fold.group(&found[at..end]);
        at = end;
    }
    fold.close_before(u32::MAX);
    fold.finish(faults)
}

/// What is open at a point of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    Class(usize),
    /// The body of a trait or of an implementation of one.
    Trait,
    /// A module within the file; whether it hides its public items.
    Module(bool),
    Tests,
    Types,
    Opaque,
    Passing,
    Function(usize),
    Branch,
    /// Tests in it are switched off with it.
    Disabled,
    /// Imports in it come from the module this names.
    From(Span),
}

/// What the fold has to remember of a function beside the fact it becomes.
#[derive(Default)]
struct Signature {
    rows: (u32, u32),
    body: Option<Span>,
    is_static: bool,
    /// Its name is a property's.
    is_property: bool,
    /// Its author switched checking off.
    unchecked: bool,
    /// It implements overloads declared before it and declares nothing of its own.
    implements: bool,
    /// Its return counts as typed as soon as one parameter is.
    constructor: bool,
    /// Its use site gives its type.
    contextual: bool,
    has_return_type: bool,
    /// A comment declares its whole signature (PEP 484).
    signed: bool,
    receiver: Option<Span>,
    recursive: bool,
    measured: Measured,
    /// What the doc comment before it declares, where such comments declare types.
    doc: Option<Rc<Declared>>,
}

/// Accessors of a class: a setter takes the type of the getter of its name.
#[derive(Default)]
struct Accessors {
    getters: HashSet<Box<str>>,
    setters: Vec<(Box<str>, usize)>,
}

/// A slot whose written type is judged at the end, when all imports are known.
struct WrittenType {
    /// The function, or none for a field.
    function: Option<usize>,
    slot: usize,
    span: Span,
}

struct Fold<'a> {
    language: Language,
    text: &'a [u8],
    facts: Facts,
    frames: Vec<(Span, Frame)>,
    signatures: Vec<Signature>,
    /// Open functions, innermost last.
    functions: Vec<usize>,
    accessors: Vec<Accessors>,
    contexts: HashMap<usize, bool>,
    /// Names of overloads with the number of scopes open around them.
    overloads: Vec<(Box<str>, usize)>,
    written: Vec<WrittenType>,
    assigned: Vec<Item>,
    /// Positions of the imports outside functions.
    top_imports: Vec<usize>,
    /// Positions of names taken from something that an import may bind.
    chains: Vec<usize>,
    exports: Exports,
    docs: Docs,
    /// Names of items whose doc comment says that they are internal.
    internal: HashSet<Box<str>>,
    /// Top-level names that calls of an import bind: no items.
    bound: HashSet<Box<str>>,
    comments: Vec<Span>,
    strings: Vec<Span>,
    largest_table: Option<Span>,
    /// Names of the open modules within the file, innermost last.
    modules: Vec<Span>,
    /// Public items in a module that hides them, with the name of that module.
    hidden: Vec<(usize, Span)>,
    /// What attributes said of the thing that stands next.
    marks: Marks,
    /// What they said of the thing that is being folded.
    marked: Marks,
    fences: comments::Fences,
    runs: Runs,
    /// The last qualified path; the paths it begins with are no others.
    last_path: Span,
    /// The last import tree; the paths in it are its own.
    last_tree: Span,
    /// Qualified paths already named, and whether in tests.
    paths: HashSet<(&'a [u8], bool)>,
    open_traits: u32,
    open_hiding: u32,
    open_tests: u32,
    open_types: u32,
    open_opaque: u32,
    open_passing: u32,
    open_disabled: u32,
    test_rows: Vec<(u32, u32)>,
    /// Nothing but comments came so far.
    in_header: bool,
}

impl<'a> Fold<'a> {
    fn new(language: Language, text: &'a [u8]) -> Self {
        Self {
            language,
            text,
            facts: Facts::default(),
            frames: Vec::new(),
            signatures: Vec::new(),
            functions: Vec::new(),
            accessors: Vec::new(),
            contexts: HashMap::new(),
            overloads: Vec::new(),
            written: Vec::new(),
            assigned: Vec::new(),
            exports: Exports::default(),
            docs: Docs::default(),
            internal: HashSet::new(),
            bound: HashSet::new(),
            comments: Vec::new(),
            strings: Vec::new(),
            largest_table: None,
            modules: Vec::new(),
            hidden: Vec::new(),
            marks: Marks::default(),
            marked: Marks::default(),
            fences: comments::Fences::default(),
            runs: Runs::default(),
            last_path: Span { start: 0, end: 0 },
            last_tree: Span { start: 0, end: 0 },
            paths: HashSet::new(),
            open_traits: 0,
            open_hiding: 0,
            open_tests: 0,
            open_types: 0,
            open_opaque: 0,
            open_passing: 0,
            top_imports: Vec::new(),
            chains: Vec::new(),
            open_disabled: 0,
            test_rows: Vec::new(),
            in_header: true,
        }
    }

    /// Closes every frame that ends at or before a position.
    fn close_before(&mut self, start: u32) {
        while let Some(&(span, frame)) = self.frames.last() {
            if span.end > start {
                break;
            }
            self.frames.pop();
            match frame {
                Frame::Trait => self.open_traits -= 1,
                Frame::Module(hides) => {
                    self.modules.pop();
                    self.open_hiding -= u32::from(hides);
                }
                Frame::Tests => self.open_tests -= 1,
                Frame::Types => self.open_types -= 1,
                Frame::Opaque => self.open_opaque -= 1,
                Frame::Passing => self.open_passing -= 1,
                Frame::Disabled => self.open_disabled -= 1,
                Frame::From(_) => {}
                Frame::Branch => {
                    if let Some(&function) = self.functions.last() {
                        self.signatures[function].measured.leave();
                    }
                }
                Frame::Function(function) => {
                    self.documented_return(function);
                    self.functions.pop();
                    self.forget_overloads();
                }
                Frame::Class(class) => {
                    self.settle_accessors(class);
                    self.forget_overloads();
                }
            }
        }
    }

    fn open(&mut self, span: Span, frame: Frame) {
        self.frames.push((span, frame));
    }

    /// Scopes open here: functions and classes.
    fn scopes(&self) -> usize {
        self.frames
            .iter()
            .filter(|(_, frame)| matches!(frame, Frame::Function(_) | Frame::Class(_)))
            .count()
    }

    fn forget_overloads(&mut self) {
        let scopes = self.scopes();
        self.overloads.retain(|(_, depth)| *depth <= scopes);
    }

    /// Folds everything found on one span. Where two subjects of a span exclude each other, the more specific counts.
    fn group(&mut self, group: &[Found]) {
        // One statement may declare thousands of names on its span, so the group is searched once.
        let subjects = group
            .iter()
            .fold(0_u128, |set, found| set | 1 << found.subject as u32);
        let has = |subject: Subject| subjects & 1 << subject as u32 != 0;
        if let Some(marks) = self.marks.meet(group, self.text) {
            self.marked = marks;
            self.apply_marks(group);
        }
        let mut previous: Option<&Found> = None;
        for found in group {
            let overruled = match found.subject {
                Subject::Branch => has(Subject::BranchElif),
                Subject::BranchElse => has(Subject::BranchChained),
                Subject::Logical => has(Subject::LogicalContinued),
                Subject::ParameterUntyped => {
                    has(Subject::ParameterTyped) || has(Subject::ParameterInferred)
                }
                Subject::Test | Subject::TestDisabled => {
                    has(Subject::TestNot)
                        || (found.subject == Subject::Test && has(Subject::TestDisabled))
                }
                Subject::Call => has(Subject::ImportDynamic) || has(Subject::ImportCall),
                Subject::ImportDynamic => has(Subject::ImportTypes),
                // What a call of an import is bound or passed on to says more than the bare call.
                Subject::ImportCall => {
                    found.parts[Part::Name as usize].is_none()
                        && found.parts[Part::Alias as usize].is_none()
                        && (has(Subject::ImportReexport)
                            || has(Subject::ImportAllReexport)
                            || group.iter().any(|other| {
                                other.subject == found.subject && other.parts != found.parts
                            }))
                }
                Subject::ReturnUntyped => has(Subject::AccessorSet),
                Subject::ScopeModulePrivate => has(Subject::ScopeModule),
                Subject::ItemPrivate => {
                    has(Subject::ItemPublic)
                        || has(Subject::ItemPackage)
                        || has(Subject::ItemParent)
                }
                Subject::ImportTree => has(Subject::ImportTreeReexport),
                _ => false,
            };
            // One node found by two patterns of one meaning is one subject; lists of names are not.
            let repeated = previous.is_some_and(|previous| {
                previous.subject == found.subject
                    && (previous.parts == found.parts || is_single(found.subject))
            });
            if !overruled && !repeated {
                self.one(found, group);
            }
            previous = Some(found);
        }
        self.marked = Marks::default();
    }

    /// Applies what attributes said to the finds they stand before.
    fn apply_marks(&mut self, group: &[Found]) {
        let function = group
            .iter()
            .find(|found| found.subject == Subject::Function);
        let is_test = self.marked.test && function.is_some();
        if let Some(found) = group.first()
            && (self.marked.tests || is_test)
        {
            self.open_tests += 1;
            self.test_rows.push((self.marked.row, found.rows.1));
            self.open(found.span, Frame::Tests);
        }
        if let Some(found) = function
            && is_test
        {
            let name = self.part(found, Part::Name).unwrap_or_default();
            self.facts.tests.push(TestCase {
                name: name.into(),
                line: found.rows.0 + 1,
                enabled: !self.marked.disabled,
                doc_example: false,
            });
        }
    }

    fn one(&mut self, found: &Found, group: &[Found]) {
        if !matches!(
            found.subject,
            Subject::Comment | Subject::CommentDoc | Subject::Docstring | Subject::Text
        ) {
            self.in_header = false;
        }
        match found.subject {
            Subject::ScopeClass => {
                self.accessors.push(Accessors::default());
                self.open(found.span, Frame::Class(self.accessors.len() - 1));
            }
            Subject::ScopeTrait => {
                self.open_traits += 1;
                self.open(found.span, Frame::Trait);
            }
            Subject::ScopeModule | Subject::ScopeModulePrivate => {
                let hides = found.subject == Subject::ScopeModulePrivate;
                self.modules
                    .push(found.parts[Part::Name as usize].unwrap_or(found.span));
                self.open_hiding += u32::from(hides);
                self.open(found.span, Frame::Module(hides));
            }
            Subject::ScopeTests => {
                self.open_tests += 1;
                self.test_rows.push(found.rows);
                self.open(found.span, Frame::Tests);
            }
            Subject::ScopeTypes => {
                self.open_types += 1;
                self.open(found.span, Frame::Types);
            }
            Subject::ScopeOpaque => {
                self.open_opaque += 1;
                self.open(found.span, Frame::Opaque);
            }
            Subject::ScopePassing => {
                if self.functions.is_empty() {
                    self.open_passing += 1;
                    self.open(found.span, Frame::Passing);
                }
            }
            Subject::Documented => self.documented(found),
            Subject::ContextGiven | Subject::ContextPassed | Subject::ContextReturned => {
                self.context(found);
            }
            Subject::Function | Subject::FunctionSignature => self.function(found, group),
            Subject::FunctionStatic
            | Subject::FunctionProperty
            | Subject::FunctionOverload
            | Subject::FunctionUnchecked
            | Subject::ReturnConstructor => self.mark_function(found),
            Subject::Receiver => {
                if let Some(function) = self.functions.last().copied()
                    && self.facts.functions[function].is_method
                    && !self.signatures[function].is_static
                {
                    self.signatures[function].receiver = Some(found.span);
                }
            }
            Subject::ParameterTyped
            | Subject::ParameterInferred
            | Subject::ParameterUntyped
            | Subject::ReturnTyped
            | Subject::ReturnUntyped => self.slot(found),
            Subject::FieldTyped | Subject::FieldUntyped | Subject::FieldInferred => {
                self.field(found);
            }
            Subject::AccessorGet | Subject::AccessorSet => self.accessor(found),
            Subject::Branch
            | Subject::BranchSwitch
            | Subject::BranchElif
            | Subject::BranchElse
            | Subject::BranchChained
            | Subject::Case
            | Subject::Jump
            | Subject::Logical
            | Subject::LogicalContinued
            | Subject::LogicalRun => self.branch(found),
            Subject::ItemPublic
            | Subject::ItemPackage
            | Subject::ItemParent
            | Subject::ItemPrivate
            | Subject::ItemNamed
            | Subject::ItemAssigned => self.item(found),
            Subject::Export => {
                if self.import_source().is_none()
                    && let Some(name) = self.part(found, Part::Name)
                {
                    self.exports.name(&name);
                }
            }
            Subject::ExportList => self.exports.list(&found.span.text(self.text)),
            Subject::ExportAppend => self.exports.append(&found.span.text(self.text)),
            Subject::ExportRemove => self.exports.remove(&found.span.text(self.text)),
            Subject::ImportFrom => {
                if let Some(module) = found.parts[Part::Module as usize] {
                    self.open(found.span, Frame::From(module));
                }
            }
            Subject::Import
            | Subject::ImportDefault
            | Subject::ImportCall
            | Subject::ImportDynamic
            | Subject::ImportTypes
            | Subject::ImportReexport
            | Subject::ImportAll
            | Subject::ImportAllReexport
            | Subject::ImportPath
            | Subject::ImportChain
            | Subject::ImportModule => self.import(found),
            Subject::ImportTree | Subject::ImportTreeReexport => self.import_tree(found),
            Subject::Call | Subject::CallMacro => self.call(found),
            Subject::Decorator => {
                if let Some(name) = self.part(found, Part::Name) {
                    self.facts.decorators.push(Decorator {
                        name: name.into(),
                        line: found.rows.0 + 1,
                    });
                }
            }
            Subject::Test | Subject::TestDisabled => {
                let name = self.part(found, Part::Name).unwrap_or_default();
                self.facts.tests.push(TestCase {
                    name: unquoted(&name).into(),
                    line: found.rows.0 + 1,
                    enabled: found.subject == Subject::Test && self.open_disabled == 0,
                    doc_example: false,
                });
                if let Some(function) = self.same_span_function(found.span) {
                    self.facts.functions[function].in_test = true;
                } else if found.subject == Subject::TestDisabled {
                    self.open_disabled += 1;
                    self.open(found.span, Frame::Disabled);
                }
            }
            Subject::WithinTests => self.make_surroundings_tests(found),
            Subject::TestNot
            | Subject::NextTest
            | Subject::NextTestDisabled
            | Subject::NextTests
            | Subject::NextPublic
            | Subject::NextPath => {}
            Subject::Suppression => {
                let name = self.part(found, Part::Name).unwrap_or_default();
                let written = found.span.text(self.text);
                self.facts.suppressions.push(Suppression {
                    marker: name.into(),
                    line: found.rows.0 + 1,
                    explained: written
                        .split("reason")
                        .skip(1)
                        .any(|rest| rest.trim_start().starts_with('=')),
                });
            }
            Subject::Comment => self.comment(found),
            Subject::CommentDoc => {
                let comment = found.span.text(self.text);
                if self.fences.begin_example(&comment, found.rows) {
                    self.doc_example(found.rows.0 + 1);
                }
            }
            Subject::Docstring => {
                self.comments.push(found.span);
                if memchr::memmem::find(found.span.of(self.text), b">>>").is_some() {
                    self.doc_example(found.rows.0 + 1);
                }
            }
            Subject::Text => {
                if found.rows.0 != found.rows.1 {
                    self.strings.push(found.span);
                }
            }
            Subject::Table => {
                let longer = |span: Span| span.end - span.start;
                if self
                    .largest_table
                    .is_none_or(|largest| longer(largest) < longer(found.span))
                {
                    self.largest_table = Some(found.span);
                }
            }
        }
    }

    /// Opens a region of tests from here to the end of the innermost module within the file, or of the file.
    fn make_surroundings_tests(&mut self, found: &Found) {
        let end = match self.frames.last() {
            None => self.text.len() as u32,
            Some((span, Frame::Module(_))) => span.end,
            Some(_) => return,
        };
        let region = Span {
            start: found.span.start,
            end,
        };
        let rows = memchr::memchr_iter(b'\n', region.of(self.text)).count() as u32;
        self.open_tests += 1;
        self.test_rows.push((found.rows.0, found.rows.0 + rows));
        self.open(region, Frame::Tests);
    }

    fn doc_example(&mut self, line: u32) {
        self.facts.tests.push(TestCase {
            name: "doctest".into(),
            line,
            enabled: true,
            doc_example: true,
        });
    }

    /// The text of a part, if the pattern gave one.
    fn part(&self, found: &Found, part: Part) -> Option<String> {
        found.parts[part as usize].map(|span| span.text(self.text).into_owned())
    }

    fn in_test(&self) -> bool {
        self.open_tests > 0
    }

    fn same_span_function(&self, span: Span) -> Option<usize> {
        match self.frames.last() {
            Some(&(open, Frame::Function(function))) if open == span => Some(function),
            _ => None,
        }
    }

    fn context(&mut self, found: &Found) {
        let given = match found.subject {
            Subject::ContextGiven => true,
            Subject::ContextPassed => self.contexts.get(&found.from).copied().unwrap_or(false),
            _ => self.functions.last().is_some_and(|&function| {
                let signature = &self.signatures[function];
                signature.has_return_type || signature.contextual
            }),
        };
        if given {
            self.contexts.insert(found.node, true);
        }
    }

    fn function(&mut self, found: &Found, group: &[Found]) {
        // Several patterns may find one function; what any of them says of it counts.
        let said = |part: Part| {
            group
                .iter()
                .filter(|other| other.subject == found.subject)
                .find_map(|other| other.parts[part as usize])
        };
        let index = self.facts.functions.len();
        let is_method = self
            .frames
            .iter()
            .rev()
            .find(|(_, frame)| matches!(frame, Frame::Function(_) | Frame::Class(_)))
            .is_some_and(|(_, frame)| matches!(frame, Frame::Class(_)));
        let name: Option<Box<str>> =
            said(Part::Name).map(|span| unquoted(&span.text(self.text)).into());
        let scopes = self.scopes();
        let implements = name.as_ref().is_some_and(|name| {
            self.overloads
                .iter()
                .any(|(overload, depth)| overload == name && *depth == scopes)
        });
        if found.subject == Subject::Function
            && let Some(&around) = self.functions.last()
        {
            self.signatures[around].measured.nest(index);
        }
        let in_test = self.in_test()
            || self
                .functions
                .last()
                .is_some_and(|&around| self.facts.functions[around].in_test);
        self.facts.functions.push(Function {
            name,
            line: found.rows.0 + 1,
            end_line: found.rows.1 + 1,
            has_body: found.subject == Subject::Function,
            in_test,
            is_method,
            ..Function::default()
        });
        let mut signature = Signature {
            rows: found.rows,
            body: said(Part::Body),
            implements,
            contextual: self.contexts.get(&found.node).copied().unwrap_or(false),
            ..Signature::default()
        };
        if self.language.type_comments() == TypeComments::JsDoc
            && let Some(doc) = self.docs.of(self.text, found)
        {
            signature.signed = doc.whole.is_some() || doc.overloaded;
            signature.contextual |= doc.satisfies;
            signature.has_return_type = doc.returns.is_some();
            signature.doc = Some(doc);
        }
        self.signatures.push(signature);
        self.open(found.span, Frame::Function(index));
        self.functions.push(index);
    }

    fn mark_function(&mut self, found: &Found) {
        let Some(function) = self.same_span_function(found.span) else {
            return;
        };
        let signature = &mut self.signatures[function];
        match found.subject {
            Subject::FunctionStatic => signature.is_static = true,
            Subject::FunctionProperty => signature.is_property = true,
            Subject::FunctionUnchecked => signature.unchecked = true,
            Subject::ReturnConstructor => {
                signature.constructor = self.facts.functions[function].is_method;
            }
            _ => {
                signature.implements = false;
                if let Some(name) = self.facts.functions[function].name.clone() {
                    // The function itself is open here; its scope is one less.
                    self.overloads.push((name, self.scopes() - 1));
                }
            }
        }
    }

    fn slot(&mut self, found: &Found) {
        let Some(&function) = self.functions.last() else {
            return;
        };
        if self.in_opaque() || self.signatures[function].receiver == Some(found.span) {
            return;
        }
        let is_return = matches!(found.subject, Subject::ReturnTyped | Subject::ReturnUntyped);
        let state = match found.subject {
            Subject::ParameterTyped | Subject::ReturnTyped => SlotState::Typed,
            Subject::ParameterInferred => SlotState::Inferred,
            _ => SlotState::Untyped,
        };
        if found.subject == Subject::ReturnTyped {
            self.signatures[function].has_return_type = true;
        }
        let mut slot = Slot {
            name: if is_return {
                "return".into()
            } else {
                let name = self.part(found, Part::Name);
                shortened(&name.unwrap_or_else(|| found.span.text(self.text).into_owned()))
            },
            line: found.rows.0 + 1,
            state,
            kind: if is_return {
                SlotKind::Return
            } else {
                SlotKind::Parameter
            },
            nested_any: false,
        };
        if !is_return && self.language.type_comments() == TypeComments::JsDoc {
            self.documented_parameter(function, found, &mut slot);
        }
        let slots = &mut self.facts.functions[function].slots;
        if let Some(span) = found.parts[Part::Type as usize] {
            self.written.push(WrittenType {
                function: Some(function),
                slot: slots.len(),
                span,
            });
        }
        slots.push(slot);
    }

    /// A doc comment that stands before something else than a function: its type is a context, and it may speak for
    /// the function inside. A cast (`/** @type {T} */ (x)`) declares nothing but a context.
    fn documented(&mut self, found: &Found) {
        let is_cast = self.text.get(found.span.start as usize) == Some(&b'(');
        let doc = if is_cast {
            self.docs.of(self.text, found)
        } else {
            self.docs.pass_on(self.text, found)
        };
        if doc.is_some_and(|doc| doc.whole.is_some() || doc.satisfies) {
            self.contexts.insert(found.from, true);
        }
    }

    /// Gives a parameter the type that a comment right before it or before its function declares.
    fn documented_parameter(&mut self, function: usize, found: &Found, slot: &mut Slot) {
        let own = self.docs.before(self.text, found.span.start);
        let around = self.signatures[function].doc.clone();
        let position = self.facts.functions[function].slots.len();
        let name = self.part(found, Part::Name);
        let name = name.as_deref().unwrap_or(&slot.name);
        let written = own
            .as_ref()
            .and_then(|own| own.whole.as_deref())
            .or_else(|| {
                let around = around.as_ref()?;
                around.parameter(name, position)
            });
        if let Some(written) = written {
            (slot.state, slot.nested_any) = self.judged(written);
        }
    }

    /// Adds the return that the doc comment of a function declares, when the function ends.
    fn documented_return(&mut self, function: usize) {
        let doc = self.signatures[function].doc.take();
        let Some(written) = doc.as_ref().and_then(|doc| doc.returns.as_deref()) else {
            return;
        };
        let (state, nested_any) = self.judged(written);
        let fact = &mut self.facts.functions[function];
        fact.slots.push(Slot {
            name: "return".into(),
            line: fact.line,
            state,
            kind: SlotKind::Return,
            nested_any,
        });
    }

    /// State of a slot whose type is written in a comment.
    fn judged(&self, written: &str) -> (SlotState, bool) {
        match self.language.dynamic()(written, &|_| None) {
            Precision::Precise => (SlotState::Typed, false),
            Precision::NestedDynamic => (SlotState::Typed, true),
            Precision::Dynamic => (SlotState::Any, false),
        }
    }

    /// Whether the innermost scope is one that has no slots.
    fn in_opaque(&self) -> bool {
        self.open_opaque > 0
            && self.frames.iter().rev().find_map(|(_, frame)| match frame {
                Frame::Opaque => Some(true),
                Frame::Function(_) | Frame::Class(_) => Some(false),
                _ => None,
            }) == Some(true)
    }

    fn field(&mut self, found: &Found) {
        if self.in_opaque() {
            return;
        }
        let doc = if self.language.type_comments() == TypeComments::JsDoc {
            self.docs.before(self.text, found.span.start)
        } else {
            None
        };
        let documented = doc
            .as_ref()
            .and_then(|doc| doc.whole.as_deref())
            .map(|written| self.judged(written));
        if found.subject == Subject::FieldInferred && documented.is_none() {
            return;
        }
        if let Some(span) = found.parts[Part::Type as usize] {
            self.written.push(WrittenType {
                function: None,
                slot: self.facts.fields.len(),
                span,
            });
        }
        let name = self.part(found, Part::Name).unwrap_or_default();
        self.facts.fields.push(Slot {
            name: shortened(&name),
            line: found.rows.0 + 1,
            state: match documented {
                Some((state, _)) => state,
                None if found.subject == Subject::FieldTyped => SlotState::Typed,
                None => SlotState::Untyped,
            },
            kind: SlotKind::Field,
            nested_any: documented.is_some_and(|(_, nested_any)| nested_any),
        });
    }

    fn accessor(&mut self, found: &Found) {
        let class = self.frames.iter().rev().find_map(|(_, frame)| match frame {
            Frame::Class(class) => Some(*class),
            _ => None,
        });
        let (Some(class), Some(name)) = (class, self.part(found, Part::Name)) else {
            return;
        };
        if found.subject == Subject::AccessorGet {
            self.accessors[class].getters.insert(name.into());
        } else if let Some(function) = self.same_span_function(found.span) {
            self.accessors[class].setters.push((name.into(), function));
        }
    }

    fn settle_accessors(&mut self, class: usize) {
        let accessors = std::mem::take(&mut self.accessors[class]);
        for (name, function) in accessors.setters {
            if accessors.getters.contains(&name) {
                for slot in &mut self.facts.functions[function].slots {
                    if slot.state == SlotState::Untyped {
                        slot.state = SlotState::Contextual;
                    }
                }
            }
        }
    }

    fn branch(&mut self, found: &Found) {
        let Some(&function) = self.functions.last() else {
            return;
        };
        let continues =
            found.subject == Subject::Logical && self.runs.are_continued_by(found, self.text);
        let measured = &mut self.signatures[function].measured;
        match found.subject {
            Subject::Branch => measured.enter_branch(),
            Subject::BranchSwitch => measured.enter_switch(),
            Subject::BranchElif => measured.elif(),
            Subject::BranchElse | Subject::Jump | Subject::LogicalRun => measured.flat(),
            Subject::Case => measured.case(),
            Subject::Logical => measured.logical(continues),
            Subject::LogicalContinued => measured.logical(true),
            _ => {}
        }
        if matches!(found.subject, Subject::Branch | Subject::BranchSwitch) {
            self.open(found.span, Frame::Branch);
        }
    }

    fn item(&mut self, found: &Found) {
        let Some(name) = self.part(found, Part::Name) else {
            return;
        };
        // Items are what a module declares; what a function or (where names tell) a class declares is its own affair.
        let by_name = matches!(found.subject, Subject::ItemNamed | Subject::ItemAssigned);
        let own = usize::from(self.same_span_scope(found.span));
        let scopes = self.scopes() - own.min(self.scopes());
        let functions =
            self.functions.len() - usize::from(self.same_span_function(found.span).is_some());
        if functions > 0
            || self.open_traits > 0
            || (by_name && (scopes > 0 || self.open_passing > 0))
        {
            return;
        }
        let exposure = match found.subject {
            _ if self.marked.public => Exposure::Public,
            Subject::ItemPublic if self.open_hiding > 0 => {
                let module = self.modules.last().copied().unwrap_or(found.span);
                self.hidden.push((self.facts.items.len(), module));
                Exposure::Package
            }
            Subject::ItemPublic => Exposure::Public,
            Subject::ItemPackage => Exposure::Package,
            // The parent of a module within the file is in the file.
            Subject::ItemParent if !self.modules.is_empty() => Exposure::Private,
            Subject::ItemParent => Exposure::Parent,
            Subject::ItemPrivate => Exposure::Private,
            _ if is_hidden_by_name(&name) => Exposure::Private,
            _ => Exposure::Public,
        };
        let internal = self
            .docs
            .before(self.text, found.span.start)
            .is_some_and(|doc| doc.internal);
        let exposure = if internal {
            self.internal.insert(unquoted(&name).into());
            Exposure::Private
        } else {
            exposure
        };
        let item = Item {
            name: unquoted(&name).into(),
            line: found.rows.0 + 1,
            exposure,
            in_test: self.in_test(),
        };
        if found.subject == Subject::ItemAssigned {
            self.assigned.push(item);
        } else {
            self.facts.items.push(item);
        }
    }

    /// Whether the innermost frame is the scope of this very span.
    fn same_span_scope(&self, span: Span) -> bool {
        matches!(self.frames.last(), Some(&(open, Frame::Function(_) | Frame::Class(_))) if open == span)
    }

    fn import(&mut self, found: &Found) {
        let is_path = matches!(found.subject, Subject::ImportPath | Subject::ImportChain);
        if is_path && !self.is_new_path(found.span) {
            return;
        }
        let kind = match found.subject {
            _ if is_path => ImportKind::Path,
            _ if self.open_types > 0 => ImportKind::TypeOnly,
            Subject::ImportTypes => ImportKind::TypeOnly,
            Subject::ImportDynamic => ImportKind::Dynamic,
            Subject::ImportCall if !self.functions.is_empty() => ImportKind::Dynamic,
            Subject::ImportReexport | Subject::ImportAllReexport => ImportKind::ReExport,
            Subject::ImportModule => ImportKind::Module,
            _ => ImportKind::Static,
        };
        let all = matches!(
            found.subject,
            Subject::ImportAll | Subject::ImportAllReexport
        );
        let name = self.part(found, Part::Name);
        let source = self.import_source();
        let bare = found.parts[Part::Name as usize].is_none()
            && found.parts[Part::Alias as usize].is_none();
        if found.subject == Subject::ImportCall && bare && source.is_some() {
            // Its names were taken one by one.
            return;
        }
        let source = source.map(|source| source.text(self.text).into_owned());
        let module = match (self.part(found, Part::Module).or(source), &name) {
            (Some(module), _) => module,
            (None, Some(name)) if kind == ImportKind::Module => match self.marked.path {
                Some(path) => path.text(self.text).into_owned(),
                None => self.path_of_module(name),
            },
            _ => return,
        };
        if self.functions.is_empty() && !matches!(kind, ImportKind::Dynamic | ImportKind::Path) {
            self.top_imports.push(self.facts.imports.len());
        }
        let name = match found.subject {
            _ if all => Some("*".to_owned()),
            Subject::ImportDefault => Some("default".to_owned()),
            _ => name,
        };
        if found.subject == Subject::ImportCall
            && kind == ImportKind::Static
            && let Some(local) = self.part(found, Part::Alias).as_ref().or(name.as_ref())
        {
            self.bound.insert(local.as_str().into());
        }
        if found.subject == Subject::ImportChain {
            self.chains.push(self.facts.imports.len());
        }
        self.facts.imports.push(Import {
            module: unquoted(&without_space(&module)).into(),
            name: name.map(|name| unquoted(&without_space(&name)).into()),
            alias: self
                .part(found, Part::Alias)
                .map(|alias| unquoted(&alias).into()),
            line: found.rows.0 + 1,
            kind,
            in_test: self.in_test(),
        });
    }

    /// The path of a child module from its file, through the modules within the file.
    fn path_of_module(&self, name: &str) -> String {
        let around = self.modules.iter().map(|module| module.of(self.text).len());
        if self.modules.len() > LONGEST_MODULE || around.sum::<usize>() > LONGEST_MODULE {
            return name.to_owned();
        }
        self.modules.iter().fold(String::new(), |path, module| {
            path + &module.text(self.text) + "::"
        }) + name
    }

    /// Whether a qualified path is no part of a longer one or of an import, and not named before.
    fn is_new_path(&mut self, span: Span) -> bool {
        let is_part = span.start < self.last_tree.end
            || (span.start == self.last_path.start && span.end <= self.last_path.end);
        if is_part {
            return false;
        }
        self.last_path = span;
        let in_test = self.in_test();
        self.paths.insert((span.of(self.text), in_test))
    }

    /// The module that the innermost statement names for the imports directly in it.
    fn import_source(&self) -> Option<Span> {
        match self.frames.last() {
            Some((_, Frame::From(module))) => Some(*module),
            Some((_, Frame::Types)) => match self.frames.iter().rev().nth(1) {
                Some((_, Frame::From(module))) => Some(*module),
                _ => None,
            },
            _ => None,
        }
    }

    fn import_tree(&mut self, found: &Found) {
        self.last_tree = found.span;
        let Some(tree) = self.part(found, Part::Module) else {
            return;
        };
        let kind = if found.subject == Subject::ImportTree {
            ImportKind::Static
        } else {
            ImportKind::ReExport
        };
        let in_test = self.in_test();
        for leaf in use_tree::flatten(&tree) {
            self.facts.imports.push(Import {
                module: leaf.module.into(),
                name: leaf.name.map(Into::into),
                alias: leaf.alias.map(Into::into),
                line: found.rows.0 + 1,
                kind,
                in_test,
            });
        }
    }

    fn call(&mut self, found: &Found) {
        let Some(span) = found.parts[Part::Callee as usize] else {
            return;
        };
        let mut callee = callee_text(span.of(self.text));
        let function = self.functions.last().copied();
        if found.subject == Subject::CallMacro {
            callee.push('!');
        }
        if let Some(function) = function {
            let fact = &self.facts.functions[function];
            let signature = &mut self.signatures[function];
            if !signature.recursive
                && fact.name.as_deref().is_some_and(|name| {
                    calls_itself(&callee, name, fact.is_method || signature.is_property)
                })
            {
                signature.recursive = true;
                signature.measured.flat();
            }
        }
        self.facts.calls.push(Call {
            callee: callee.into(),
            line: found.rows.0 + 1,
            function: function.map(|function| function as u32),
        });
    }

    fn comment(&mut self, found: &Found) {
        self.comments.push(found.span);
        self.docs.comment(self.text, found.span);
        let comment = found.span.text(self.text);
        if self.in_header
            && let Some(checking) = comments::checking(&comment)
        {
            self.facts.checking = checking;
        }
        if let Some(suppression) = comments::suppression(self.language, &comment, found.rows.0 + 1)
        {
            self.facts.suppressions.push(suppression);
        }
        let Some(&function) = self.functions.last() else {
            return;
        };
        let before_code = self.signatures[function]
            .body
            .is_none_or(|body| found.span.start < body.start)
            || self.is_first_in_body(function, found.span);
        if before_code && self.language.type_comments() == TypeComments::Pep484 {
            self.type_comment(function, &comment, found.rows.0 + 1);
        }
    }

    /// Whether only white space and comments stand between the start of a function's body and this span.
    fn is_first_in_body(&self, function: usize, span: Span) -> bool {
        let Some(body) = self.signatures[function].body else {
            return false;
        };
        let gap = Span {
            start: body.start.min(span.start),
            end: span.start,
        };
        gap.of(self.text).iter().all(u8::is_ascii_whitespace)
    }

    /// A PEP 484 type comment declares the whole signature, or the parameter on its line.
    fn type_comment(&mut self, function: usize, comment: &str, line: u32) {
        match comments::type_comment(comment) {
            Some(comments::TypeComment::Signature) => self.signatures[function].signed = true,
            Some(comments::TypeComment::Single) => {
                let last_on_line = self.facts.functions[function]
                    .slots
                    .iter_mut()
                    .rev()
                    .find(|slot| slot.line == line && slot.kind == SlotKind::Parameter);
                if let Some(slot) = last_on_line
                    && slot.state == SlotState::Untyped
                {
                    slot.state = SlotState::Typed;
                }
            }
            None => {}
        }
    }

    fn finish(mut self, faults: &Faults) -> Facts {
        self.settle_types();
        self.settle_slots();
        self.settle_items();
        self.settle_chains();
        let errors: Vec<Span> = faults
            .errors
            .iter()
            .map(|range| Span {
                start: range.start,
                end: range.end,
            })
            .collect();
        let comments = disjoint(std::mem::take(&mut self.comments));
        let strings = disjoint(std::mem::take(&mut self.strings));
        let lines = LineMap::new(self.text, &comments, &errors, &strings);
        self.facts.lines = lines.count();
        self.facts.unparsed_bytes = faults.bytes;
        self.facts.literal_table = self
            .largest_table
            .is_some_and(|table| table::is_most_of(self.text, table, &comments));

        let measured: Vec<Measured> = self
            .signatures
            .iter_mut()
            .map(|signature| std::mem::take(&mut signature.measured))
            .collect();
        for (function, complexity) in self
            .facts
            .functions
            .iter_mut()
            .zip(complexity::settle(&measured))
        {
            function.cyclomatic = complexity.cyclomatic;
            function.cognitive = complexity.cognitive;
            function.nesting = complexity.nesting;
            function.absorbed_by = complexity.absorbed_by;
        }
        self.share_lines_out(&lines);
        self.facts.lines.code_in_tests = self.code_in_tests(&lines);
        let error_lines = lines_of(self.text, &errors);
        for function in &mut self.facts.functions {
            let first = error_lines.partition_point(|line| *line < function.line);
            function.unparsed = error_lines
                .get(first)
                .is_some_and(|line| *line <= function.end_line);
        }
        self.facts.export_list = self.exports.into_list();
        self.facts
    }

    /// Gives each code line inside functions to the innermost unit on it.
    fn share_lines_out(&mut self, lines: &LineMap) {
        let mut owner: Vec<u32> = vec![u32::MAX; lines.kinds.len()];
        for (index, function) in self.facts.functions.iter().enumerate() {
            if !function.has_body {
                continue;
            }
            let unit = function.absorbed_by.unwrap_or(index as u32);
            let (first, last) = self.signatures[index].rows;
            let last = (last as usize + 1).min(owner.len());
            if let Some(rows) = owner.get_mut(first as usize..last) {
                rows.fill(unit);
            }
        }
        for (row, unit) in owner.iter().enumerate() {
            if *unit != u32::MAX && lines.is_code(row as u32) {
                self.facts.functions[*unit as usize].code_lines += 1;
            }
        }
    }

    fn code_in_tests(&self, lines: &LineMap) -> u32 {
        let mut counted_to = 0;
        let mut count = 0;
        for &(first, last) in &self.test_rows {
            for row in first.max(counted_to)..=last {
                count += u32::from(lines.is_code(row));
            }
            counted_to = counted_to.max(last + 1);
        }
        count
    }

    /// Judges the written types, now that all imports are known.
    fn settle_types(&mut self) {
        let imports = |name: &str| {
            self.facts
                .imports
                .iter()
                .find_map(|import| match (&import.name, &import.alias) {
                    (Some(imported), Some(alias)) if **alias == *name => {
                        Some(format!("{}.{imported}", import.module))
                    }
                    (Some(imported), None) if **imported == *name => {
                        Some(format!("{}.{imported}", import.module))
                    }
                    (None, Some(alias)) if **alias == *name => Some(import.module.to_string()),
                    (None, None) if *import.module == *name => Some(import.module.to_string()),
                    _ => None,
                })
        };
        let judge = self.language.dynamic();
        for written in &self.written {
            let text = written.span.text(self.text);
            let precision = judge(&text, &imports);
            if precision == Precision::Precise {
                continue;
            }
            let slot = match written.function {
                Some(function) => &mut self.facts.functions[function].slots[written.slot],
                None => &mut self.facts.fields[written.slot],
            };
            match precision {
                Precision::Dynamic => slot.state = SlotState::Any,
                _ => slot.nested_any = true,
            }
        }
    }

    fn settle_slots(&mut self) {
        for (function, signature) in self.facts.functions.iter_mut().zip(&self.signatures) {
            if signature.implements {
                function.slots.clear();
                continue;
            }
            let declared = function
                .slots
                .iter()
                .any(|slot| slot.kind == SlotKind::Parameter && slot.state != SlotState::Untyped);
            for slot in &mut function.slots {
                if signature.unchecked {
                    slot.state = SlotState::Untyped;
                } else if slot.state == SlotState::Untyped {
                    if signature.signed
                        || (signature.constructor && declared && slot.kind == SlotKind::Return)
                    {
                        slot.state = SlotState::Typed;
                    } else if signature.contextual && slot.kind == SlotKind::Parameter {
                        slot.state = SlotState::Contextual;
                    }
                }
            }
        }
    }

    /// Drops the chains whose first name no import binds: attributes of everything else.
    fn settle_chains(&mut self) {
        let imports = std::mem::take(&mut self.facts.imports);
        let bound: HashSet<&str> = imports
            .iter()
            .filter(|import| import.kind != ImportKind::Path)
            .map(|import| {
                let local = import.alias.as_deref().or(import.name.as_deref());
                local.unwrap_or_else(|| import.module.split('.').next().unwrap_or_default())
            })
            .collect();
        let mut chains = self.chains.iter().copied().peekable();
        let kept = imports
            .iter()
            .enumerate()
            .filter(|(position, import)| {
                let is_chain = chains.next_if_eq(position).is_some();
                let first = import.module.split('.').next().unwrap_or_default();
                !is_chain || bound.contains(first)
            })
            .map(|(_, import)| import.clone())
            .collect();
        self.facts.imports = kept;
    }

    /// Joins assigned names with declarations, applies exports, and drops what was only imported.
    fn settle_items(&mut self) {
        // What is imported under a name and exported under it is passed on.
        let exports = &self.exports;
        for import in &mut self.facts.imports {
            let local = import.alias.as_deref().or(import.name.as_deref());
            if import.kind == ImportKind::Static && local.is_some_and(|local| exports.has(local)) {
                import.kind = ImportKind::ReExport;
            }
        }
        let imported = |name: &str| {
            self.top_imports.iter().any(|position| {
                let import = &self.facts.imports[*position];
                let local = import
                    .alias
                    .as_deref()
                    .or(import.name.as_deref())
                    .unwrap_or_else(|| import.module.split('.').next().unwrap_or_default());
                local == name
            })
        };
        let mut items = std::mem::take(&mut self.facts.items);
        // What a module hides and its own file passes on is public after all.
        let (mut names, mut modules) = (HashSet::new(), HashSet::new());
        for import in &self.facts.imports {
            match import.name.as_deref() {
                _ if import.kind != ImportKind::ReExport => {}
                Some("*") => {
                    modules.extend(import.module.rsplit("::").next());
                }
                name => names.extend(name),
            }
        }
        for (item, module) in &self.hidden {
            let item = &mut items[*item];
            if names.contains(&*item.name) || modules.contains(&*module.text(self.text)) {
                item.exposure = Exposure::Public;
            }
        }
        for item in std::mem::take(&mut self.assigned) {
            if !imported(&item.name) && *item.name != *"__all__" {
                items.push(item);
            }
        }
        items.sort_by(|a, b| (a.line, &a.name).cmp(&(b.line, &b.name)));
        for item in &mut items {
            if self.exports.has(&item.name) && !self.internal.contains(&item.name) {
                item.exposure = Exposure::Public;
            }
        }
        // Where names tell items apart, the first declaration of a name stands for it, as public as any of them.
        if self.language.unique_items() {
            let public: HashSet<Box<str>> = items
                .iter()
                .filter(|item| item.exposure == Exposure::Public)
                .map(|item| item.name.clone())
                .collect();
            let mut seen = HashSet::new();
            items.retain(|item| !self.bound.contains(&item.name) && seen.insert(item.name.clone()));
            for item in &mut items {
                if public.contains(&item.name) {
                    item.exposure = Exposure::Public;
                }
            }
        }
        self.facts.items = items;
    }
}

/// Subjects of which a node can only be one, however many patterns find it.
fn is_single(subject: Subject) -> bool {
    !matches!(
        subject,
        Subject::ItemAssigned
            | Subject::ItemPublic
            | Subject::ItemPrivate
            | Subject::Import
            | Subject::ImportCall
            | Subject::ImportTypes
            | Subject::ImportReexport
            | Subject::Export
            | Subject::Documented
    )
}

/// A leading underscore hides a name; names with two on both sides belong to the language.
fn is_hidden_by_name(name: &str) -> bool {
    name.starts_with('_') && !(name.starts_with("__") && name.ends_with("__"))
}

fn calls_itself(callee: &str, name: &str, is_member: bool) -> bool {
    if !is_member {
        return callee == name;
    }
    ["self.", "cls.", "this.", "Self::"]
        .iter()
        .any(|receiver| callee.strip_prefix(receiver) == Some(name))
}

/// The content of one string literal; anything else as it stands.
fn unquoted(text: &str) -> &str {
    ['"', '\'', '`']
        .iter()
        .find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))
        .filter(|inner| !inner.contains(&text[..1]))
        .unwrap_or(text)
}

fn without_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A name short enough for a report.
fn shortened(name: &str) -> Box<str> {
    if name.len() <= 60 {
        return name.into();
    }
    let end = (0..=60).rev().find(|at| name.is_char_boundary(*at));
    format!("{}…", &name[..end.unwrap_or(0)]).into()
}

/// A callee without white space; of a long chain only its last name.
fn callee_text(written: &[u8]) -> String {
    let written = if written.len() > LONGEST_CALLEE {
        let last = memchr::memrchr2(b'.', b':', written).map_or(0, |at| at + 1);
        &written[last.max(written.len() - LONGEST_CALLEE)..]
    } else {
        written
    };
    String::from_utf8_lossy(written)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect()
}

/// The lines, counted from 1, on which sorted spans start.
fn lines_of(text: &[u8], spans: &[Span]) -> Vec<u32> {
    let (mut at, mut line) = (0, 1);
    spans
        .iter()
        .map(|span| {
            let start = (span.start as usize).min(text.len());
            line += memchr::memchr_iter(b'\n', &text[at..start]).count() as u32;
            at = start;
            line
        })
        .collect()
}

/// Sorted spans without overlaps: a span that starts inside the one before it is dropped.
fn disjoint(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut end = 0;
    spans.retain(|span| {
        let keep = span.start >= end;
        if keep {
            end = span.end;
        }
        keep
    });
    spans
}
