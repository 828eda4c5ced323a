//! `quality gate`: compare a change with where it began.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use super::asked;
use super::definition::{self, Found};
use super::progress::Bar;
use super::{caching, ci, output, revision, timings};
use crate::cli;
use crate::day;
use crate::definition::{Definition, Effect, alterations};
use crate::error::{Error, Exit, shown};
use crate::evaluation::{Evaluation, evaluate_on};
use crate::gate::{self, Changed, Comparison, Side, Since, Suspect, Texts, were_as_bad};
use crate::git::{CommitSummary, Discovery, ObjectId};
use crate::languages;
use crate::report::gate::{End, GateMatter, GateReport, format, github};
use crate::survey::{self, Carry, Ground, Memory, Snapshot, Survey, Watch};

/// Most commits of a change that are asked which of them made a subject bad.
const MOST_COMMITS: usize = 50;

/// Runs the command. Whatever keeps the repository from giving both sides leaves it without a verdict.
pub fn run(arguments: &cli::Gate) -> Result<Exit, Error> {
    let ground = survey::ground(&arguments.path)?;
    // Where there is no repository at all, the wrong directory was named.
    if let Discovery::NotARepository = ground.repository {
        ground.repository()?;
    }
    judge(arguments, &ground).map_err(|error| match error {
        Error::Repository { reason, repair } | Error::Unreadable { reason, repair } => {
            Error::Inconclusive { reason, repair }
        }
        error => error,
    })
}

fn judge(arguments: &cli::Gate, ground: &Ground) -> Result<Exit, Error> {
    let begun = Instant::now();
    let watch = Arc::new(Watch::default());
    let (reporting, measuring) = (&arguments.reporting, &arguments.measuring);
    let mut outputs = asked::outputs(&arguments.format, reporting, format::parse)?;
    let system = ci::System::of(arguments.ci);
    ci::annotate(&mut outputs, system, reporting.quiet, format::GATE);
    let fail_under = arguments
        .fail_under
        .as_deref()
        .map(asked::bar)
        .transpose()?;
    let span = watch.time("revisions", || revision::span(ground, arguments))?;
    let bar = Bar::new(&watch, reporting.ascii);
    let gauge = Gauge::open(arguments, ground, &watch, &span)?;

    let config = measuring.config.as_deref();
    let base_definition = definition::find(config, ground, Snapshot::Commit(span.base))
        .map_err(|error| revision::at(error, span.base))?;
    let head_definition = definition::find(config, ground, span.head)?;
    let mut settings = base_definition.definition.gate.clone();
    settings.fail_under = fail_under.or(settings.fail_under);
    let altered = alterations(&base_definition.definition, &head_definition.definition);

    let nothing = Arc::new(Carry::default());
    let rule = &base_definition.definition;
    let head = gauge.measure(span.head, rule, &nothing)?;
    let base = gauge.measure(Snapshot::Commit(span.base), rule, &head.survey.carry)?;
    let is_altered = altered
        .iter()
        .any(|alteration| alteration.effect != Effect::Neutral);
    let under_head = if is_altered {
        let rule = &head_definition.definition;
        Some(gauge.measure(span.head, rule, &head.survey.carry)?)
    } else {
        None
    };
    let texts = watch.time("match", || gauge.texts(&base, &head));
    let inputs = gate::Inputs {
        base: base.side(),
        head: head.side(),
        under_head: under_head.as_ref().map(|measured| &measured.evaluation),
        texts: &texts,
        settings: &settings,
        alterations: &altered,
        may_alter: arguments.allow_definition_change,
    };
    let mut comparison = watch.time("compare", || gate::compare(inputs));
    watch.time("blame", || gauge.blame(&mut comparison, &span, &head, rule))?;

    let matter = gauge.matter(&span, &base_definition, &head_definition, &head.survey);
    let report = GateReport {
        matter,
        comparison: &comparison,
    };
    let texts: Vec<String> = outputs
        .iter()
        .map(|output| output.format.render(&report, &output.style(reporting)))
        .collect();
    caching::finish(gauge.memory.as_ref());
    drop(bar);
    if !arguments.staged && !arguments.worktree && arguments.head.is_none() {
        gauge.warn_of_uncommitted(&span)?;
    }
    for (output, text) in outputs.iter().zip(&texts) {
        output.write(text)?;
    }
    if let Some(warning) = report.warning() {
        output::warn(&warning);
    }
    // Who asks for its format works for GitHub, whatever else is around.
    let is_asked = outputs.iter().any(|output| output.format.name == "github");
    if let Some(path) = ci::summary(system, is_asked && arguments.ci != cli::Ci::None) {
        ci::summarize(&path, &github::summary(&report));
    }
    if measuring.timings {
        let facts = gauge.memory.as_ref().map(|memory| memory.facts.counts());
        output::tell(&timings::table(&watch, facts, begun.elapsed()));
    }
    let exit = report.exit();
    // The program is about to end: giving back millions of small pieces would only take time.
    std::mem::forget((base, head, under_head, comparison));
    Ok(exit)
}

/// One state of the repository, measured.
struct Measured {
    snapshot: Snapshot,
    survey: Survey,
    evaluation: Evaluation,
}

impl Measured {
    fn side(&self) -> Side<'_> {
        Side {
            codebase: &self.survey.codebase,
            evaluation: &self.evaluation,
        }
    }
}

/// Measures states of one repository.
struct Gauge<'a> {
    arguments: &'a cli::Gate,
    ground: &'a Ground,
    watch: &'a Arc<Watch>,
    memory: Option<Memory>,
    /// The day of the head: waivers hold on both sides as they do there.
    today: Option<String>,
}

impl<'a> Gauge<'a> {
    fn open(
        arguments: &'a cli::Gate,
        ground: &'a Ground,
        watch: &'a Arc<Watch>,
        span: &revision::Span,
    ) -> Result<Self, Error> {
        let mut gauge = Self {
            arguments,
            ground,
            watch,
            memory: None,
            today: None,
        };
        if let Ok(head) = ground.repository()?.head_of(span.head_commit) {
            gauge.today = day::of(head.time);
        }
        if let Some(cache) = caching::open(&arguments.measuring.caching) {
            // Whose files the cache holds does not depend on the definition.
            let inventory = gauge.list(span.head, &Definition::builtin())?;
            gauge.memory = caching::memory(cache, ground, &inventory);
        }
        Ok(gauge)
    }

    fn list(&self, snapshot: Snapshot, rule: &Definition) -> Result<survey::Inventory, Error> {
        let threads = asked::threads(&self.arguments.measuring);
        survey::inventory(self.ground, snapshot, rule, threads, true, self.watch)
    }

    /// Measures a state under a definition, with what is known of a similar one.
    fn measure(
        &self,
        snapshot: Snapshot,
        rule: &Definition,
        known: &Arc<Carry>,
    ) -> Result<Measured, Error> {
        let with_history = !self.arguments.measuring.no_history;
        self.look(snapshot, rule, known, with_history)
    }

    fn look(
        &self,
        snapshot: Snapshot,
        rule: &Definition,
        known: &Arc<Carry>,
        with_history: bool,
    ) -> Result<Measured, Error> {
        let threads = asked::threads(&self.arguments.measuring);
        let inventory = self.list(snapshot, rule)?;
        let options = survey::Options {
            watch: self.watch,
            with_history,
            threads,
            memory: self.memory.as_ref(),
            carried: Some(known),
        };
        let survey = survey::survey(self.ground, rule, inventory, options)?;
        let evaluation = evaluate_on(rule, &survey.codebase, self.today.as_deref(), threads);
        Ok(Measured {
            snapshot,
            survey,
            evaluation,
        })
    }

    /// The bytes of the files that differ.
    fn texts(&self, base: &Measured, head: &Measured) -> Texts {
        let changed = Changed::between(&base.survey.codebase, &head.survey.codebase);
        let read = |measured: &Measured, files: &[_]| {
            self.ground
                .texts(measured.snapshot, &measured.survey.codebase, files)
        };
        Texts {
            base: read(base, &changed.base),
            head: read(head, &changed.head),
        }
    }

    /// Finds out which commit made each failing subject bad: the newest at which it is bad and was not before.
    fn blame(
        &self,
        comparison: &mut Comparison,
        span: &revision::Span,
        head: &Measured,
        rule: &Definition,
    ) -> Result<(), Error> {
        let mut open = comparison.suspects();
        if open.is_empty() {
            return Ok(());
        }
        let mut commits = span.commits.as_slice();
        if let Some(older) = commits.len().checked_sub(MOST_COMMITS) {
            commits = &commits[older..];
        }
        let mut bad: HashMap<ObjectId, Vec<bool>> = HashMap::new();
        let all = open.clone();
        let is_bad = |at: Suspect, flags: &[bool]| {
            let position = all.iter().position(|suspect| *suspect == at);
            position
                .and_then(|position| flags.get(position))
                .copied()
                .unwrap_or(false)
        };
        if span.head != Snapshot::Commit(span.head_commit) {
            let flags = self.bad_at(span.head_commit, head, rule, &all)?;
            open.retain(|suspect| {
                let committed = is_bad(*suspect, &flags);
                if !committed {
                    let subject = "not committed yet".to_owned();
                    comparison.blame(
                        *suspect,
                        Since {
                            commit: None,
                            subject,
                        },
                    );
                }
                committed
            });
            bad.insert(span.head_commit, flags);
        }
        for commit in commits.iter().rev() {
            if open.is_empty() {
                break;
            }
            for id in std::iter::once(&commit.id).chain(&commit.parents) {
                let is_inside = span.commits.iter().any(|known| known.id == *id);
                if is_inside && !bad.contains_key(id) {
                    bad.insert(*id, self.bad_at(*id, head, rule, &all)?);
                }
            }
            let flags = bad.get(&commit.id).cloned().unwrap_or_default();
            open.retain(|suspect| {
                let was_bad = commit
                    .parents
                    .iter()
                    .any(|parent| bad.get(parent).is_some_and(|flags| is_bad(*suspect, flags)));
                let is_culprit = is_bad(*suspect, &flags) && !was_bad;
                if is_culprit {
                    comparison.blame(*suspect, since(commit));
                }
                !is_culprit
            });
        }
        Ok(())
    }

    /// Which suspects were as bad at a commit.
    fn bad_at(
        &self,
        commit: ObjectId,
        head: &Measured,
        rule: &Definition,
        suspects: &[Suspect],
    ) -> Result<Vec<bool>, Error> {
        let earlier = self.look(Snapshot::Commit(commit), rule, &head.survey.carry, false)?;
        let texts = self.texts(&earlier, head);
        Ok(were_as_bad(earlier.side(), head.side(), &texts, suspects))
    }

    /// Says that what is on disk is not what is judged. It moves no number, so it is no part of the report.
    fn warn_of_uncommitted(&self, span: &revision::Span) -> Result<(), Error> {
        if self.ground.repository()?.is_bare() {
            return Ok(());
        }
        let rule = Definition::builtin();
        let on_disk = self.list(Snapshot::WorkTree, &rule)?;
        if on_disk.differs_from(&self.list(span.head, &rule)?) {
            output::warn("uncommitted changes are not judged; --worktree judges them");
        }
        Ok(())
    }

    fn matter(
        &self,
        span: &revision::Span,
        base: &Found,
        head: &Found,
        survey: &Survey,
    ) -> GateMatter {
        let mut notes = survey.notes.clone();
        if base.file.is_none() && head.file.is_some() && self.arguments.measuring.config.is_none() {
            notes.push(
                "the base has no quality.toml: both sides are measured by the built-in definition"
                    .to_owned(),
            );
        }
        let head_commit = match span.head {
            Snapshot::Commit(id) => Some(id.hex()),
            Snapshot::WorkTree | Snapshot::Staged => None,
        };
        GateMatter {
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            repository: self.ground.name(),
            definition_id: base.definition.fingerprint(languages::VERSIONS),
            definition_file: base.file.clone(),
            base: End {
                label: span.base_name.clone(),
                commit: Some(span.base.hex()),
            },
            head: End {
                label: span.head_name.clone(),
                commit: head_commit,
            },
            commits: span.commits.len() as u64,
            notes,
            command: self.command(span),
        }
    }

    /// What to type to see the same verdict again.
    fn command(&self, span: &revision::Span) -> String {
        let short = |id: ObjectId| id.hex().chars().take(12).collect::<String>();
        let mut command = format!("quality gate --base {}", short(span.base));
        match span.head {
            Snapshot::Commit(id) => command.push_str(&format!(" --head {}", short(id))),
            Snapshot::Staged => command.push_str(" --staged"),
            Snapshot::WorkTree => command.push_str(" --worktree"),
        }
        let measuring = &self.arguments.measuring;
        if let Some(config) = &measuring.config {
            command.push_str(&format!(" --config {}", shown(config)));
        }
        if let Some(bar) = &self.arguments.fail_under {
            command.push_str(&format!(" --fail-under {bar}"));
        }
        if measuring.no_history {
            command.push_str(" --no-history");
        }
        if self.arguments.allow_definition_change {
            command.push_str(" --allow-definition-change");
        }
        command
    }
}

fn since(commit: &CommitSummary) -> Since {
    Since {
        commit: Some(commit.id.hex()),
        subject: commit.subject.clone(),
    }
}
