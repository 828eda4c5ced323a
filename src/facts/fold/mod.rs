//! The fold: from the sorted finds of a query to facts, with one stack, for every language.
//!
//! Spans alone say what encloses what. A find opens a frame, the first find behind its end closes it; enclosing
//! functions, nesting and regions follow from the frames that are open.

mod allowances;
mod calls;
mod cases;
mod comments;
mod decorators;
mod docs;
mod escapes;
mod exports;
mod finish;
mod flow;
mod frames;
mod functions;
mod imports;
mod items;
mod marks;
mod remarks;
mod routes;
mod runs;
mod slots;
mod starts;
mod use_tree;

use compact_str::CompactString;
use std::borrow::Cow;
use std::collections::HashSet;

use self::comments::Fences;
use self::decorators::Run;
use self::docs::Docs;
use self::escapes::WrittenEscape;
use self::finish::Layout;
use self::flow::FlowRoom;
use self::frames::{Frame, Open};
use self::functions::{Accessors, Signature};
use self::imports::Imports;
use self::items::Items;
use self::marks::Marks;
use self::routes::Written;
use self::runs::Runs;
use self::slots::WrittenType;
use self::starts::Tested;
use super::Facts;
use super::calls::CallList;
use super::finds::{Finds, Found, Span};
use super::role::{Part, Subject};
use super::tree::Faults;
use crate::languages::Language;

/// Facts from everything a query found in a text, and the spans of their functions.
pub(super) fn fold(
    language: Language,
    text: &[u8],
    finds: &Finds,
    faults: &Faults,
) -> (Facts, Vec<Span>) {
    let mut fold = Fold::new(language, text);
    finds.for_each_span(|group| {
        if let Some(first) = group.first() {
            fold.close_before(first.span.start);
            fold.group(group);
        }
    });
    fold.close_before(u32::MAX);
    let functions = fold.signatures.iter().map(|signature| signature.span);
    let functions = functions.collect();
    (
        fold.finish(finds.line_starts(), finds.statements(), faults),
        functions,
    )
}

/// A set of nodes.
#[derive(Default)]
struct Nodes {
    /// A bit for each position.
    bits: Vec<u64>,
}

impl Nodes {
    fn insert(&mut self, node: u32) {
        let word = node as usize / 64;
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        self.bits[word] |= 1 << (node % 64);
    }

    fn contains(&self, node: u32) -> bool {
        let word = self.bits.get(node as usize / 64);
        word.is_some_and(|bits| bits & 1 << (node % 64) != 0)
    }
}

/// The state of the fold. What one room alone remembers is in a struct of that room.
struct Fold<'a> {
    language: Language,
    text: &'a [u8],
    facts: Facts,
    calls: CallList,
    /// The decorators that came last.
    decorators: Run,
    flow: FlowRoom,
    /// Branches that are open and the names they test, innermost last.
    tested: Vec<Tested>,
    frames: Vec<(Span, Frame)>,
    open: Open,
    /// The frames of open functions and classes, innermost last.
    scopes: Vec<Frame>,
    /// For each open region without slots the number of scopes around it.
    opaque: Vec<usize>,
    /// Open functions, innermost last.
    functions: Vec<usize>,
    /// Open classes, innermost last.
    classes: Vec<Accessors>,
    /// Names of the open modules within the file, innermost last.
    modules: Vec<Span>,
    /// All functions, as in the facts.
    signatures: Vec<Signature>,
    /// Names of overloads, by the number of scopes open around them.
    overloads: Vec<HashSet<CompactString>>,
    /// Nodes whose type their use site gives.
    contexts: Nodes,
    written: Vec<WrittenType>,
    escapes: Vec<WrittenEscape>,
    items: Items,
    imports: Imports<'a>,
    layout: Layout,
    docs: Docs,
    fences: Fences,
    runs: Runs,
    /// What may be routes, as it stands in the text.
    routes: Vec<Written>,
    /// What attributes said of the thing that stands next.
    marks: Marks,
    /// What they said of the thing that is being folded.
    marked: Marks,
    /// Nothing but comments came so far.
    in_header: bool,
}

impl<'a> Fold<'a> {
    fn new(language: Language, text: &'a [u8]) -> Self {
        Self {
            language,
            text,
            facts: Facts::default(),
            calls: CallList::default(),
            decorators: Run::default(),
            flow: FlowRoom::default(),
            tested: Vec::new(),
            frames: Vec::new(),
            open: Open::default(),
            scopes: Vec::new(),
            opaque: Vec::new(),
            functions: Vec::new(),
            classes: Vec::new(),
            modules: Vec::new(),
            signatures: Vec::new(),
            overloads: Vec::new(),
            contexts: Nodes::default(),
            written: Vec::new(),
            escapes: Vec::new(),
            items: Items::default(),
            imports: Imports::default(),
            layout: Layout::default(),
            docs: Docs::default(),
            fences: Fences::default(),
            runs: Runs::default(),
            routes: Vec::new(),
            marks: Marks::default(),
            marked: Marks::default(),
            in_header: true,
        }
    }

    fn open(&mut self, span: Span, frame: Frame) {
        if let Some(count) = self.open.count(frame) {
            *count += 1;
        }
        match frame {
            Frame::Function(_) | Frame::Class => self.scopes.push(frame),
            Frame::Opaque => self.opaque.push(self.scopes.len()),
            _ => {}
        }
        self.frames.push((span, frame));
    }

    /// Closes every frame that ends at or before a position.
    fn close_before(&mut self, start: u32) {
        self.flow.close_before(start, self.text);
        while let Some(&(span, frame)) = self.frames.last() {
            if span.end > start {
                break;
            }
            self.frames.pop();
            self.close(frame);
        }
    }

    fn close(&mut self, frame: Frame) {
        if let Some(count) = self.open.count(frame) {
            *count -= 1;
        }
        match frame {
            Frame::Module(_) => {
                self.modules.pop();
            }
            Frame::Opaque => {
                self.opaque.pop();
            }
            Frame::Branch => {
                if let Some(&function) = self.functions.last() {
                    self.signatures[function].measured.leave();
                }
            }
            Frame::Function(function) => {
                self.documented_return(function);
                self.functions.pop();
                self.close_scope();
            }
            Frame::Class => {
                self.settle_accessors();
                self.close_scope();
            }
            _ => {}
        }
    }

    /// Closes the innermost function or class; overloads declared in it are forgotten.
    fn close_scope(&mut self) {
        self.scopes.pop();
        self.overloads.truncate(self.scopes.len() + 1);
    }

    /// Folds everything found on one span.
    fn group(&mut self, group: &[Found]) {
        if let Some(marks) = self.marks.meet(group, self.text) {
            self.marked = marks;
            self.apply_marks(group);
        }
        // One statement may declare thousands of names on its span, so the group is searched once.
        let subjects = group
            .iter()
            .fold(0_u128, |set, found| set | 1 << found.subject as u32);
        let mut previous: Option<&Found> = None;
        for found in group {
            // One node found by two patterns of one meaning is one subject; lists of names are not.
            let repeated = previous.is_some_and(|previous| {
                previous.subject == found.subject
                    && (previous.parts == found.parts || is_single(found.subject))
            });
            if !repeated && !is_overruled(found, group, subjects) {
                self.one(found, group);
            }
            previous = Some(found);
        }
        self.marked = Marks::default();
    }

    /// Folds one find: the room of its subject takes it up.
    fn one(&mut self, found: &Found, group: &[Found]) {
        if found.subject <= Subject::FlowBind {
            self.flow.meet(found, self.text);
            if found.subject == Subject::FlowBind {
                self.lazy_set(found);
            }
            return;
        }
        if !matches!(
            found.subject,
            Subject::Comment | Subject::CommentDoc | Subject::Docstring | Subject::Text
        ) {
            self.in_header = false;
        }
        match found.subject {
            // Taken above.
            Subject::FlowFork
            | Subject::FlowArm
            | Subject::FlowLoop
            | Subject::FlowScope
            | Subject::FlowEnter
            | Subject::FlowExit
            | Subject::FlowJump
            | Subject::FlowStay
            | Subject::FlowSetting
            | Subject::FlowBind => {}
            Subject::ScopeClass => {
                self.flow.class(found.span);
                self.classes.push(Accessors::default());
                self.open(found.span, Frame::Class);
            }
            Subject::ScopeTrait => self.open(found.span, Frame::Trait),
            Subject::ScopeModule | Subject::ScopeModulePrivate => {
                let hides = found.subject == Subject::ScopeModulePrivate;
                self.modules
                    .push(found.parts.get(Part::Name).unwrap_or(found.span));
                self.open(found.span, Frame::Module(hides));
            }
            Subject::ScopeTypes => self.open(found.span, Frame::Types),
            Subject::ScopeOpaque => self.open(found.span, Frame::Opaque),
            Subject::ScopePassing => {
                if self.functions.is_empty() {
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
            Subject::Receiver => self.receiver(found),
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
            Subject::Export => self.export(found),
            Subject::ExportModule => self.module_handed_out(found),
            Subject::ExportList => self.items.exports.list(&found.span.text(self.text)),
            Subject::ExportAppend => self.items.exports.append(&found.span.text(self.text)),
            Subject::ExportRemove => self.items.exports.remove(&found.span.text(self.text)),
            Subject::ImportFrom => {
                if let Some(module) = found.parts.get(Part::Module) {
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
            Subject::ImportMember => self.member(found),
            Subject::Mention => self.mention(found),
            Subject::ImportTree | Subject::ImportTreeReexport => self.import_tree(found),
            Subject::Call | Subject::CallMacro => self.call(found),
            Subject::Await => self.awaits(found),
            Subject::LazyTest => self.lazy_test(found),
            Subject::LazySet => self.lazy_set(found),
            Subject::Tried => self.tried(found),
            Subject::Decorator => self.decorator(found),
            Subject::Route
            | Subject::RouteDecorator
            | Subject::RouteRouter
            | Subject::RouteBound
            | Subject::RouteClass => self.route(found),
            Subject::Test | Subject::TestDisabled => self.test_case(found),
            Subject::WithinTests => self.make_surroundings_tests(found),
            Subject::TestNot
            | Subject::NextTest
            | Subject::NextTestDisabled
            | Subject::NextTests
            | Subject::NextPublic
            | Subject::NextPath => {}
            Subject::Suppression => self.suppressing_attribute(found),
            Subject::Escape
            | Subject::EscapeType
            | Subject::EscapeAs
            | Subject::EscapeCast
            | Subject::EscapePanic
            | Subject::EscapeNumber => self.escape(found),
            Subject::Comment => self.comment(found),
            Subject::CommentDoc => self.doc_comment(found),
            Subject::Docstring => self.docstring(found),
            Subject::Text => {
                if found.rows.0 != found.rows.1 {
                    self.layout.strings.push(found.span);
                }
            }
            Subject::Table => self.layout.table(found.span),
            // Its row is all there is to it.
            Subject::Statement => {}
        }
    }

    /// The text of a part, if the pattern gave one.
    fn part(&self, found: &Found, part: Part) -> Option<Cow<'a, str>> {
        found.parts.get(part).map(|span| span.text(self.text))
    }
}

/// Whether a more specific subject of the same span says what this one is. `subjects` has a bit for each in the group.
fn is_overruled(found: &Found, group: &[Found], subjects: u128) -> bool {
    if group.len() == 1 {
        return false;
    }
    let has = |subject: Subject| subjects & (1 << subject as u32) != 0;
    match found.subject {
        Subject::Branch => has(Subject::BranchElif),
        Subject::FlowJump => has(Subject::FlowStay),
        Subject::BranchElse => has(Subject::BranchChained),
        Subject::Logical => has(Subject::LogicalContinued),
        Subject::ParameterUntyped => {
            has(Subject::ParameterTyped) || has(Subject::ParameterInferred)
        }
        Subject::Test | Subject::TestDisabled => {
            has(Subject::TestNot) || (found.subject == Subject::Test && has(Subject::TestDisabled))
        }
        Subject::Call => has(Subject::ImportDynamic) || has(Subject::ImportCall),
        Subject::ImportDynamic => has(Subject::ImportTypes),
        // What a call of an import is bound or passed on to says more than the bare call.
        Subject::ImportCall => {
            found.parts.get(Part::Name).is_none()
                && found.parts.get(Part::Alias).is_none()
                && (has(Subject::ImportReexport)
                    || has(Subject::ImportAllReexport)
                    || group
                        .iter()
                        .any(|other| other.subject == found.subject && other.parts != found.parts))
        }
        Subject::EscapeType => has(Subject::EscapeAs),
        Subject::ReturnUntyped => has(Subject::AccessorSet),
        Subject::ScopeModulePrivate => has(Subject::ScopeModule),
        Subject::ItemPrivate => {
            has(Subject::ItemPublic) || has(Subject::ItemPackage) || has(Subject::ItemParent)
        }
        Subject::ImportTree => has(Subject::ImportTreeReexport),
        _ => false,
    }
}

/// Subjects of which a node can only be one, however many patterns find it.
fn is_single(subject: Subject) -> bool {
    !matches!(
        subject,
        Subject::FlowEnter
            | Subject::ItemAssigned
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

/// The content of one string literal; anything else as it stands.
fn unquoted(text: &str) -> &str {
    ['"', '\'', '`']
        .iter()
        .find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))
        .filter(|inner| !inner.contains(&text[..1]))
        .unwrap_or(text)
}
