//! The command line of `quality`: parse, run, exit code.

use clap::Parser;

use quality::cli::{self, Cli, Command};
use quality::command;
use quality::crash::{self, Crashed};
use quality::error::{Error, Exit};
use quality::report::escape;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    quality::facts::guard::install();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results, everything else is a mistake; clap knows which stream is whose.
            let asked_for = !error.use_stderr();
            let printed = error.print();
            end(if asked_for && printed.is_ok() {
                Exit::Success
            } else {
                Exit::Unable
            })
        }
    };
    let begun_again = again(crash::install());
    let outcome = begun_again.and_then(|()| run(&cli.command));
    match outcome {
        Ok(exit) => end(exit),
        Err(error) => {
            report(&error);
            end(error.exit())
        }
    }
}

/// Tells what ended the attempt before this one, if there was one. It is the last, if the ones before ended alike.
fn again(crashed: Option<Crashed>) -> Result<(), Error> {
    let Some(crashed) = crashed else {
        return Ok(());
    };
    let path = escape::name(&crashed.path);
    if crashed.contents > crash::MOST {
        return Err(Error::Crashed {
            count: crashed.contents,
            last: path,
        });
    }
    command::output::warn(&format!(
        "the grammar crashed on {path} ({}): begun again without it",
        crashed.signal
    ));
    Ok(())
}

fn run(command: &Command) -> Result<Exit, Error> {
    match command {
        Command::Scan(arguments) => command::scan::run(arguments),
        Command::Gate(arguments) => command::gate::run(arguments),
        Command::Trend(arguments) => command::trend::run(arguments),
        Command::Explain(arguments) => command::explain::run(arguments),
        Command::Next(arguments) => command::next::run(arguments),
        Command::Probe(arguments) => probe(arguments),
        Command::Cache(arguments) => command::caching::run(arguments),
        Command::Init(arguments) => command::init::run(arguments),
        Command::Doctor(arguments) => command::doctor::run(arguments),
        Command::Config(arguments) => command::config::run(arguments),
        Command::Schema(arguments) => command::schema::run(arguments),
        Command::Completions(arguments) => command::shell::completions(arguments),
        Command::Man(arguments) => command::shell::manual(arguments),
    }
}

#[cfg(unix)]
fn probe(arguments: &cli::Probe) -> Result<Exit, Error> {
    command::probe::run(arguments)
}

#[cfg(not(unix))]
fn probe(_: &cli::Probe) -> Result<Exit, Error> {
    Err(Error::Usage {
        message: "a probe needs process groups, which this system does not have".to_owned(),
        hint: "time the endpoints with another tool and import that: measure.fast-endpoints.import"
            .to_owned(),
    })
}

/// Leaves at once: a thread that was given up on hostile input must not hold the program.
fn end(exit: Exit) -> ! {
    std::process::exit(exit as i32)
}

/// Tells an error and the way out. Diagnostics bring their own layout.
fn report(error: &Error) {
    use std::io::Write as _;

    let mut stderr = anstream::stderr().lock();
    // If standard error is closed too, nobody is left to tell; the exit code still says it.
    let _ = match error {
        Error::ClosedPipe => Ok(()),
        Error::Definition(diagnostics) => writeln!(stderr, "{}", diagnostics.render(true)),
        error => match error.hint() {
            Some(hint) => writeln!(stderr, "error: {error}\n  = help: {hint}"),
            None => writeln!(stderr, "error: {error}"),
        },
    };
}
