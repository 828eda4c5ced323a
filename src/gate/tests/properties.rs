//! What holds for codebases and changes nobody thought of: moving, renaming, splitting, merging, laying out anew and
//! deleting fails nobody.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::{compared, definition_of, failed, lines};
use crate::gate::Verdict;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Python,
    TypeScript,
}

/// A function of the sketched codebase.
#[derive(Clone, Debug)]
struct Function {
    /// Seen by everybody, wherever it is used.
    public: bool,
    /// One of the few that have no types. They are nobody's fault.
    untyped: bool,
    /// Another function it calls.
    calls: Option<usize>,
    /// It stands in a class of its own.
    wrapped: bool,
    /// Its parameters stand on lines of their own.
    broken: bool,
    /// It is hard to follow, and nobody's fault.
    complex: bool,
    /// Lines that were added to it.
    edits: usize,
    /// Its number among names.
    name: usize,
    /// The number it had first, that stands in its text.
    own: usize,
}

#[derive(Clone, Debug)]
struct Module {
    directory: String,
    stem: String,
    functions: Vec<usize>,
    /// It begins with a licence.
    licensed: bool,
}

#[derive(Clone, Debug)]
struct Test {
    directory: String,
    stem: String,
    /// Functions it tests.
    cases: Vec<usize>,
    /// It calls none of them but starts a program, and nothing but its name says which.
    program: bool,
    /// It imports what it calls from the front of the whole.
    by_front: bool,
}

#[derive(Clone, Debug)]
struct Sketch {
    language: Language,
    functions: BTreeMap<usize, Function>,
    modules: Vec<Module>,
    tests: Vec<Test>,
    /// How many names were given.
    names: usize,
}

/// One step of a change: what to do, to what, and with what.
type Step = (u8, usize, usize);
/// Kinds of steps.
const STEPS: u8 = 16;
/// Those that only move.
const MOVES: &[u8] = &[0, 1, 2, 3, 4, 5, 6, 10, 15];

impl Sketch {
    fn new(language: Language, modules: &[(u8, Vec<(u8, usize)>)]) -> Self {
        let mut sketch = Self {
            language,
            functions: BTreeMap::new(),
            modules: Vec::new(),
            tests: Vec::new(),
            names: 0,
        };
        let count: usize = modules.iter().map(|(_, functions)| functions.len()).sum();
        for (kind, functions) in modules {
            let stem = format!("module{}", sketch.name());
            let mut numbers = Vec::new();
            for (bits, called) in functions {
                let number = sketch.functions.len();
                let name = sketch.name();
                sketch.functions.insert(
                    number,
                    Function {
                        public: bits & 1 > 0,
                        untyped: bits & 6 == 6,
                        calls: (bits & 8 > 0).then_some(called % count),
                        wrapped: bits & 48 == 48 && language == Language::Python,
                        broken: bits & 64 > 0,
                        complex: bits & 129 == 129,
                        edits: 0,
                        name,
                        own: name,
                    },
                );
                numbers.push(number);
            }
            let tested = numbers.iter().filter(|number| *number % 3 < 2).copied();
            match kind % 4 {
                0 => {}
                1 => sketch.tests.push(Test {
                    directory: "tests".to_owned(),
                    stem: stem.clone(),
                    cases: numbers.clone(),
                    program: true,
                    by_front: false,
                }),
                _ => sketch.tests.push(Test {
                    directory: "tests".to_owned(),
                    stem: stem.clone(),
                    cases: tested.collect(),
                    program: false,
                    by_front: kind & 128 > 0,
                }),
            }
            sketch.modules.push(Module {
                directory: ["lib", "lib/core", "other"][usize::from(kind / 4 % 3)].to_owned(),
                stem,
                functions: numbers,
                licensed: kind & 64 > 0,
            });
        }
        sketch.tests.retain(|test| !test.cases.is_empty());
        sketch
    }

    fn name(&mut self) -> usize {
        self.names += 1;
        self.names
    }

    fn apply(&mut self, (kind, one, other): Step) {
        let modules = self.modules.len();
        if modules == 0 {
            return;
        }
        let (from, to) = (one % modules, other % modules);
        let at = |count: usize, number: usize| (count > 0).then(|| number / 7 % count);
        let function = at(self.modules[from].functions.len(), one);
        match kind % STEPS {
            // A function moves to another file.
            0 | 1 => {
                if let Some(at) = function {
                    let moved = self.modules[from].functions.remove(at);
                    let place = other / 5 % (self.modules[to].functions.len() + 1);
                    self.modules[to].functions.insert(place, moved);
                }
            }
            // A file gets another name, with its test or without.
            2 => {
                let stem = format!("module{}", self.name());
                let before = std::mem::replace(&mut self.modules[from].stem, stem.clone());
                if other % 2 == 0 {
                    for test in &mut self.tests {
                        if test.stem == before {
                            test.stem.clone_from(&stem);
                        }
                    }
                }
            }
            // A directory gets another name.
            3 => {
                let name = format!("place{}", self.name());
                let before = self.modules[from].directory.clone();
                for module in &mut self.modules {
                    if let Some(rest) = module.directory.strip_prefix(&before) {
                        module.directory = format!("{name}{rest}");
                    }
                }
            }
            // A file is split.
            4 | 5 => {
                let stem = format!("module{}", self.name());
                let functions = &mut self.modules[from].functions;
                let kept = other % (functions.len() + 1);
                let functions = functions.split_off(kept);
                let directory = self.modules[to].directory.clone();
                self.modules.push(Module {
                    directory,
                    stem,
                    functions,
                    licensed: true,
                });
            }
            // Two files become one.
            6 => {
                if from != to {
                    let functions = std::mem::take(&mut self.modules[from].functions);
                    self.modules[to].functions.extend(functions);
                }
            }
            // A function is deleted with its cases.
            7 | 8 => {
                if let Some(at) = function {
                    let gone = self.modules[from].functions.remove(at);
                    self.forget(&[gone]);
                }
            }
            // A file is deleted with its tests.
            9 => {
                let gone = self.modules.remove(from);
                self.forget(&gone.functions);
            }
            // Other order, other lines.
            10 => self.modules[from]
                .functions
                .rotate_left(function.unwrap_or(0)),
            11 => {
                let number = function.map(|at| self.modules[from].functions[at]);
                let function = number.and_then(|number| self.functions.get_mut(&number));
                if let Some(function) = function {
                    function.broken = !function.broken;
                }
            }
            // A function gets into a class.
            12 => {
                let number = function.map(|at| self.modules[from].functions[at]);
                let function = number.and_then(|number| self.functions.get_mut(&number));
                if let Some(function) = function.filter(|function| !function.public) {
                    function.wrapped = self.language == Language::Python;
                }
            }
            // A function gets another name.
            13 => {
                let number = function.map(|at| self.modules[from].functions[at]);
                let name = self.name();
                let function = number.and_then(|number| self.functions.get_mut(&number));
                if let Some(function) = function {
                    function.name = name;
                }
            }
            // A line is added that makes nothing worse.
            14 => {
                let number = function.map(|at| self.modules[from].functions[at]);
                let function = number.and_then(|number| self.functions.get_mut(&number));
                if let Some(function) = function.filter(|function| function.edits < 2) {
                    function.edits += 1;
                }
            }
            // A test gets another name, or its cases move to another one.
            _ => {
                let tests = self.tests.len();
                if tests == 0 {
                    return;
                }
                let (from, to) = (one % tests, other % tests);
                if from == to {
                    self.tests[from].directory = "tests/unit".to_owned();
                } else if !self.tests[from].program && !self.tests[to].program {
                    let moved = std::mem::take(&mut self.tests[from].cases);
                    self.tests[to].cases.extend(moved);
                }
            }
        }
        self.modules.retain(|module| !module.functions.is_empty());
        self.tests.retain(|test| !test.cases.is_empty());
    }

    fn forget(&mut self, gone: &[usize]) {
        for number in gone {
            self.functions.remove(number);
        }
        for function in self.functions.values_mut() {
            function.calls = function.calls.filter(|called| !gone.contains(called));
        }
        for test in &mut self.tests {
            test.cases.retain(|number| !gone.contains(number));
        }
    }

    fn module_of(&self, number: usize) -> Option<&Module> {
        let mut modules = self.modules.iter();
        modules.find(|module| module.functions.contains(&number))
    }

    /// How a function is called, and what has to be imported to do so.
    fn call(&self, number: usize) -> Option<(String, String)> {
        let function = self.functions.get(&number)?;
        let plain = self.function_name(function);
        if !function.wrapped {
            return Some((plain.clone(), plain));
        }
        let class = self.class_name(function);
        Some((format!("{class}.{plain}"), class))
    }

    fn function_name(&self, function: &Function) -> String {
        if function.wrapped {
            "run".to_owned()
        } else if function.public || self.language == Language::TypeScript {
            format!("work{}", function.name)
        } else {
            format!("_work{}", function.name)
        }
    }

    fn class_name(&self, function: &Function) -> String {
        let name = format!("Worker{}", function.name);
        if function.public || self.language == Language::TypeScript {
            name
        } else {
            format!("_{name}")
        }
    }

    /// Whether anything outside its file uses a function.
    fn is_used_outside(&self, number: usize, module: &Module) -> bool {
        let by_code = self.functions.iter().any(|(caller, function)| {
            function.calls == Some(number) && !module.functions.contains(caller)
        });
        let mut tests = self.tests.iter().filter(|test| !test.program);
        by_code || tests.any(|test| test.cases.contains(&number))
    }

    fn fixture(&self) -> String {
        let mut text = String::new();
        let extension = match self.language {
            Language::Python => "py",
            Language::TypeScript => "ts",
        };
        for module in &self.modules {
            let Module {
                directory, stem, ..
            } = module;
            let _ = writeln!(text, "//- {directory}/{stem}.{extension}");
            if module.licensed {
                let mark = match self.language {
                    Language::Python => "#",
                    Language::TypeScript => "//",
                };
                for line in [
                    "Copyright of somebody",
                    "All rights are reserved",
                    "Ask before use",
                ] {
                    let _ = writeln!(text, "{mark} {line}.");
                }
            }
            let called = module
                .functions
                .iter()
                .filter_map(|number| self.functions.get(number)?.calls);
            let called = called.filter(|number| !module.functions.contains(number));
            self.imports(&mut text, directory, called, false);
            for number in &module.functions {
                self.function(&mut text, *number, module);
            }
        }
        let front: Vec<usize> = self.functions.keys().copied().collect();
        match self.language {
            Language::Python => {
                text.push_str("//- front/__init__.py\n");
                self.imports(&mut text, "front", front.into_iter(), false);
            }
            Language::TypeScript => {
                text.push_str("//- front.ts\n");
                for (number, module) in front
                    .iter()
                    .filter_map(|at| Some((*at, self.module_of(*at)?)))
                {
                    if self.is_used_outside(number, module) || self.functions[&number].public {
                        let name = self.call(number).unwrap_or_default().1;
                        let path = format!("./{}/{}", module.directory, module.stem);
                        let _ = writeln!(text, "export {{ {name} }} from '{path}';");
                    }
                }
            }
        }
        for test in &self.tests {
            let Test {
                directory, stem, ..
            } = test;
            match self.language {
                Language::Python => {
                    let _ = writeln!(text, "//- {directory}/test_{stem}.py");
                }
                Language::TypeScript => {
                    let _ = writeln!(text, "//- {directory}/{stem}.test.ts");
                }
            }
            let called = test.cases.iter().copied().filter(|_| !test.program);
            self.imports(&mut text, directory, called.clone(), test.by_front);
            for (call, _) in called.filter_map(|number| self.call(number)) {
                let _ = match self.language {
                    Language::Python => {
                        let name = call.replace('.', "_");
                        writeln!(text, "\ndef test_{name}():\n    assert {call}(1, 2) > 0")
                    }
                    Language::TypeScript => {
                        writeln!(
                            text,
                            "\ntest('{call}', () => {{\n  expect({call}(1, 2)).toBe(3);\n}});"
                        )
                    }
                };
            }
            if test.program {
                text.push_str(match self.language {
                    Language::Python => {
                        "import subprocess\n\ndef test_program():\n    assert subprocess.run('it').returncode == 0\n"
                    }
                    Language::TypeScript => {
                        "import { spawn } from 'node:child_process';\n\ntest('program', () => {\n  expect(spawn('it').status).toBe(0);\n});\n"
                    }
                });
            }
        }
        text
    }

    fn imports(
        &self,
        text: &mut String,
        directory: &str,
        numbers: impl Iterator<Item = usize>,
        by_front: bool,
    ) {
        for number in numbers {
            let (Some(module), Some((_, name))) = (self.module_of(number), self.call(number))
            else {
                continue;
            };
            let path = if by_front {
                "front".to_owned()
            } else {
                format!("{}/{}", module.directory, module.stem)
            };
            let _ = match self.language {
                Language::Python => {
                    writeln!(text, "from {} import {name}", path.replace('/', "."))
                }
                Language::TypeScript => {
                    let up = "../".repeat(directory.split('/').count());
                    writeln!(text, "import {{ {name} }} from '{up}{path}';")
                }
            };
        }
    }

    fn function(&self, text: &mut String, number: usize, module: &Module) {
        let Some(function) = self.functions.get(&number) else {
            return;
        };
        let name = self.function_name(function);
        let call = function.calls.and_then(|called| self.call(called));
        let call = call.map_or("first".to_owned(), |(call, _)| {
            format!("{call}(first, second)")
        });
        let own = function.own;
        let conditions = if function.complex { 7 } else { 1 };
        let lines: Vec<String> = match self.language {
            Language::Python => {
                let (annotation, result) = if function.untyped {
                    ("", "")
                } else {
                    (": int", " -> int")
                };
                let parameters = [format!("first{annotation}"), format!("second{annotation}")];
                let mut lines = vec![if function.broken {
                    format!(
                        "def {name}(\n    {},\n){result}:",
                        parameters.join(",\n    ")
                    )
                } else {
                    format!("def {name}({}){result}:", parameters.join(", "))
                }];
                lines.push(format!("    total{own} = first * {own} + second"));
                for edit in 0..function.edits {
                    lines.push(format!("    total{own} += first * {edit}"));
                }
                for level in 1..=conditions {
                    let indent = "    ".repeat(level);
                    lines.push(format!("{indent}if total{own} > {own} * {level}:"));
                }
                let indent = "    ".repeat(conditions + 1);
                lines.push(format!("{indent}return {call} + total{own}"));
                lines.push(format!("    return total{own} - {own}"));
                lines
            }
            Language::TypeScript => {
                let (annotation, result) = if function.untyped {
                    ("", "")
                } else {
                    (": number", ": number")
                };
                let parameters = [format!("first{annotation}"), format!("second{annotation}")];
                let is_seen = function.public || self.is_used_outside(number, module);
                let export = if is_seen { "export " } else { "" };
                let mut lines = vec![if function.broken {
                    format!(
                        "{export}function {name}(\n  {},\n){result} {{",
                        parameters.join(",\n  ")
                    )
                } else {
                    format!(
                        "{export}function {name}({}){result} {{",
                        parameters.join(", ")
                    )
                }];
                lines.push(format!("  let total{own} = first * {own} + second;"));
                for edit in 0..function.edits {
                    lines.push(format!("  total{own} += first * {edit};"));
                }
                for level in 1..=conditions {
                    let indent = "  ".repeat(level);
                    lines.push(format!("{indent}if (total{own} > {own} * {level}) {{"));
                }
                let indent = "  ".repeat(conditions + 1);
                lines.push(format!("{indent}return {call} + total{own};"));
                for level in (1..=conditions).rev() {
                    lines.push(format!("{}}}", "  ".repeat(level)));
                }
                lines.push(format!("  return total{own} - {own};\n}}"));
                lines
            }
        };
        let lines = lines.join("\n");
        text.push('\n');
        if function.wrapped && self.language == Language::Python {
            let _ = writeln!(
                text,
                "class {}:\n    @staticmethod",
                self.class_name(function)
            );
            for line in lines.lines() {
                let _ = writeln!(text, "    {line}");
            }
        } else {
            let _ = writeln!(text, "{lines}");
        }
    }
}

fn modules() -> impl Strategy<Value = Vec<(u8, Vec<(u8, usize)>)>> {
    let functions = prop::collection::vec((any::<u8>(), 0usize..64), 1..6);
    prop::collection::vec((any::<u8>(), functions), 1..7)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((any::<u8>(), 0usize..1000, 0usize..1000), 0..12)
}

fn language() -> impl Strategy<Value = Language> {
    prop_oneof![Just(Language::Python), Just(Language::TypeScript)]
}

fn cases() -> ProptestConfig {
    let cases = std::env::var("GATE_CASES").map(|cases| cases.parse().unwrap());
    ProptestConfig {
        cases: cases.unwrap_or(64),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn moving_renaming_splitting_merging_and_deleting_fails_nobody(
        language in language(),
        modules in modules(),
        steps in steps(),
    ) {
        let mut sketch = Sketch::new(language, &modules);
        let base = sketch.fixture();
        for step in &steps {
            sketch.apply(*step);
        }
        let head = sketch.fixture();
        let comparison = compared(&definition_of("built-in"), &base, &head);
        prop_assert!(
            !failed(&comparison) && comparison.verdict() < Verdict::Failed,
            "{:?}\n{}\n=== base\n{base}\n=== head\n{head}",
            steps.iter().map(|step| step.0 % STEPS).collect::<Vec<_>>(),
            lines(&comparison).join("\n"),
        );
    }

    #[test]
    fn moved_lines_make_no_long_file(
        language in language(),
        modules in modules(),
        steps in steps(),
    ) {
        let mut sketch = Sketch::new(language, &modules);
        let base = sketch.fixture();
        for step in steps {
            sketch.apply((MOVES[usize::from(step.0) % MOVES.len()], step.1, step.2));
        }
        let head = sketch.fixture();
        let definition = definition_of("short-files = { max_lines = 16 }");
        let comparison = compared(&definition, &base, &head);
        prop_assert!(
            !failed(&comparison),
            "{}\n=== base\n{base}\n=== head\n{head}",
            lines(&comparison).join("\n"),
        );
    }

    #[test]
    fn what_got_worse_is_seen_whatever_moved_around_it(
        language in language(),
        modules in modules(),
        steps in steps(),
        chosen in any::<usize>(),
        is_new in any::<bool>(),
    ) {
        let mut sketch = Sketch::new(language, &modules);
        let base = sketch.fixture();
        for step in steps {
            // What is put in the place of something deleted as bad may pass for it.
            if !matches!(step.0 % STEPS, 7..=9) {
                sketch.apply(step);
            }
        }
        let typed: Vec<usize> = sketch
            .functions
            .iter()
            .filter(|(_, function)| !function.untyped)
            .map(|(number, _)| *number)
            .collect();
        prop_assume!(!typed.is_empty());
        let chosen = typed[chosen % typed.len()];
        if is_new {
            let name = sketch.name();
            let number = usize::MAX;
            let function = Function {
                untyped: true,
                name,
                own: name,
                ..sketch.functions[&chosen].clone()
            };
            sketch.functions.insert(number, function);
            sketch.modules[0].functions.push(number);
        } else {
            sketch.functions.get_mut(&chosen).unwrap().untyped = true;
        }
        let head = sketch.fixture();
        let comparison = compared(&definition_of("typed-slots"), &base, &head);
        prop_assert!(
            failed(&comparison),
            "{}\n=== base\n{base}\n=== head\n{head}",
            lines(&comparison).join("\n"),
        );
    }

    #[test]
    fn a_deleted_test_is_seen_whatever_moved_around_it(
        language in language(),
        modules in modules(),
        steps in steps(),
        chosen in any::<usize>(),
    ) {
        let tested: Vec<_> = modules.into_iter().map(|(kind, of)| (kind / 4 * 4 + 2, of)).collect();
        let mut sketch = Sketch::new(language, &tested);
        let base = sketch.fixture();
        for step in steps {
            sketch.apply((MOVES[usize::from(step.0) % MOVES.len()], step.1, step.2));
        }
        prop_assume!(!sketch.tests.is_empty());
        let deleted = sketch.tests.remove(chosen % sketch.tests.len());
        let head = sketch.fixture();
        let comparison = compared(&definition_of("tested-files"), &base, &head);
        let said = lines(&comparison);
        // `run` is what many are called.
        let lost = deleted.cases.iter().filter(|number| !sketch.functions[number].wrapped);
        for module in lost.filter_map(|number| sketch.module_of(*number)) {
            let path = format!("moved {}/{}.", module.directory, module.stem);
            let is_excused = said
                .iter()
                .any(|line| line.starts_with(&path) && line.contains("(0 → 1)"));
            prop_assert!(
                !is_excused,
                "{}\n=== base\n{base}\n=== head\n{head}",
                said.join("\n"),
            );
        }
    }
}
