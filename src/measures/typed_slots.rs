//! Typed slots: of the places where the language lets an author declare a type, those with a type a checker can use.
//!
//! A slot is a parameter, a return or a field where leaving the type out, or writing the dynamic type, switches static
//! checking off. Python's rules are those of flake8-annotations; TypeScript's were checked against its
//! compiler; JavaScript counts only where a checker reads the file.

use crate::codebase::File;
use crate::definition::settings::{NestedAny, TypedSlots};
use crate::facts::{Checking, Facts, Function, Slot, SlotState};
use crate::path::RepoPath;

use super::{About, Measurement, Method, Note, Reading, Subject, Taken, View};

pub(super) const ABOUT: About = About {
    unit: "slots",
    gap: "slots without a type",
    why: "A missing type switches the checker off for everything that flows through it. Annotate the functions with the \
          most untyped slots first; replace `Any` by the narrowest type that holds.",
    fewest_subjects: 10,
    by_change: false,
};

pub(super) fn read(view: &View, settings: &TypedSlots) -> Measurement {
    let mut taken = Taken {
        unknown: view.lost(),
        method: Method::Exact,
        ..Taken::default()
    };
    let mut documented = 0;
    for (index, file, facts) in view.code() {
        // Checkers read the stub beside a module and not the module.
        if stub_of(&file.path).is_some_and(|stub| view.codebase.find(&stub).is_some()) {
            continue;
        }
        // A declaration file is all types, and speaks for code that lies elsewhere; so does a stub without its module.
        let is_stray =
            module_of(&file.path).is_some_and(|module| view.codebase.find(&module).is_none());
        if is_stray || is_declaration_file(&file.path) {
            continue;
        }
        let project = Project::of(view, file, facts);
        let functions = (0..).zip(&facts.functions);
        for (at, function) in functions.filter(|(_, function)| !function.in_test) {
            let slots = Judged::of(&function.slots, settings, project);
            documented += slots.documented;
            taken
                .readings
                .extend(slots.reading(Subject::Function(index, at)));
        }
        let fields = (0..).zip(&facts.fields);
        for (at, field) in fields.filter(|(_, field)| !field.in_test) {
            let slots = Judged::of(std::slice::from_ref(field), settings, project);
            documented += slots.documented;
            taken
                .readings
                .extend(slots.reading(Subject::Field(index, at)));
        }
    }
    if documented > 0 {
        taken.notes.push(format!(
            "{documented} slots have JSDoc types that no checker reads; `// @ts-check` or `checkJs` makes them count"
        ));
    }
    Measurement::Taken(taken)
}

pub(super) fn explain(view: &View, settings: &TypedSlots, reading: &Reading) -> Option<String> {
    let file = view.codebase.file(reading.subject.file()?);
    let facts = file.facts()?;
    let (name, slots) = match reading.subject {
        Subject::Function(_, at) => {
            let function = facts.functions.get(at as usize)?;
            let name = function.name.as_deref().unwrap_or("closure");
            (name.to_owned(), function.slots.as_slice())
        }
        Subject::Field(_, at) => {
            let field = facts.fields.get(at as usize)?;
            (format!("field {}", field.name), std::slice::from_ref(field))
        }
        _ => return None,
    };
    let project = Project::of(view, file, facts);
    let list = |wanted: Verdict| {
        let names: Vec<&str> = slots
            .iter()
            .filter(|slot| judge(slot, settings, project) == Some(wanted))
            .map(|slot| &*slot.name)
            .collect();
        names.join(", ")
    };
    let (untyped, dynamic) = (list(Verdict::Untyped), list(Verdict::Dynamic));
    let mut clauses = Vec::new();
    if !untyped.is_empty() {
        clauses.push(format!("no type for {untyped}"));
    }
    if !dynamic.is_empty() {
        clauses.push(format!("dynamic type for {dynamic}"));
    }
    if !project.checked {
        clauses.push("no checker reads this file".to_owned());
    }
    Some(format!("{name}: {}", clauses.join("; ")))
}

/// Whether every slot of a function has a type a checker can use.
pub(super) fn is_typed(view: &View, file: &File, facts: &Facts, function: &Function) -> bool {
    let project = Project::of(view, file, facts);
    let judged = Judged::of(&function.slots, &TypedSlots::default(), project);
    judged.good == judged.of
}

/// What the project around a file says of its slots.
#[derive(Clone, Copy)]
struct Project {
    /// A checker reads the file.
    checked: bool,
    /// An undeclared parameter that compiles is typed from its use.
    strict: bool,
}

impl Project {
    fn of(view: &View, file: &File, facts: &Facts) -> Self {
        let manifests = &view.codebase.manifests;
        let language = file.language.map_or("", |language| language.name());
        let checked = match (facts.checking, language) {
            (Checking::Off, _) => false,
            (Checking::On, _) => true,
            (Checking::Default, "javascript") => manifests.checks_javascript(&file.path),
            (Checking::Default, _) => true,
        };
        Self {
            checked,
            strict: language == "typescript" && manifests.forbids_implicit_any(&file.path),
        }
    }
}

fn is_declaration_file(path: &RepoPath) -> bool {
    [b".d.ts".as_slice(), b".d.mts", b".d.cts"]
        .iter()
        .any(|ending| path.as_bytes().ends_with(ending))
}

/// `a/b.py` for `a/b.pyi`.
fn module_of(path: &RepoPath) -> Option<RepoPath> {
    let module = path.as_bytes().strip_suffix(b".pyi")?;
    Some(RepoPath::new([module, b".py"].concat()))
}

/// `a/b.pyi` for `a/b.py`.
fn stub_of(path: &RepoPath) -> Option<RepoPath> {
    (path.extension() == Some(b"py")).then(|| {
        let mut stub = path.as_bytes().to_vec();
        stub.push(b'i');
        RepoPath::new(stub)
    })
}

/// What a slot declares, for a checker.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// A type it can use.
    Precise,
    /// The dynamic type.
    Dynamic,
    /// Nothing.
    Untyped,
}

/// Judges a slot; none where a missing type is no hole.
fn judge(slot: &Slot, settings: &TypedSlots, project: Project) -> Option<Verdict> {
    let dynamic =
        slot.state == SlotState::Any || (slot.nested_any && settings.nested_any == NestedAny::Hole);
    match slot.state {
        SlotState::Contextual => None,
        SlotState::Untyped if project.strict => None,
        _ if dynamic => Some(Verdict::Dynamic),
        SlotState::Untyped | SlotState::Any => Some(Verdict::Untyped),
        SlotState::Typed | SlotState::Inferred => Some(Verdict::Precise),
    }
}

/// The slots of one subject.
#[derive(Default)]
struct Judged {
    good: u64,
    of: u64,
    documented: u64,
}

impl Judged {
    fn of(slots: &[Slot], settings: &TypedSlots, project: Project) -> Self {
        let mut judged = Self::default();
        for verdict in slots
            .iter()
            .filter_map(|slot| judge(slot, settings, project))
        {
            let precise = u64::from(verdict == Verdict::Precise);
            judged.of += 1;
            if project.checked {
                judged.good += precise;
            } else {
                judged.documented += precise;
            }
        }
        judged
    }

    fn reading(&self, subject: Subject) -> Option<Reading> {
        (self.of > 0).then(|| Reading {
            subject,
            good: self.good,
            of: self.of,
            note: (self.good < self.of).then_some(Note::Subject),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::measures::testing::check;

    #[test]
    fn a_hole_is_named_with_its_function_and_line() {
        check(
            "typed-slots",
            "//- a.py\nfrom typing import Any\ndef load(path, n: int) -> Any: ...\nclass C:\n    x: int = 1\n",
            "1 of 3
             a.py:2 load: no type for path; dynamic type for return",
        );
    }

    #[test]
    fn a_name_like_that_of_a_test_makes_no_test_in_a_file_of_code() {
        check(
            "typed-slots",
            "//- app.py\nclass App:\n    def test_client(self, name: str) -> int: ...\n",
            "2 of 2",
        );
    }

    #[test]
    fn a_nested_any_is_a_type_unless_the_definition_says_otherwise() {
        let fixture = "//- a.py\nfrom typing import Any\ndef f(x: list[Any]) -> int: ...\n";
        check("typed-slots", fixture, "2 of 2");
        check(
            "typed-slots = { nested_any = \"hole\" }",
            fixture,
            "1 of 2\na.py:2 f: dynamic type for x",
        );
    }

    #[test]
    fn a_file_that_no_checker_reads_has_no_types() {
        check(
            "typed-slots",
            "//- a.py\n# mypy: ignore-errors\ndef f(x: int) -> int: ...\n",
            "0 of 2\na.py:2 f: no checker reads this file",
        );
        let javascript = "/** @param {string} a */\nfunction f(a) {}\n";
        check(
            "typed-slots",
            &format!("//- a.js\n// @ts-check\n{javascript}"),
            "1 of 1",
        );
        check(
            "typed-slots",
            &format!("//- a.js\n{javascript}"),
            "0 of 1\na.js:2 f: no checker reads this file",
        );
    }

    #[test]
    fn a_project_may_ask_for_checking_or_forbid_what_is_undeclared() {
        check(
            "typed-slots",
            "//- tsconfig.json\n{\"compilerOptions\": {\"checkJs\": true, \"allowJs\": true}}\n\
             //- a.js\n/** @param {string} a */\nfunction f(a) {}\n",
            "1 of 1",
        );
        let typescript = "const c = (x) => x;\nfunction f(a: string) {}\n";
        check(
            "typed-slots",
            &format!("//- a.ts\n{typescript}"),
            "1 of 2\na.ts:1 c: no type for x",
        );
        check(
            "typed-slots",
            &format!(
                "//- tsconfig.json\n{{\"compilerOptions\": {{\"strict\": true}}}}\n//- a.ts\n{typescript}"
            ),
            "1 of 1",
        );
    }

    #[test]
    fn declaration_files_are_outside() {
        check(
            "typed-slots",
            "//- a.d.ts\nexport function f(x: string): void;\n//- a.ts\nexport function f(x: string) {}\n",
            "1 of 1",
        );
    }

    #[test]
    fn a_stub_without_its_module_is_outside() {
        check(
            "typed-slots",
            "//- a.pyi\ndef f(x: int) -> int: ...\n",
            "0 of 0",
        );
    }

    #[test]
    fn the_stub_beside_a_module_speaks_for_it() {
        check(
            "typed-slots",
            "//- a.py\ndef f(x): ...\n//- a.pyi\ndef f(x: int) -> int: ...\n",
            "2 of 2",
        );
    }

    #[test]
    fn rust_is_typed_but_for_dyn_any_and_its_inline_tests_are_outside() {
        check(
            "typed-slots",
            "//- src/a.rs\nuse std::any::Any;\nfn f(x: Box<dyn Any>, c: impl Fn(i32)) {}\n\
             #[cfg(test)]\nmod tests {\n    fn g(x: u8) {}\n    struct S { y: u8 }\n}\n",
            "2 of 3\nsrc/a.rs:2 f: dynamic type for x",
        );
    }
}
