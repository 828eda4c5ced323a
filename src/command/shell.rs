//! `quality completions` and `quality man`: what is generated from the command line itself.

use super::output;
use crate::cli;
use crate::error::{Error, Exit};
use crate::report::escape;

/// The name of the program.
const NAME: &str = "quality";

/// Prints what a shell needs to complete.
pub fn completions(arguments: &cli::Completions) -> Result<Exit, Error> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut cli::program(), NAME, &mut text);
    printed(text)
}

/// Prints a page of the manual: that of the program, or of one subcommand.
pub fn manual(arguments: &cli::Man) -> Result<Exit, Error> {
    let mut program = cli::program();
    // Names of pages and usage lines are made here.
    program.build();
    let page = match &arguments.command {
        None => program,
        Some(name) => {
            let names: Vec<String> = program
                .get_subcommands()
                .map(|command| command.get_name().to_owned())
                .filter(|name| name != "help")
                .collect();
            let found = program.get_subcommands().find(|one| one.get_name() == name);
            found.cloned().ok_or_else(|| Error::Usage {
                message: format!("there is no subcommand {}", escape::name(name.as_bytes())),
                hint: format!("there are {}", names.join(", ")),
            })?
        }
    };
    let mut text = Vec::new();
    let written = clap_mangen::Man::new(page).render(&mut text);
    written.map_err(|error| Error::Write {
        path: "the manual page".to_owned(),
        reason: error.to_string(),
    })?;
    printed(text)
}

fn printed(text: Vec<u8>) -> Result<Exit, Error> {
    output::to_stdout(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Success)
}
