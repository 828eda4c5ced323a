//! What is done while a lock is held, and where a lock guards nothing but a first start.

use super::{Lock, Room};
use crate::facts::StepKind;
use crate::measures::data::leaving::leaving;
use crate::measures::data::operations::Operations;

/// Most lines that are no long time to hold a lock.
pub(super) const MOST_LINES: u32 = 20;
/// Calls that end what a lock was taken for.
const RELEASE: &[&str] = &["release", "unlock", "drop", "releaseLock"];
/// Calls that only hand on what locking gives.
const UNWRAPPING: &[&str] = &["unwrap", "expect", "unwrap_or_else", "map_err", "ok"];

/// The steps during which a lock is held, and the lines they stand on.
#[derive(Clone, Debug)]
pub(super) struct Held {
    steps: std::ops::Range<usize>,
    first_line: u32,
    last_line: u32,
}

/// What makes a lock worse that everybody waits for.
#[derive(Debug, Default)]
pub(super) struct Burden {
    pub outside: u64,
    pub awaits: u64,
    pub locks: u64,
    pub in_loop: bool,
    pub lines: u64,
    words: Vec<String>,
}

impl Burden {
    /// Whether there is anything to say.
    pub fn is_any(&self) -> bool {
        !self.words.is_empty()
    }

    /// The words for it: ", held while it calls `requests.get` (HTTP) on line 7, in a loop".
    pub fn words(&self) -> String {
        if self.words.is_empty() {
            String::new()
        } else {
            format!(", {}", self.words.join(", "))
        }
    }

    /// Named numbers.
    pub fn figures(&self) -> Vec<(&'static str, u64)> {
        vec![
            ("calls_outside", self.outside),
            ("awaits", self.awaits),
            ("other_locks", self.locks),
            ("in_loop", u64::from(self.in_loop)),
            ("lines", self.lines),
        ]
    }
}

impl Room<'_, '_> {
    /// While what a lock is held that a step takes.
    pub(super) fn held(&self, at: usize, lock: &Lock) -> Held {
        let steps = self.steps_held(at);
        let calls = steps.clone().filter_map(|step| self.sheet.call(step));
        let last_line = calls
            .map(|call| call.call.line)
            .fold(lock.line, |last, line| last.max(line));
        Held {
            steps,
            first_line: lock.line,
            last_line,
        }
    }

    fn steps_held(&self, at: usize) -> std::ops::Range<usize> {
        let sheet = &self.sheet;
        // What is chained to the call that locks, and the await around it, belongs to it.
        let mut end = at;
        let mut only_unwrapped = true;
        while let Some(parent) = sheet.parent(end)
            && let Some(call) = sheet.call(parent)
            && call.tail.is_some()
            && sheet.start(parent) == sheet.start(end)
        {
            let chain = sheet.chain(parent);
            let last = chain.last().map_or("", |segment| segment.name);
            only_unwrapped &= UNWRAPPING.contains(&last);
            end = parent;
        }
        let around = sheet.parent(end);
        let kind = around.map(|around| &sheet.steps[around].kind);
        let entered = matches!(sheet.steps[at].kind, StepKind::Enter { .. }).then_some(at);
        let entered = entered.or(around.filter(|_| matches!(kind, Some(StepKind::Enter { .. }))));
        if let Some(enter) = entered {
            let scope = sheet.parent(enter).unwrap_or(enter);
            return enter + 1..scope;
        }
        // `runExclusive(async () => { … })`: what it is given runs inside.
        let is_given = (sheet.start(at)..at)
            .any(|inner| sheet.parent(inner) == Some(at) && sheet.function_index(inner).is_some());
        if is_given {
            return sheet.start(at)..at;
        }
        let bound = match kind {
            Some(StepKind::Bind(name)) if only_unwrapped => Some(*name),
            _ => None,
        };
        let is_acquired = sheet.call(at).is_some_and(|call| {
            let name = call.call.callee.rsplit(['.', ':']).next().unwrap_or("");
            name.starts_with("acquire")
        });
        if bound.is_none() && !is_acquired {
            // A guard that gets no name lives as long as its statement.
            let mut outer = end;
            while let Some(parent) = sheet.parent(outer)
                && sheet.call(parent).is_some()
            {
                outer = parent;
            }
            return end + 1..outer;
        }
        let is_block = |step: usize| {
            matches!(
                sheet.steps[step].kind,
                StepKind::Arm | StepKind::Loop | StepKind::Function(..) | StepKind::Scope
            )
        };
        let mut block = sheet.parent(end);
        while let Some(outer) = block
            && !(if is_acquired {
                sheet.function_index(outer).is_some()
            } else {
                is_block(outer)
            })
        {
            block = sheet.parent(outer);
        }
        let from = around.filter(|_| bound.is_some()).unwrap_or(end) + 1;
        let to = block.unwrap_or(sheet.steps.len());
        let released = (from..to).find(|step| self.is_release(*step));
        from..released.unwrap_or(to)
    }

    fn is_release(&self, step: usize) -> bool {
        self.sheet.call(step).is_some_and(|call| {
            let name = call.call.callee.rsplit(['.', ':']).next().unwrap_or("");
            RELEASE.contains(&name)
        })
    }

    /// Whether a lock only guards that something starts once: all that is done under it is done where a name is tested
    /// and then bound.
    pub(super) fn is_lazy_start(&self, held: &Held) -> bool {
        let starts = &self.sheet.facts.lazy_starts;
        let mut calls = held
            .steps
            .clone()
            .filter(|step| !self.is_release(*step))
            .filter_map(|step| self.sheet.call(step))
            .map(|call| call.call.line);
        let first = held.first_line;
        let within = |line: u32| {
            starts
                .iter()
                .any(|(from, to)| *from >= first && (*from..=*to).contains(&line))
        };
        match calls.next() {
            Some(line) => within(line) && calls.all(within),
            // Nothing is called: one that is tested right behind the lock.
            None => starts
                .iter()
                .any(|(from, _)| (first..=first + 2).contains(from)),
        }
    }

    /// What makes a lock worse.
    pub(super) fn burden(&self, at: usize, held: &Held, data: &Operations) -> Burden {
        let mut burden = Burden::default();
        let sheet = &self.sheet;
        let mut first = None;
        for step in held.steps.clone() {
            let Some(call) = sheet.call(step) else {
                continue;
            };
            let way = leaving(sheet, step).or_else(|| data.touches(step).then_some("the database"));
            if let Some(way) = way {
                burden.outside += 1;
                first = first.or(Some((call.call.line, way)));
            }
        }
        if let Some((line, way)) = first {
            burden
                .words
                .push(format!("held while it talks to {way} on line {line}"));
        }
        let awaits = &sheet.facts.awaits;
        let from = awaits.partition_point(|line| *line <= held.first_line);
        let to = awaits.partition_point(|line| *line <= held.last_line);
        burden.awaits = to.saturating_sub(from) as u64;
        if burden.awaits > 0 {
            burden.words.push("held while it awaits".to_owned());
        }
        let others = held
            .steps
            .clone()
            .filter(|step| self.lock_at(*step).is_some());
        burden.locks = others.count() as u64;
        if burden.locks > 0 {
            burden
                .words
                .push("held while it takes another lock".to_owned());
        }
        let mut outer = sheet.parent(at);
        while let Some(step) = outer
            && sheet.function_index(step).is_none()
        {
            burden.in_loop |= matches!(sheet.steps[step].kind, StepKind::Loop);
            outer = sheet.parent(step);
        }
        if burden.in_loop {
            burden.words.push("taken in a loop".to_owned());
        }
        let lines = held.last_line - held.first_line;
        burden.lines = u64::from(lines);
        if lines > MOST_LINES {
            burden.words.push(format!("held for {lines} lines"));
        }
        burden
    }
}
