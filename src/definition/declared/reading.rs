//! Reading declared components: which condition fits which population, and what is wrong with one.

use super::condition::{
    CodePattern, Condition, Conditions, EXPOSURES, FRAMEWORKS, METHODS, Quantity, WORDS,
};
use super::wildcard::Wildcard;
use super::{Count, Declared, Population};
use crate::definition::diagnostic::{Diagnostic, closest, quote};
use crate::definition::library::{Entry, EntryKind, entries, known_languages};
use crate::definition::pattern::PatternSet;
use crate::definition::table::{Shape, Table, Text, listed};
use crate::facts::code_patterns::{self, Form, PatternId};
use crate::languages::Language;

/// Most code patterns of one component: each is looked for in every file of its language.
const MOST_PATTERNS: usize = 50;

/// Where conditions stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Where,
    Passes,
    /// Within `any` or `not`.
    Inner,
}

impl Declared {
    pub(in crate::definition) fn read(self, table: &mut Table) -> Self {
        let words = Population::ALL.map(|population| (population.word(), population));
        let chosen = table.choice("population", &words);
        if !table.has("population") {
            let legal: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            table.report_here(
                Diagnostic::new("a declared component names its population")
                    .label("`population` is missing")
                    .help(format!("it is one of {}", listed(&legal))),
            );
        }
        let population = chosen.unwrap_or(self.population);
        let counts = [("subjects", Count::Subjects), ("lines", Count::Lines)];
        let count = table.choice("count", &counts).unwrap_or(self.count);
        if count == Count::Lines && !matches!(population, Population::File | Population::Function) {
            table.report(
                "count",
                Diagnostic::new(format!(
                    "lines of population `{}` are not counted",
                    population.word()
                ))
                .label("does not fit the population")
                .help("lines are counted of populations `file` and `function`"),
            );
        }
        let before = table.mistakes();
        let mut read = |key, role| {
            let conditions = table
                .table(key)
                .map(|conditions| read_conditions(conditions, population, role, chosen.is_some()));
            conditions.unwrap_or_default()
        };
        let settings = Self {
            population,
            count,
            subjects: read("where", Role::Where),
            passes: read("passes", Role::Passes),
        };
        // What could not be read is missing here; that was said.
        if table.mistakes() > before || chosen.is_none() {
            return settings;
        }
        if settings.passes.is_empty() {
            table.report(
                "passes",
                Diagnostic::new("nothing is asked of the population, so all of it would be good")
                    .label("`passes` says nothing")
                    .help("say what is good: passes = { calls_none = [\"print\"] }"),
            );
        }
        let is_found =
            |condition: &Condition| matches!(condition, Condition::Code(_, Quantity::Any, _));
        if population == Population::Match && !settings.subjects.iter().any(is_found) {
            table.report(
                "where",
                Diagnostic::new("nothing says which matches are meant")
                    .label("neither `matches_any` nor `query_any`")
                    .help("where = { matches_any = { python = \"requests.get($$$ARGS)\" } }"),
            );
        }
        if settings.code_patterns().count() > MOST_PATTERNS {
            table.report_here(
                Diagnostic::new(format!("there are more than {MOST_PATTERNS} code patterns"))
                    .label("too many for one component"),
            );
        }
        settings
    }
}

fn read_conditions(
    mut table: Table,
    population: Population,
    role: Role,
    is_known: bool,
) -> Conditions {
    let mut conditions = Vec::new();
    for (key, populations) in WORDS {
        if is_known && !populations.contains(&population) {
            let words: Vec<&str> = populations.iter().map(|known| known.word()).collect();
            let word = population.word();
            let help = format!(
                "it says nothing of population `{word}`, but of {}",
                listed(&words)
            );
            table.belongs_elsewhere(key, help);
            continue;
        }
        let elsewhere = match (*key, role) {
            ("in_tests", Role::Passes | Role::Inner) => "it belongs into `where`",
            ("any" | "not", Role::Inner) => "`any` and `not` hold no further ones",
            _ => "",
        };
        if !elsewhere.is_empty() {
            table.belongs_elsewhere(key, elsewhere.to_owned());
            continue;
        }
        table.know_of(key);
        if table.has(key) {
            conditions.extend(read_condition(&mut table, key, population, is_known));
        }
    }
    table.finish_choice();
    Conditions(conditions)
}

fn read_condition(
    table: &mut Table,
    key: &'static str,
    population: Population,
    is_known: bool,
) -> Option<Condition> {
    let quantity = match key.rsplit('_').next() {
        Some("all") => Quantity::All,
        Some("none") => Quantity::None,
        _ => Quantity::Any,
    };
    Some(match key {
        "language" => Condition::Language(languages(table, key)?),
        "paths" => Condition::Paths(globs(table, key)?),
        "except" => Condition::Except(globs(table, key)?),
        "to_any" | "to_none" => Condition::To(quantity, globs(table, key)?),
        "name" => Condition::Name(wildcards(table, key)?),
        "decorators_any" | "decorators_all" | "decorators_none" => {
            Condition::Decorators(quantity, wildcards(table, key)?)
        }
        "calls_any" | "calls_none" => Condition::Calls(quantity, wildcards(table, key)?),
        "callee_any" | "callee_none" => Condition::Callee(quantity, wildcards(table, key)?),
        "imports_any" | "imports_none" => {
            Condition::Imports(quantity, libraries(table, key, true)?)
        }
        "module_any" | "module_none" => Condition::Module(quantity, libraries(table, key, false)?),
        "matches_any" | "matches_none" => {
            Condition::Code(Form::Code, quantity, code_patterns(table, key, Form::Code)?)
        }
        "query_any" | "query_none" => Condition::Code(
            Form::Query,
            quantity,
            code_patterns(table, key, Form::Query)?,
        ),
        "lines_at_most" => Condition::LinesAtMost(table.whole(key, 0..=1_000_000)?),
        "lines_at_least" => Condition::LinesAtLeast(table.whole(key, 0..=1_000_000)?),
        "complexity_at_most" => Condition::ComplexityAtMost(table.whole(key, 0..=10_000)?),
        "parameters_at_most" => Condition::ParametersAtMost(table.whole(key, 0..=10_000)?),
        "method" => Condition::Method(choices(table, key, &METHODS)?),
        "path" => Condition::Path(wildcards(table, key)?),
        "framework" => Condition::Framework(choices(table, key, &FRAMEWORKS)?),
        "files_at_most" => Condition::FilesAtMost(table.whole(key, 0..=100_000)?),
        "typed" => Condition::Typed(table.boolean(key)?),
        "has_tests" => Condition::HasTests(table.boolean(key)?),
        // Outside tests is what every population is.
        "in_tests" => Condition::InTests(table.boolean(key).filter(|yes| *yes)?),
        "exposure" => Condition::Exposure(exposures(table, key)?),
        "any" => {
            let tables = table.tables(key)?.into_iter();
            let inner =
                tables.map(|inner| read_conditions(inner, population, Role::Inner, is_known));
            let inner: Vec<Conditions> = inner.collect();
            if inner.is_empty() {
                report_empty(table, key);
            }
            Condition::AnyOf(inner)
        }
        "not" => {
            let inner = read_conditions(table.table(key)?, population, Role::Inner, is_known);
            if inner.is_empty() {
                report_empty(table, key);
            }
            Condition::Not(inner)
        }
        _ => return None,
    })
}

fn report_empty(table: &Table, key: &str) {
    let message = format!("`{}` is empty", table.name_of(key));
    let diagnostic = Diagnostic::new(message).label("says nothing");
    table.report(key, diagnostic.help("name something, or leave the key out"));
}

/// A list of words, at least one.
fn words(table: &mut Table, key: &'static str) -> Option<Vec<Text>> {
    let before = table.mistakes();
    let words = table.words(key)?;
    if words.is_empty() && table.mistakes() == before {
        report_empty(table, key);
    }
    Some(words)
}

fn globs(table: &mut Table, key: &'static str) -> Option<PatternSet> {
    let before = table.mistakes();
    let globs = table.patterns(key)?;
    if globs.is_empty() && table.mistakes() == before {
        report_empty(table, key);
    }
    Some(globs)
}

fn wildcards(table: &mut Table, key: &'static str) -> Option<Vec<Wildcard>> {
    let mut names = Vec::new();
    for text in words(table, key)? {
        match Wildcard::new(&text.text) {
            Ok(name) => names.push(name),
            Err(reason) => table.report(
                key,
                Diagnostic::new(format!("{} {reason}", quote(&text.text)))
                    .at(text.span)
                    .label("not a name")
                    .help("a name as it is written in code, with `*` for any text: `logging.*`"),
            ),
        }
    }
    Some(names)
}

fn libraries(table: &mut Table, key: &'static str, globals: bool) -> Option<Vec<Entry>> {
    let before = table.mistakes();
    let entries = entries(table, key)?;
    if entries.is_empty() && table.mistakes() == before {
        report_empty(table, key);
    }
    for entry in &entries {
        if matches!(entry.kind, EntryKind::Global(_)) && !globals {
            let message = format!("{} needs no import", quote(&entry.text));
            let diagnostic = Diagnostic::new(message).label("never imported");
            table.report(
                key,
                diagnostic.help("`imports_none` and `callee_none` know globals"),
            );
        }
    }
    Some(entries)
}

fn languages(table: &mut Table, key: &'static str) -> Option<Vec<String>> {
    table.note(key, || Shape::Among(known_languages()));
    let mut names = Vec::new();
    for text in words(table, key)? {
        if is_language(table, key, &text) {
            names.push(text.text);
        }
    }
    names.sort();
    names.dedup();
    Some(names)
}

fn is_language(table: &Table, key: &str, text: &Text) -> bool {
    let known = known_languages();
    if known.contains(&text.text.as_str()) {
        return true;
    }
    let label = closest(&text.text, &known).map_or_else(
        || "unknown language".to_owned(),
        |meant| format!("did you mean `{meant}`?"),
    );
    let diagnostic = Diagnostic::new(format!("unknown language {}", quote(&text.text)))
        .at(text.span.clone())
        .label(label)
        .help(format!("the languages are {}", listed(&known)));
    table.report(key, diagnostic);
    false
}

fn exposures(table: &mut Table, key: &'static str) -> Option<Vec<crate::facts::Exposure>> {
    let chosen = choices(table, key, &EXPOSURES.map(|(word, _)| word))?;
    let exposures = EXPOSURES.iter().filter(|(word, _)| chosen.contains(word));
    Some(exposures.map(|(_, exposure)| *exposure).collect())
}

/// A list of words that are all among these, in the order of these.
fn choices(
    table: &mut Table,
    key: &'static str,
    legal: &[&'static str],
) -> Option<Vec<&'static str>> {
    table.note(key, || Shape::Among(legal.to_vec()));
    let mut chosen = Vec::new();
    for text in words(table, key)? {
        if let Some(word) = legal.iter().find(|word| **word == text.text) {
            chosen.push(*word);
            continue;
        }
        let label = closest(&text.text, legal).map_or_else(
            || "not one of the choices".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        );
        let message = format!(
            "{} is not a value of `{}`",
            quote(&text.text),
            table.name_of(key)
        );
        let help = format!("it is one of {}", listed(legal));
        let diagnostic = Diagnostic::new(message)
            .at(text.span)
            .label(label)
            .help(help);
        table.report(key, diagnostic);
    }
    chosen.sort_by_key(|word| legal.iter().position(|known| known == word));
    chosen.dedup();
    Some(chosen)
}

/// Code patterns by language: `{ python = "print($$$ARGS)" }`, with several in a list.
fn code_patterns(table: &mut Table, key: &'static str, form: Form) -> Option<Vec<CodePattern>> {
    let rows = table.table(key)?;
    let mut patterns = Vec::new();
    for language in rows.names() {
        let texts = rows.words_of(&language);
        if !is_language(&rows, &language.text, &language) {
            continue;
        }
        for text in texts.into_iter().flatten() {
            if let Some(bad) = fault(&language.text, form, &text.text) {
                let message = format!("`{}`: {}", rows.name_of(&language.text), bad.message);
                rows.report(
                    &language.text,
                    Diagnostic::new(message)
                        .at(rows.span_within(&text, bad.at))
                        .label("not a code pattern")
                        .help(bad.help),
                );
                continue;
            }
            patterns.push(CodePattern {
                language: language.text.clone(),
                id: PatternId::of(form, &text.text),
                text: text.text,
            });
        }
    }
    patterns.sort();
    patterns.dedup();
    if rows.is_empty() {
        report_empty(table, key);
    }
    Some(patterns)
}

/// What is wrong with a pattern, if it is none in any dialect of its language.
fn fault(language: &str, form: Form, text: &str) -> Option<code_patterns::BadPattern> {
    let dialects = Language::all().filter(|dialect| dialect.name() == language);
    let mut first = None;
    for dialect in dialects {
        match code_patterns::check(dialect, form, text) {
            Ok(()) => return None,
            Err(bad) => first = first.or(Some(bad)),
        }
    }
    first
}
