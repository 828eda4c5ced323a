//! Exceptions that authors declare beside their code: `quality: allow(simple-functions) -- a table in disguise`.
//!
//! What a comment of its own line says is about the code below it, past decorators and further comments; behind code, about
//! that line; `allow-file` is about the whole file.

use compact_str::CompactString;

use super::Fold;
use crate::day::is_day;
use crate::facts::lines::LineMap;
use crate::facts::{Allowance, AllowanceFault};

/// What such a comment begins with.
const MARKER: &str = "quality:";
/// Longest reason or owner that is kept, in characters.
const LONGEST_WORDS: usize = 200;

impl Fold<'_> {
    /// Takes down the exception a comment declares, if any.
    pub(super) fn allowance(&mut self, comment: &str, line: u32) {
        if let Some(allowance) = allowance(comment, line) {
            self.facts.allowances.push(allowance);
        }
    }

    /// Finds the line of code each exception is about, once it is known which lines are code.
    pub(super) fn settle_allowances(&mut self, lines: &LineMap) {
        for allowance in &mut self.facts.allowances {
            if allowance.target.is_none() {
                continue;
            }
            let mut row = allowance.line - 1;
            while (row as usize) < lines.kinds.len()
                && (!lines.is_code(row) || self.layout.is_decorator(row))
            {
                row += 1;
            }
            allowance.target = Some(row + 1);
        }
    }
}

/// The exception a comment declares. One that cannot be understood is told, too: its author believes that it holds.
fn allowance(comment: &str, line: u32) -> Option<Allowance> {
    let at = memchr::memmem::find(comment.as_bytes(), MARKER.as_bytes())?;
    let before = comment[..at].trim_end_matches([' ', '\t']);
    if !(before.is_empty() || before.ends_with(['#', '/', '*', '!'])) {
        return None;
    }
    let rest = comment[at + MARKER.len()..].trim_start();
    let rest = rest.strip_prefix("allow")?;
    let rest = rest.lines().next().unwrap_or_default();
    let rest = rest.trim_end().trim_end_matches("*/").trim_end();
    let (is_of_file, rest) = match rest.strip_prefix("-file") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let mut allowance = Allowance {
        line,
        target: (!is_of_file).then_some(line),
        ..Allowance::default()
    };
    let inner = rest.trim_start().strip_prefix('(');
    let Some((inner, rest)) = inner.and_then(|inner| inner.split_once(')')) else {
        allowance.fault = Some(AllowanceFault::NotUnderstood);
        return Some(allowance);
    };
    for entry in inner.split(',').map(str::trim) {
        match entry.split_once('=') {
            None if is_id(entry) => allowance.components.push(entry.into()),
            Some((key, value)) => {
                let value = value.trim().trim_matches(['"', '\'']);
                match key.trim() {
                    "until" if is_day(value) => allowance.until = Some(value.into()),
                    "owner" if !value.is_empty() => allowance.owner = Some(words(value)),
                    _ => allowance.fault = Some(AllowanceFault::NotUnderstood),
                }
            }
            None => allowance.fault = Some(AllowanceFault::NotUnderstood),
        }
    }
    if allowance.components.is_empty() {
        allowance.fault = Some(AllowanceFault::NotUnderstood);
    }
    let reason = rest.trim_start().strip_prefix("--").map(str::trim);
    match reason.filter(|reason| !reason.is_empty()) {
        Some(reason) => allowance.reason = words(reason),
        None => {
            allowance.fault.get_or_insert(AllowanceFault::NoReason);
        }
    }
    Some(allowance)
}

fn words(text: &str) -> CompactString {
    text.chars().take(LONGEST_WORDS).collect()
}

/// Whether this can name a component.
fn is_id(text: &str) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.len() <= 64 && text.bytes().all(is_legal)
}

#[cfg(test)]
mod tests {
    use super::allowance;
    use crate::facts::extract::extract;
    use crate::facts::{Allowance, AllowanceFault};
    use crate::languages::Language;

    fn read(comment: &str) -> Allowance {
        allowance(comment, 7).unwrap_or_else(|| panic!("{comment} declares nothing"))
    }

    #[test]
    fn components_reason_owner_and_day_are_read() {
        let read = read(
            "// quality: allow(no-print, typed-code, until=2027-01-31, owner='@acme/web') -- the vendor's interface",
        );
        assert_eq!(read.components, ["no-print", "typed-code"]);
        assert_eq!(read.reason, "the vendor's interface");
        assert_eq!(read.until.as_deref(), Some("2027-01-31"));
        assert_eq!(read.owner.as_deref(), Some("@acme/web"));
        assert_eq!((read.line, read.target, read.fault), (7, Some(7), None));
    }

    #[test]
    fn it_may_stand_behind_another_marker_and_in_a_block() {
        let behind = read("# type: ignore  # quality: allow(a) -- b c");
        assert_eq!(behind.components, ["a"]);
        let block = read("/* quality: allow-file(a) -- generated by hand */");
        assert_eq!((block.target, &*block.reason), (None, "generated by hand"));
    }

    #[test]
    fn without_a_reason_or_a_component_it_is_told_and_does_not_hold() {
        let fault = |comment| read(comment).fault;
        assert_eq!(fault("# quality: allow(a)"), Some(AllowanceFault::NoReason));
        assert_eq!(
            fault("# quality: allow(a) --  "),
            Some(AllowanceFault::NoReason)
        );
        for comment in [
            "# quality: allow a -- b",
            "# quality: allow() -- b",
            "# quality: allow(until=2027-01-31) -- b",
            "# quality: allow(a, until=2027-02-31) -- b",
            "# quality: allow(A B) -- b",
            "# quality: allow(a -- b",
        ] {
            assert_eq!(
                fault(comment),
                Some(AllowanceFault::NotUnderstood),
                "{comment}"
            );
        }
    }

    #[test]
    fn prose_declares_nothing() {
        assert_eq!(allowance("# of high quality: allow(a) -- b", 1), None);
        assert_eq!(allowance("# quality: high", 1), None);
        assert_eq!(allowance("# allow(a) -- b", 1), None);
    }

    #[test]
    fn it_is_about_its_line_or_the_code_below() {
        let targets = |path: &str, text: &str| -> Vec<Option<u32>> {
            let language = Language::all()
                .find(|language| path.ends_with(language.dialect()))
                .unwrap();
            let facts = extract(language, text.as_bytes()).unwrap();
            facts.allowances.iter().map(|one| one.target).collect()
        };
        let python = "x = 1  # quality: allow(a) -- b\n\n# quality: allow(a) -- b\n# more\n\n@one\n@two(\n  3)\ndef f():\n    '''quality: allow(a) -- b'''\n";
        assert_eq!(targets("python", python), [Some(1), Some(9)]);
        let rust = "// quality: allow(a) -- b\n#[inline]\n#[must_use]\nfn f() {}\n// quality: allow-file(a) -- b\n";
        assert_eq!(targets("rust", rust), [Some(4), None]);
        let typescript = "class A {\n  // quality: allow(a) -- b\n  @Get('x')\n  f() {}\n}\n";
        assert_eq!(targets("typescript", typescript), [Some(4)]);
    }
}
