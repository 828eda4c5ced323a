//! `quality config`: the definition that counts, with where each value comes from.

use super::{asked, definition};
use crate::cli;
use crate::definition::resolved::{left_out, resolved};
use crate::error::{Error, Exit};
use crate::languages;
use crate::report::config::{self, ConfigReport};
use crate::survey::{self, Snapshot};

/// Runs the command.
pub fn run(arguments: &cli::Config) -> Result<Exit, Error> {
    let outputs = asked::outputs(&arguments.format, &arguments.reporting, config::parse)?;
    let ground = survey::ground(&arguments.path)?;
    let found = definition::find(arguments.config.as_deref(), &ground, Snapshot::WorkTree)?;
    let report = ConfigReport {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        definition_id: found.definition.fingerprint(languages::VERSIONS),
        values: resolved(&found.definition, &found.text),
        left_out: left_out(&found.definition),
        file: found.file,
        only_changed: arguments.changed,
    };
    for output in &outputs {
        let text = output
            .format
            .render(&report, &output.style(&arguments.reporting));
        output.write(&text)?;
    }
    Ok(Exit::Success)
}
