//! With what earlier runs learned and without, the answer is the same.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::Recall;
use crate::git::history::history_with_threads;
use crate::git::repositories::{Commit, Repo};
use crate::git::testing::open;
use crate::git::{History, HistoryOptions, HistoryState};

/// Entries of earlier runs, and those of this one.
#[derive(Default)]
struct Memory {
    known: BTreeMap<Vec<u8>, Vec<u8>>,
    new: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl Recall for Memory {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        self.known
            .get(key)
            .map(|value| Cow::Borrowed(value.as_slice()))
    }

    fn put(&self, key: &[u8], value: Vec<u8>) {
        self.new.lock().unwrap().insert(key.to_vec(), value);
    }
}

type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

/// Reads with what is known, checks the answer against one read without, and learns. Returns the answer, how many objects
/// were read, and how many entries are new.
fn run(repo: &Repo, options: &HistoryOptions, known: &mut Entries) -> (History, u64, usize) {
    let plain = history_with_threads(&open(repo), options, None, 2);
    let memory = Arc::new(Memory {
        known: known.clone(),
        new: Mutex::default(),
    });
    let repository = open(repo);
    let recall: Arc<dyn Recall> = Arc::<Memory>::clone(&memory);
    let history = history_with_threads(&repository, options, Some(recall), 2);
    assert_eq!(history, plain);
    let new = std::mem::take(&mut *memory.new.lock().unwrap());
    let count = new.len();
    known.extend(new);
    (history, repository.store().reads(), count)
}

/// Squashes, merges, moves, a bot, the history of another project.
fn story() -> Repo {
    let mut repo = Repo::new();
    let text = "one\ntwo\nthree\nfour\nfive\nsix\n";
    let first = repo.commit(Commit::new("start (#1)", 0).write("src/a", text));
    repo.commit(Commit::new("more (#2)", 1).write("src/b", "b"));
    let foreign = repo.commit(
        Commit::new("theirs (#900)", 2)
            .parents(&[])
            .write("their", "x"),
    );
    let side = repo.commit(
        Commit::new("side work", 3)
            .parents(&[first])
            .write("side", "s"),
    );
    let main = repo.commit(
        Commit::new("bump (#3)", 4)
            .parents(&[side])
            .author("dependabot[bot] <bot@example.com>")
            .write("lock", "1"),
    );
    repo.commit(
        Commit::new("Merge pull request #4 from a/b", 5)
            .parents(&[first, main])
            .write("side", "s"),
    );
    let tip = repo.commit(Commit::new("move (#5)", 6).rename("src/a", "lib/a"));
    repo.commit(
        Commit::new("Merge their project", 7)
            .parents(&[tip, foreign])
            .adopt(foreign, "vendor"),
    );
    repo.commit(
        Commit::new("edit and move (#6)", 8)
            .remove("lib/a")
            .write("lib/c", &format!("{text}seven\n")),
    );
    repo
}

#[test]
fn a_second_run_reads_nothing_and_a_third_only_the_new_commit() {
    let mut repo = story();
    let options = HistoryOptions::default();
    let mut known = Entries::new();
    let (history, reads, new) = run(&repo, &options, &mut known);
    assert_eq!(history.state, HistoryState::Available);
    assert!(history.changes.len() >= 4);
    assert!(reads > 10 && new > 10, "{reads} {new}");
    assert_eq!(run(&repo, &options, &mut known).1, 0);

    repo.commit(Commit::new("new (#7)", 9).write("src/b", "new"));
    let (history, reads, new) = run(&repo, &options, &mut known);
    assert_eq!(history.changes[0].key, "7");
    // The commit, the root before and after it, and a directory that was not there before.
    assert_eq!((reads, new), (4, 2));
    assert_eq!(run(&repo, &options, &mut known).1, 0);
}

#[test]
fn windows_bots_and_units_are_worked_out_anew() {
    let repo = story();
    let mut known = Entries::new();
    run(&repo, &HistoryOptions::default(), &mut known);
    let ada = HistoryOptions {
        bots: vec!["ada@example.com".to_owned()],
        ..HistoryOptions::default()
    };
    assert!(run(&repo, &ada, &mut known).0.changes.is_empty());
    for window_days in [1, 3, 30] {
        for min_changes in [0, 2, 50] {
            let options = HistoryOptions {
                window_days,
                min_changes,
                ..HistoryOptions::default()
            };
            run(&repo, &options, &mut known);
        }
    }
}

#[test]
fn a_rewritten_history_and_a_shallow_one_give_their_own_answers() {
    let mut repo = story();
    let options = HistoryOptions::default();
    let mut known = Entries::new();
    run(&repo, &options, &mut known);
    let base = repo.commit(
        Commit::new("rewritten (#8)", 9)
            .parents(&[])
            .write("z", "z"),
    );
    let (history, ..) = run(&repo, &options, &mut known);
    assert_eq!(history.changes.len(), 1);
    repo.commit(Commit::new("after (#9)", 10).write("z", "y"));

    let mut repo = story();
    let tip = repo.commit(Commit::new("late (#10)", 400).write("late", "x"));
    run(&repo, &options, &mut known);
    let shallow = repo.path().join(".git/shallow");
    std::fs::write(&shallow, format!("{tip}\n")).unwrap();
    run(&repo, &options, &mut known);
    let (history, ..) = run(
        &repo,
        &HistoryOptions {
            min_changes: 0,
            ..options.clone()
        },
        &mut known,
    );
    assert!(matches!(history.state, HistoryState::Unavailable { .. }));
    std::fs::remove_file(shallow).unwrap();
    let (history, ..) = run(&repo, &options, &mut known);
    assert_eq!(history.state, HistoryState::Available);
    assert_ne!(base, tip);
}

#[test]
fn a_partial_clone_neither_takes_nor_gives_moves_by_content() {
    let repo = story();
    let options = HistoryOptions::default();
    let mut known = Entries::new();
    let (whole, ..) = run(&repo, &options, &mut known);
    let config = repo.path().join(".git/config");
    let before = std::fs::read(&config).unwrap();
    let mut text = before.clone();
    text.extend_from_slice(b"[remote \"origin\"]\n\tpromisor = true\n");
    std::fs::write(&config, text).unwrap();
    let (partial, ..) = run(&repo, &options, &mut known);
    assert_ne!(partial.changes, whole.changes);
    std::fs::write(&config, before).unwrap();
    assert_eq!(run(&repo, &options, &mut known).0, whole);
}

#[test]
fn a_comparison_that_missed_a_content_is_made_again() {
    let repo = story();
    let options = HistoryOptions::default();
    let text = "one\ntwo\nthree\nfour\nfive\nsix\n";
    let id = git2::Oid::hash_object_ext(
        git2::ObjectType::Blob,
        text.as_bytes(),
        git2::ObjectFormat::Sha1,
    );
    let place = repo.loose(id.unwrap());
    let content = std::fs::read(&place).unwrap();
    std::fs::remove_file(&place).unwrap();
    let mut known = Entries::new();
    run(&repo, &options, &mut known);
    std::fs::write(&place, content).unwrap();
    run(&repo, &options, &mut known);
}

#[test]
fn damaged_values_are_misses() {
    let repo = story();
    let options = HistoryOptions::default();
    let mut known = Entries::new();
    let (_, reads, _) = run(&repo, &options, &mut known);
    for kind in 0..3_u8 {
        let mut damaged: Entries = known
            .iter()
            .map(|(key, value)| {
                let value = match kind {
                    0 => Vec::new(),
                    1 => value[..value.len() - 1].to_vec(),
                    _ => [value.as_slice(), b"x"].concat(),
                };
                (key.clone(), value)
            })
            .collect();
        assert_eq!(run(&repo, &options, &mut damaged).1, reads);
    }
    // Whatever else a value says, it is read without panic.
    for at in 0..80_usize {
        let garbled = known.iter().map(|(key, value)| {
            let mut value = value.clone();
            if let Some(byte) = value.get_mut(at) {
                *byte ^= 0xff;
            }
            (key.clone(), value)
        });
        let memory = Memory {
            known: garbled.collect(),
            new: Mutex::default(),
        };
        history_with_threads(&open(&repo), &options, Some(Arc::new(memory)), 2);
    }
}
