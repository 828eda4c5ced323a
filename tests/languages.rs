//! Fixtures of languages: what a file says about itself, one fact per line in source order, beside the file.
//!
//! `BLESS=1 cargo test --test languages` rewrites the `.facts` files; read the difference before you commit it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use quality::facts::extract::{extract, subjects_found, subjects_of};
use quality::facts::{
    Argument, EscapeKind, Exposure, Facts, Function, Given, ImportKind, Slot, SlotKind, SlotState,
    StepKind,
};
use quality::languages::Language;

/// Every fixture: the language or dialect its directory names, and its path; sorted.
fn fixtures() -> Vec<(Language, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/languages");
    let mut found = Vec::new();
    for directory in entries(&root) {
        let dialect = directory.file_name().unwrap().to_str().unwrap();
        let language = Language::named(dialect)
            .unwrap_or_else(|| panic!("{} names no language", directory.display()));
        for path in entries(&directory) {
            if path
                .extension()
                .is_some_and(|extension| extension != "facts")
            {
                found.push((language, path));
            }
        }
    }
    found
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

fn facts_of(language: Language, path: &Path) -> Facts {
    let text = fs::read(path).unwrap();
    extract(language, &text).unwrap_or_else(|lost| panic!("{}: {lost:?}", path.display()))
}

#[test]
fn every_fixture_says_what_stands_beside_it() {
    let mut wrong = Vec::new();
    for (language, path) in fixtures() {
        let facts = facts_of(language, &path);
        let mut rendered = render(&facts);
        if path.file_stem().is_some_and(|stem| stem == "steps") {
            rendered.push_str(&steps(&facts));
        }
        let golden = PathBuf::from(format!("{}.facts", path.display()));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&golden, &rendered).unwrap();
            continue;
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        if rendered != expected {
            wrong.push(format!(
                "{}\n{}",
                path.display(),
                difference(&expected, &rendered)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_golden_file_has_its_fixture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/languages");
    for directory in entries(&root) {
        for path in entries(&directory) {
            if path
                .extension()
                .is_some_and(|extension| extension == "facts")
            {
                let fixture = path.with_extension("");
                assert!(fixture.exists(), "{} is gone", fixture.display());
            }
        }
    }
}

/// A pattern nobody has ever seen match is a guess. Dialects of a language stand in for each other.
#[test]
fn every_subject_a_query_uses_is_found_in_a_fixture_of_its_language() {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (language, path) in fixtures() {
        let subjects = subjects_found(language, &fs::read(&path).unwrap());
        found.entry(language.name()).or_default().extend(subjects);
    }
    let mut missing = Vec::new();
    for language in Language::all() {
        let Some(found) = found.get(language.name()) else {
            continue;
        };
        for subject in subjects_of(language) {
            if !found.contains(subject) {
                missing.push(format!("{}: @{subject}", language.dialect()));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "no fixture shows {}",
        missing.join(", ")
    );
}

/// The lines that differ, with a sign before each.
fn difference(expected: &str, rendered: &str) -> String {
    let before: BTreeSet<&str> = expected.lines().collect();
    let after: BTreeSet<&str> = rendered.lines().collect();
    let gone = expected.lines().filter(|line| !after.contains(line));
    let new = rendered.lines().filter(|line| !before.contains(line));
    gone.map(|line| format!("  - {line}\n"))
        .chain(new.map(|line| format!("  + {line}\n")))
        .collect()
}

/// Facts as text: a head for the whole file, then one fact per line in source order.
fn render(facts: &Facts) -> String {
    let lines = facts.lines;
    let mut text = format!(
        "file code {} comment {} blank {} checking {:?}",
        lines.code, lines.comment, lines.blank, facts.checking
    );
    let optional = [
        ("unparsed lines", u64::from(lines.unparsed)),
        ("unparsed bytes", u64::from(facts.unparsed_bytes)),
        ("code in tests", u64::from(lines.code_in_tests)),
    ];
    for (what, count) in optional.iter().filter(|(_, count)| *count > 0) {
        let _ = write!(text, " {what} {count}");
    }
    if facts.literal_table {
        text.push_str(" table");
    }
    text.push('\n');
    if let Some(list) = &facts.export_list {
        let _ = writeln!(text, "exports {}", list.join(" "));
    }
    for exported in &facts.exported_as {
        let _ = writeln!(text, "exports {} as {}", exported.item, exported.name);
    }
    for (what, lines) in [
        ("started once", &facts.lazy_starts),
        ("failure swallowed", &facts.swallowed),
    ] {
        for (from, to) in lines {
            let _ = writeln!(text, "{what} {from} to {to}");
        }
    }
    if !facts.awaits.is_empty() {
        let lines: Vec<String> = facts.awaits.iter().map(u32::to_string).collect();
        let _ = writeln!(text, "waits on {}", lines.join(" "));
    }
    if !facts.mentions.is_empty() {
        let _ = writeln!(text, "macros are given {}", facts.mentions.join(" "));
    }
    let mut rows = rows(facts);
    rows.sort_by_key(|(line, _)| *line);
    for (line, row) in rows {
        let _ = writeln!(text, "{line} {row}");
    }
    text
}

/// Every fact with its line; facts of one line in the order of the kinds below.
fn rows(facts: &Facts) -> Vec<(u32, String)> {
    let mut rows: Vec<(u32, String)> = Vec::new();
    let in_test = |is: bool| if is { " in test" } else { "" };
    for import in &facts.imports {
        let mut row = format!("import {}", import.module);
        if let Some(name) = &import.name {
            let _ = write!(row, " {name}");
        }
        if let Some(alias) = &import.alias {
            let _ = write!(row, " as {alias}");
        }
        row.push_str(match import.kind {
            ImportKind::Static => "",
            ImportKind::Dynamic => " dynamic",
            ImportKind::TypeOnly => " types",
            ImportKind::ReExport => " passed on",
            ImportKind::Path => " path",
            ImportKind::Module => " module",
        });
        rows.push((import.line, row + in_test(import.in_test)));
    }
    for member in &facts.members {
        let import = &facts.imports[member.import as usize];
        let row = format!("taken from {} {}", import.module, member.name);
        rows.push((import.line, row));
    }
    for decorator in &facts.decorators {
        let on = decorator
            .function
            .map(|index| format!(" on {}", name(&facts.functions[index as usize])));
        let row = format!("decorator {}{}", decorator.name, on.unwrap_or_default());
        rows.push((decorator.line, row));
    }
    for item in &facts.items {
        let exposure = match item.exposure {
            Exposure::Public => "public",
            Exposure::Package => "package",
            Exposure::Parent => "parent",
            Exposure::Private => "private",
        };
        let row = format!("item {} {exposure}{}", item.name, in_test(item.in_test));
        rows.push((item.line, row));
    }
    for function in &facts.functions {
        rows.push((function.line, function_row(function, facts)));
    }
    for field in &facts.fields {
        rows.push((field.line, format!("field {}", slot(field))));
    }
    for test in &facts.tests {
        let enabled = if test.enabled { "" } else { " disabled" };
        let example = if test.doc_example { " example" } else { "" };
        rows.push((test.line, format!("test {}{enabled}{example}", test.name)));
    }
    for call in facts.calls.iter() {
        let inside = call
            .function
            .map(|index| format!(" in {}", name(&facts.functions[index as usize])));
        rows.push((
            call.line,
            format!("call {}{}", call.callee, inside.unwrap_or_default()),
        ));
    }
    for escape in &facts.escapes {
        let kind = match escape.kind {
            EscapeKind::Unchecked => "",
            EscapeKind::Panic => " panic",
            EscapeKind::Number => " number",
        };
        rows.push((escape.line, format!("escape {}{kind}", escape.marker)));
    }
    for suppression in &facts.suppressions {
        let explained = if suppression.explained {
            " explained"
        } else {
            ""
        };
        rows.push((
            suppression.line,
            format!("suppression {}{explained}", suppression.marker),
        ));
    }
    rows.extend(facts.routes.statements.iter().map(|statement| {
        let arguments: Vec<String> = statement
            .arguments
            .iter()
            .map(|argument| match &argument.name {
                Some(name) => format!("{name}={}", squeezed(&argument.text)),
                None => squeezed(&argument.text),
            })
            .collect();
        let mut row = format!(
            "route {:?} {}.{}({})",
            statement.form,
            statement.on,
            statement.word,
            arguments.join(", ")
        );
        if let Some(bound) = &statement.bound {
            let _ = write!(row, " bound {bound}");
        }
        let inline = statement
            .arguments
            .iter()
            .find_map(|argument| argument.function);
        if let Some(function) = statement.function.or(inline) {
            let _ = write!(
                row,
                " handled by {}",
                name(&facts.functions[function as usize])
            );
        }
        (statement.line, row)
    }));
    rows.extend(facts.routes.classes.iter().map(|class| {
        let row = format!(
            "view {} to {} of {}",
            class.name,
            class.end_line,
            class.bases.join(" ")
        );
        (class.line, row)
    }));
    rows
}

/// What happens in order: what is inside something stands below it, further in.
fn steps(facts: &Facts) -> String {
    let steps = facts.flow.steps(&facts.calls);
    // Whoever encloses a step comes later.
    let mut depth = vec![0_usize; steps.len()];
    for (at, step) in steps.iter().enumerate().rev() {
        for inside in &mut depth[at - step.inside as usize..at] {
            *inside += 1;
        }
    }
    let mut text = String::from("steps, innermost first\n");
    for (step, depth) in steps.iter().zip(depth) {
        let row = match &step.kind {
            StepKind::Fork => "fork".to_owned(),
            StepKind::Arm => "arm".to_owned(),
            StepKind::Loop => "loop".to_owned(),
            StepKind::Exit => "exit".to_owned(),
            StepKind::Jump => "jump".to_owned(),
            StepKind::Scope => "scope".to_owned(),
            StepKind::Enter { text, alias, line } => format!(
                "enter {line} {} as {}",
                text.unwrap_or("(the call)"),
                alias.unwrap_or("-")
            ),
            StepKind::Bind(name) => format!("bind {name}"),
            StepKind::Setting(name) => format!("setting {name}"),
            StepKind::Function(at, decorators) => format!(
                "function {} {}",
                name(&facts.functions[*at as usize]),
                decorators.join(" ")
            ),
            StepKind::Call(call) => format!(
                "call {} {} {}",
                call.call.line,
                call.tail.unwrap_or(call.call.callee),
                call.arguments
                    .iter()
                    .map(argument)
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        };
        let _ = writeln!(text, "{}{}", "  ".repeat(depth), row.trim_end());
    }
    text
}

fn argument(argument: &Argument) -> String {
    let given = match argument.given {
        Given::Expression => "_".to_owned(),
        Given::Name(name) => name.to_owned(),
        Given::Text(text) => format!("'{text}'"),
        Given::Template => "'…'".to_owned(),
        Given::Sql(digest) => format!("<{digest}>"),
    };
    match argument.name {
        Some(name) => format!("{name}={given}"),
        None => given,
    }
}

/// A text on one line.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn function_row(function: &Function, facts: &Facts) -> String {
    let kind = match (function.is_method, function.has_body) {
        (false, true) => "function",
        (true, true) => "method",
        (_, false) => "signature",
    };
    let declared = |slot: &&Slot| matches!(slot.state, SlotState::Typed | SlotState::Inferred);
    let counted = |slot: &&Slot| slot.state != SlotState::Contextual;
    let mut row = format!(
        "{kind} {}({}) slots {}/{}",
        name(function),
        function
            .slots
            .iter()
            .map(slot)
            .collect::<Vec<_>>()
            .join(", "),
        function.slots.iter().filter(declared).count(),
        function.slots.iter().filter(counted).count(),
    );
    if function.has_body {
        let _ = write!(
            row,
            " cognitive {} cyclomatic {} nesting {} lines {}",
            function.cognitive, function.cyclomatic, function.nesting, function.code_lines
        );
    }
    if let Some(absorber) = function.absorbed_by {
        let _ = write!(row, " within {}", name(&facts.functions[absorber as usize]));
    }
    if function.in_test {
        row.push_str(" in test");
    }
    if function.unparsed {
        row.push_str(" unparsed");
    }
    row
}

fn name(function: &Function) -> &str {
    function.name.as_deref().unwrap_or("-")
}

fn slot(slot: &Slot) -> String {
    let state = match slot.state {
        SlotState::Typed => "typed",
        SlotState::Inferred => "inferred",
        SlotState::Any => "any",
        SlotState::Untyped => "untyped",
        SlotState::Contextual => "contextual",
    };
    let nested = if slot.nested_any { " with any" } else { "" };
    let name = slot.name.split_whitespace().collect::<Vec<_>>().join(" ");
    match slot.kind {
        SlotKind::Return => format!("return {state}{nested}"),
        SlotKind::Parameter | SlotKind::Field => format!("{name} {state}{nested}"),
    }
}

/// Slots typed, inferred, any, untyped and contextual in a fixture.
fn slots_of(dialect: &str, name: &str) -> [usize; 5] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/languages")
        .join(dialect)
        .join(name);
    let facts = facts_of(Language::named(dialect).unwrap(), &path);
    [
        SlotState::Typed,
        SlotState::Inferred,
        SlotState::Any,
        SlotState::Untyped,
        SlotState::Contextual,
    ]
    .map(|state| {
        let functions = facts.functions.iter().flat_map(|function| &function.slots);
        functions
            .chain(&facts.fields)
            .filter(|slot| slot.state == state)
            .count()
    })
}

/// The counts that an independent reading of the same declarations by the TypeScript compiler gives.
#[test]
fn typescript_slots_are_those_of_its_compiler() {
    assert_eq!(slots_of("typescript", "slots.ts"), [18, 2, 5, 11, 4]);
}

/// The counts that two independent readings of the same declarations, by Python itself and by a linter, give.
#[test]
fn python_slots_are_those_of_a_linter() {
    assert_eq!(slots_of("python", "slots.py"), [18, 0, 5, 17, 0]);
}
