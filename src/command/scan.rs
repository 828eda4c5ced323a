//! `quality scan`: measure a repository and show its score.

use std::path::Path;

use crate::cli;
use crate::definition::{self, Definition};
use crate::error::{Error, Exit};
use crate::evaluation::{Evaluation, evaluate};
use crate::facts::Lost;
use crate::source;
use crate::survey::{self, Ground};

use super::output;

/// Largest definition that is read.
const MAX_DEFINITION_BYTES: u64 = (1 << 20) + 1;

/// Runs the command.
pub fn run(arguments: &cli::Scan) -> Result<Exit, Error> {
    let ground = survey::ground(&arguments.path)?;
    let definition = definition(arguments, &ground)?;
    let threads = arguments
        .threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    let survey = survey::survey(&ground, &definition, !arguments.no_history, threads)?;
    let evaluation = evaluate(&definition, &survey.codebase);
    output::to_stdout(&sketch(&evaluation))?;
    for note in &survey.notes {
        eprintln!("{note}");
    }
    Ok(Exit::Success)
}

fn sketch(evaluation: &Evaluation) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for (evaluated, outcome) in evaluation
        .components
        .iter()
        .zip(&evaluation.repository.outcomes)
    {
        let _ = writeln!(
            text,
            "{:20} {:15} {:>8} {:>8} unknown {} {:?}",
            evaluated.component.id,
            outcome.state.word(),
            outcome.good,
            outcome.of,
            outcome.unknown,
            outcome.score.as_ref().map(|score| score.floor_hundred(10))
        );
    }
    text
}

/// The definition named on the command line, the nearest one at or above the path, or the built-in one.
fn definition(arguments: &cli::Scan, ground: &Ground) -> Result<Definition, Error> {
    if let Some(path) = &arguments.config {
        let name = crate::error::shown(path);
        let text = source::safe_read(path, MAX_DEFINITION_BYTES).map_err(|lost| Error::Read {
            path: name.clone(),
            reason: why(&lost).to_owned(),
        })?;
        return Ok(definition::parse(&text, &name)?);
    }
    let start = ground.root.join(Path::new(&*ground.prefix.to_str()));
    let found = definition::find(&start, &ground.root, |path| {
        match path.symlink_metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            _ => {}
        }
        source::safe_read(path, MAX_DEFINITION_BYTES)
            .map(Some)
            .map_err(|lost| why(&lost).to_owned())
    })?;
    Ok(found.map_or_else(Definition::builtin, |found| found.definition))
}

/// Why a file a person named was not read.
fn why(lost: &Lost) -> &'static str {
    match lost {
        Lost::TooLarge => "it is larger than 1 MiB",
        Lost::Permission => "permission denied",
        Lost::Vanished => "it is a symbolic link, a directory or a special file, or not there",
        _ => "the system failed to read it",
    }
}
