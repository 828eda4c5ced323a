//! `quality scan`: measure a repository and show its score.

use std::sync::Arc;
use std::time::Instant;

use crate::cli;
use crate::codebase::parallel;
use crate::definition::{Decimal, Definition};
use crate::error::{Error, Exit};
use crate::evaluation::{Standing, evaluate};
use crate::languages;
use crate::report::format::{self, Document, Format, SCAN};
use crate::report::text::{Sort, Style};
use crate::report::{Inputs, Matter, Report};
use crate::survey::{self, Ground, Snapshot, Survey, Watch};

use super::asked::{self, Output, Place};
use super::progress::Bar;
use super::result::{self, Rendered};
use super::{caching, ci, definition, output, revision, timings};

/// Runs the command.
pub fn run(arguments: &cli::Scan) -> Result<Exit, Error> {
    let begun = Instant::now();
    let measuring = &arguments.measuring;
    let watch = Arc::new(Watch::default());
    let mut outputs = asked::outputs(&arguments.format, &arguments.reporting, format::parse)?;
    outputs.iter().try_for_each(Output::has_place)?;
    let system = ci::System::of(arguments.ci);
    ci::annotate(&mut outputs, system, arguments.reporting.quiet, SCAN);
    let summary = ci::summary(system, false).zip(Format::named("markdown"));
    outputs.extend(summary.map(|(path, format)| Output {
        format,
        place: Place::Summary(path),
    }));
    let ground = watch.time("open", || survey::ground(&arguments.path))?;
    let snapshot = match &arguments.rev {
        Some(name) => Snapshot::Commit(revision::commit(&ground, name)?),
        None => Snapshot::WorkTree,
    };
    let found = definition::find(measuring.config.as_deref(), &ground, snapshot)?;
    let definition = found.definition;
    let fail_under = match &arguments.fail_under {
        Some(text) => Some(asked::bar(text)?),
        None => definition.gate.fail_under,
    };
    let threads = asked::threads(measuring);
    let bar = Bar::new(&watch, arguments.reporting.ascii);
    let cache = caching::open(&measuring.caching);
    // Contents are named for the cache alone.
    let identify = cache.is_some();
    let inventory = survey::inventory(&ground, snapshot, &definition, threads, identify, &watch)?;
    if inventory.is_empty() {
        return Err(ground.nothing_scanned(&arguments.path));
    }
    let memory = cache.and_then(|cache| caching::memory(cache, &ground, &inventory));
    let key = watch.time("digest", || {
        let measured = memory.as_ref().and_then(|_| inventory.fingerprint())?;
        let styles: Vec<_> = outputs
            .iter()
            .map(|output| (output.format.name, style(arguments, output)))
            .collect();
        let asked = format!(
            "{:?} {:?} {} {fail_under:?} {} {styles:?}",
            ground.name(),
            ground.prefix,
            snapshot.word(),
            arguments.measuring.no_history,
        );
        Some(result::key(measured, &[&found.text, asked.as_bytes()]))
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
                with_history: !arguments.measuring.no_history,
                threads,
                memory: memory.as_ref(),
                carried: None,
            };
            let survey = survey::survey(&ground, &definition, inventory, options)?;
            let is_lasting = survey.is_lasting();
            let measured = Measured {
                ground: &ground,
                definition: &definition,
                snapshot,
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
    watch.time("write", || deliver(&outputs, &rendered.outputs, threads))?;
    output::tell(&rendered.said);
    if measuring.timings {
        let facts = memory.as_ref().map(|memory| memory.facts.counts());
        output::tell(&timings::table(&watch, facts, begun.elapsed()));
    }
    Ok(rendered.exit())
}

/// What a report is made of.
struct Measured<'a> {
    ground: &'a Ground,
    definition: &'a Definition,
    snapshot: Snapshot,
    survey: Survey,
    fail_under: Option<Decimal>,
}

impl Measured<'_> {
    /// Evaluates, and writes the report down in every form that was asked for.
    fn render(self, arguments: &cli::Scan, outputs: &[Output<Format>], watch: &Watch) -> Rendered {
        let codebase = &self.survey.codebase;
        let evaluation = watch.time("evaluate", || {
            evaluate(
                self.definition,
                codebase,
                asked::threads(&arguments.measuring),
            )
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
                source: self.snapshot.word(),
                prefix: self.ground.prefix.as_bytes().to_vec(),
                warnings: self.survey.notes,
                fail_under: self.fail_under,
                on_unmeasured: self.definition.gate.on_unmeasured,
            },
        );
        let documents = watch.time("render", || documents(&report, arguments, outputs));
        let exit = verdict(&report);
        let said = report.said().unwrap_or_default();
        drop(report);
        // The program is about to end: giving back millions of small pieces would only take time.
        std::mem::forget((self.survey.codebase, self.survey.carry, evaluation));
        Rendered::new(documents, exit, said)
    }
}

/// Writes documents where they belong. Files wait for the disk, so threads share them; what goes to one stream goes in order.
/// Of several failures the first one asked for is told.
fn deliver(
    outputs: &[Output<Format>],
    documents: &[Document],
    threads: usize,
) -> Result<(), Error> {
    let numbered: Vec<_> = outputs.iter().zip(documents).enumerate().collect();
    let (files, streams): (Vec<_>, Vec<_>) = numbered
        .into_iter()
        .partition(|(_, (output, _))| matches!(output.place, Place::File(_)));
    let parts = parallel::share(threads, &files, |part| {
        part.map(|(position, (output, document))| (*position, output.deliver(document)))
            .collect::<Vec<_>>()
    });
    let mut results: Vec<_> = parts.into_iter().flatten().collect();
    let streamed = streams.into_iter();
    results.extend(
        streamed.map(|(position, (output, document))| (position, output.deliver(document))),
    );
    results.sort_by_key(|(position, _)| *position);
    results.into_iter().try_for_each(|(_, result)| result)
}

/// The report in every form that was asked for, in their order. Large ones take as long as measuring: threads share them.
fn documents(report: &Report, arguments: &cli::Scan, outputs: &[Output<Format>]) -> Vec<Document> {
    let mut numbered: Vec<_> = outputs.iter().enumerate().collect();
    // What takes longest is begun first, or one thread would wait for the other.
    numbered.sort_by_key(|(_, output)| !output.format.lists_readings());
    let threads = asked::threads(&arguments.measuring);
    let parts = parallel::share(threads, &numbered, |part| {
        part.map(|(position, output)| {
            let style = style(arguments, output);
            (*position, output.format.render(report, &style))
        })
        .collect::<Vec<_>>()
    });
    let mut documents: Vec<_> = parts.into_iter().flatten().collect();
    documents.sort_by_key(|(position, _)| *position);
    documents
        .into_iter()
        .map(|(_, document)| document)
        .collect()
}

/// Whether the score of what is reported passes the bar. Without a score there is no verdict, nor where what was lost
/// would decide it.
fn verdict(report: &Report) -> Exit {
    match report.standing.map(Standing::passes) {
        None | Some(Some(true)) => Exit::Success,
        Some(Some(false)) => Exit::Failed,
        Some(None) => Exit::Inconclusive,
    }
}

fn style(arguments: &cli::Scan, output: &Output<Format>) -> Style {
    Style {
        depth: arguments.depth,
        sort: match arguments.sort {
            cli::Sort::Name => Sort::Name,
            cli::Sort::Score => Sort::Score,
        },
        ..output.style(&arguments.reporting)
    }
}
