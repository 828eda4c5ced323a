//! What the options of several commands mean.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use super::ci::{self, System};
use super::output;
use crate::cli;
use crate::definition::Decimal;
use crate::error::Error;
use crate::report::format::{Document, Format, FormatProblem};
use crate::report::text::Style;

/// A format and where it goes.
pub(super) struct Output<F> {
    pub format: F,
    pub place: Place,
}

/// Where an output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Standard output.
    Stdout,
    /// A file, or a directory for formats that need one.
    File(PathBuf),
    /// Standard output, which is the log of a CI system and takes some lines for commands.
    Log,
    /// The same log: annotations alone.
    Annotations(System),
    /// The end of a file in which a CI system collects what it shows of a job.
    Summary(PathBuf),
}

impl Output<Format> {
    /// An error for what needs a directory and has none: to be asked before anything is measured.
    pub fn has_place(&self) -> Result<(), Error> {
        match self.place {
            Place::File(_) => Ok(()),
            _ if self.format.makes_files() => Err(without_directory(self.format.name)),
            _ => Ok(()),
        }
    }
}

impl<F> Output<F> {
    /// How it is drawn. What does not go to a terminal is as narrow as any page and without colour.
    pub fn style(&self, reporting: &cli::Reporting) -> Style {
        let is_file = matches!(self.place, Place::File(_) | Place::Summary(_));
        let terminal = !is_file && std::io::stdout().is_terminal();
        Style {
            quiet: reporting.quiet,
            ..style(terminal, reporting.color, reporting.ascii)
        }
    }

    /// Writes a document where it belongs. Files need a directory of their own, which is made if it is not there.
    pub fn deliver(&self, document: &Document) -> Result<(), Error> {
        match (document, &self.place) {
            (Document::Text(text), _) => self.write(text),
            (Document::Files(files), Place::File(directory)) => {
                output::to_directory(directory, files)
            }
            (Document::Files(_), _) => Err(without_directory("this format")),
        }
    }

    /// Writes a text where it belongs.
    pub fn write(&self, text: &str) -> Result<(), Error> {
        match &self.place {
            Place::File(path) => output::to_file(path, text),
            Place::Stdout => output::to_stdout(text),
            Place::Log => output::to_stdout(&System::lines(text)),
            Place::Annotations(system) => output::to_stdout(&system.commands(text)),
            Place::Summary(path) => {
                ci::summarize(path, text);
                Ok(())
            }
        }
    }
}

/// What is missing for several files.
fn without_directory(format: &str) -> Error {
    Error::Usage {
        message: format!("{format} writes several files and needs a directory"),
        hint: "name one behind it, --format parquet=DIR, or with --output".to_owned(),
    }
}

/// The formats asked for, read by the table of a command. At most one goes to standard output.
pub(super) fn outputs<F>(
    formats: &[String],
    reporting: &cli::Reporting,
    parse: impl Fn(&str) -> Result<(F, Option<PathBuf>), FormatProblem>,
) -> Result<Vec<Output<F>>, Error> {
    let mut outputs = Vec::new();
    for text in formats {
        let (format, path) = parse(text).map_err(|problem| Error::Usage {
            message: problem.to_string(),
            hint: "for example --format text --format json=quality.json".to_owned(),
        })?;
        let place = path.map_or(Place::Stdout, Place::File);
        outputs.push(Output { format, place });
    }
    if let Some(path) = &reporting.output {
        let to_stdout = |output: &&mut Output<F>| output.place == Place::Stdout;
        match outputs.iter_mut().find(to_stdout) {
            Some(output) => output.place = Place::File(path.clone()),
            None => {
                return Err(Error::Usage {
                    message: "--output has nothing to write: every --format names a file"
                        .to_owned(),
                    hint: "leave --output away, or the path behind one format".to_owned(),
                });
            }
        }
    }
    let to_stdout = outputs
        .iter()
        .filter(|output| output.place == Place::Stdout);
    if to_stdout.count() > 1 {
        return Err(Error::Usage {
            message: "two formats cannot share standard output".to_owned(),
            hint: "give all but one a file: --format text --format json=quality.json".to_owned(),
        });
    }
    Ok(outputs)
}

/// Reads the bar of `--fail-under`.
pub(super) fn bar(text: &str) -> Result<Decimal, Error> {
    hundred(text).ok_or_else(|| Error::Usage {
        message: "--fail-under takes a number from 0 to 100".to_owned(),
        hint: "for example --fail-under 70".to_owned(),
    })
}

/// A number from 0 to 100.
pub(super) fn hundred(text: &str) -> Option<Decimal> {
    text.parse::<f64>()
        .ok()
        .filter(|number| (0.0..=100.0).contains(number))
        .and_then(Decimal::from_f64)
}

/// Threads to use.
pub(super) fn threads(measuring: &cli::Measuring) -> usize {
    processors(measuring.threads)
}

/// So many threads, or one for each processor.
pub(super) fn processors(threads: Option<usize>) -> usize {
    threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
}

/// How what is printed is drawn: on standard output, or on standard error.
pub(super) fn style_of(to_stdout: bool, color: cli::Color, ascii: bool) -> Style {
    let is_terminal = if to_stdout {
        std::io::stdout().is_terminal()
    } else {
        std::io::stderr().is_terminal()
    };
    style(is_terminal, color, ascii)
}

fn style(is_terminal: bool, color: cli::Color, ascii: bool) -> Style {
    let width = is_terminal
        .then(terminal_size::terminal_size)
        .flatten()
        .map(|(width, _)| usize::from(width.0));
    let color = match color {
        cli::Color::Always => true,
        cli::Color::Never => false,
        cli::Color::Auto => {
            is_terminal
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    };
    let default = Style::default();
    Style {
        width: width.unwrap_or(default.width),
        color,
        ascii,
        ..default
    }
}
