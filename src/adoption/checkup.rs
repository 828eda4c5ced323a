//! A check-up: what keeps the program from a full answer about a repository, what that costs, and what repairs it.

mod files;

use super::sights;
use crate::codebase::Codebase;
use crate::day;
use crate::definition::{Decimal, Definition};
use crate::evaluation::Evaluation;
use crate::git::{ChangeUnit, HistoryState};
use crate::languages;
use crate::measures::Measurement;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about, as a key.
    pub id: &'static str,
    /// How it is.
    pub health: Health,
    /// What was found: a clause.
    pub found: String,
    /// What that costs.
    pub costs: Option<String>,
    /// What repairs it.
    pub repair: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Well,
    /// Worth knowing; nothing is missing.
    Note,
    /// It keeps the program from a full answer.
    Missing,
}

impl Health {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Note => "note",
            Self::Missing => "missing",
        }
    }
}

/// What the code does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// The file of the definition; none for the built-in one.
    pub definition_file: Option<String>,
    /// What is wrong with it, where it could not be read.
    pub definition_fault: Option<String>,
    /// What is wrong with the repository, and what repairs that; none where it can be read.
    pub repository_fault: Option<(String, Option<String>)>,
    /// It was cloned without all objects.
    pub is_partial: bool,
    /// The branch others are measured against.
    pub default_branch: Option<String>,
    /// Where the cache is and how large, or why there is none.
    pub cache: Result<String, String>,
    /// Sentences of the survey.
    pub notes: Vec<String>,
}

impl Default for Circumstances {
    /// A repository that can be read, without a definition or a cache.
    fn default() -> Self {
        Self {
            definition_file: None,
            definition_fault: None,
            repository_fault: None,
            is_partial: false,
            default_branch: None,
            cache: Err("there is none".to_owned()),
            notes: Vec::new(),
        }
    }
}

/// Looks at everything, in the order a person would repair it.
pub fn checkup(
    around: &Circumstances,
    definition: &Definition,
    codebase: &Codebase,
    evaluation: &Evaluation,
) -> Vec<Finding> {
    let mut findings = vec![of_definition(around), of_git(around)];
    if around.repository_fault.is_none() {
        findings.extend(of_history(codebase));
        findings.push(of_base(around));
    }
    findings.extend(of_components(evaluation));
    findings.extend(of_coverage(definition, codebase));
    findings.extend(of_timings(codebase));
    findings.push(well("grammars", languages::VERSIONS));
    findings.extend(files::of_languages(codebase));
    findings.extend(files::of_lost(codebase));
    findings.extend(files::of_unsupported(codebase));
    findings.push(match sights::owners(codebase) {
        Some(place) => well("owners", place),
        None => Finding {
            repair: Some("write .github/CODEOWNERS, or CODEOWNERS at the root".to_owned()),
            ..note("owners", "no file says who answers for which path")
        },
    });
    findings.push(match &around.cache {
        Ok(cache) => well("cache", cache),
        Err(reason) => Finding {
            costs: Some("every run works everything out anew".to_owned()),
            repair: Some(
                "leave --no-cache away, or name a place of your own: QUALITY_CACHE_DIR=DIR, --cache-dir DIR".to_owned(),
            ),
            ..note("cache", reason)
        },
    });
    let history = &codebase.history.notes;
    findings.extend(around.notes.iter().chain(history).map(|words| {
        let is_glob = words.ends_with("matches no file");
        Finding {
            costs: is_glob
                .then(|| "what it was meant for is judged like everything else".to_owned()),
            repair: is_glob.then(|| "correct it, or delete it".to_owned()),
            ..note(if is_glob { "globs" } else { "notes" }, words)
        }
    }));
    findings
}

fn well(id: &'static str, found: impl Into<String>) -> Finding {
    Finding {
        id,
        health: Health::Well,
        found: found.into(),
        costs: None,
        repair: None,
    }
}

fn note(id: &'static str, found: impl Into<String>) -> Finding {
    Finding {
        health: Health::Note,
        ..well(id, found)
    }
}

fn missing(id: &'static str, found: impl Into<String>) -> Finding {
    Finding {
        health: Health::Missing,
        ..well(id, found)
    }
}

fn of_definition(around: &Circumstances) -> Finding {
    match (&around.definition_fault, &around.definition_file) {
        (Some(fault), _) => Finding {
            costs: Some(
                "every other command ends with exit code 2; below, the built-in definition counts"
                    .to_owned(),
            ),
            repair: Some(
                "correct it; `quality schema > quality.schema.json` lets editors check it"
                    .to_owned(),
            ),
            ..missing("definition", fault)
        },
        (None, Some(file)) => well("definition", file),
        (None, None) => Finding {
            repair: Some("quality init proposes a quality.toml that fits".to_owned()),
            ..note(
                "definition",
                "there is no quality.toml; the built-in definition counts",
            )
        },
    }
}

fn of_git(around: &Circumstances) -> Finding {
    match &around.repository_fault {
        Some((reason, repair)) => Finding {
            costs: Some(
                "nothing is known of changes, and there is neither gate nor trend".to_owned(),
            ),
            repair: repair.clone(),
            ..missing("git", reason)
        },
        None if around.is_partial => Finding {
            costs: Some("gate and trend end where an object was not fetched".to_owned()),
            repair: Some("git fetch --refetch --no-filter".to_owned()),
            ..note(
                "git",
                "a partial clone: objects are fetched when git needs them, and `quality` opens no connection",
            )
        },
        None => well("git", "the repository can be read"),
    }
}

fn of_history(codebase: &Codebase) -> Option<Finding> {
    let history = &codebase.history;
    match &history.state {
        // Told with the repository, or with the components it costs.
        HistoryState::Unavailable { .. } | HistoryState::Skipped => return None,
        HistoryState::NotApplicable { reason } => return Some(note("history", reason)),
        HistoryState::Available => {}
    }
    let count = history.changes.len();
    let day = |time: i64| day::of(time).map_or_else(String::new, |day| day.to_string());
    let (from, to) = (day(history.window.from), day(history.window.to));
    let commits = history.commits;
    let explained = commits.non_merge.saturating_sub(commits.direct);
    let percent = u64::from(explained) * 100 / u64::from(commits.non_merge).max(1);
    let marks = format!("marks explain {percent} % of {} commits", commits.non_merge);
    Some(match history.unit {
        ChangeUnit::PullRequests => well(
            "history",
            format!("{count} pull requests, {from} to {to}; {marks}"),
        ),
        ChangeUnit::Commits => Finding {
            costs: Some("small changes and calm files are judged by commit".to_owned()),
            repair: Some(
                "merge pull requests in a way that leaves their number: a merge commit, or `(#123)` behind the subject"
                    .to_owned(),
            ),
            ..note(
                "history",
                format!("{count} changes, {from} to {to}, which are commits: {marks}"),
            )
        },
    })
}

fn of_base(around: &Circumstances) -> Finding {
    match &around.default_branch {
        Some(branch) => well("base", format!("changes are compared with {branch}")),
        None => Finding {
            costs: Some(
                "`quality gate` has to be told with --base what to compare with".to_owned(),
            ),
            repair: Some("git remote set-head origin --auto".to_owned()),
            ..note(
                "base",
                "no default branch: neither origin/HEAD nor main or master exists",
            )
        },
    }
}

/// Components without a number for want of something, those with one reason together.
fn of_components(evaluation: &Evaluation) -> Vec<Finding> {
    let mut groups: Vec<(String, Option<String>, &'static str, Vec<usize>)> = Vec::new();
    for (position, row) in evaluation.components.iter().enumerate() {
        let (reason, repair) = match &row.measurement {
            Measurement::Unavailable { reason, repair } => (reason, repair.clone()),
            Measurement::Stale { reason, repair } => (reason, Some(repair.clone())),
            _ => continue,
        };
        let id = match row.component.measure.name() {
            "covered-lines" => "coverage",
            "fast-endpoints" => "timings",
            _ if row.component.measure.is_drawn_from_history() => "history",
            _ => "components",
        };
        match groups.iter_mut().find(|group| group.0 == *reason) {
            Some(group) => group.3.push(position),
            None => groups.push((reason.clone(), repair, id, vec![position])),
        }
    }
    // Without history there is more to repair than one report.
    groups.sort_by_key(|group| group.2 != "history");
    let whole = &evaluation.repository;
    groups
        .into_iter()
        .map(|(reason, repair, id, positions)| {
            let rows = || {
                let rows = positions.iter();
                rows.filter_map(|position| evaluation.components.get(*position))
            };
            let titles: Vec<&str> = rows().map(|row| row.component.title.as_str()).collect();
            let weight: i64 = rows().map(|row| row.component.weight.millionths()).sum();
            let of = whole.applicable_weight.millionths().max(1);
            let verb = if titles.len() == 1 { "has" } else { "have" };
            let costs = format!(
                "{} {verb} no number: {} % of the weight",
                titles.join(", "),
                weight * 100 / of
            );
            let has_weight = weight > Decimal::default().millionths();
            Finding {
                costs: Some(costs),
                repair,
                ..if has_weight {
                    missing(id, reason)
                } else {
                    note(id, reason)
                }
            }
        })
        .collect()
}

fn of_coverage(definition: &Definition, codebase: &Codebase) -> Vec<Finding> {
    let head = codebase.history.head.as_ref().map(|head| head.time);
    let is_asked = definition
        .enabled()
        .any(|row| row.measure.name() == "covered-lines");
    if !is_asked && codebase.coverage.reports.is_empty() {
        return vec![well("coverage", "no component asks for it")];
    }
    let reports = codebase.coverage.reports.iter();
    reports
        .map(|report| {
            let place = report.place.to_str();
            match &report.content {
                Ok(content) => well(
                    "coverage",
                    format!(
                        "{place}, {} of {} files, {}",
                        content.format.name(),
                        content.matched,
                        age(content.written, head)
                    ),
                ),
                Err(fault) => Finding {
                    costs: Some("the report is left out".to_owned()),
                    repair: Some(
                        "write it anew, or say in [coverage] where reports lie and what their paths mean"
                            .to_owned(),
                    ),
                    ..missing("coverage", format!("{place}: {}", fault.words()))
                },
            }
        })
        .collect()
}

fn of_timings(codebase: &Codebase) -> Vec<Finding> {
    let head = codebase.history.head.as_ref().map(|head| head.time);
    if codebase.endpoints().is_empty() {
        return vec![well(
            "timings",
            "no endpoint of a known web framework was found",
        )];
    }
    let reports = codebase.timings.reports.iter();
    reports
        .map(|report| {
            let place = &report.import.path;
            match &report.timings {
                Ok(timings) => well(
                    "timings",
                    format!(
                        "{place}, {} answers, {}",
                        timings.len(),
                        age(report.written, head)
                    ),
                ),
                Err(reason) => Finding {
                    costs: Some("the report is left out".to_owned()),
                    repair: Some(
                        "quality probe --trust . --output FILE, or another report".to_owned(),
                    ),
                    ..missing("timings", format!("{place}: {reason}"))
                },
            }
        })
        .collect()
}

/// How old something is beside the last commit: the day of a run says nothing about either.
fn age(written: Option<i64>, head: Option<i64>) -> String {
    match (written, head) {
        (None, _) => "of unknown age".to_owned(),
        (Some(written), Some(head)) if head > written => match (head - written) / DAY {
            0 => "written on the day of the last commit".to_owned(),
            1 => "written a day before the last commit".to_owned(),
            days => format!("written {days} days before the last commit"),
        },
        (Some(_), Some(_)) => "written after the last commit".to_owned(),
        (Some(written), None) => {
            day::of(written).map_or_else(String::new, |day| format!("written {day}"))
        }
    }
}

/// Whether anything keeps the program from a full answer.
pub fn is_anything_missing(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.health == Health::Missing)
}

#[cfg(test)]
mod tests {
    use super::{Circumstances, Finding, Health, checkup, is_anything_missing};
    use crate::definition::Definition;
    use crate::evaluation::evaluate;
    use crate::measures::testing::codebase;

    fn findings(fixture: &str, around: Circumstances) -> Vec<Finding> {
        let codebase = codebase(fixture);
        let definition = Definition::builtin();
        let evaluation = evaluate(&definition, &codebase, 1);
        checkup(&around, &definition, &codebase, &evaluation)
    }

    fn healthy() -> Circumstances {
        Circumstances {
            cache: Ok("/cache".to_owned()),
            default_branch: Some("origin/main".to_owned()),
            ..Circumstances::default()
        }
    }

    #[test]
    fn a_missing_report_has_its_price_and_its_repair() {
        let found = findings("//- a.py\ndef f(x: int) -> int:\n    return x\n", healthy());
        let coverage = found.iter().find(|one| one.id == "coverage").unwrap();
        assert_eq!(coverage.health, Health::Missing);
        assert!(
            coverage
                .costs
                .as_ref()
                .unwrap()
                .starts_with("Test coverage has no number")
        );
        assert!(coverage.repair.is_some());
        assert!(is_anything_missing(&found));
    }

    #[test]
    fn lost_files_are_named_with_their_reason() {
        let found = findings("//- a.py (lost)\n//- b.py\nx = 1\n", healthy());
        let lost = found.iter().find(|one| one.id == "lost").unwrap();
        assert!(lost.found.contains("a.py"), "{lost:?}");
        assert_eq!(lost.health, Health::Missing);
    }

    #[test]
    fn whatever_is_missing_says_what_it_costs_and_what_repairs_it() {
        let around = Circumstances {
            definition_fault: Some("unknown key".to_owned()),
            repository_fault: Some(("there is none".to_owned(), Some("git init".to_owned()))),
            cache: Err("no place".to_owned()),
            notes: vec!["files.test: `a` (line 2) matches no file".to_owned()],
            ..Circumstances::default()
        };
        for one in findings("//- a.py (lost)\n", around) {
            if one.health == Health::Missing {
                assert!(one.costs.is_some() && one.repair.is_some(), "{one:?}");
            }
        }
    }
}
