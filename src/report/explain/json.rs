//! Explanations as JSON: the contract with programs. Field names change only with `schema_version`.

use serde_json::{Value, json};

use super::points::contributions;
use super::{ExplainReport, Explained, OfClass, OfComponent, OfPath};
use crate::advice::golden::Example;
use crate::class::Class;
use crate::definition::Preset;
use crate::definition::data::preset_names;
use crate::evaluation::{Outcome, Scope};
use crate::facts::role::SUBJECTS;
use crate::measures;
use crate::path::RepoPath;
use crate::report::at::At;
use crate::report::escape::{JsonLines, json_name};
use crate::report::head::{Tool, points};
use crate::report::{Judged, Unjudged};
use crate::report::{Row, lost_words};

/// Counted up whenever a name or a meaning changes; new names may come without.
pub const SCHEMA_VERSION: u32 = 1;
/// Parts of a point in this format.
const PARTS: u32 = 10_000;

/// The explanation as a JSON document with a line feed at its end. Keys are sorted.
pub fn render(report: &ExplainReport) -> String {
    let scope = &report.root().scope;
    let mut document = json!({
        "schema_version": SCHEMA_VERSION,
        "tool": Tool::new(&report.scan.matter.tool_version),
        "definition": { "id": report.scan.definition_id },
        "repository": {
            "name": report.scan.matter.repository,
            "source": report.scan.matter.source,
            "path": json_name(&report.scan.matter.prefix),
        },
        "score": scope.score.as_ref().map(points),
        "score_reason": report.scan.reason_without_score(),
    });
    let (kind, explained) = match &report.explained {
        Explained::Score => ("score", score(report)),
        Explained::Component(component) => ("component", of_component(report, component)),
        Explained::Path(path) => ("path", of_path(report, path)),
        Explained::Class(class) => ("class", of_class(class)),
        Explained::Capture(capture) => (
            "capture",
            json!({ "name": capture.name, "about": capture.about, "languages": capture.languages }),
        ),
        Explained::List => ("list", list(report)),
    };
    if let (Value::Object(fields), Value::Object(explained)) = (&mut document, explained) {
        fields.insert("kind".to_owned(), kind.into());
        fields.extend(explained);
    }
    JsonLines::document(&document)
}

fn at(path: Option<&RepoPath>, line: Option<u32>) -> Value {
    let place = path.map(|path| At::new(path, line));
    serde_json::to_value(place).unwrap_or_default()
}

fn numbers(row: &Row, outcome: &Outcome) -> Value {
    let known = outcome.state.is_known();
    json!({
        "component": row.component.id,
        "title": row.component.title,
        "state": outcome.state.word(),
        "good": known.then_some(outcome.good),
        "of": known.then_some(outcome.of),
        "gap": known.then(|| outcome.gap()),
        "unknown": outcome.unknown,
        "unit": row.about.unit,
        "gap_unit": row.about.gap,
        "floor": row.component.floor.to_f64(),
        "target": row.component.target.to_f64(),
        "weight": row.component.weight.to_f64(),
        "score": outcome.score.as_ref().map(points),
    })
}

fn score(report: &ExplainReport) -> Value {
    let rows = &report.scan.components;
    let scope = &report.root().scope;
    let parts = contributions(rows, scope, PARTS);
    let rows = rows.iter().zip(&scope.outcomes).zip(parts);
    let rows = rows.map(|((row, outcome), part)| {
        let mut value = numbers(row, outcome);
        let part = part.map(|part| part as f64 / f64::from(PARTS));
        if let Value::Object(fields) = &mut value {
            fields.insert("points".to_owned(), json!(part));
        }
        value
    });
    json!({
        "components": rows.collect::<Vec<_>>(),
        "known_weight": scope.known_weight.to_f64(),
        "strict_score": scope.strict_score.as_ref().map(points),
    })
}

fn judged(report: &ExplainReport, judged: &Judged) -> Value {
    json!({
        "component": report.row(judged.component).component.id,
        "place": at(judged.path, judged.line),
        "name": judged.name,
        "whole": judged.is_whole(),
        "good": judged.reading.good,
        "of": judged.reading.of,
        "waived": judged.waived,
        "reason": judged.reason,
    })
}

fn unjudged(report: &ExplainReport, unknown: &[Unjudged]) -> Vec<Value> {
    let values = unknown.iter().map(|told| {
        json!({
            "component": report.row(told.component).component.id,
            "place": at(told.path, told.line),
            "reason": told.lost.key(),
            "about": match told.lost {
                crate::facts::Lost::NotProven(why) => why,
                lost => lost_words(lost),
            },
        })
    });
    values.collect()
}

fn example(example: &Example) -> Value {
    json!({
        "place": at(Some(&example.path), example.line),
        "name": example.name,
        "differs": example.differs,
    })
}

fn scopes(row: &Row, scopes: &[(&Scope, &Outcome)]) -> Vec<Value> {
    let values = scopes.iter().map(|(scope, outcome)| {
        let mut value = numbers(row, outcome);
        if let Value::Object(fields) = &mut value {
            fields.insert("path".to_owned(), json_name(&scope.name).into());
        }
        value
    });
    values.collect()
}

fn of_component(report: &ExplainReport, explained: &OfComponent) -> Value {
    let row = report.row(explained.position);
    let settings: serde_json::Map<String, Value> = explained.settings.iter().cloned().collect();
    let readings = explained.readings.iter();
    let waivers = report.waivers(explained.position).map(|declared| {
        json!({
            "state": declared.waived.state.word(),
            "place": at(declared.path, Some(declared.waived.line)),
            "reason": declared.waived.reason,
            "subjects": declared.waived.subjects,
            "gap": declared.waived.gap,
        })
    });
    let lists = report.lists(explained.position).iter().map(|listed| {
        json!({ "name": listed.list.name, "about": listed.list.about, "entries": listed.entries.len() })
    });
    json!({
        "numbers": numbers(row, &row.outcome),
        "measure": row.component.measure.name(),
        "method": row.method.map(|method| method.word()),
        "precision": measures::precision(&row.component.measure),
        "level": row.component.level,
        "meaning": explained.meaning,
        "why": row.about.why,
        "reason": row.reason,
        "repair": row.repair,
        "settings": settings,
        "written": explained.written.iter().map(|(key, place)| json!({ "key": key, "place": place })).collect::<Vec<_>>(),
        "worst": scopes(row, &explained.worst),
        "best": scopes(row, &explained.best),
        "readings": readings.map(|one| judged(report, one)).collect::<Vec<_>>(),
        "unknown": unjudged(report, &explained.unknown),
        "example": explained.example.as_ref().map(example),
        "waivers": waivers.collect::<Vec<_>>(),
        "lists": lists.collect::<Vec<_>>(),
        "notes": row.notes,
    })
}

fn of_path(report: &ExplainReport, explained: &OfPath) -> Value {
    let rows = &report.scan.components;
    let outcomes = explained.scope.into_iter().flat_map(|scope| {
        let rows = rows.iter().zip(&scope.outcomes);
        rows.map(|(row, outcome)| numbers(row, outcome))
    });
    let file = explained.file.map(|file| {
        json!({
            "class": file.class.name(),
            "class_reason": file.reason,
            "language": file.language.map(|language| language.name()),
            "lines": file.lines,
            "code_lines": file.facts().map(|facts| facts.lines.code),
        })
    });
    let classes = explained.classes.iter();
    let changes = explained.changes.iter().map(
        |change| json!({ "commit": change.commit, "key": change.key, "subject": change.subject }),
    );
    let help = explained.plan.iter().flat_map(|plan| {
        plan.steps.iter().map(|step| {
            json!({
                "component": report.row(step.fix.component).component.id,
                "gap": step.fix.gap,
                "gain": step.alone.points_above(&plan.now, PARTS) as f64 / f64::from(PARTS),
                "score_alone": points(&step.alone),
            })
        })
    });
    json!({
        "path": json_name(explained.path),
        "file": file,
        "owners": explained.owners,
        "path_score": explained.scope.and_then(|scope| scope.score.as_ref()).map(points),
        "components": outcomes.collect::<Vec<_>>(),
        "gaps": explained.gaps.iter().map(|one| judged(report, one)).collect::<Vec<_>>(),
        "unknown": unjudged(report, &explained.unknown),
        "help": help.collect::<Vec<_>>(),
        "changes": changes.collect::<Vec<_>>(),
        "classes": classes
            .map(|(class, reason, files)| json!({ "class": class, "reason": reason, "files": files }))
            .collect::<Vec<_>>(),
    })
}

fn of_class(explained: &OfClass) -> Value {
    let reasons = explained.reasons.iter().map(|(reason, paths)| {
        let files: Vec<Value> = paths.iter().map(|path| at(Some(path), None)).collect();
        json!({ "reason": reason, "files": files })
    });
    json!({ "name": explained.name, "reasons": reasons.collect::<Vec<_>>() })
}

fn list(report: &ExplainReport) -> Value {
    let components = report.scan.components.iter().map(|row| {
        json!({
            "id": row.component.id,
            "title": row.component.title,
            "measure": row.component.measure.name(),
            "meaning": measures::meaning(&row.component.measure),
            "state": row.outcome.state.word(),
        })
    });
    let classes = Class::ALL
        .iter()
        .map(|class| json!({ "name": class.name(), "about": class.about() }));
    json!({
        "components": components.collect::<Vec<_>>(),
        "classes": classes.collect::<Vec<_>>(),
        "captures": SUBJECTS.iter().map(|(_, name)| *name).collect::<Vec<_>>(),
        "purposes": Preset::all().map(Preset::name).collect::<Vec<_>>(),
        "libraries": preset_names().collect::<Vec<_>>(),
    })
}
