//! The worst of what was found, for formats that have room for a part of it.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::{Finding, Findings, Severity};
use crate::codebase::maps::Map;

/// Longest text a list of problems shows, in bytes before it is encoded.
const LONGEST: usize = 1_000;

/// The open findings of a severity, at most so many, the worst of each rule first, so that no rule hides another; and how
/// many there are in all.
pub(super) fn worst(
    findings: &Findings,
    severity: Severity,
    most: usize,
) -> (Vec<&Finding>, usize) {
    let open = findings.open().filter(|one| one.severity == severity);
    let mut ranked: Vec<&Finding> = open.collect();
    let all = ranked.len();
    // Sorting is stable: what weighs the same stays in the order of paths.
    ranked.sort_by_key(|one| (one.rule, Reverse(one.gap)));
    let mut ranks: Map<usize, usize> = Map::default();
    let mut placed: Vec<(usize, &Finding)> = ranked
        .into_iter()
        .map(|one| {
            let rank = ranks.entry(one.rule).or_default();
            *rank += 1;
            (*rank, one)
        })
        .collect();
    placed.sort_by_key(|(rank, one)| (*rank, one.rule));
    let worst = placed.into_iter().take(most).map(|(_, one)| one);
    (worst.collect(), all)
}

/// At most so much of a text as a list of problems shows.
pub(super) fn cut(text: &str) -> Cow<'_, str> {
    cut_to(text, LONGEST)
}

/// At most so many bytes, whole characters of them.
pub(in crate::report) fn cut_to(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let mut end = most.saturating_sub("…".len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Cow::Owned(format!("{}…", &text[..end]))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{finding, findings};
    use super::{Severity, cut, cut_to, worst};

    #[test]
    fn no_rule_hides_another() {
        let mut found = findings(vec![
            finding(0, "a.py", 5),
            finding(0, "b.py", 9),
            finding(1, "c.py", 1),
            finding(0, "d.py", 7),
        ]);
        for one in &mut found.list {
            one.severity = Severity::Note;
        }
        let names = |most| {
            let (shown, all) = worst(&found, Severity::Note, most);
            assert_eq!(all, 4);
            let names: Vec<_> = shown
                .iter()
                .map(|one| one.path.to_str().into_owned())
                .collect();
            names.join(" ")
        };
        assert_eq!(names(2), "b.py c.py");
        assert_eq!(names(9), "b.py c.py d.py a.py");
        assert_eq!(worst(&found, Severity::Error, 9).1, 0);
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut_to("größe", 6), "gr…");
        assert_eq!(cut_to("größe", 7), "größe");
        assert_eq!(cut(&"ä".repeat(600)).len(), 999);
    }
}
