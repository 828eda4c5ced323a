//! What a person types for a commit, taken apart: a name, and steps back from there.

/// No reference has a longer name.
const TEXT_LIMIT: usize = 4_096;

/// A way to go on from a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// `~3`: so many first parents back.
    Back(u64),
    /// `^2`: the parent of this number; 0 is the commit itself.
    Parent(u64),
}

/// Splits a text into a name and what follows it. The error is a sentence about why it is none of ours.
pub(super) fn parse(text: &str) -> Result<(&str, Vec<Step>), &'static str> {
    let refused = [
        (text.is_empty(), "it is empty"),
        (text.len() > TEXT_LIMIT, "it is too long"),
        (text.starts_with('-'), "it looks like an option"),
        (
            text.contains("@{"),
            "the reflog is not read; name a branch, a tag or an id",
        ),
        (
            text.contains("^{/") || text.starts_with(":/"),
            "messages are not searched; name a branch, a tag or an id",
        ),
        (
            text.contains(':'),
            "it names a file in a commit; leave out the colon and what follows",
        ),
        (text.contains(".."), "it is a range; name a single commit"),
    ];
    if let Some((_, reason)) = refused.iter().find(|(is_refused, _)| *is_refused) {
        return Err(reason);
    }
    let (name, mut rest) = text.split_at(text.find(['~', '^']).unwrap_or(text.len()));
    if name.is_empty() {
        return Err("nothing stands before its first step");
    }
    let mut steps = Vec::new();
    while let Some(sign) = rest.chars().next() {
        let after = rest.get(1..).unwrap_or_default();
        if let Some(inner) = after.strip_prefix('{').filter(|_| sign == '^') {
            let (wanted, after) = inner.split_once('}').ok_or("a brace is not closed")?;
            if !matches!(wanted, "" | "commit") {
                return Err("only `^{commit}` and `^{}` name a commit");
            }
            rest = after;
            continue;
        }
        let end = after
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(after.len());
        let (digits, after) = after.split_at(end);
        let number = match digits {
            "" => 1,
            // More than any history holds.
            digits => digits.parse().unwrap_or(u64::MAX),
        };
        match sign {
            '~' => steps.push(Step::Back(number)),
            '^' => steps.push(Step::Parent(number)),
            '@' | '!' | '-' => return Err("it names several commits; name one"),
            _ => return Err("a step is `~`, `~2`, `^`, `^2`, `^{commit}` or `^{}`"),
        }
        rest = after;
    }
    Ok((name, steps))
}

#[cfg(test)]
mod tests {
    use super::{Step, parse};

    #[test]
    fn steps_come_in_any_sequence() {
        assert_eq!(parse("HEAD"), Ok(("HEAD", vec![])));
        assert_eq!(
            parse("a/b~^2^{commit}~3^^{}^0~0"),
            Ok((
                "a/b",
                vec![
                    Step::Back(1),
                    Step::Parent(2),
                    Step::Back(3),
                    Step::Parent(1),
                    Step::Parent(0),
                    Step::Back(0),
                ]
            ))
        );
        assert_eq!(
            parse("@~99999999999999999999999"),
            Ok(("@", vec![Step::Back(u64::MAX)]))
        );
    }

    #[test]
    fn what_names_no_single_commit_is_refused_by_what_it_is() {
        let long = "a".repeat(5_000);
        for (text, word) in [
            ("", "empty"),
            (long.as_str(), "too long"),
            ("-", "option"),
            ("--upload-pack=x", "option"),
            ("HEAD@{1}", "reflog"),
            ("@{upstream}", "reflog"),
            ("main:src", "file"),
            (":/fix", "searched"),
            ("HEAD^{/fix}", "searched"),
            ("a..b", "range"),
            ("a...b", "range"),
            ("^main", "before"),
            ("~1", "before"),
            ("HEAD^@", "several"),
            ("HEAD^!", "several"),
            ("HEAD^-", "several"),
            ("HEAD^{tree}", "only"),
            ("HEAD^{", "brace"),
            ("HEAD~x", "step"),
            ("HEAD^\u{fc}", "step"),
        ] {
            let reason = parse(text).unwrap_err();
            assert!(reason.contains(word), "{text}: {reason}");
        }
    }
}
