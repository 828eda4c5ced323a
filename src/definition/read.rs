//! From the text of a file to a definition: the schema, one table after another.

use std::ops::RangeInclusive;

use toml::de::DeTable;

use super::decimal::Decimal;
use super::diagnostic::{Diagnostic, Diagnostics, Journal, closest, quote};
use super::pattern::PathFilter;
use super::settings::Measure;
use super::table::{Table, Text, listed};
use super::{Component, Definition, FileSettings, GateSettings, HistorySettings, Level};

/// Most components: each is looked for in the whole repository.
const MOST_COMPONENTS: usize = 200;
/// Longest title, in characters, so that the score card fits a terminal.
const LONGEST_TITLE: usize = 24;
/// Longest id, in bytes.
const LONGEST_ID: usize = 64;

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

fn read_into(journal: &Journal, text: &str, builtin: Option<&Definition>) -> Definition {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut definition = Definition {
        version: 1,
        components: Vec::new(),
        history: HistorySettings::default(),
        gate: GateSettings::default(),
        files: FileSettings::default(),
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
        definition.gate.fail_under = table.decimal("fail_under", Decimal::default()..=hundred);
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
    if let Some(table) = root.table("component") {
        read_components(table, &mut definition.components, builtin);
    }
    root.belongs_elsewhere(
        "fail_under",
        "it belongs into the table `[gate]`".to_owned(),
    );
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

fn read_components(table: Table, components: &mut Vec<Component>, builtin: Option<&Definition>) {
    for name in table.names() {
        let Some(row) = table.named(&name) else {
            continue;
        };
        let position = components.iter().position(|known| known.id == name.text);
        let known = position.map(|position| components[position].clone());
        if known.is_none() && components.len() >= MOST_COMPONENTS {
            let message = format!("there are more than {MOST_COMPONENTS} components");
            row.report_here(Diagnostic::new(message).label("one too many"));
            return;
        }
        let legal: Vec<&str> = components.iter().map(|known| known.id.as_str()).collect();
        let Some(component) = read_component(row, &name, known, &legal, builtin) else {
            continue;
        };
        match position {
            Some(position) => components[position] = component,
            None => components.push(component),
        }
    }
}

fn read_component(
    mut table: Table,
    name: &Text,
    known: Option<Component>,
    legal: &[&str],
    builtin: Option<&Definition>,
) -> Option<Component> {
    let id = &name.text;
    let is_legal = id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.len() <= LONGEST_ID
        && id.chars().all(|character| {
            character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-'
        });
    if !is_legal {
        let message = format!("{} cannot name a component", quote(id));
        table.report_here(
            Diagnostic::new(message)
                .label("not a legal name")
                .help("a name is up to 64 lower-case letters, digits and hyphens, a letter first"),
        );
    }

    let measure = match table.table("measure") {
        Some(measures) => read_measure(measures, known.as_ref()),
        None if table.has("measure") => {
            // Its type is wrong, which was said.
            known.as_ref().map(|known| known.measure.clone())
        }
        None => match &known {
            Some(known) => Some(known.measure.clone()),
            None => {
                table.report_here(missing_measure(id, legal, builtin));
                None
            }
        },
    };
    // Without a measure the other keys are still judged: the component is dropped at the end.
    let settings = measure.as_ref().map(Measure::keys).unwrap_or_default();
    for key in settings {
        let measure = measure.as_ref().map_or("", Measure::name);
        table.belongs_elsewhere(
            key,
            format!("settings belong to the measure: `measure.{measure} = {{ {key} = … }}`"),
        );
    }

    // Another measure than the known component's has another idea of what is good.
    let same = known.as_ref().filter(|known| {
        measure
            .as_ref()
            .is_some_and(|m| m.name() == known.measure.name())
    });
    let twin = builtin.and_then(|builtin| {
        let mut rows = builtin.components.iter();
        rows.find(|row| {
            measure
                .as_ref()
                .is_some_and(|m| m.name() == row.measure.name())
        })
    });
    let shares = same.or(twin);
    let one = Decimal::from_millionths(Decimal::SCALE);
    let share: RangeInclusive<Decimal> = Decimal::default()..=one;
    let thousand = Decimal::from_millionths(1_000 * Decimal::SCALE);

    let title = read_title(&mut table);
    let weight = table.decimal("weight", Decimal::default()..=thousand);
    let target = table.decimal("target", share.clone());
    let floor = table.decimal("floor", share);
    let levels = [
        ("track", Level::Track),
        ("report", Level::Report),
        ("ratchet", Level::Ratchet),
        ("block", Level::Block),
    ];
    let level = table.choice("level", &levels);
    let paths = table.patterns("paths");
    let except = table.patterns("except");
    let enabled = table.boolean("enabled");

    let base = known.as_ref();
    let component = measure.map(|measure| Component {
        id: id.clone(),
        title: title
            .or_else(|| base.map(|known| known.title.clone()))
            .unwrap_or_else(|| title_of(id)),
        measure,
        weight: weight.or(base.map(|known| known.weight)).unwrap_or(one),
        target: target.or(shares.map(|row| row.target)).unwrap_or(one),
        floor: floor.or(shares.map(|row| row.floor)).unwrap_or_default(),
        level: level
            .or(same.map(|known| known.level))
            .unwrap_or(Level::Report),
        paths: PathFilter {
            paths: paths
                .or_else(|| base.map(|known| known.paths.paths.clone()))
                .unwrap_or_default(),
            except: except
                .or_else(|| base.map(|known| known.paths.except.clone()))
                .unwrap_or_default(),
        },
        enabled: enabled.or(base.map(|known| known.enabled)).unwrap_or(true),
    });
    if let Some(component) = &component {
        check_component(&table, component);
    }
    table.finish();
    component
}

/// The one measure of a component; none if that is not clear, which is then reported.
fn read_measure(measures: Table, known: Option<&Component>) -> Option<Measure> {
    let all = Measure::all();
    let legal: Vec<&str> = all.iter().map(Measure::name).collect();
    let mut chosen = None;
    for name in measures.names() {
        let Some(position) = legal.iter().position(|legal| *legal == name.text) else {
            let label = closest(&name.text, &legal).map_or_else(
                || "not a measure".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            );
            measures.report(
                &name.text,
                Diagnostic::new(format!("unknown measure {}", quote(&name.text)))
                    .at(name.span)
                    .label(label)
                    .help(format!("the measures are {}", listed(&legal))),
            );
            continue;
        };
        if chosen.is_some() {
            measures.report(
                &name.text,
                Diagnostic::new("a component has one measure")
                    .at(name.span)
                    .label("this is a second one")
                    .help("write a component of its own for it"),
            );
            continue;
        }
        let base = known
            .map(|known| &known.measure)
            .filter(|measure| measure.name() == name.text)
            .or(all.get(position));
        if let Some(mut table) = measures.named(&name)
            && let Some(base) = base
        {
            chosen = Some(base.clone().read(&mut table));
            table.finish();
        }
    }
    if measures.is_empty() {
        measures.report_here(
            Diagnostic::new("the component names no measure")
                .label("this is empty")
                .help(format!("the measures are {}", listed(&legal))),
        );
    }
    chosen
}

fn read_title(table: &mut Table) -> Option<String> {
    let title = table.text("title")?;
    let length = title.text.chars().count();
    let trouble = if length > LONGEST_TITLE {
        format!("the title has {length} characters, more than {LONGEST_TITLE}")
    } else if title.text.trim().is_empty() {
        "the title is empty".to_owned()
    } else if title.text.chars().any(char::is_control) {
        "the title holds a control character".to_owned()
    } else {
        return Some(title.text);
    };
    table.report(
        "title",
        Diagnostic::new(trouble)
            .label("does not fit the score card")
            .help("a title is a line of up to 24 characters"),
    );
    None
}

/// The label of a component whose author gave it none.
fn title_of(id: &str) -> String {
    let words = id.replace('-', " ");
    if words.chars().count() <= LONGEST_TITLE {
        return words;
    }
    let mut short: String = words.chars().take(LONGEST_TITLE - 1).collect();
    short.push('…');
    short
}

fn missing_measure(id: &str, legal: &[&str], builtin: Option<&Definition>) -> Diagnostic {
    let twin = builtin.and_then(|builtin| builtin.component(id));
    if legal.is_empty() {
        let help = match twin {
            Some(twin) => format!(
                "add `measure.{} = {{}}` here, or `extends = \"builtin\"` at the top of the file",
                twin.measure.name()
            ),
            None => "add one, such as `measure.short-files = {}`".to_owned(),
        };
        return Diagnostic::new(format!("component {} has no measure", quote(id)))
            .label("says nothing about what to measure")
            .help(help);
    }
    let label = closest(id, legal).map_or_else(
        || "not a component, and no measure makes it one".to_owned(),
        |meant| format!("did you mean `{meant}`?"),
    );
    Diagnostic::new(format!("unknown component {}", quote(id)))
        .label(label)
        .help("a component of your own names a measure, such as `measure.short-files = {}`")
}

fn check_component(table: &Table, component: &Component) {
    if component.target <= component.floor {
        let key = if table.has("target") || !table.has("floor") {
            "target"
        } else {
            "floor"
        };
        let message = format!(
            "the target {} is not above the floor {}",
            component.target, component.floor
        );
        table.report(
            key,
            Diagnostic::new(message)
                .label("leaves no room for a score")
                .help("the floor scores 0, the target scores 100; set both"),
        );
    }
    if component.level > Level::Report && component.measure.is_drawn_from_history() {
        let message = format!(
            "`{}` looks at history, which a pull request cannot change",
            component.measure.name()
        );
        table.report(
            "level",
            Diagnostic::new(message)
                .label("would never fail anything")
                .help("its level is `track` or `report`"),
        );
    }
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

    #[test]
    fn the_example_shows_every_key_the_schema_knows() {
        let text = EXAMPLE.replace("\n#fail_under", "\nfail_under");
        let journal = Journal::new(&text);
        read_into(&journal, &text, Some(&Definition::builtin()));
        let document = DeTable::parse(&text).unwrap();
        let document = DeValue::Table(document.into_inner());
        let mut known = journal.known();
        for measure in Measure::all() {
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
                table.get(part).map(|value| value.get_ref())
            });
            assert!(value.is_some(), "{key} is not in quality.toml.example");
        }
    }
}
