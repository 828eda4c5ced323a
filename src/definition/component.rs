//! Reading the components of a definition: what each inherits, and what cannot be.

use std::ops::RangeInclusive;

use super::decimal::Decimal;
use super::diagnostic::{Diagnostic, closest, quote};
use super::pattern::PathFilter;
use super::settings::Measure;
use super::table::{Shape, Table, Text, listed};
use super::{Component, Definition, Level};

/// Most components: each is looked for in the whole repository.
const MOST_COMPONENTS: usize = 200;
/// Longest title, in characters, so that the score card fits a terminal.
const LONGEST_TITLE: usize = 24;
/// Longest id, in bytes.
const LONGEST_ID: usize = 64;

/// Reads every component of a file into `components`, which holds those it starts from.
pub(super) fn read_components(
    table: Table,
    components: &mut Vec<Component>,
    builtin: Option<&Definition>,
) {
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
    let examples = table.patterns("examples");
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
        examples: examples
            .or_else(|| base.map(|known| known.examples.clone()))
            .unwrap_or_default(),
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
    for measure in &all {
        // Who asks what could be read is told of all of them.
        if let Some(mut table) = measures.explored(measure.name(), Shape::Table) {
            measure.clone().read(&mut table);
        }
    }
    if measures.is_exploring() {
        return None;
    }
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
