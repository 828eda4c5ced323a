//! What is worth seeing of transactions beside the share: those that wait for others, those that end turn by turn, and
//! those whose failure nobody hears of.

use crate::codebase::FileIndex;
use crate::facts::StepKind;
use crate::measures::data::leaving::leaving;
use crate::measures::data::operations::{Kind, Operations};
use crate::measures::data::sheet::Sheet;
use crate::measures::data::{Libraries, operations};
use crate::measures::{Entry, List, Subject, View};

/// The lists of all code a component is about.
pub(super) fn lists(view: &View, libraries: &Libraries) -> Vec<List> {
    let (mut long, mut turns, mut swallowed) = (Vec::new(), Vec::new(), Vec::new());
    for (index, file, facts) in view.code() {
        let known = libraries.of(file);
        if known.is_empty() {
            continue;
        }
        let sheet = Sheet::new(index, facts);
        let done = operations(&sheet, file, libraries);
        for end in sheet.ends_of_chains() {
            let Some(way) = leaving(&sheet, end) else {
                continue;
            };
            let begun = done.open_at(&sheet, end, &known);
            if let (Some(begun), Some(call)) = (begun, sheet.call(end)) {
                let line = call.call.line;
                let what = format!("talks to {way} on line {line} inside of a transaction");
                let from = line_of(&sheet, begun);
                long.extend(entry(&sheet, index, end, what, ("begun_on_line", from)));
            }
        }
        for one in &done.list {
            if one.kind == Kind::Commit
                && one.verb == "commit"
                && ends_turn_by_turn(&sheet, &done, one.step)
            {
                let what = format!("commits on line {} in a loop", one.line);
                turns.extend(entry(
                    &sheet,
                    index,
                    one.step,
                    what,
                    ("line", u64::from(one.line)),
                ));
            }
        }
        for inner in done.opened() {
            let line = line_of(&sheet, inner);
            let tried = facts
                .swallowed
                .iter()
                .map(|(from, to)| (u64::from(*from), u64::from(*to)))
                .find(|(from, to)| (from..=to).contains(&&line));
            let outer = done.open_at(&sheet, inner, &known);
            if let (Some((from, _)), Some(outer)) = (tried, outer)
                && line_of(&sheet, outer) < from
            {
                let what = format!(
                    "goes on after the transaction on line {line} failed, inside of another one"
                );
                let begun = line_of(&sheet, outer);
                swallowed.extend(entry(&sheet, index, inner, what, ("begun_on_line", begun)));
            }
        }
    }
    vec![
        List {
            name: "long-transactions",
            about: "Calls over HTTP, to a queue or a mail server inside of a transaction: rows stay locked while they last, \
                    and no rollback takes them back. What is put off until the commit is none."
                .to_owned(),
            entries: long,
        },
        List {
            name: "commits-in-loops",
            about: "Commits in a loop in which nothing begins a transaction: a failure half way leaves half of it behind."
                .to_owned(),
            entries: turns,
        },
        List {
            name: "swallowed-rollbacks",
            about: "Transactions inside of another one whose failure goes no further: the outer one commits without them."
                .to_owned(),
            entries: swallowed,
        },
    ]
}

/// What a function does at a step; none in tests, and outside of functions.
fn entry(
    sheet: &Sheet,
    index: FileIndex,
    step: usize,
    what: String,
    figure: (&'static str, u64),
) -> Option<Entry> {
    let function = sheet.function_index(sheet.function(step)?)?;
    let facts = sheet.facts.functions.get(function as usize)?;
    (!facts.in_test).then(|| Entry {
        subjects: vec![Subject::Function(index, function)],
        words: what,
        figures: vec![figure],
    })
}

fn line_of(sheet: &Sheet, step: usize) -> u64 {
    let line = match &sheet.steps[step].kind {
        StepKind::Call(call) => Some(call.call.line),
        StepKind::Function(index, _) => {
            let function = sheet.facts.functions.get(*index as usize);
            function.map(|function| function.line)
        }
        _ => None,
    };
    u64::from(line.unwrap_or_default())
}

/// Whether a commit stands in a loop of its function in which no transaction begins.
fn ends_turn_by_turn(sheet: &Sheet, done: &Operations, commit: usize) -> bool {
    let mut at = commit;
    while let Some(outer) = sheet.parent(at) {
        match sheet.steps[outer].kind {
            StepKind::Function(..) => return false,
            StepKind::Loop => {
                let begins = |one: &crate::measures::data::operations::Operation| {
                    one.kind == Kind::Begin && sheet.is_inside(one.step, outer)
                };
                let opens = |step| sheet.is_inside(step, outer);
                return !done.list.iter().any(begins) && !done.opened().any(opens);
            }
            _ => at = outer,
        }
    }
    false
}
