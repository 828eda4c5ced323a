//! The vocabulary of facts: what one file says about itself, without path, time or configuration.
//!
//! [`extract`](extract::extract) makes them from a language and bytes. Everything language-shaped ends here:
//! measures see these types and never a syntax tree.

mod arguments;
mod calls;
pub mod code_patterns;
mod complexity;
pub mod decode;
pub mod extract;
mod finds;
mod flow;
mod fold;
pub mod guard;
mod kinds;
mod lines;
mod matching;
mod pattern;
pub mod pool;
mod prints;
pub mod role;
pub mod routes;
mod sql;
mod table;
mod tree;

pub use calls::{Call, Calls};
pub use code_patterns::{CodePatterns, PatternId};
pub use flow::{Argument, Flow, FlowCall, Given, Step, StepKind};
pub use prints::{Print, Printed, Prints};
pub use routes::Routes;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// What one file says about itself.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Facts {
    /// Physical lines by what they hold.
    pub lines: Lines,
    /// Functions, methods, closures and body-less signatures, in source order.
    pub functions: Vec<Function>,
    /// Slots that belong to no function: class fields, interface properties, struct fields.
    pub fields: Vec<Slot>,
    /// Named top-level declarations, in source order.
    pub items: Vec<Item>,
    /// What other modules this file names, one entry for each imported name.
    pub imports: Vec<Import>,
    /// Names taken from modules that are imported whole, each once.
    pub members: Vec<Member>,
    /// Names under which others know what the file calls otherwise, and the modules it hands out.
    pub exported_as: Vec<ExportedAs>,
    /// Names behind a dot or `::` in what macros are given, outside tests: sorted, each once.
    pub mentions: Vec<CompactString>,
    /// Calls, in source order.
    pub calls: Calls,
    /// What stands around calls and what they are given, in order.
    pub flow: Flow,
    /// Lines on which something is waited for, sorted.
    pub awaits: Vec<u32>,
    /// First and last lines of branches that test a name and give it a value: `if x is None: x = make()`.
    pub lazy_starts: Vec<(u32, u32)>,
    /// First and last lines of what is tried, where no failure goes further.
    pub swallowed: Vec<(u32, u32)>,
    /// Decorators and attributes, in source order.
    pub decorators: Vec<Decorator>,
    /// Test cases, enabled or not.
    pub tests: Vec<TestCase>,
    /// What is shaped like the routes of a web framework.
    pub routes: Routes,
    /// Comments and attributes that silence a tool.
    pub suppressions: Vec<Suppression>,
    /// Where code leaves what its language checks, outside of inline tests, in source order.
    pub escapes: Vec<Escape>,
    /// Exceptions from the definition of quality that comments declare, in source order.
    pub allowances: Vec<Allowance>,
    /// Words in comments and docstrings that admit debt, in source order.
    pub debts: Vec<DebtMarker>,
    /// Tokens that may be compared with those of other files: without imports and inline tests.
    pub prints: Prints,
    /// What the file says about its own checking, e.g. `// @ts-check`.
    pub checking: Checking,
    /// The file is one literal table: at least 80 % of its tokens are literals inside one literal.
    pub literal_table: bool,
    /// Bytes under outermost error nodes. Facts there are unknown.
    pub unparsed_bytes: u32,
    /// What the code patterns that were asked for found, by pattern.
    pub matches: Vec<Matches>,
    /// Names in `__all__` or its equivalent, if the file has one that could be read statically.
    pub export_list: Option<Vec<CompactString>>,
}

/// Physical lines of a file. `code + comment + blank + unparsed` is the number of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Lines {
    /// Lines with at least one token that is neither comment nor docstring.
    pub code: u32,
    /// Lines with only comment or docstring.
    pub comment: u32,
    /// Lines with nothing but white space.
    pub blank: u32,
    /// Lines the grammar could not read at all: every token on them lies under an error node.
    pub unparsed: u32,
    /// How many of the code lines belong to inline tests (Rust `#[cfg(test)]`).
    pub code_in_tests: u32,
    /// Code lines outside inline tests on which a statement begins.
    pub statements: u32,
}

impl Lines {
    /// Physical lines.
    pub fn total(&self) -> u32 {
        self.code + self.comment + self.blank + self.unparsed
    }
}

/// A function, method, closure or body-less signature.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Function {
    /// Its name, or that of the binding or property it is assigned to.
    pub name: Option<CompactString>,
    /// First line, counted from 1 (decorators excluded).
    pub line: u32,
    /// Last line, counted from 1.
    pub end_line: u32,
    /// Parameters and return, in source order.
    pub slots: Vec<Slot>,
    /// McCabe's number of this unit alone: 1 + decision points.
    pub cyclomatic: u32,
    /// Cognitive complexity of the unit, absorbed functions included.
    pub cognitive: u32,
    /// Deepest nesting of structural blocks; 0 is a straight body.
    pub nesting: u32,
    /// Code lines that belong to this unit: each code line inside functions belongs to exactly one unit.
    pub code_lines: u32,
    /// The function has a body (signatures and overloads do not).
    pub has_body: bool,
    /// It is inside inline tests, or is itself a test case.
    pub in_test: bool,
    /// Index of the enclosing function whose complexity counts this one, if it is not a unit of its own.
    pub absorbed_by: Option<u32>,
    /// It is a method: its nearest enclosing scope is a class, impl or trait.
    pub is_method: bool,
    /// Under an error node: what it says may be incomplete.
    pub unparsed: bool,
}

/// A place where the language lets the author declare a type.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Slot {
    /// Parameter or field name; `return` for a return slot.
    pub name: CompactString,
    /// Line, counted from 1.
    pub line: u32,
    /// What the author declared there.
    pub state: SlotState,
    /// Where the slot stands.
    pub kind: SlotKind,
    /// The declared type mentions the dynamic type inside a container (`list[Any]`).
    pub nested_any: bool,
    /// It is inside inline tests.
    pub in_test: bool,
}

/// What a slot declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum SlotState {
    /// A declared type that is not the dynamic one.
    Typed,
    /// No declaration, and the checker infers a precise type (`x = 1` in TypeScript).
    Inferred,
    /// The dynamic type, declared.
    Any,
    /// Nothing.
    Untyped,
    /// Typed from the use site; counted on neither side.
    Contextual,
}

/// Where a slot stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum SlotKind {
    /// A parameter.
    Parameter,
    /// A return type.
    Return,
    /// A field or property.
    Field,
}

/// A named top-level declaration.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Item {
    /// Its name.
    pub name: CompactString,
    /// Line, counted from 1.
    pub line: u32,
    /// How far the declaration itself lets it be seen.
    pub exposure: Exposure,
    /// It is a value that is assigned, not a function or a type.
    pub is_value: bool,
    /// Documentation stands before it or at its head.
    pub documented: bool,
    /// It is inside inline tests.
    pub in_test: bool,
}

/// How far a declaration lets an item be seen, as far as its own file can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Exposure {
    /// Seen from anywhere (`pub`, `export`, no leading underscore).
    Public,
    /// Seen from the whole crate or package (`pub(crate)`, `pub(in …)`).
    Package,
    /// Seen from the parent module (`pub(super)`): outside the directory only if the file is the directory's own module.
    Parent,
    /// Seen in its own module only.
    Private,
}

/// One name taken from another module.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Import {
    /// The module as written: `a.b`, `..x` (Python), `./x`, `node:fs` (JavaScript), `crate::a::b` (Rust).
    pub module: CompactString,
    /// The name taken from it; `*` for all names; none when the module itself is imported.
    pub name: Option<CompactString>,
    /// The local name it is bound to, where that differs from the name.
    pub alias: Option<CompactString>,
    /// Line, counted from 1.
    pub line: u32,
    /// How it is imported.
    pub kind: ImportKind,
    /// It is inside inline tests.
    pub in_test: bool,
}

/// A name taken from a module that is imported whole: `x.name` after `import * as x`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct Member {
    /// Position of the import.
    pub import: u32,
    /// The name that is taken.
    pub name: CompactString,
}

/// A name others know something by.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ExportedAs {
    /// That name; `default` for what a module is as a whole.
    pub name: CompactString,
    /// What its own file calls it: an item, or under the same name a child module.
    pub item: CompactString,
}

/// How a name is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum ImportKind {
    /// An ordinary import.
    Static,
    /// `import()`, `require()` inside a function, `importlib.import_module("…")`.
    Dynamic,
    /// Types only: erased before running (`import type`, `if TYPE_CHECKING`).
    TypeOnly,
    /// Passed on to others: `export … from`, `pub use`.
    ReExport,
    /// Not an import statement but a qualified path in code (`reqwest::get(…)`).
    Path,
    /// `mod name;` of Rust: the child module's file.
    Module,
}

/// A decorator or attribute.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Decorator {
    /// Its name as written, without arguments: `pytest.fixture`, `tokio::test`.
    pub name: CompactString,
    /// Line, counted from 1.
    pub line: u32,
    /// Index of the function it stands on, if it stands on one.
    pub function: Option<u32>,
}

/// What a code pattern found.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Matches {
    /// Which one.
    pub pattern: PatternId,
    /// Where, in source order; or why nobody knows.
    pub found: Result<Vec<PatternMatch>, Lost>,
}

/// A node that a code pattern matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct PatternMatch {
    /// First line, counted from 1.
    pub line: u32,
    /// Last line, counted from 1.
    pub end_line: u32,
    /// Its bytes in the decoded text: the first, and the one behind the last.
    pub span: (u32, u32),
    /// Index of the innermost enclosing function.
    pub function: Option<u32>,
    /// Tells its text from others, white space aside.
    pub print: u32,
}

/// A test case.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct TestCase {
    /// Function name or description.
    pub name: CompactString,
    /// Line, counted from 1.
    pub line: u32,
    /// False for a skipped, ignored or to-do case.
    pub enabled: bool,
    /// An example in documentation (doctest): weak evidence.
    pub doc_example: bool,
}

/// A comment or attribute that silences a tool.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Suppression {
    /// The marker as the tool knows it: `type: ignore`, `eslint-disable`, `allow`.
    pub marker: CompactString,
    /// Line, counted from 1.
    pub line: u32,
    /// A reason is written beside it.
    pub explained: bool,
}

/// Where code leaves what its language checks of types and memory.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Escape {
    /// How: `Any`, `as any`, `unsafe`.
    pub marker: CompactString,
    /// Line, counted from 1.
    pub line: u32,
    /// What sort of escape it is.
    pub kind: EscapeKind,
}

/// Sorts of escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum EscapeKind {
    /// No checker looks behind it.
    Unchecked,
    /// It ends the program where there is no value: `unwrap`.
    Panic,
    /// It may cut a number: `as u8`.
    Number,
}

/// An exception from the definition of quality, declared in a comment: `quality: allow(typed-code) -- why`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Allowance {
    /// Line of the comment, counted from 1.
    pub line: u32,
    /// Line of the code it is about; none for the whole file.
    pub target: Option<u32>,
    /// Ids of components.
    pub components: Vec<CompactString>,
    /// Why; empty only with a fault.
    pub reason: CompactString,
    /// Who answers for it.
    pub owner: Option<CompactString>,
    /// The last day it holds: `2027-01-31`.
    pub until: Option<CompactString>,
    /// Why it does not hold.
    pub fault: Option<AllowanceFault>,
}

/// Why a declared exception does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum AllowanceFault {
    /// It does not have the form `quality: allow(component) -- reason`.
    NotUnderstood,
    /// It gives no reason.
    NoReason,
}

/// A word in a comment or docstring that admits debt: `TODO`, `FIXME` …
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct DebtMarker {
    /// The word, in capitals.
    pub word: CompactString,
    /// Line, counted from 1.
    pub line: u32,
    /// It says where it is tracked: an issue, an address, or somebody's name.
    pub tracked: bool,
}

/// What a file says about being read by a type checker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub enum Checking {
    /// Nothing: the language's and the project's defaults hold.
    #[default]
    Default,
    /// Asked for (`// @ts-check`, `// @flow`).
    On,
    /// Switched off (`// @ts-nocheck`, `# mypy: ignore-errors`).
    Off,
}

/// Why a file has no facts. Counted in the report, never read as a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
pub enum Lost {
    /// Parsing cost more than the deterministic allocation budget of its size allows.
    ParseBudget,
    /// More than a fifth of its bytes lie under error nodes; the number is that share in percent.
    ParseErrors(u8),
    /// A code pattern takes more steps in it than its size allows.
    PatternBudget,
    /// Larger than the largest file that is parsed.
    TooLarge,
    /// No permission to read it.
    Permission,
    /// It was listed and was gone, or no longer a regular file, when opened.
    Vanished,
    /// A Git LFS pointer stands where its content should be.
    LfsPointer,
    /// The operating system failed to read it.
    Unreadable,
    /// An extractor failed; a defect of ours that must not stop the scan.
    Internal,
    /// The grammar crashed on it, and the run was begun again without it.
    Crash,
    /// Its object is not in this clone.
    NotFetched,
    /// What a report says of it was true of an earlier content.
    Stale,
    /// It has facts, and what is asked of it somebody has to measure.
    Unmeasured,
    /// It has facts, and a rule of thumb cannot tell from them; with the reason.
    NotProven(Box<str>),
}

impl Lost {
    /// Whether a score could be another one, had it been judged: not where nobody measured it yet, or where a rule of
    /// thumb cannot tell.
    pub fn leaves_open(&self) -> bool {
        !matches!(self, Self::Unmeasured | Self::NotProven(_))
    }

    /// The reason as one short key, stable in reports.
    pub fn key(&self) -> &'static str {
        match self {
            Self::ParseBudget => "parse_budget",
            Self::ParseErrors(_) => "parse_errors",
            Self::PatternBudget => "pattern_budget",
            Self::TooLarge => "too_large",
            Self::Permission => "permission",
            Self::Vanished => "vanished",
            Self::LfsPointer => "lfs_pointer",
            Self::Unreadable => "unreadable",
            Self::Internal => "internal",
            Self::Crash => "crash",
            Self::NotFetched => "not_fetched",
            Self::Stale => "stale",
            Self::Unmeasured => "unmeasured",
            Self::NotProven(_) => "not_proven",
        }
    }
}
