//! `quality next`: what to fix first, and what it is worth.

use std::sync::Arc;
use std::time::Instant;

use super::measured::Measured;
use super::{asked, output, timings};
use crate::advice::fixes::{self, Without};
use crate::advice::plan::{Wish, plan};
use crate::cli;
use crate::definition::diagnostic::closest;
use crate::definition::{Decimal, PatternSet};
use crate::error::{Error, Exit};
use crate::evaluation::Forecast;
use crate::evidence::owners::{Owners, PLACES};
use crate::report::escape;
use crate::report::next::{Asked, NextReport, format};
use crate::survey::Watch;

/// Runs the command.
pub fn run(arguments: &cli::Next) -> Result<Exit, Error> {
    let begun = Instant::now();
    let watch = Arc::new(Watch::default());
    let (reporting, measuring) = (&arguments.reporting, &arguments.measuring);
    let outputs = asked::outputs(&arguments.format, reporting, format::parse)?;
    let until = arguments.until.as_deref().map(until).transpose()?;
    let paths = paths(arguments)?;
    let rev = arguments.rev.as_deref();
    let measured = Measured::new(&arguments.path, rev, measuring, reporting.ascii, &watch)?;
    let (codebase, evaluation) = (&measured.codebase, &measured.evaluation);
    let wanted = components(arguments, &measured)?;
    let owners = measured.owners();
    let owned_by = owned_by(arguments, owners.as_ref())?;
    let matter = measured.matter();
    let scope = evaluation.directory(&matter.prefix);
    let forecast = scope.map(|scope| Forecast::new(evaluation, scope));
    let wish = match until {
        Some(bar) => Wish::Until(bar),
        None => Wish::First(arguments.number),
    };
    let planned = watch.time("plan", || {
        let mut fixes = fixes::all(
            codebase,
            evaluation,
            |position| wanted.contains(&position),
            |file| {
                let path = &codebase.file(file).path;
                let answers = |owners: &Owners| {
                    let mut owners = owners.of(path).iter();
                    owners.any(|owner| owned_by.contains(owner))
                };
                path.is_within(&matter.prefix)
                    && (paths.is_empty() || paths.matches(path))
                    && (owned_by.is_empty() || owners.as_ref().is_some_and(answers))
            },
        );
        for fix in &mut fixes {
            let path = &codebase.file(fix.file).path;
            fix.owned = owners
                .as_ref()
                .is_some_and(|owners| !owners.of(path).is_empty());
        }
        plan(codebase, evaluation, forecast.as_ref()?, fixes, wish)
    });
    let components = evaluation.components.iter().enumerate();
    let without = components.filter(|(position, _)| wanted.contains(position));
    let report = NextReport {
        inputs: measured.inputs(),
        plan: planned,
        without: without
            .filter_map(|(position, evaluated)| Some((position, fixes::is_for(evaluated).err()?)))
            .collect(),
        asked: Asked {
            until,
            components: arguments.component.clone(),
            paths: arguments.only.clone(),
            owners: arguments.owner.clone(),
        },
        owners,
        matter,
    };
    for output in &outputs {
        let text = output.format.render(&report, &output.style(reporting));
        watch.time("write", || output.write(&text))?;
    }
    if measuring.timings {
        output::tell(&timings::table(&watch, None, begun.elapsed()));
    }
    Ok(report.exit())
}

fn until(text: &str) -> Result<Decimal, Error> {
    asked::hundred(text).ok_or_else(|| Error::Usage {
        message: "--until takes a score from 0 to 100".to_owned(),
        hint: "for example --until 80".to_owned(),
    })
}

/// The globs of `--path`.
fn paths(arguments: &cli::Next) -> Result<PatternSet, Error> {
    PatternSet::typed(&arguments.only).map_err(|problem| Error::Usage {
        message: format!("--path {}", escape::terminal(problem.as_bytes())),
        hint: "for example --path 'src/api/**'".to_owned(),
    })
}

/// The owners of `--owner`. One nobody has heard of is an error: the list would be empty for no reason.
fn owned_by(arguments: &cli::Next, owners: Option<&Owners>) -> Result<Vec<String>, Error> {
    if arguments.owner.is_empty() {
        return Ok(Vec::new());
    }
    let owners = owners.ok_or_else(|| Error::Usage {
        message: "--owner needs a CODEOWNERS file, and there is none".to_owned(),
        hint: format!("it is looked for at {}", PLACES.join(", ")),
    })?;
    let all = owners.all();
    match arguments
        .owner
        .iter()
        .find(|owner| !all.contains(&owner.as_str()))
    {
        None => Ok(arguments.owner.clone()),
        Some(unknown) => Err(Error::Usage {
            message: format!(
                "CODEOWNERS does not name {}",
                escape::terminal(unknown.as_bytes())
            ),
            hint: match closest(unknown, &all) {
                Some(meant) => format!("did you mean {}?", escape::terminal(meant.as_bytes())),
                None => format!("it names {}", escape::terminal(all.join(", ").as_bytes())),
            },
        }),
    }
}

/// Positions of the components that are asked for. One that is named and cannot be mended is an error: nothing would be
/// said about it.
fn components(arguments: &cli::Next, measured: &Measured) -> Result<Vec<usize>, Error> {
    let all = &measured.evaluation.components;
    if arguments.component.is_empty() {
        return Ok((0..all.len()).collect());
    }
    let ids: Vec<&str> = all.iter().map(|row| row.component.id.as_str()).collect();
    let positions = arguments.component.iter().map(|name| {
        let found = ids.iter().position(|id| id == name);
        let position = found.ok_or_else(|| Error::Usage {
            message: format!(
                "there is no component `{}`",
                escape::terminal(name.as_bytes())
            ),
            hint: match closest(name, &ids) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("there are {}", ids.join(", ")),
            },
        })?;
        let why = match fixes::is_for(&all[position]) {
            Ok(()) | Err(Without::Number) => return Ok(position),
            Err(Without::Weight) => "it has no weight, so the score does not follow it",
            Err(Without::Work) => {
                "it looks back at changes, and nothing that is done now mends them"
            }
        };
        Err(Error::Usage {
            message: format!("nothing can be gained by `{name}`: {why}"),
            hint: format!("`quality explain {name}` shows what it sees"),
        })
    });
    positions.collect()
}
