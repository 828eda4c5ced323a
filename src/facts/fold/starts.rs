//! First starts, waiting, and failures that nobody hears of: what measures ask of the lines around a lock or a
//! transaction.

use compact_str::CompactString;

use super::Fold;
use crate::facts::finds::Found;
use crate::facts::role::Part;

/// An open branch that tests whether something is there.
pub(super) struct Tested {
    end: u32,
    name: CompactString,
    lines: (u32, u32),
}

impl Fold<'_> {
    /// A branch on whether something is there.
    pub(super) fn lazy_test(&mut self, found: &Found) {
        self.close_tested(found.span.start);
        if let Some(name) = self.part(found, Part::Name) {
            self.tested.push(Tested {
                end: found.span.end,
                name: name.as_ref().into(),
                lines: (found.rows.0 + 1, found.rows.1 + 1),
            });
        }
    }

    /// A name gets a value: inside of a branch that tests the same name, it is started there.
    pub(super) fn lazy_set(&mut self, found: &Found) {
        if self.tested.is_empty() {
            return;
        }
        self.close_tested(found.span.start);
        let Some(name) = self.part(found, Part::Name) else {
            return;
        };
        let mut inwards = self.tested.iter().rev();
        let tested = inwards.find(|tested| *tested.name == *name);
        if let Some(lines) = tested.map(|tested| tested.lines)
            && !self.facts.lazy_starts.contains(&lines)
        {
            self.facts.lazy_starts.push(lines);
        }
    }

    fn close_tested(&mut self, start: u32) {
        while self.tested.last().is_some_and(|tested| tested.end <= start) {
            self.tested.pop();
        }
    }

    /// Something is waited for.
    pub(super) fn awaits(&mut self, found: &Found) {
        let line = found.rows.0 + 1;
        if self.facts.awaits.last() != Some(&line) {
            self.facts.awaits.push(line);
        }
    }

    /// Something is tried, and its failure goes no further: what is done then raises nothing.
    pub(super) fn tried(&mut self, found: &Found) {
        let lines = (found.rows.0 + 1, found.rows.1 + 1);
        let then = self.part(found, Part::Body);
        let goes_on = then.is_some_and(|then| {
            let mut words = then.split(|c: char| !c.is_alphanumeric() && c != '_');
            !words.any(|word| {
                matches!(
                    word,
                    "raise" | "throw" | "rollback" | "set_rollback" | "exit"
                )
            })
        });
        if goes_on && self.facts.swallowed.last() != Some(&lines) {
            self.facts.swallowed.push(lines);
        }
    }
}
