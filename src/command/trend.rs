//! `quality trend`: today's definition over past commits.

mod points;

use std::sync::Arc;
use std::time::Instant;

use super::progress::Bar;
use super::{asked, caching, definition, output, revision, timings};
use crate::cli;
use crate::definition::{Component, Definition};
use crate::error::{Error, Exit, shown};
use crate::git::{AncestryProblem, CommitSummary, Head, Mainline, ObjectId, Repository};
use crate::languages;
use crate::path::RepoPath;
use crate::report::escape;
use crate::report::trend::{Sampling, TrendMatter, TrendReport, format};
use crate::survey::{self, Ground, Snapshot, Watch};
use crate::trend::{Calendar, Every, Missing, Moment, Question, Since, Trend, last_of_each};

use points::{Points, Way};

/// More points than this say nothing a person could see.
const MOST_POINTS: usize = 5_000;
/// More commits than this were never made on one line of work.
const MOST_COMMITS: usize = 10_000_000;
/// Directories with curves of their own where nobody named any.
const MOST_DIRECTORIES: usize = 8;

/// Runs the command.
pub fn run(arguments: &cli::Trend) -> Result<Exit, Error> {
    let begun = Instant::now();
    let watch = Arc::new(Watch::default());
    let (reporting, measuring) = (&arguments.reporting, &arguments.measuring);
    let outputs = asked::outputs(&arguments.format, reporting, format::parse)?;
    let span = Span::asked(arguments)?;
    let ground = watch.time("open", || survey::ground(&arguments.path))?;
    let repository = ground.repository()?;
    let head = revision::commit(&ground, arguments.rev.as_deref().unwrap_or("HEAD"))?;
    let rule = rule(arguments, &ground, head)?;
    let components = components(arguments, &rule)?;
    let chosen = watch.time("commits", || Chosen::new(&span, repository, head))?;
    watch.expect_points(chosen.commits.len());
    let bar = Bar::new(&watch, reporting.ascii);
    let cache = caching::open(&measuring.caching);
    let memory = cache.and_then(|cache| caching::memory_of_past(cache, &ground, head));
    let id = rule.fingerprint(languages::VERSIONS) + &survey::state_of_tags(&ground, &rule);
    let points = Points {
        ground: &ground,
        rule: &rule,
        rule_id: &id,
        watch: &watch,
        memory: memory.as_ref(),
        threads: asked::threads(measuring),
        with_history: !measuring.no_history,
    };
    let commits: Vec<&CommitSummary> = chosen.commits.iter().map(|(commit, _)| commit).collect();
    let (question, made) = watch.time("points", || {
        let mut way = Way::new(repository);
        let named = directories(arguments);
        let question = points.question(&mut way, head, ground.prefix.clone(), named)?;
        let made = points.of(&mut way, &commits, &question)?;
        Ok::<_, Error>((question, made))
    })?;
    watch.time("remember", || caching::finish(memory.as_ref()));
    drop(bar);
    let trend = assembled(&chosen, question, made, components);
    let report = TrendReport {
        matter: matter(&ground, id, &chosen, &trend),
        trend,
    };
    for output in &outputs {
        let text = output.format.render(&report, &output.style(reporting));
        watch.time("write", || output.write(&text))?;
    }
    if measuring.timings {
        let facts = memory.as_ref().map(|memory| memory.facts.counts());
        output::tell(&timings::table(&watch, facts, begun.elapsed()));
    }
    Ok(if report.is_complete() {
        Exit::Success
    } else {
        Exit::Inconclusive
    })
}

/// Which commits are asked for.
enum Span {
    Periods(Every, Since, String),
    Commits(usize),
}

impl Span {
    fn asked(arguments: &cli::Trend) -> Result<Self, Error> {
        if let Some(commits) = arguments.commits {
            if !(1..=MOST_POINTS).contains(&commits) {
                return Err(Error::Usage {
                    message: format!("--commits takes a number from 1 to {MOST_POINTS}"),
                    hint: "for example --commits 20".to_owned(),
                });
            }
            return Ok(Self::Commits(commits));
        }
        let every = arguments.every.as_deref().unwrap_or("month");
        let since = arguments.since.as_deref().unwrap_or("1y");
        let read = |text: &str| escape::terminal(text.as_bytes());
        Ok(Self::Periods(
            Every::read(every).ok_or_else(|| Error::Usage {
                message: format!("--every {} is no period", read(every)),
                hint: "it takes day, week, month, quarter, or so many days: --every 10d".to_owned(),
            })?,
            Since::read(since).ok_or_else(|| Error::Usage {
                message: format!(
                    "--since {} is neither a date nor a stretch of time",
                    read(since)
                ),
                hint: "for example --since 2025-01-31, or 30d, 12w, 6m, 2y before the last commit"
                    .to_owned(),
            })?,
            since.to_owned(),
        ))
    }
}

/// The commits that will be points.
struct Chosen {
    /// Newest first, with the period each ends: its number and its first second.
    commits: Vec<(CommitSummary, Option<(i64, i64)>)>,
    sampling: Sampling,
    /// Why there are fewer than there could be, and what repairs it.
    cut: Option<(String, Option<String>)>,
    notes: Vec<String>,
}

impl Chosen {
    fn new(span: &Span, repository: &Repository, head: ObjectId) -> Result<Self, Error> {
        let failed = |problem: AncestryProblem| Error::Unreadable {
            repair: problem.repair(),
            reason: problem.to_string(),
        };
        match span {
            Span::Commits(most) => {
                let mainline = repository.mainline(head, None, *most).map_err(failed)?;
                let is_short = mainline.commits.len() < *most;
                let mut chosen = Self::of(Sampling::Commits(*most), &mainline, is_short);
                chosen.commits = mainline
                    .commits
                    .into_iter()
                    .map(|commit| (commit, None))
                    .collect();
                Ok(chosen)
            }
            Span::Periods(every, since, typed) => {
                let one = repository.mainline(head, None, 1).map_err(failed)?;
                let time = one.commits.first().map_or(0, |commit| commit.time);
                let from = since.start(time);
                if from > time {
                    return Err(Error::Usage {
                        message: format!(
                            "--since {} is after the last commit, which is of {}",
                            escape::terminal(typed.as_bytes()),
                            crate::trend::date(time)
                        ),
                        hint: "name an earlier date, or a later commit: --rev REV".to_owned(),
                    });
                }
                let mainline = repository
                    .mainline(head, Some(from), MOST_COMMITS)
                    .map_err(failed)?;
                let calendar = Calendar::new(*every, time);
                let times: Vec<i64> = mainline.commits.iter().map(|commit| commit.time).collect();
                let sampled = last_of_each(&times, from, &calendar);
                if sampled.len() > MOST_POINTS {
                    return Err(Error::Usage {
                        message: format!("that would be {} points", sampled.len()),
                        hint: "take longer periods, for example --every week, or a shorter time: --since 2y"
                            .to_owned(),
                    });
                }
                let mut chosen = Self::of(Sampling::Periods(*every, from), &mainline, true);
                for sample in sampled.iter().rev() {
                    if let Some(commit) = mainline.commits.get(sample.position) {
                        let start = calendar.start(sample.period);
                        chosen
                            .commits
                            .push((commit.clone(), Some((sample.period, start))));
                    }
                }
                Ok(chosen)
            }
        }
    }

    /// What is to be said of a mainline, which may not reach as far as was asked.
    fn of(sampling: Sampling, mainline: &Mainline, is_short: bool) -> Self {
        let oldest = mainline.commits.last();
        let day = oldest.map(|commit| crate::trend::date(commit.time).to_string());
        let day = day.unwrap_or_default();
        let mut chosen = Self {
            commits: Vec::new(),
            sampling,
            cut: None,
            notes: Vec::new(),
        };
        if is_short && mainline.is_shallow {
            chosen.cut = Some((
                format!("the clone is shallow: history is cut off at {day}"),
                Some("git fetch --unshallow (in CI: fetch-depth: 0)".to_owned()),
            ));
        } else if is_short && oldest.is_some_and(|commit| commit.parents.is_empty()) {
            chosen.notes.push(format!("the first commit is of {day}"));
        }
        chosen
    }
}

/// The one definition of all points: that of the work tree, or of the commit that was named.
fn rule(arguments: &cli::Trend, ground: &Ground, head: ObjectId) -> Result<Definition, Error> {
    let config = arguments.measuring.config.as_deref();
    let is_of_commit = arguments.rev.is_some() || ground.repository()?.is_bare();
    let found = if is_of_commit {
        definition::find(config, ground, Snapshot::Commit(head)).map_err(|error| match config {
            Some(_) => error,
            None => revision::at(error, head),
        })
    } else {
        definition::find(config, ground, Snapshot::WorkTree)
    }?;
    Ok(found.definition)
}

/// The components to be shown with their positions among those that take part.
fn components<'a>(
    arguments: &cli::Trend,
    rule: &'a Definition,
) -> Result<Vec<(usize, &'a Component)>, Error> {
    let all = || rule.enabled().enumerate();
    for id in &arguments.component {
        if all().all(|(_, component)| component.id != *id) {
            let ids: Vec<&str> = all().map(|(_, component)| component.id.as_str()).collect();
            let known = rule.component(id).is_some();
            let is_off = if known {
                "is switched off"
            } else {
                "does not exist"
            };
            return Err(Error::Usage {
                message: format!("component {} {is_off}", escape::name(id.as_bytes())),
                hint: format!("there are {}", ids.join(", ")),
            });
        }
    }
    let is_asked = |component: &Component| {
        arguments.component.is_empty() || arguments.component.contains(&component.id)
    };
    Ok(all().filter(|(_, component)| is_asked(component)).collect())
}

/// The directories that were named, as paths below the root, sorted, each once.
fn directories(arguments: &cli::Trend) -> Vec<RepoPath> {
    let mut directories: Vec<RepoPath> = arguments
        .directory
        .iter()
        .map(|path| {
            // `./src/` is `src`.
            let parts: Vec<&[u8]> = path
                .components()
                .filter(|part| !matches!(part, std::path::Component::CurDir))
                .map(|part| part.as_os_str().as_encoded_bytes())
                .collect();
            RepoPath::new(parts.join(&b'/'))
        })
        .filter(|path| !path.as_bytes().is_empty())
        .collect();
    directories.sort();
    directories.dedup();
    directories
}

/// Puts points in the order of time.
fn assembled<'a>(
    chosen: &Chosen,
    question: Question,
    made: Vec<points::Made>,
    components: Vec<(usize, &'a Component)>,
) -> Trend<'a> {
    let mut trend = Trend {
        moments: Vec::new(),
        missing: Vec::new(),
        components,
        question,
    };
    for ((commit, period), made) in chosen.commits.iter().zip(made).rev() {
        match made {
            Ok(point) => trend.moments.push(Moment {
                point,
                subject: commit.subject.clone(),
                period: *period,
            }),
            Err((reason, repair)) => trend.missing.push(Missing {
                commit: commit.id.hex(),
                time: commit.time,
                reason,
                repair,
            }),
        }
    }
    trend
}

fn matter(ground: &Ground, definition_id: String, chosen: &Chosen, trend: &Trend) -> TrendMatter {
    let mut notes = chosen.notes.clone();
    for (position, directory) in trend.question.directories.iter().enumerate() {
        let mut points = 0..trend.moments.len();
        if points.all(|at| trend.part(at, position + 1).is_none()) {
            let name = escape::name(directory.as_bytes());
            notes.push(format!(
                "there was nothing to measure in {name} at any point"
            ));
        }
    }
    if trend
        .moments
        .iter()
        .all(|moment| moment.point.whole().is_none())
    {
        let name = shown(&ground.start);
        notes.push(format!(
            "there was nothing to measure in {name} at any point"
        ));
    }
    TrendMatter {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        repository: ground.name(),
        definition_id,
        head: chosen.commits.first().map(|(commit, _)| Head {
            id: commit.id.hex(),
            time: commit.time,
            branch: None,
        }),
        sampling: chosen.sampling,
        cut: chosen.cut.clone(),
        notes,
    }
}
