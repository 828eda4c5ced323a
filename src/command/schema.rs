//! `quality schema`: the JSON Schemas of what the program reads and writes.

use super::output;
use crate::cli;
use crate::error::{Error, Exit};
use crate::report::escape;
use crate::report::schema;

/// Runs the command.
pub fn run(arguments: &cli::Schema) -> Result<Exit, Error> {
    let all = schema::all();
    if arguments.list {
        let width = all.iter().map(|one| one.name.len()).max().unwrap_or(0);
        let lines = all
            .iter()
            .map(|one| format!("{:<width$}  {}\n", one.name, one.about));
        output::to_stdout(&lines.collect::<String>())?;
        return Ok(Exit::Success);
    }
    let found = all.iter().find(|one| one.name == arguments.name);
    let found = found.ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|one| one.name).collect();
        Error::Usage {
            message: format!(
                "there is no schema {}",
                escape::name(arguments.name.as_bytes())
            ),
            hint: format!("there are {}", names.join(", ")),
        }
    })?;
    output::to_stdout(&found.text())?;
    Ok(Exit::Success)
}
