//! From what a person types for revisions to commits, and what a change consists of.

use crate::cli;
use crate::error::Error;
use crate::git::{CommitSummary, ObjectId, Repository};
use crate::survey::{Ground, Snapshot};

/// Most commits of a change that are listed.
const MOST_COMMITS: usize = 10_000;

/// A change: where it began and where it leads.
pub(super) struct Span {
    /// The commit both have in common.
    pub base: ObjectId,
    /// What the base was called.
    pub base_name: String,
    /// What is judged.
    pub head: Snapshot,
    /// What it was called.
    pub head_name: String,
    /// The commit it is or stands on.
    pub head_commit: ObjectId,
    /// Its commits, parents before children.
    pub commits: Vec<CommitSummary>,
}

/// The commit a text names.
pub(super) fn commit(ground: &Ground, name: &str) -> Result<ObjectId, Error> {
    let problem = match ground.repository()?.commit_named(name) {
        Ok(commit) => return Ok(commit),
        Err(problem) => problem,
    };
    let (reason, repair) = (problem.to_string(), problem.repair());
    Err(if problem.is_damage() {
        Error::Unreadable { reason, repair }
    } else {
        Error::Repository { reason, repair }
    })
}

/// Finds base and head of a change. Without both there is no verdict.
pub(super) fn span(ground: &Ground, arguments: &cli::Gate) -> Result<Span, Error> {
    let repository = ground.repository()?;
    let named = |name: &str| commit(ground, name);
    let head_name = arguments.head.as_deref().unwrap_or("HEAD");
    let head_commit = named(head_name)?;
    let (head, head_name) = if arguments.staged {
        (Snapshot::Staged, "what is staged".to_owned())
    } else if arguments.worktree {
        (Snapshot::WorkTree, "the work tree".to_owned())
    } else {
        (Snapshot::Commit(head_commit), head_name.to_owned())
    };
    if head != Snapshot::Commit(head_commit) && repository.is_bare() {
        return Err(Error::Usage {
            message: "a bare repository has neither a work tree nor an index".to_owned(),
            hint: "name a commit: --head REV".to_owned(),
        });
    }
    let (base_name, tip) = match &arguments.base {
        Some(name) => (name.clone(), named(name)?),
        None => default_base(repository)?,
    };
    let ancestry = |problem: crate::git::AncestryProblem| Error::Inconclusive {
        repair: problem.repair(),
        reason: format!("{base_name} and {head_name}: {problem}"),
    };
    let base = repository.merge_base(tip, head_commit).map_err(ancestry)?;
    if head == Snapshot::Commit(base) {
        return Err(Error::Inconclusive {
            reason: format!(
                "there is no change to judge: {head_name} is part of {base_name} already"
            ),
            repair: Some(
                "name where the change began: quality gate --base HEAD~1; or --worktree for what is not committed"
                    .to_owned(),
            ),
        });
    }
    let commits = repository
        .commits_between(base, head_commit, MOST_COMMITS)
        .map_err(ancestry)?;
    Ok(Span {
        base,
        base_name,
        head,
        head_name,
        head_commit,
        commits: commits.commits,
    })
}

fn default_base(repository: &Repository) -> Result<(String, ObjectId), Error> {
    repository.default_branch().ok_or_else(|| Error::Inconclusive {
        reason: "no default branch was found to compare with: neither origin/HEAD nor main or master exists"
            .to_owned(),
        repair: Some(
            "name it: quality gate --base origin/NAME; in CI fetch it first: git fetch origin NAME, or fetch-depth: 0"
                .to_owned(),
        ),
    })
}

/// Names the commit in which a definition is faulty, as git names its files.
pub(super) fn at(error: Error, commit: ObjectId) -> Error {
    match error {
        Error::Definition(mut diagnostics) => {
            let short: String = commit.hex().chars().take(12).collect();
            diagnostics.file = format!("{short}:{}", diagnostics.file);
            Error::Definition(diagnostics)
        }
        error => error,
    }
}
