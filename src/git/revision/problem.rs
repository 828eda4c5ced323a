//! Why a text names no commit: sentences for the person who typed it, and commands that help.

use crate::git::objects::{ObjectId, ObjectKind, ObjectProblem};
use crate::git::repair;

/// Characters of a name that a message quotes.
const SHOWN: usize = 100;

/// Characters of a reason that it quotes.
const REASON: usize = 200;

/// Ids that a message lists.
const LISTED: usize = 8;

/// Why a text names no commit that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevisionProblem {
    /// It is of a kind that names no single commit, or that is not supported.
    #[error("{} cannot be read as a commit: {reason}", shown(.text))]
    Unsupported {
        /// As typed.
        text: String,
        /// What is wrong with it, and what to type instead.
        reason: &'static str,
    },
    /// The branch that is checked out has no commit yet.
    #[error("there is no commit yet")]
    NoCommit,
    /// Nothing has this name.
    #[error("no commit, branch or tag is called {} here{}", shown(.text), proposals(.similar))]
    Unknown {
        /// As typed, without what follows the name.
        text: String,
        /// Names that exist and look like it, the closest first, at most three.
        similar: Vec<String>,
        /// The command that may bring it.
        repair: Option<String>,
    },
    /// Several commits have an id that begins like this.
    #[error("{} is ambiguous; it can be {}", shown(.text), listed(.candidates))]
    Ambiguous {
        /// As typed, without what follows the name.
        text: String,
        /// Ids of commits, and of tags that lead to commits, sorted.
        candidates: Vec<ObjectId>,
    },
    /// It names an object that is something else.
    #[error("{} is no commit: {} is a {}", shown(.text), .id.hex(), word(*.kind))]
    NotACommit {
        /// As typed, without what follows the name.
        text: String,
        /// The object.
        id: ObjectId,
        /// What it is.
        kind: ObjectKind,
    },
    /// It goes back further than history does.
    #[error("{} does not exist: commit {} has {}", shown(.text), .commit.hex(), count(*.parents))]
    NoAncestor {
        /// As typed.
        text: String,
        /// Where there was no way to go on.
        commit: ObjectId,
        /// How many parents that has.
        parents: usize,
    },
    /// It goes back further than a shallow clone does.
    #[error("{} cannot be found: the clone is shallow, and history is cut off at {}", shown(.text), .commit.hex())]
    Shallow {
        /// As typed.
        text: String,
        /// The commit whose parents were cut off.
        commit: ObjectId,
    },
    /// It leads to an object that cannot be read.
    #[error("{} cannot be found: {} is {problem}", shown(.text), .id.hex())]
    Unreadable {
        /// As typed.
        text: String,
        /// The object.
        id: ObjectId,
        /// Why.
        problem: ObjectProblem,
        /// The command that repairs it, if there is one.
        repair: Option<String>,
    },
    /// References or tags are damaged.
    #[error("{} cannot be found: {}", shown(.text), legible(.reason, REASON))]
    Damaged {
        /// As typed.
        text: String,
        /// What is damaged.
        reason: String,
    },
}

impl RevisionProblem {
    /// Whether there may well be such a commit, and this repository cannot give it.
    pub fn is_damage(&self) -> bool {
        match self {
            // Of an id alone nobody says that it was ever here.
            Self::Unreadable {
                text, id, problem, ..
            } => *problem != ObjectProblem::Missing || !text.eq_ignore_ascii_case(&id.hex()),
            Self::Shallow { .. } | Self::Damaged { .. } => true,
            _ => false,
        }
    }

    /// The command that repairs it, if there is one. It can be pasted into a shell, whatever the name was.
    pub fn repair(&self) -> Option<String> {
        match self {
            Self::Unknown { repair, .. } | Self::Unreadable { repair, .. } => repair.clone(),
            Self::Shallow { .. } => Some(repair::UNSHALLOW.to_owned()),
            Self::Damaged { .. } => Some(repair::EXAMINE.to_owned()),
            _ => None,
        }
    }
}

/// A name in a message.
fn shown(name: &str) -> String {
    format!("`{}`", legible(name, SHOWN))
}

/// So many characters of a text. It may have been chosen by a stranger and completed by a shell.
fn legible(text: &str, most: usize) -> String {
    let mut legible = String::new();
    for (at, character) in text.chars().enumerate() {
        match character {
            _ if at == most => {
                legible.push('…');
                break;
            }
            '\'' | '"' | '\\' => legible.push(character),
            character => legible.extend(character.escape_debug()),
        }
    }
    legible
}

fn proposals(similar: &[String]) -> String {
    let names: Vec<String> = similar.iter().map(|name| shown(name)).collect();
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => format!("; did you mean {only}?"),
        Some((last, others)) => format!("; did you mean {} or {last}?", others.join(", ")),
    }
}

fn listed(ids: &[ObjectId]) -> String {
    let mut names: Vec<String> = ids.iter().take(LISTED).map(ObjectId::hex).collect();
    let more = ids.len().saturating_sub(LISTED);
    if more > 0 {
        names.push(format!("one of {more} more"));
    }
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}

fn word(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Commit => "commit",
        ObjectKind::Tree => "directory",
        ObjectKind::Blob => "file",
        ObjectKind::Tag => "tag",
    }
}

fn count(parents: usize) -> String {
    match parents {
        0 => "no parent".to_owned(),
        1 => "one parent".to_owned(),
        many => format!("{many} parents"),
    }
}
