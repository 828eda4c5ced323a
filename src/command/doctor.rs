//! `quality doctor`: what keeps the program from a full answer, what that costs, and what repairs it.

use std::sync::Arc;

use super::progress::Bar;
use super::{asked, caching, definition};
use crate::adoption::checkup::{Circumstances, checkup};
use crate::cli;
use crate::definition::Definition;
use crate::error::{Error, Exit};
use crate::evaluation::evaluate;
use crate::git::Discovery;
use crate::languages;
use crate::report::doctor::{self, DoctorReport};
use crate::survey::{self, Ground, Memory, Snapshot, Watch};

/// Runs the command.
pub fn run(arguments: &cli::Doctor) -> Result<Exit, Error> {
    let outputs = asked::outputs(&arguments.format, &arguments.reporting, doctor::parse)?;
    let ground = survey::ground(&arguments.path)?;
    let mut around = circumstances(&ground);
    let found = definition::find(arguments.config.as_deref(), &ground, Snapshot::WorkTree);
    let (definition, id) = match found {
        Ok(found) => {
            around.definition_file = found.file;
            let id = found.definition.fingerprint(languages::VERSIONS);
            (found.definition, Some(id))
        }
        // A faulty definition is the first thing to be told, not the end.
        Err(Error::Definition(diagnostics)) => {
            let first = diagnostics.items.first();
            let message = first.map_or("it cannot be read", |item| item.message.as_str());
            let place = first.and_then(|item| item.place());
            let place = place.map_or_else(String::new, |place| {
                format!(":{}:{}", place.line, place.column)
            });
            let more = match diagnostics.items.len() + diagnostics.omitted {
                0 | 1 => String::new(),
                all => format!(", and {} more", all - 1),
            };
            around.definition_fault = Some(format!("{}{place}: {message}{more}", diagnostics.file));
            (Definition::builtin(), None)
        }
        Err(error) => return Err(error),
    };
    let watch = Arc::new(Watch::default());
    let bar = Bar::new(&watch, arguments.reporting.ascii);
    let threads = asked::processors(arguments.threads);
    let cache = caching::open(&arguments.caching);
    let inventory = survey::inventory(
        &ground,
        Snapshot::WorkTree,
        &definition,
        threads,
        cache.is_some(),
        &watch,
    )?;
    if inventory.is_empty() {
        return Err(ground.nothing_scanned(&arguments.path));
    }
    let memory = cache.and_then(|cache| caching::memory(cache, &ground, &inventory));
    let options = survey::Options {
        watch: &watch,
        with_history: true,
        threads,
        memory: memory.as_ref(),
        carried: None,
    };
    let survey = survey::survey(&ground, &definition, inventory, options)?;
    let evaluation = evaluate(&definition, &survey.codebase, threads);
    let finished = memory.as_ref().map(Memory::finish);
    around.cache = match finished {
        Some(Err(error)) => Err(format!("it could not be written: {error}")),
        Some(Ok(())) => caching::state(&arguments.caching),
        None => caching::state(&arguments.caching).and(Err("it is not used".to_owned())),
    };
    around.notes = survey.notes;
    let head = survey.codebase.history.head.as_ref();
    let report = DoctorReport {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        repository: ground.name(),
        head: head.map(|head| head.id.clone()),
        definition_id: id,
        findings: checkup(&around, &definition, &survey.codebase, &evaluation),
    };
    drop(bar);
    for output in &outputs {
        let style = output.style(&arguments.reporting);
        output.write(&output.format.render(&report, &style))?;
    }
    // The program is about to end: giving back millions of small pieces would only take time.
    std::mem::forget((survey.codebase, survey.carry, evaluation));
    Ok(if report.is_complete() {
        Exit::Success
    } else {
        Exit::Inconclusive
    })
}

/// What git says of the repository as a whole.
fn circumstances(ground: &Ground) -> Circumstances {
    let mut around = Circumstances::default();
    match &ground.repository {
        Discovery::Found(repository) => {
            around.is_partial = repository.is_partial();
            around.default_branch = repository.default_branch().map(|(name, _)| name);
        }
        Discovery::NotARepository => {
            let repair = "git init, or name a directory of a repository".to_owned();
            let reason = "there is no git repository here".to_owned();
            around.repository_fault = Some((reason, Some(repair)));
        }
        Discovery::Unreadable { reason, repair } => {
            let repair = repair
                .clone()
                .unwrap_or_else(|| "git fsck says more".to_owned());
            around.repository_fault = Some((reason.clone(), Some(repair)));
        }
    }
    around
}
