//! Deployments as tags tell of them, what each delivered, and what had to be undone or mended in haste.
//!
//! What a deployment holds is a question of ancestry, never of dates: commits belong to the first deployment that reaches
//! them.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::commit::{self, RawCommit};
use super::hash::WordHash;
use super::history::Source;
use super::lineage::Lineage;
use super::objects::{METADATA_LIMIT, ObjectId, ObjectKind, ObjectProblem, ObjectReader};
use super::{History, HistoryState, repair};

/// How many tags may point to a further tag.
const TAG_DEPTH: usize = 5;

/// `This reverts commit 0123abc`, as git writes it.
static REVERTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"This reverts commits? ([0-9a-f]{7,64})\b").ok());

/// What is mended in haste says so, in a subject or in the name of a branch that is merged.
static HASTE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)(^|[^a-z])(hot-?fix|rollback|emergency)($|[^a-z])").ok());

/// The tags of one way to name deployments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployTags {
    /// The pattern they match.
    pub pattern: String,
    /// Their names without `refs/tags/`, sorted, and what they point to.
    pub tags: Vec<(String, ObjectId)>,
}

/// What the tags of one pattern say.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Deployments {
    /// The pattern.
    pub pattern: String,
    /// Whether the rest may be read.
    pub state: HistoryState,
    /// All there are up to the head's time, oldest first, one for each commit.
    pub all: Vec<Deployment>,
    /// By change of the history: the first deployment that holds it.
    pub of_change: Vec<Option<u32>>,
    /// Commits of the window that undo or mend something, oldest first.
    pub repairs: Vec<Repair>,
    /// Commits of the window, without merges.
    pub commits: u32,
}

/// One deployment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Deployment {
    /// The name of its tag.
    pub name: String,
    /// When the tag was made; of a tag without a time of its own, committer time of its commit. Seconds since the epoch.
    pub time: i64,
}

/// A commit that undoes or mends something.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Repair {
    /// Committer time, seconds since the epoch.
    pub time: i64,
    /// It is a revert, not a hotfix.
    pub is_revert: bool,
    /// The first deployment that holds what was reverted.
    pub undone: Option<u32>,
    /// The first deployment that holds the repair itself.
    pub deployed: Option<u32>,
}

/// Whether a subject or the name of a tag speaks of haste.
pub fn is_hasty(text: &str) -> bool {
    HASTE.as_ref().is_some_and(|haste| haste.is_match(text))
}

/// Reads what `tags` hold, for the changes and the window of `history`.
pub(super) fn deployments(
    source: &Source,
    reader: &ObjectReader,
    tags: &DeployTags,
    history: &History,
) -> Deployments {
    let mut found = Deployments {
        pattern: tags.pattern.clone(),
        state: HistoryState::Available,
        all: Vec::new(),
        of_change: vec![None; history.changes.len()],
        repairs: Vec::new(),
        commits: 0,
    };
    let read = Reading {
        reader,
        lineage: Lineage::new(source.store.reader(), Vec::new()),
        holders: HashMap::default(),
    };
    if source.is_shallow() {
        found.state = super::history::unavailable(
            "the clone is shallow: tags and what they hold are cut off".to_owned(),
            Some(repair::UNSHALLOW),
        );
    } else if let Err((id, problem)) = read.fill(&mut found, source, tags, history) {
        found.state = source.broken("object", id, &problem);
    }
    found
}

/// An object, and why it cannot be read.
type Trouble = (ObjectId, ObjectProblem);

struct Reading<'a> {
    reader: &'a ObjectReader,
    lineage: Lineage,
    /// By number of a commit: the first deployment that holds it.
    holders: HashMap<u32, u32, WordHash>,
}

impl Reading<'_> {
    fn fill(
        mut self,
        found: &mut Deployments,
        source: &Source,
        tags: &DeployTags,
        history: &History,
    ) -> Result<(), Trouble> {
        let window = history.window;
        let mut dated: Vec<(i64, &str, ObjectId)> = Vec::new();
        for (name, id) in &tags.tags {
            // A tag of a file or a directory deploys nothing.
            if let Some((commit, time)) = self.peeled(*id)?
                && time <= window.to
            {
                dated.push((time, name, commit));
            }
        }
        dated.sort_unstable();
        let mut seen = Vec::new();
        for (time, name, commit) in dated {
            if seen.contains(&commit) {
                continue;
            }
            seen.push(commit);
            let deployment = u32::try_from(found.all.len()).unwrap_or(u32::MAX);
            self.claim(commit, Some(deployment))?;
            found.all.push(Deployment {
                name: name.to_owned(),
                time,
            });
        }
        let mut recent: Vec<u32> = self.claim(source.head(), None)?;
        let held = self.holders.keys().copied();
        recent.extend(held);
        recent.retain(|number| (window.from..=window.to).contains(&self.lineage.rank(*number)));
        recent
            .sort_unstable_by_key(|number| (self.lineage.rank(*number), self.lineage.id(*number)));
        for (change, holder) in history.changes.iter().zip(&mut found.of_change) {
            if let Some(id) = ObjectId::from_hex(change.commit.as_bytes()) {
                let number = self.lineage.number(id);
                *holder = self.holders.get(&number).copied();
            }
        }
        self.repairs(found, &recent)
    }

    /// The commit a tag leads to and the time of the deployment; none if it leads to something else.
    fn peeled(&self, mut id: ObjectId) -> Result<Option<(ObjectId, i64)>, Trouble> {
        let mut tagged = None;
        for _ in 0..TAG_DEPTH {
            let read = self.reader.read(id, METADATA_LIMIT);
            let (kind, content) = read.map_err(|problem| (id, problem))?;
            match kind {
                ObjectKind::Commit => {
                    let time = commit::links(&content).and_then(|links| links.time);
                    return Ok(tagged.or(time).map(|time| (id, time)));
                }
                ObjectKind::Tag => {
                    let Some((next, time)) = commit::tag(&content) else {
                        return Ok(None);
                    };
                    tagged = tagged.or(time);
                    id = next;
                }
                ObjectKind::Tree | ObjectKind::Blob => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Gives a deployment all that no earlier one holds. Without a deployment, only returns what none holds.
    fn claim(&mut self, commit: ObjectId, deployment: Option<u32>) -> Result<Vec<u32>, Trouble> {
        let mut claimed = Vec::new();
        let mut seen = std::collections::HashSet::<u32, WordHash>::default();
        let mut pending = vec![self.lineage.number(commit)];
        while let Some(number) = pending.pop() {
            if self.holders.contains_key(&number) || !seen.insert(number) {
                continue;
            }
            let read = self.lineage.read(number);
            read.map_err(|problem| (self.lineage.id(number), problem))?;
            pending.extend(self.lineage.parents(number));
            claimed.push(number);
        }
        if let Some(deployment) = deployment {
            let held = claimed.iter().map(|number| (*number, deployment));
            self.holders.extend(held);
        }
        Ok(claimed)
    }

    fn raw(&self, number: u32) -> Result<Option<RawCommit>, Trouble> {
        let id = self.lineage.id(number);
        let content = self
            .reader
            .read_kind(id, ObjectKind::Commit, METADATA_LIMIT);
        let content = content.map_err(|problem| (id, problem))?;
        Ok(commit::parse(&content))
    }

    /// Looks at the messages of the window, oldest first.
    fn repairs(&mut self, found: &mut Deployments, recent: &[u32]) -> Result<(), Trouble> {
        let mut by_subject: HashMap<String, u32> = HashMap::new();
        for number in recent {
            let Some(raw) = self.raw(*number)? else {
                continue;
            };
            let is_merge = raw.parents.len() > 1;
            found.commits += u32::from(!is_merge);
            let undone = if is_merge { None } else { undone(&raw) };
            let is_revert = undone.is_some();
            if is_revert || is_hasty(&raw.subject) {
                let target = match undone {
                    Some(Undone::Commit(prefix)) => self.named(&prefix),
                    Some(Undone::Subject(subject)) => by_subject.get(&subject).copied(),
                    None => None,
                };
                found.repairs.push(Repair {
                    time: self.lineage.rank(*number),
                    is_revert,
                    undone: target.and_then(|target| self.holders.get(&target).copied()),
                    deployed: self.holders.get(number).copied(),
                });
            }
            by_subject.insert(raw.subject, *number);
        }
        Ok(())
    }

    /// The deployed commit whose id begins like this; of several the smallest.
    fn named(&mut self, prefix: &str) -> Option<u32> {
        if let Some(id) = ObjectId::from_hex(prefix.as_bytes()) {
            return Some(self.lineage.number(id));
        }
        let ids = self.holders.keys();
        let ids = ids.map(|number| (self.lineage.id(*number), *number));
        let meant = ids.filter(|(id, _)| id.hex().starts_with(prefix));
        meant.min().map(|(_, number)| number)
    }
}

/// What a revert says that it undoes.
enum Undone {
    /// A commit, by the beginning of its id.
    Commit(String),
    /// A change, by its subject.
    Subject(String),
}

/// Reverts are told by their body or by their subject: rebasing and squashing each lose one of them.
fn undone(raw: &RawCommit) -> Option<Undone> {
    let by_body = REVERTED
        .as_ref()
        .and_then(|reverted| reverted.captures(&raw.body)?.get(1));
    if let Some(id) = by_body {
        return Some(Undone::Commit(id.as_str().to_owned()));
    }
    let rest = raw.subject.strip_prefix("Revert \"")?;
    let subject = rest.rsplit_once('"').map_or(rest, |(subject, _)| subject);
    Some(Undone::Subject(subject.to_owned()))
}

#[cfg(test)]
mod tests;
