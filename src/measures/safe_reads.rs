//! Safe reads: of all functions that touch data, those that do not read back, unpinned, what they have just written.
//!
//! Syntax gives candidates, not proofs: a write to something is followed, on a path that goes on, by a read of the same
//! that nothing pins to the primary and no transaction holds together with the write. That is dangerous only where reads
//! may go to a replica that lags behind. So without a sign of replicas nothing is judged, and the candidates are told.

use std::collections::BTreeMap;

use super::data::operations::{Kind, Operation, Operations};
use super::data::order::can_follow;
use super::data::sheet::Sheet;
use super::data::{note_candidates, operations};
use super::{About, Context, Measurement, Method, Note, Reading, Subject, Taken, View};
use crate::definition::data::Library;
use crate::facts::{Lost, StepKind};

pub(super) const ABOUT: About = About {
    unit: "functions",
    gap: "functions that may read stale data",
    why: "A read from a replica right after a write may miss it. Use what the write returns, read in the same \
          transaction, or pin the read to the primary.",
    fewest_subjects: 10,
    by_change: false,
};

/// Most candidates named where nothing is judged.
const MOST_NAMED: usize = 5;

/// Most functions that are looked at for who calls another one.
const MOST_CALLERS: usize = 5;

/// Most operations of a function that are compared with each other.
const MOST_OPERATIONS: usize = 500;

/// What a function does to data.
enum Verdict {
    Safe,
    Unsafe { line: u32, words: String },
    NotProven(String),
}

pub(super) fn read(context: &Context, view: &View) -> Measurement {
    let codebase = context.codebase;
    let libraries = context.libraries();
    if libraries.names().is_empty() {
        return Measurement::NotApplicable {
            reason: "no file imports a known library for data access; [[data.library]] describes one's own"
                .to_owned(),
        };
    }
    let mut taken = Taken {
        method: Method::Heuristic,
        ..Taken::default()
    };
    let (mut candidates, mut told) = (Vec::new(), Vec::new());
    let (mut reading_only, mut on_primary) = (0_u64, 0_u64);
    for (index, file, facts) in view.code() {
        let sheet = Sheet::new(index, facts);
        let found = operations(&sheet, file, libraries);
        for (function, done) in by_function(&sheet, &found) {
            if !done.iter().any(|one| matches!(one.kind, Kind::Write)) {
                let reads = done.iter().filter(|one| one.kind == Kind::Read);
                reading_only += u64::from(reads.clone().count() > 0);
                on_primary += u64::from(reads.clone().any(|one| one.primary));
            }
            let subject = Subject::Function(index, function);
            let (good, note) = match judge(&sheet, &found, &done) {
                Some(Verdict::Safe) => (1, None),
                Some(Verdict::Unsafe { line, .. })
                    if is_held_by_callers(&sheet, &found, &libraries.of(file), &done) =>
                {
                    let reason = format!(
                        "line {line} is written in the transaction of whoever calls from the same file"
                    );
                    taken
                        .unknown
                        .push((subject, Lost::NotProven(reason.into())));
                    continue;
                }
                Some(Verdict::Unsafe { line, words }) => {
                    let place = format!("{}:{line}", file.path.to_str());
                    told.push(format!("{place} {words}"));
                    candidates.push(place);
                    (0, Some(Note::Words(words.into())))
                }
                Some(Verdict::NotProven(reason)) => {
                    taken
                        .unknown
                        .push((subject, Lost::NotProven(reason.into())));
                    continue;
                }
                None => continue,
            };
            taken.readings.push(Reading {
                subject,
                good,
                of: 1,
                note,
            });
        }
    }
    let Some(sign) = libraries.replicas(codebase, context.data) else {
        return without_replicas(&taken, &candidates);
    };
    taken
        .notes
        .push(format!("reads may go to replicas: {sign}"));
    note_candidates(&mut taken.notes, &told);
    if on_primary > 0 {
        taken.notes.push(format!(
            "primary reads: {on_primary} of {reading_only} functions that only read name the primary"
        ));
    }
    taken.unknown.extend(view.lost());
    Measurement::Taken(taken)
}

/// Nothing is judged; what would be is told.
fn without_replicas(taken: &Taken, candidates: &[String]) -> Measurement {
    let judged = taken.readings.len();
    let touch = if judged == 1 {
        "function touches"
    } else {
        "functions touch"
    };
    let mut reason = format!("no sign of read replicas; {judged} {touch} data");
    if !candidates.is_empty() {
        let shown = candidates.len().min(MOST_NAMED);
        let more = candidates.len() - shown;
        reason.push_str(&format!(
            "; with `[data] replicas = true` these would read back what they wrote: {}",
            candidates[..shown].join(", ")
        ));
        if more > 0 {
            reason.push_str(&format!(" and {more} more"));
        }
    }
    Measurement::NotApplicable { reason }
}

/// The operations of each function, in order, by its position in the facts. Tests are left out.
fn by_function<'o, 'a>(
    sheet: &Sheet,
    found: &'o Operations<'a>,
) -> BTreeMap<u32, Vec<&'o Operation<'a>>> {
    let mut functions: BTreeMap<u32, Vec<&Operation>> = BTreeMap::new();
    for operation in &found.list {
        let Some(unit) = found.unit(sheet, operation.step) else {
            continue;
        };
        let StepKind::Function(index, _) = sheet.steps[unit].kind else {
            continue;
        };
        let in_test = sheet
            .facts
            .functions
            .get(index as usize)
            .is_some_and(|function| function.in_test);
        if !in_test {
            functions.entry(index).or_default().push(operation);
        }
    }
    functions
}

/// None for a function that neither writes nor reads.
fn judge(sheet: &Sheet, found: &Operations, done: &[&Operation]) -> Option<Verdict> {
    let touches = |one: &&&Operation| matches!(one.kind, Kind::Write | Kind::Read);
    done.iter().find(touches)?;
    let mut not_proven = None;
    let done = &done[..done.len().min(MOST_OPERATIONS)];
    let mut transactions = BTreeMap::new();
    for (at, write) in done.iter().enumerate() {
        if write.kind != Kind::Write {
            continue;
        }
        for read in &done[at + 1..] {
            let is_same = match (&write.entity, &read.entity) {
                (Some(written), Some(seen)) => written == seen,
                (None, None) => not_proven.is_none(),
                _ => false,
            };
            if !is_same
                || read.kind != Kind::Read
                || read.pinned
                || !std::ptr::eq(read.library, write.library)
                || !can_follow(sheet, write.step, read.step)
            {
                continue;
            }
            let [first, second] = [write, read].map(|one| {
                *transactions
                    .entry(one.step)
                    .or_insert_with(|| found.transaction(sheet, one))
            });
            if (first.is_some() && first == second) || is_one_session(done, write, read) {
                continue;
            }
            let Some(written) = &write.entity else {
                not_proven = Some(format!(
                    "writes on line {} and reads on line {} what cannot be read off the code",
                    write.line, read.line
                ));
                continue;
            };
            let what = written.strip_prefix("variable ").unwrap_or(written);
            return Some(Verdict::Unsafe {
                line: write.line,
                words: format!(
                    "writes `{what}` on line {} (`{}`), reads it again on line {} (`{}`) outside of a transaction",
                    write.line, write.verb, read.line, read.verb
                ),
            });
        }
    }
    Some(not_proven.map_or(Verdict::Safe, Verdict::NotProven))
}

/// Whether a function is called in its own file, and each time, up to some calls away, with a transaction open.
fn is_held_by_callers(
    sheet: &Sheet,
    found: &Operations,
    libraries: &[&Library],
    done: &[&Operation],
) -> bool {
    let unit = done.first().and_then(|one| found.unit(sheet, one.step));
    let mut open: Vec<usize> = unit.into_iter().collect();
    let (mut at, mut is_held) = (0, false);
    while let Some(function) = open.get(at).copied() {
        at += 1;
        let name = sheet
            .function_index(function)
            .and_then(|index| sheet.facts.functions.get(index as usize)?.name.as_deref());
        let Some(name) = name.filter(|_| at <= MOST_CALLERS) else {
            return false;
        };
        let mut is_called = false;
        for step in 0..sheet.steps.len() {
            let calls = sheet.call(step).is_some_and(|call| {
                let (on, last) = call
                    .call
                    .callee
                    .rsplit_once('.')
                    .unwrap_or(("", call.call.callee));
                last == name && matches!(on, "" | "self" | "cls" | "this")
            });
            if !calls {
                continue;
            }
            is_called = true;
            if found.open_at(sheet, step, libraries).is_some() {
                is_held = true;
                continue;
            }
            match found.unit(sheet, step) {
                Some(caller) if !open.contains(&caller) => open.push(caller),
                Some(_) => {}
                None => return false,
            }
        }
        if !is_called {
            return false;
        }
    }
    is_held
}

/// Whether a session holds a write and a read together: it reads where it wrote until it commits.
fn is_one_session(done: &[&Operation], write: &Operation, read: &Operation) -> bool {
    let commits =
        |one: &&Operation| one.kind == Kind::Commit && (write.step..read.step).contains(&one.step);
    write.library.by_session && !done.iter().any(commits)
}

#[cfg(test)]
mod tests {
    use crate::measures::testing::{check, codebase, report};
    use std::path::{Path, PathBuf};

    /// Every fixture of a library: functions whose write is marked `expect: unsafe` are, all others are not.
    #[test]
    fn in_every_library_what_is_marked_is_found_and_nothing_else() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/data/reads");
        let mut paths: Vec<PathBuf> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        assert!(paths.len() >= 13, "{paths:?}");
        let mut wrong = Vec::new();
        for path in paths {
            let name = path.file_name().unwrap().to_str().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            let said = report(
                &codebase(&format!("//- {name}\n{text}")),
                "safe-reads\n[data]\nreplicas = true",
            );
            let found: Vec<u32> = said
                .lines()
                .filter_map(|line| {
                    let rest = line.split_once("writes `")?.1.split_once(" on line ")?.1;
                    rest.split(' ').next()?.parse().ok()
                })
                .collect();
            let marked: Vec<u32> = (1..)
                .zip(text.lines())
                .filter(|(_, line)| line.contains("expect: unsafe"))
                .map(|(number, _)| number)
                .collect();
            assert!(!marked.is_empty(), "{name} marks nothing");
            if found != marked {
                wrong.push(format!("{name}: {marked:?} is marked, but\n{said}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn without_a_sign_of_replicas_nothing_is_judged_and_candidates_are_told() {
        check(
            "safe-reads",
            "//- a.py\nfrom django.db import models\ndef f():\n    Order.objects.create(a=1)\n    return Order.objects.get(a=1)\n",
            "not applicable: no sign of read replicas; 1 function touches data; with `[data] replicas = true` these would \
             read back what they wrote: a.py:3",
        );
    }
}
