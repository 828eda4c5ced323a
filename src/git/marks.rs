//! Recognising a pull request by the text its merge left behind. Anchored, first rule that fits.

use super::Mark;

/// A recognised change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marked {
    /// The rule.
    pub mark: Mark,
    /// The number or id.
    pub key: String,
    /// One member of a rollup: a container can never be one.
    pub rollup_member: bool,
}

/// Looks at a subject (first paragraph in one line), then at the lines of the body.
pub(super) fn recognise(subject: &str, body: &str) -> Option<Marked> {
    let found = |mark, key: &str| Marked {
        mark,
        key: key.to_owned(),
        rollup_member: false,
    };
    if let Some(number) = between(subject, "Merge pull request #", " from ") {
        return Some(found(Mark::GithubMerge, number));
    }
    if let Some(number) = gitea_number(subject) {
        return Some(found(Mark::GiteaMerge, number));
    }
    if let Some(number) = between(subject, "Auto merge of #", " - ") {
        return Some(found(Mark::Homu, number));
    }
    if let Some(number) = between(subject, "Rollup merge of #", " - ") {
        return Some(Marked {
            rollup_member: true,
            ..found(Mark::Homu, number)
        });
    }
    if let Some(number) = bors_number(subject) {
        return Some(found(Mark::Bors, number));
    }
    if let Some(number) = between(subject, "Merged PR ", ": ") {
        return Some(found(Mark::Azure, number));
    }
    if let Some(number) = bitbucket_number(subject) {
        return Some(found(Mark::Bitbucket, number));
    }
    if let Some(number) = last_number(subject) {
        return Some(found(Mark::Squash, number));
    }
    let line = |rule: fn(&str) -> Option<&str>| body.lines().find_map(|line| rule(line.trim_end()));
    None.or_else(|| line(gitlab_number).map(|key| found(Mark::Gitlab, key)))
        .or_else(|| line(phabricator_number).map(|key| found(Mark::Phabricator, key)))
        .or_else(|| line(gerrit_number).map(|key| found(Mark::Gerrit, key)))
        .or_else(|| line(gerrit_change).map(|key| found(Mark::Gerrit, key)))
        .or_else(|| line(trailer_number).map(|key| found(Mark::Trailer, key)))
}

/// The branch a merge commit says it brought, if that is a topic and not a branch others are cut from.
pub(super) fn topic_branch(subject: &str) -> Option<&str> {
    let rest = subject.strip_prefix("Merge ")?;
    let rest = rest.strip_prefix("remote-tracking ").unwrap_or(rest);
    let rest = rest
        .strip_prefix("branches '")
        .or_else(|| rest.strip_prefix("branch '"))?;
    let (name, _) = rest.split_once('\'')?;
    (!name.is_empty() && !is_integration_branch(name)).then_some(name)
}

/// Branches that gather the work of others: merging one synchronises, it does not deliver.
fn is_integration_branch(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("remotes/").unwrap_or(&name);
    let name = name
        .strip_prefix("origin/")
        .or_else(|| name.strip_prefix("upstream/"))
        .unwrap_or(name);
    matches!(
        name,
        "main"
            | "master"
            | "trunk"
            | "dev"
            | "develop"
            | "development"
            | "next"
            | "stable"
            | "maint"
            | "hotfixes"
    ) || name.starts_with("release")
        || name.starts_with("maintenance/")
        || is_version_branch(name)
}

/// `v2`, `2.x`, `1.4.x`, `2-3-stable`, `3.1-maintenance` …
fn is_version_branch(name: &str) -> bool {
    let mut rest = name.strip_prefix('v').unwrap_or(name);
    match digits(rest) {
        "" => return false,
        number => rest = &rest[number.len()..],
    }
    while let Some(part) = rest.strip_prefix(['.', '-']) {
        let length = match digits(part) {
            "" if part.starts_with('x') => 1,
            "" => break,
            number => number.len(),
        };
        rest = &part[length..];
    }
    matches!(rest, "" | "-stable" | "-maintenance" | "-branch")
}

/// The digits `text` begins with.
fn digits(text: &str) -> &str {
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    &text[..end]
}

/// The digits `text` ends with, if there are any.
fn trailing_digits(text: &str) -> Option<&str> {
    let start = text
        .bytes()
        .rposition(|byte| !byte.is_ascii_digit())
        .map_or(0, |last| last + 1);
    // A multi-byte character ends before `start`, so this is a boundary.
    text.get(start..).filter(|number| !number.is_empty())
}

fn between<'t>(subject: &'t str, prefix: &str, suffix: &str) -> Option<&'t str> {
    let rest = subject.strip_prefix(prefix)?;
    let number = digits(rest);
    (!number.is_empty() && rest[number.len()..].starts_with(suffix)).then_some(number)
}

/// `Merge pull request 'title' (#7) from …`; the title may itself hold quotes and numbers.
fn gitea_number(subject: &str) -> Option<&str> {
    let rest = subject.strip_prefix("Merge pull request '")?;
    rest.rmatch_indices("' (#").find_map(|(at, opening)| {
        let rest = &rest[at + opening.len()..];
        let number = digits(rest);
        (!number.is_empty() && rest[number.len()..].starts_with(") from ")).then_some(number)
    })
}

/// `Merge #5 #6`: the first number names the batch.
fn bors_number(subject: &str) -> Option<&str> {
    let mut parts = subject
        .strip_prefix("Merge ")?
        .split(' ')
        .map(|part| part.strip_prefix('#').filter(|number| is_number(number)));
    let first = parts.next()??;
    parts.all(|part| part.is_some()).then_some(first)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && digits(text).len() == text.len()
}

fn bitbucket_number(subject: &str) -> Option<&str> {
    let rest = subject.strip_prefix("Merged in ")?.strip_suffix(')')?;
    let number = trailing_digits(rest)?;
    rest[..rest.len() - number.len()]
        .ends_with(" (pull request #")
        .then_some(number)
}

/// `… (#7)`; of several the last, which is the newest: `Revert "x (#2)" (#8)`.
fn last_number(subject: &str) -> Option<&str> {
    let rest = subject.trim_end().strip_suffix(')')?;
    let number = trailing_digits(rest)?;
    rest[..rest.len() - number.len()]
        .ends_with("(#")
        .then_some(number)
}

/// A line that is `prefix`, then one word ending in `sign` and a number.
fn referenced<'t>(line: &'t str, prefix: &str, sign: char) -> Option<&'t str> {
    let word = line.strip_prefix(prefix)?;
    if word.contains(char::is_whitespace) {
        return None;
    }
    let number = trailing_digits(word)?;
    word[..word.len() - number.len()]
        .ends_with(sign)
        .then_some(number)
}

fn gitlab_number(line: &str) -> Option<&str> {
    referenced(line, "See merge request ", '!')
}

fn phabricator_number(line: &str) -> Option<&str> {
    referenced(line, "Differential Revision: ", 'D')
}

fn gerrit_number(line: &str) -> Option<&str> {
    referenced(line, "Reviewed-on: ", '/')
}

fn gerrit_change(line: &str) -> Option<&str> {
    let id = line.strip_prefix("Change-Id: ")?;
    let hex = id.strip_prefix('I')?;
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (hex.len() == 40 && hex.bytes().all(is_hex)).then_some(id)
}

/// `PR-URL: https://…/pull/7` (Node), `Pull-Request: #7`, `PR: 7`, `PR #7` (ripgrep).
fn trailer_number(line: &str) -> Option<&str> {
    if let Some(number) = line.strip_prefix("PR #") {
        return is_number(number).then_some(number);
    }
    let value = ["PR-URL: ", "Pull-Request: ", "PR: "]
        .into_iter()
        .find_map(|name| line.strip_prefix(name))?
        .trim();
    let number = trailing_digits(value)?;
    let before = &value[..value.len() - number.len()];
    let is_reference = before.is_empty() || before.ends_with(['/', '#', '!']);
    (is_reference && !before.contains(char::is_whitespace)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::{recognise, topic_branch};

    fn check(subject: &str, body: &str, expected: &str) {
        let found = recognise(subject, body).map_or_else(
            || "none".to_owned(),
            |marked| format!("{:?} {}", marked.mark, marked.key),
        );
        assert_eq!(found, expected, "{subject:?} / {body:?}");
    }

    #[test]
    fn every_forge_is_recognised_by_its_subject() {
        check("Merge pull request #12 from a/b", "", "GithubMerge 12");
        check(
            "Merge pull request 'it''s (#3)' (#4) from a/b into main",
            "",
            "GiteaMerge 4",
        );
        check("Auto merge of #9 - a:b, r=c", "", "Homu 9");
        check("Rollup merge of #8 - a:b, r=c", "", "Homu 8");
        check("Merge #5 #6", "", "Bors 5");
        check("Merge #5", "", "Bors 5");
        check("Merged PR 77: Fix", "", "Azure 77");
        check("Merged in a/b (pull request #6)", "", "Bitbucket 6");
        check("Fix it (#2)", "", "Squash 2");
        check("Fix it (#2) ", "", "Squash 2");
    }

    #[test]
    fn of_several_numbers_the_last_counts() {
        check("Revert \"x (#2)\" (#8)", "", "Squash 8");
        check("backport x (#2) (#9)", "", "Squash 9");
    }

    #[test]
    fn bodies_are_read_line_by_line() {
        check(
            "Merge branch 'x' into 'main'",
            "Fix\n\nSee merge request a/b!7\n",
            "Gitlab 7",
        );
        check(
            "x",
            "Differential Revision: https://p.example/D123",
            "Phabricator 123",
        );
        check(
            "x",
            "Change-Id: I0123456789012345678901234567890123456789\nReviewed-on: https://g.example/c/1/+/55",
            "Gerrit 55",
        );
        check(
            "x",
            "Change-Id: I0123456789012345678901234567890123456789",
            "Gerrit I0123456789012345678901234567890123456789",
        );
        check(
            "x",
            "PR-URL: https://github.com/nodejs/node/pull/345",
            "Trailer 345",
        );
        check("x", "Closes #1\nPR #2665 ", "Trailer 2665");
    }

    #[test]
    fn nothing_is_recognised_in_the_middle_of_a_line() {
        for subject in [
            "Fix (#2) again",
            "see Merge pull request #12 from a/b",
            "Merge #5 and #6",
            "Merge pull request #x from a",
            "Fix (#)",
            "(#x)",
            "é(#",
        ] {
            check(subject, "", "none");
        }
        check(
            "x",
            "  See merge request a!7\nsee PR #5\nPR: maybe 5\nChange-Id: Iabc",
            "none",
        );
    }

    #[test]
    fn a_topic_branch_is_none_that_others_are_cut_from() {
        for name in [
            "main",
            "origin/master",
            "remotes/upstream/Develop",
            "stable",
            "2.x",
            "v3",
            "1.4.x",
            "5-2-stable",
            "release/9",
            "release-1.2",
            "maintenance/old",
            "3.1-maintenance",
            "hotfixes",
        ] {
            assert_eq!(
                topic_branch(&format!("Merge branch '{name}' into x")),
                None,
                "{name}"
            );
        }
        for name in ["feature", "mainline", "v", "x.1", "js/fix-2.x", "2.x-fix"] {
            assert_eq!(topic_branch(&format!("Merge branch '{name}'")), Some(name));
        }
        assert_eq!(
            topic_branch("Merge remote-tracking branch 'a/b'"),
            Some("a/b")
        );
        assert_eq!(topic_branch("Merge branches 'a', 'b'"), Some("a"));
        assert_eq!(topic_branch("Merge tag 'v1'"), None);
    }
}
