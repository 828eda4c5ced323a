//! `quality scan`: measure a repository and show its score.

use std::cell::RefCell;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::cli;
use crate::definition::{self, Decimal, Definition};
use crate::error::{Error, Exit, shown};
use crate::evaluation::evaluate;
use crate::facts::Lost;
use crate::languages;
use crate::report::format::{self, Format};
use crate::report::text::{Sort, Style};
use crate::report::{Inputs, Matter, Report};
use crate::source;
use crate::survey::{self, Ground, Survey, Watch};

use super::progress::Bar;
use super::result::{self, Rendered};
use super::{caching, output, timings};

/// Largest definition that is read.
const MAX_DEFINITION_BYTES: u64 = (1 << 20) + 1;

/// Runs the command.
pub fn run(arguments: &cli::Scan) -> Result<Exit, Error> {
    let begun = Instant::now();
    let watch = Arc::new(Watch::default());
    let outputs = outputs(arguments)?;
    let ground = watch.time("open", || survey::ground(&arguments.path))?;
    let (definition, definition_text) = definition(arguments, &ground)?;
    let fail_under = match &arguments.fail_under {
        Some(text) => Some(bar(text)?),
        None => definition.gate.fail_under,
    };
    let threads = threads(arguments);
    let bar = Bar::new(&watch, arguments.ascii);
    let cache = caching::open(&arguments.caching);
    // Contents are named for the cache alone.
    let inventory = survey::inventory(&ground, &definition, threads, cache.is_some(), &watch);
    if inventory.is_empty() {
        return Err(Error::NothingScanned {
            path: shown(&arguments.path),
        });
    }
    let memory = cache.and_then(|cache| caching::memory(cache, &ground, &inventory));
    let key = watch.time("digest", || {
        let measured = memory.as_ref().and_then(|_| inventory.fingerprint())?;
        let styles: Vec<_> = outputs
            .iter()
            .map(|output| (output.format.name, style(arguments, output)))
            .collect();
        let asked = format!(
            "{:?} {:?} {fail_under:?} {} {styles:?}",
            ground.name(),
            ground.prefix,
            arguments.no_history,
        );
        Some(result::key(measured, &[&definition_text, asked.as_bytes()]))
    });
    let remembered = memory
        .as_ref()
        .zip(key)
        .and_then(|(memory, key)| watch.time("recall", || result::recall(memory, &key)));
    let rendered = match remembered {
        Some(rendered) => rendered,
        None => {
            let options = survey::Options {
                watch: &watch,
                with_history: !arguments.no_history,
                threads,
                memory: memory.as_ref(),
            };
            let survey = survey::survey(&ground, &definition, inventory, options)?;
            let is_lasting = survey.is_lasting();
            let measured = Measured {
                ground: &ground,
                definition: &definition,
                survey,
                fail_under,
            };
            let rendered = measured.render(arguments, &outputs, &watch);
            if let Some((memory, key)) = memory.as_ref().zip(key).filter(|_| is_lasting) {
                result::remember(memory, key, &rendered);
            }
            rendered
        }
    };
    // Whoever reads the result may be slow or gone: what was worked out is safe by then.
    watch.time("remember", || caching::finish(memory.as_ref()));
    drop(bar);
    watch.time("write", || write(&outputs, &rendered))?;
    if arguments.timings {
        let facts = memory.as_ref().map(|memory| memory.facts.counts());
        output::tell(&timings::table(&watch, facts, begun.elapsed()));
    }
    Ok(rendered.exit())
}

/// What a report is made of.
struct Measured<'a> {
    ground: &'a Ground,
    definition: &'a Definition,
    survey: Survey,
    fail_under: Option<Decimal>,
}

impl Measured<'_> {
    /// Evaluates, and writes the report down in every form that was asked for.
    fn render(self, arguments: &cli::Scan, outputs: &[Output], watch: &Watch) -> Rendered {
        let codebase = &self.survey.codebase;
        let evaluation = watch.time("evaluate", || {
            evaluate(self.definition, codebase, threads(arguments))
        });
        let definition_id = self.definition.fingerprint(languages::VERSIONS);
        let report = Report::new(
            Inputs {
                definition_id: &definition_id,
                codebase,
                evaluation: &evaluation,
            },
            Matter {
                tool_version: env!("CARGO_PKG_VERSION").to_owned(),
                repository: self.ground.name(),
                prefix: self.ground.prefix.as_bytes().to_vec(),
                warnings: self.survey.notes,
                fail_under: self.fail_under,
            },
        );
        let texts = watch.time("render", || {
            outputs
                .iter()
                .map(|output| output.format.render(&report, &style(arguments, output)))
                .collect()
        });
        let exit = verdict(&report, self.fail_under);
        drop(report);
        // The program is about to end: giving back millions of small pieces would only take time.
        std::mem::forget((self.survey.codebase, evaluation));
        Rendered::new(texts, exit)
    }
}

/// Writes each text where it belongs.
fn write(outputs: &[Output], rendered: &Rendered) -> Result<(), Error> {
    for (output, text) in outputs.iter().zip(&rendered.outputs) {
        match &output.path {
            Some(path) => output::to_file(path, text)?,
            None => output::to_stdout(text)?,
        }
    }
    Ok(())
}

/// Whether the score of what is reported passes the bar. Without a score there is no verdict.
fn verdict(report: &Report, fail_under: Option<Decimal>) -> Exit {
    match (fail_under, &report.root.scope.score) {
        (None, _) => Exit::Success,
        (Some(bar), Some(score)) if score.is_below(bar) => Exit::Failed,
        (Some(_), Some(_)) => Exit::Success,
        (Some(_), None) => Exit::Inconclusive,
    }
}

/// A format and where it goes; none for standard output.
struct Output {
    format: Format,
    path: Option<PathBuf>,
}

/// The formats asked for. At most one goes to standard output.
fn outputs(arguments: &cli::Scan) -> Result<Vec<Output>, Error> {
    let mut outputs = Vec::new();
    for text in &arguments.format {
        let (format, path) = format::parse(text).map_err(|problem| Error::Usage {
            message: problem.to_string(),
            hint: "for example --format text --format json=quality.json".to_owned(),
        })?;
        outputs.push(Output { format, path });
    }
    if let Some(path) = &arguments.output {
        match outputs.iter_mut().find(|output| output.path.is_none()) {
            Some(output) => output.path = Some(path.clone()),
            None => {
                return Err(Error::Usage {
                    message: "--output has nothing to write: every --format names a file"
                        .to_owned(),
                    hint: "leave --output away, or the path behind one format".to_owned(),
                });
            }
        }
    }
    if outputs
        .iter()
        .filter(|output| output.path.is_none())
        .count()
        > 1
    {
        return Err(Error::Usage {
            message: "two formats cannot share standard output".to_owned(),
            hint: "give all but one a file: --format text --format json=quality.json".to_owned(),
        });
    }
    Ok(outputs)
}

fn style(arguments: &cli::Scan, output: &Output) -> Style {
    let terminal = output.path.is_none() && std::io::stdout().is_terminal();
    let width = terminal
        .then(terminal_size::terminal_size)
        .flatten()
        .map(|(width, _)| usize::from(width.0));
    let color = match arguments.color {
        cli::Color::Always => true,
        cli::Color::Never => false,
        cli::Color::Auto => {
            terminal
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    };
    Style {
        width: width.unwrap_or(Style::default().width),
        color,
        ascii: arguments.ascii,
        depth: arguments.depth,
        sort: match arguments.sort {
            cli::Sort::Name => Sort::Name,
            cli::Sort::Score => Sort::Score,
        },
        quiet: arguments.quiet,
    }
}

/// Reads the bar of `--fail-under`.
fn bar(text: &str) -> Result<Decimal, Error> {
    text.parse::<f64>()
        .ok()
        .filter(|number| (0.0..=100.0).contains(number))
        .and_then(Decimal::from_f64)
        .ok_or_else(|| Error::Usage {
            message: "--fail-under takes a number from 0 to 100".to_owned(),
            hint: "for example --fail-under 70".to_owned(),
        })
}

fn threads(arguments: &cli::Scan) -> usize {
    arguments
        .threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
}

/// The definition named on the command line, the nearest one at or above the path, or the built-in one; and its text,
/// which is empty for the last.
fn definition(arguments: &cli::Scan, ground: &Ground) -> Result<(Definition, Vec<u8>), Error> {
    if let Some(path) = &arguments.config {
        let name = shown(path);
        let text = source::safe_read(path, MAX_DEFINITION_BYTES).map_err(|lost| Error::Read {
            path: name.clone(),
            reason: why(&lost).to_owned(),
        })?;
        return Ok((definition::parse(&text, &name)?, text));
    }
    let text = RefCell::new(Vec::new());
    let found = definition::find(&ground.start, &ground.root, |path| {
        match path.symlink_metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            _ => {}
        }
        let bytes =
            source::safe_read(path, MAX_DEFINITION_BYTES).map_err(|lost| why(&lost).to_owned())?;
        // The search ends at the first file that can be read.
        text.borrow_mut().clone_from(&bytes);
        Ok(Some(bytes))
    })?;
    let definition = found.map_or_else(Definition::builtin, |found| found.definition);
    Ok((definition, text.into_inner()))
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
