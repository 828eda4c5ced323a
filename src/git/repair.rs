//! Commands that repair what cannot be read. They are pasted into shells, so nothing in them is more than a word.

use super::objects::{ObjectId, ObjectProblem};

/// Brings the history that a shallow clone cut off.
pub(super) const UNSHALLOW: &str = "git fetch --unshallow (in CI: fetch-depth: 0)";

/// Brings the directories a partial clone left out.
pub(super) const FETCH_DIRECTORIES: &str = "git fetch --refetch --filter=blob:none";

/// Brings everything a partial clone left out.
pub(super) const FETCH_EVERYTHING: &str = "git fetch --refetch --no-filter";

/// Brings every object once more.
pub(super) const REFETCH: &str = "git fetch --refetch";

/// Where nobody here knows better.
pub(super) const EXAMINE: &str = "git fsck says more";

/// Makes a new index of the head commit.
pub(super) const REBUILD_INDEX: &str = "rm \"$(git rev-parse --git-path index)\" && git reset";

/// Makes one index of two.
pub(super) const JOIN_INDEX: &str = "git update-index --no-split-index";

/// Brings an object that cannot be read. Git does not fetch over a damaged file, so that goes first; one that is too large is
/// as it should be.
pub(super) fn restore(id: ObjectId, problem: &ObjectProblem) -> Option<String> {
    match problem {
        ObjectProblem::TooLarge(_) => None,
        ObjectProblem::Missing => Some(REFETCH.to_owned()),
        ObjectProblem::Truncated | ObjectProblem::Corrupt(_) => Some(restore_damaged(id)),
    }
}

/// The same for one that is there and damaged.
pub(super) fn restore_damaged(id: ObjectId) -> String {
    let hex = id.hex();
    let (fan, rest) = hex.split_at(2);
    format!("rm -f \"$(git rev-parse --git-path objects/{fan}/{rest})\" && {REFETCH}")
}

/// Says again which branch is checked out.
pub(super) fn write_head(place: &str) -> String {
    let file = quoted(&format!("{place}/HEAD"));
    format!("echo 'ref: refs/heads/main' > {file}, with the branch you were on")
}

/// Brings one commit by its id.
pub(super) fn fetch_commit(remotes: &[String], id: ObjectId) -> Option<String> {
    Some(format!("git fetch {} {}", usual(remotes)?, id.hex()))
}

/// Brings all that the settings say.
pub(super) fn fetch(remotes: &[String]) -> Option<String> {
    Some(format!("git fetch {}", usual(remotes)?))
}

/// Brings a branch or tag in such a way that it can be named as it was typed.
pub(super) fn fetch_reference(remotes: &[String], typed: &str) -> Option<String> {
    let name = typed.strip_prefix("refs/").unwrap_or(typed);
    let name = name.strip_prefix("remotes/").unwrap_or(name);
    let tracked = remotes
        .iter()
        .filter_map(|remote| Some((remote, name.strip_prefix(remote)?.strip_prefix('/')?)))
        .min_by_key(|(_, branch)| branch.len());
    if let Some((remote, branch)) = tracked {
        let mapping = format!("{branch}:refs/remotes/{remote}/{branch}");
        return Some(format!("git fetch {remote} {}", quoted(&mapping)));
    }
    let remote = usual(remotes)?;
    let is_version = name
        .trim_start_matches('v')
        .starts_with(|c: char| c.is_ascii_digit());
    let tag = name.strip_prefix("tags/").or(is_version.then_some(name));
    if let Some(tag) = tag {
        return Some(format!("git fetch {remote} tag {}", quoted(tag)));
    }
    let branch = name.strip_prefix("heads/").unwrap_or(name);
    let mapping = if typed.starts_with("refs/") {
        format!("{typed}:{typed}")
    } else {
        format!("{branch}:{branch}")
    };
    Some(format!("git fetch {remote} {}", quoted(&mapping)))
}

/// The repository one usually fetches from.
fn usual(remotes: &[String]) -> Option<&str> {
    let origin = remotes.iter().find(|name| *name == "origin");
    origin.or(remotes.first()).map(String::as_str)
}

/// One word for a shell, whatever somebody called a branch.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:@+".contains(c);
    if word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::{fetch_reference, quoted};

    #[test]
    fn what_was_typed_exists_after_the_command() {
        let remotes = ["up".to_owned(), "origin".to_owned(), "up/b".to_owned()];
        let command = |typed: &str| fetch_reference(&remotes, typed).unwrap();
        assert_eq!(
            command("origin/main"),
            "git fetch origin main:refs/remotes/origin/main"
        );
        assert_eq!(
            command("refs/remotes/up/b/c"),
            "git fetch up/b c:refs/remotes/up/b/c"
        );
        assert_eq!(command("main"), "git fetch origin main:main");
        assert_eq!(command("topic/x"), "git fetch origin topic/x:topic/x");
        assert_eq!(command("v1.2"), "git fetch origin tag v1.2");
        assert_eq!(command("tags/first"), "git fetch origin tag first");
        assert_eq!(command("heads/x"), "git fetch origin x:x");
        assert_eq!(
            command("refs/pull/1/head"),
            "git fetch origin refs/pull/1/head:refs/pull/1/head"
        );
        assert_eq!(fetch_reference(&[], "main"), None);
    }

    #[test]
    fn a_name_that_a_shell_would_run_is_one_word() {
        assert_eq!(quoted("a/b:c"), "a/b:c");
        assert_eq!(quoted("$(id)"), "'$(id)'");
        assert_eq!(quoted("a'b;c"), r"'a'\''b;c'");
    }
}
