//! Commits by the names people type, as git understands them: ids, branches, tags, and steps back from there.
//!
//! What would need the reflog, a path or a search is refused by name. A name that is found twice is an error, never a guess.

mod problem;
mod steps;

use std::collections::BTreeSet;

pub use problem::RevisionProblem;
use steps::Step;

use super::abbreviation::Prefix;
use super::objects::{METADATA_LIMIT, ObjectId, ObjectKind, ObjectProblem};
use super::references;
use super::repair;
use super::repository::Repository;

/// Commits that `~` may go back in all. Damaged commits can name each other as parents.
const STEP_LIMIT: u64 = 1_000_000;

/// How many tags may lead to further tags.
const TAG_DEPTH: usize = 32;

/// Objects looked into for one abbreviation.
const CANDIDATE_LIMIT: usize = 10_000;

/// Names proposed for one that does not exist.
const PROPOSALS: usize = 3;

/// How alike a proposal must be, of 1.
const LIKENESS: f64 = 0.8;

/// Names longer than this look like no other.
const LONGEST_LIKE: usize = 100;

/// Git abbreviates ids to this many digits; fewer may as well be a word.
const USUAL_DIGITS: usize = 7;

impl Repository {
    /// The commit that a text names: `HEAD`, `@`, an id or its beginning, a reference by git's rules, `FETCH_HEAD` and its
    /// kin, each with any number of `~`, `~2`, `^`, `^2`, `^{commit}` and `^{}`. Tags are followed. The commit is there and
    /// can be read.
    pub fn commit_named(&self, text: &str) -> Result<ObjectId, RevisionProblem> {
        let unsupported = |reason| RevisionProblem::Unsupported {
            text: text.to_owned(),
            reason,
        };
        let (name, steps) = steps::parse(text).map_err(unsupported)?;
        let mut commit = self.base(name)?;
        let cut = self.shallow().map_err(|reason| damaged(text, reason))?;
        let mut taken = 0_u64;
        let mut milestone = commit;
        for step in steps {
            let (count, which) = match step {
                Step::Parent(0) => continue,
                Step::Parent(which) => (1, which),
                Step::Back(count) => (count, 1),
            };
            for _ in 0..count {
                taken += 1;
                if taken > STEP_LIMIT {
                    return Err(unsupported("it goes back more than a million commits"));
                }
                commit = self.parent(text, commit, which, &cut)?;
                if commit == milestone {
                    let reason = format!("commit {} is its own ancestor", commit.hex());
                    return Err(damaged(text, reason));
                }
                // Ever further apart, so that a circle of any length is noticed.
                if taken.is_power_of_two() {
                    milestone = commit;
                }
            }
        }
        self.peeled(text, commit)
    }

    /// The branch that others are measured against: what the remote `origin` calls its head, or the only other remote; else
    /// the first that exists of `origin/main`, `origin/master`, `main` and `master`. With its name as a person would type it.
    pub fn default_branch(&self) -> Option<(String, ObjectId)> {
        let origin = "refs/remotes/origin/HEAD".to_owned();
        let mut names = vec![origin.clone()];
        let others = self.references().into_iter().filter(|name| {
            name.starts_with("refs/remotes/") && name.ends_with("/HEAD") && *name != origin
        });
        let others: Vec<String> = others.collect();
        if let [other] = others.as_slice() {
            names.push(other.clone());
        }
        names.extend(
            [
                "remotes/origin/main",
                "remotes/origin/master",
                "heads/main",
                "heads/master",
            ]
            .map(|name| format!("refs/{name}")),
        );
        for name in names {
            // One that exists and cannot be read is not replaced by another.
            if let Some((reference, id)) = self.follow(&name).ok()? {
                let commit = self.peeled(&name, id).ok()?;
                return Some((self.as_typed(&reference), commit));
            }
        }
        None
    }

    /// The commit of a name without steps.
    fn base(&self, name: &str) -> Result<ObjectId, RevisionProblem> {
        let damaged = |reason| damaged(name, reason);
        if matches!(name, "HEAD" | "@") {
            let head = self.head_id().map_err(damaged)?;
            return self.peeled(name, head.ok_or(RevisionProblem::NoCommit)?);
        }
        let all = self.hash_kind().id_length() * 2;
        let full = ObjectId::from_hex(name.as_bytes()).filter(|_| name.len() == all);
        if let Some(id) = full {
            return self.peeled(name, id);
        }
        if let Some((_, id)) = self.reference_typed(name).map_err(damaged)? {
            return self.peeled(name, id);
        }
        if let Some(prefix) = Prefix::parse(name, self.hash_kind())
            && let Some(commit) = self.abbreviated(name, &prefix)?
        {
            return Ok(commit);
        }
        Err(self.unknown(name))
    }

    /// The commit whose id begins like this; `None` if there is no object of that kind.
    fn abbreviated(
        &self,
        text: &str,
        prefix: &Prefix,
    ) -> Result<Option<ObjectId>, RevisionProblem> {
        let objects = self.store().starting_with(prefix, CANDIDATE_LIMIT);
        let objects = objects.ok_or_else(|| RevisionProblem::Unsupported {
            text: text.to_owned(),
            reason: "too many objects begin with it; type more digits",
        })?;
        let mut candidates = Vec::new();
        let mut commits = BTreeSet::new();
        let mut other = None;
        for id in objects {
            match self.peeled(text, id) {
                Ok(commit) => {
                    candidates.push(id);
                    commits.insert(commit);
                }
                // What cannot be read says more than what is a file.
                Err(RevisionProblem::NotACommit { .. }) if text.len() < USUAL_DIGITS => {}
                Err(problem @ RevisionProblem::NotACommit { .. }) => {
                    other = other.or(Some(problem));
                }
                Err(problem) => other = Some(problem),
            }
        }
        // A tag and the commit it leads to are one answer.
        match (commits.len(), other) {
            (0, Some(problem)) => Err(problem),
            (0 | 1, _) => Ok(commits.pop_first()),
            _ => Err(RevisionProblem::Ambiguous {
                text: text.to_owned(),
                candidates,
            }),
        }
    }

    /// Follows tags to a commit, and makes sure that it can be read.
    fn peeled(&self, text: &str, id: ObjectId) -> Result<ObjectId, RevisionProblem> {
        let mut at = id;
        for _ in 0..TAG_DEPTH {
            let unreadable = |problem| self.unreadable(text, at, problem);
            let kind = self.with_reader(|reader| reader.kind(at));
            match kind.map_err(unreadable)? {
                ObjectKind::Commit => {
                    self.tree_of(at).map_err(unreadable)?;
                    return Ok(at);
                }
                ObjectKind::Tag => {
                    let tag = self.with_reader(|reader| {
                        reader.read_kind(at, ObjectKind::Tag, METADATA_LIMIT)
                    });
                    at = tagged(&tag.map_err(unreadable)?).ok_or_else(|| {
                        unreadable(ObjectProblem::Corrupt("a tag of nothing".to_owned()))
                    })?;
                }
                kind => {
                    return Err(RevisionProblem::NotACommit {
                        text: text.to_owned(),
                        id: at,
                        kind,
                    });
                }
            }
        }
        let reason = "tags lead to each other without end";
        Err(damaged(text, reason.to_owned()))
    }

    /// A parent by its number, from 1. It has not been looked at yet.
    fn parent(
        &self,
        text: &str,
        commit: ObjectId,
        which: u64,
        cut: &[ObjectId],
    ) -> Result<ObjectId, RevisionProblem> {
        let links = self
            .links_of(commit)
            .map_err(|problem| self.unreadable(text, commit, problem))?;
        if !links.parents.is_empty() && cut.contains(&commit) {
            return Err(RevisionProblem::Shallow {
                text: text.to_owned(),
                commit,
            });
        }
        let at = usize::try_from(which - 1).unwrap_or(usize::MAX);
        let parent = links.parents.get(at).copied();
        parent.ok_or_else(|| RevisionProblem::NoAncestor {
            text: text.to_owned(),
            commit,
            parents: links.parents.len(),
        })
    }

    fn unreadable(&self, text: &str, id: ObjectId, problem: ObjectProblem) -> RevisionProblem {
        let is_shallow = self.shallow().is_ok_and(|cut| !cut.is_empty());
        let repair = match problem {
            ObjectProblem::Missing if is_shallow => Some(repair::UNSHALLOW.to_owned()),
            ObjectProblem::Missing => repair::fetch_commit(self.remotes(), id),
            _ => repair::restore(id, &problem),
        };
        RevisionProblem::Unreadable {
            text: text.to_owned(),
            id,
            problem,
            repair,
        }
    }

    fn unknown(&self, name: &str) -> RevisionProblem {
        let is_id = name.len() >= USUAL_DIGITS && Prefix::parse(name, self.hash_kind()).is_some();
        let is_shallow = self.shallow().is_ok_and(|cut| !cut.is_empty());
        let repair = if is_id && is_shallow {
            Some(repair::UNSHALLOW.to_owned())
        } else if is_id || name == "FETCH_HEAD" {
            repair::fetch(self.remotes())
        } else if references::is_legal(name) && !references::is_left_behind(name) {
            repair::fetch_reference(self.remotes(), name)
        } else {
            None
        };
        RevisionProblem::Unknown {
            text: name.to_owned(),
            similar: self.similar(name),
            repair,
        }
    }

    /// Names of references that look like this one, the closest first.
    fn similar(&self, name: &str) -> Vec<String> {
        if name.len() > LONGEST_LIKE {
            return Vec::new();
        }
        let references = self.references();
        let mut likely: Vec<(f64, &str)> = references
            .iter()
            .filter_map(|reference| {
                let below = ["refs/heads/", "refs/tags/", "refs/remotes/"];
                let short = below
                    .iter()
                    .find_map(|below| reference.strip_prefix(below))?;
                Some((likeness(name, short), short))
            })
            .chain([(likeness(name, "HEAD"), "HEAD")])
            .filter(|(likeness, _)| *likeness >= LIKENESS)
            .collect();
        likely.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(right.1)));
        likely.dedup_by_key(|(_, short)| *short);
        let names = likely.iter().map(|(_, short)| (*short).to_owned());
        names.take(PROPOSALS).collect()
    }
}

fn damaged(text: &str, reason: String) -> RevisionProblem {
    RevisionProblem::Damaged {
        text: text.to_owned(),
        reason,
    }
}

/// How alike a name that was typed and one that exists are, up to 1.
fn likeness(typed: &str, name: &str) -> f64 {
    let ends_in = |long: &str, short: &str| {
        let rest = long.strip_suffix(short);
        rest.is_some_and(|rest| rest.ends_with('/'))
    };
    // `main` for `origin/main` is what is typed most.
    if ends_in(name, typed) || ends_in(typed, name) || name.eq_ignore_ascii_case(typed) {
        return 1.0;
    }
    strsim::jaro_winkler(typed, name)
}

/// The id a tag object leads to.
fn tagged(content: &[u8]) -> Option<ObjectId> {
    let line = content.split(|byte| *byte == b'\n').next()?;
    ObjectId::from_hex(line.strip_prefix(b"object ")?)
}

#[cfg(test)]
mod tests;
