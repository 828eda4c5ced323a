//! The only place that says `git2`: the head, its history as changes, and raw objects read safely.
//!
//! Nothing here executes a program, follows repository configuration or writes. What cannot be read is a value
//! ([`HistoryState`]), never a number.
//!
//! From the disk to a change: `repository` finds the files, `objects` reads what they hold (`alternates` knows where they
//! lie, `packs` and `unpack` read packed ones), `commit` and `tree_diff` parse it, `walk` and `graph` order the commits of a window, `marks` reads their messages, `changes` makes units of them,
//! `renames` and `similarity` give paths today's names, `survey` chooses window and unit, `history` hands it all over. `authors` goes back
//! to the first commit, for who asks for it, and `mailmap` knows who is who; `deployments` reads tags, `origins` tells
//! when single lines were written.
//! `recall`
//! keeps what follows from a commit for the next run.
//!
//! Other commits than the head: `revision` reads what a person types (`abbreviation` and `references` find it), `ancestry` tells
//! where two lines of work parted and `range` what lies between (both on `lineage`), `tree_list` lists the files of a commit.
//! `repair` has the commands that help where something is missing.

mod abbreviation;
mod alternates;
mod ancestry;
mod authors;
mod bots;
mod changes;
mod commit;
mod configuration;
mod deployments;
mod diffs;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod graph;
mod hash;
mod history;
mod identity;
mod index;
mod lineage;
mod mailmap;
mod marks;
mod objects;
mod origins;
mod packs;
mod range;
mod recall;
mod references;
mod renames;
mod repair;
#[cfg(test)]
#[path = "../../tests/repositories/mod.rs"]
mod repositories;
mod repository;
mod revision;
mod similarity;
mod survey;
#[cfg(test)]
mod testing;
mod tree_diff;
mod tree_list;
mod unpack;
mod walk;

pub use ancestry::AncestryProblem;
pub use authors::{Authors, FileAuthors, Seen, Share};
pub use deployments::{DeployTags, Deployment, Deployments, Repair, is_hasty};
pub use history::{Authorship, HistoryOptions, histories, history};
pub use identity::{FileState, FileTime, blob_id};
pub use index::IndexEntry;
pub use lineage::CommitSummary;
pub use objects::{HashKind, OBJECT_LIMIT, ObjectId, ObjectKind, ObjectProblem};
pub use origins::{AskedLines, LineOrigin, OriginProblem};
pub use range::{CommitRange, Mainline};
pub use recall::Recall;
pub use repository::{Discovery, Repository};
pub use revision::RevisionProblem;
pub use tree_list::{TreeList, TreeListProblem, TreeLister};

use serde::{Deserialize, Serialize};

use crate::path::RepoPath;

/// What git history says about the last window of work.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct History {
    /// Whether the rest may be read.
    pub state: HistoryState,
    /// The commit everything is measured from.
    pub head: Option<Head>,
    /// How far back the window reaches.
    pub window: Window,
    /// Units of work by people, newest first. Paths carry today's names.
    pub changes: Vec<Change>,
    /// Units of work by bots, newest first: listed, never counted.
    pub bot_changes: Vec<Change>,
    /// What a change is here.
    pub unit: ChangeUnit,
    /// Non-merge commits in the window, and how many of them a mark explains.
    pub commits: CommitCount,
    /// What a reader should know: malformed commits, capped diffs, containers opened.
    pub notes: Vec<String>,
    /// Who wrote the files, over all of history; none where nobody asked.
    pub authors: Option<Authors>,
    /// What tags say of deployments, by pattern, for who asked.
    pub deployments: Vec<Deployments>,
}

impl History {
    /// A history without a change, and why.
    pub fn without(state: HistoryState) -> Self {
        Self {
            state,
            head: None,
            window: Window::default(),
            changes: Vec::new(),
            bot_changes: Vec::new(),
            unit: ChangeUnit::PullRequests,
            commits: CommitCount::default(),
            notes: Vec::new(),
            authors: None,
            deployments: Vec::new(),
        }
    }
}

/// Whether history can be measured.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum HistoryState {
    /// Complete over the window.
    Available,
    /// There is no repository, or it has no commit: nothing of the kind exists.
    NotApplicable {
        /// One sentence.
        reason: String,
    },
    /// It exists and cannot be read over the window (shallow, corrupt, partial, unsupported).
    Unavailable {
        /// One sentence.
        reason: String,
        /// The command or setting that repairs it, if there is one.
        repair: Option<String>,
    },
    /// Not read because the caller asked not to.
    Skipped,
}

/// The head commit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Head {
    /// Full object id in hex.
    pub id: String,
    /// Committer time, seconds since the epoch.
    pub time: i64,
    /// Short branch name, if HEAD is on a branch.
    pub branch: Option<String>,
}

/// The stretch of history that counts, measured back from the head commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Window {
    /// Days asked for.
    pub days: u32,
    /// Oldest committer time that counts, seconds since the epoch.
    pub from: i64,
    /// The head's committer time.
    pub to: i64,
    /// The window was extended back because it held too few changes.
    pub extended: bool,
}

/// One unit of work.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Change {
    /// How it was recognised.
    pub mark: Mark,
    /// Its number or key in the forge (`123`, `I8473b9…`); the abbreviated commit id where there is none.
    pub key: String,
    /// The commit that brought it, full id in hex.
    pub commit: String,
    /// Committer time of that commit, seconds since the epoch.
    pub time: i64,
    /// Author time of the first of its commits, seconds since the epoch.
    pub authored: i64,
    /// First line of its message.
    pub subject: String,
    /// Files it touched, today's names, sorted, without duplicates.
    pub paths: Vec<RepoPath>,
    /// It touched more paths than are recorded.
    pub bulk: bool,
}

/// How a change was recognised.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Mark {
    /// `Merge pull request #1 from …`
    GithubMerge,
    /// `Merge pull request '…' (#1) from …`
    GiteaMerge,
    /// `Auto merge of #1 - …`, `Rollup merge of #1 - …`
    Homu,
    /// `Merge #1 #2`
    Bors,
    /// `Merged PR 1: …`
    Azure,
    /// `Merged in … (pull request #1)`
    Bitbucket,
    /// `… (#1)` at the end of the subject
    Squash,
    /// `See merge request …!1`
    Gitlab,
    /// `Differential Revision: …D1`
    Phabricator,
    /// `Reviewed-on: …/1` or `Change-Id: I…`
    Gerrit,
    /// `PR-URL: …/1` and its kin
    Trailer,
    /// A first-parent merge of a topic branch
    TopicMerge,
    /// No mark: a first-parent commit, used only where marks are too few
    Commit,
}

/// What a change is in this repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum ChangeUnit {
    /// Merged pull or merge requests, recovered from marks.
    PullRequests,
    /// First-parent commits, because too few carry marks.
    Commits,
}

/// Non-merge commits of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct CommitCount {
    /// All commits reachable in the window, merges included.
    pub all: u32,
    /// Those with at most one parent.
    pub non_merge: u32,
    /// Non-merge commits that belong to no recognised change.
    pub direct: u32,
}
