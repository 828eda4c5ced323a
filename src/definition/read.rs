//! From the text of a file to a definition: the schema, one table after another.

use toml::de::DeTable;

use super::component::read_components;
use super::decimal::Decimal;
use super::diagnostic::{Diagnostic, Diagnostics, Journal, quote};
use super::table::{Shape, Table};
use super::waiver::read_waivers;
use super::{
    CoverageSettings, Data, Definition, FileSettings, GateSettings, HistorySettings, OnUnmeasured,
    Probe,
};

/// Reads a file; `builtin` is what it may extend and take targets from, none for the built-in file itself.
pub(super) fn read(
    text: &str,
    file: &str,
    builtin: Option<&Definition>,
) -> Result<Definition, Diagnostics> {
    let journal = Journal::new(text);
    let definition = read_into(&journal, text, builtin);
    journal.finish(file)?;
    Ok(definition)
}

/// Every dotted key the reader asks for, with all it may hold, in the order of the questions. `*` stands for a name.
pub(super) fn shapes() -> Vec<(String, Shape)> {
    let journal = Journal::exploring();
    read_into(&journal, "", None);
    journal.into_shapes()
}

fn read_into(journal: &Journal, text: &str, builtin: Option<&Definition>) -> Definition {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut definition = Definition {
        version: 1,
        components: Vec::new(),
        history: HistorySettings::default(),
        gate: GateSettings::default(),
        files: FileSettings::default(),
        waivers: Vec::new(),
        coverage: CoverageSettings::default(),
        data: Data::default(),
        probe: None,
        id: String::new(),
    };
    if !errors.is_empty() {
        // What was recovered is not what was meant: judging it would only add noise.
        report_syntax(journal, &errors);
        return definition;
    }
    let mut root = Table::root(journal, document.get_ref());
    if let Some(builtin) = builtin
        && root.is_empty()
    {
        return builtin.clone();
    }

    root.note("version", || Shape::Whole(1..=1));
    if let Some(version) = root.whole("version", 0..=u32::MAX)
        && version != 1
    {
        let message = format!("version {version} of the format is not known");
        root.report(
            "version",
            Diagnostic::new(message)
                .label("unknown version")
                .help("write `version = 1`, or use a newer release of this program"),
        );
    }
    root.note("extends", || Shape::Choice(vec!["builtin"]));
    if let Some(name) = root.text("extends") {
        match builtin.filter(|_| name.text == "builtin") {
            Some(builtin) => definition.components.clone_from(&builtin.components),
            None => {
                let message = format!("a definition cannot extend {}", quote(&name.text));
                root.report(
                    "extends",
                    Diagnostic::new(message)
                        .label("not a definition to start from")
                        .help("only `extends = \"builtin\"` is possible"),
                );
            }
        }
    }
    if let Some(table) = root.table("history") {
        definition.history = read_history(table);
    }
    if let Some(mut table) = root.table("gate") {
        let hundred = Decimal::from_millionths(100 * Decimal::SCALE);
        definition.gate = GateSettings {
            fail_under: table.decimal("fail_under", Decimal::default()..=hundred),
            max_drop: table.decimal("max_drop", Decimal::default()..=hundred),
            on_unmeasured: table
                .choice(
                    "on_unmeasured",
                    &[("fail", OnUnmeasured::Fail), ("warn", OnUnmeasured::Warn)],
                )
                .unwrap_or_default(),
        };
        table.finish();
    }
    if let Some(mut table) = root.table("files") {
        definition.files = FileSettings {
            exclude: table.patterns("exclude").unwrap_or_default(),
            vendored: table.patterns("vendored").unwrap_or_default(),
            generated: table.patterns("generated").unwrap_or_default(),
            test: table.patterns("test").unwrap_or_default(),
            example: table.patterns("example").unwrap_or_default(),
        };
        table.finish();
    }
    if let Some(table) = root.table("coverage") {
        definition.coverage = CoverageSettings::read(table);
    }
    if let Some(table) = root.table("data") {
        definition.data = Data::read(table);
    }
    if let Some(table) = root.table("probe") {
        definition.probe = Probe::read(table);
    }
    if let Some(table) = root.table("component") {
        read_components(table, &mut definition.components, builtin);
    }
    if let Some(tables) = root.tables("waiver") {
        definition.waivers = read_waivers(tables, &definition.components);
    }
    for key in ["fail_under", "max_drop", "on_unmeasured"] {
        root.belongs_elsewhere(key, "it belongs into the table `[gate]`".to_owned());
    }
    check_weights(&root, &definition, journal);
    root.finish();
    definition.id = definition.fingerprint("");
    definition
}

fn read_history(mut table: Table) -> HistorySettings {
    let base = HistorySettings::default();
    let history = HistorySettings {
        window_days: table
            .whole("window_days", 1..=36_500)
            .unwrap_or(base.window_days),
        min_changes: table
            .whole("min_changes", 0..=100_000)
            .unwrap_or(base.min_changes),
        max_changes: table
            .whole("max_changes", 1..=100_000)
            .unwrap_or(base.max_changes),
        bots: table.texts("bots").map_or(base.bots, |bots| {
            let mut names = Vec::new();
            for bot in bots {
                if bot.text.trim().is_empty() {
                    table.report(
                        "bots",
                        Diagnostic::new("an empty name would make everybody a bot")
                            .at(bot.span)
                            .label("empty"),
                    );
                } else {
                    names.push(bot.text);
                }
            }
            names
        }),
    };
    if history.min_changes > history.max_changes {
        let key = if table.has("min_changes") {
            "min_changes"
        } else {
            "max_changes"
        };
        let message = format!(
            "`history.min_changes` is {}, more than `history.max_changes`, {}",
            history.min_changes, history.max_changes
        );
        table.report(key, Diagnostic::new(message).label("contradicts the other"));
    }
    table.finish();
    history
}

fn check_weights(root: &Table, definition: &Definition, journal: &Journal) {
    // What could not be read is missing here; one mistake is enough to say.
    if journal.count() > 0
        || definition
            .enabled()
            .any(|row| row.weight > Decimal::default())
    {
        return;
    }
    if definition.components.is_empty() {
        let message = "the definition has no components, so there is nothing to score";
        journal.report(Diagnostic::new(message).help(
            "write `extends = \"builtin\"` at the top, or components of your own: `[component.short-files]`",
        ));
    } else if definition.enabled().next().is_none() {
        root.report(
            "component",
            Diagnostic::new("every component is disabled").label("nothing is left to score"),
        );
    } else {
        root.report(
            "component",
            Diagnostic::new("every weight is 0")
                .label("nothing is left to score")
                .help("at least one component needs a weight above 0"),
        );
    }
}

fn report_syntax(journal: &Journal, errors: &[toml::de::Error]) {
    if let Some((offset, length)) = conflict(journal, errors) {
        journal.report(
            Diagnostic::new("the file holds a merge conflict that nobody resolved")
                .at(offset..offset + length)
                .label("left by git")
                .help("keep one side and delete the lines with `<<<<<<<`, `=======` and `>>>>>>>`"),
        );
        return;
    }
    let mut last_line = None;
    for error in errors {
        let Some(span) = error.span() else {
            journal.report(Diagnostic::new(format!("not TOML: {}", error.message())));
            continue;
        };
        // The rest of a line rarely makes sense after its first mistake.
        let line = journal.line(span.start);
        if last_line.replace(line) == Some(line) {
            continue;
        }
        let diagnostic = if error.message() == "duplicate key" {
            let key = quote(journal.text(span.clone()));
            Diagnostic::new(format!("{key} is written twice")).label("this is the second one")
        } else {
            Diagnostic::new(format!("not TOML: {}", error.message())).label("here")
        };
        journal.report(diagnostic.at(span));
    }
}

/// The first conflict marker of git on a line that is not TOML, with its length.
fn conflict(journal: &Journal, errors: &[toml::de::Error]) -> Option<(usize, usize)> {
    errors
        .iter()
        .filter_map(toml::de::Error::span)
        .find_map(|span| {
            let (start, line) = journal.line_text(span.start);
            let is_marker = ["<<<<<<< ", "||||||| ", ">>>>>>> "]
                .iter()
                .any(|marker| line.starts_with(marker));
            is_marker.then_some((start, 7))
        })
}

#[cfg(test)]
mod tests {
    use toml::de::{DeTable, DeValue};

    use super::read_into;
    use crate::definition::Definition;
    use crate::definition::diagnostic::Journal;
    use crate::definition::settings::Measure;

    const EXAMPLE: &str = include_str!("../../quality.toml.example");

    /// The text with the table under this header, up to the next empty line, no longer a comment.
    fn uncommented(text: &str, header: &str) -> String {
        let (before, rest) = text.split_once(&format!("\n#{header}\n")).unwrap();
        let (table, rest) = rest.split_once("\n\n").unwrap();
        let table = format!("\n{table}")
            .replace("\n#", "\n")
            .replace("\n ", "\n# ");
        format!("{before}\n{header}{table}\n\n{rest}")
    }

    #[test]
    fn the_example_shows_every_key_the_schema_knows() {
        let text = EXAMPLE
            .replace("\n#fail_under", "\nfail_under")
            .replace("\n#max_drop", "\nmax_drop");
        let text = uncommented(&text, "[[waiver]]");
        let text = uncommented(&text, "[probe]");
        let journal = Journal::new(&text);
        read_into(&journal, &text, Some(&Definition::builtin()));
        let document = DeTable::parse(&text).unwrap();
        let document = DeValue::Table(document.into_inner());
        let mut known = journal.known();
        // What says nothing by itself is in no built-in row; the end of the example shows it.
        let all = Measure::all().into_iter();
        for measure in all.filter(|measure| measure.name() != "declared") {
            let row = Definition::builtin();
            let row = row
                .components
                .iter()
                .find(|row| row.measure.name() == measure.name());
            known.push(format!(
                "component.{}.measure.{}",
                row.unwrap().id,
                measure.name()
            ));
        }
        assert!(known.len() > 140, "{known:?}");
        for key in known {
            let value = key.split('.').try_fold(&document, |table, part| {
                let table = table.as_array().map_or(table, |array| array[0].get_ref());
                table.get(part).map(|value| value.get_ref())
            });
            assert!(value.is_some(), "{key} is not in quality.toml.example");
        }
    }
}
