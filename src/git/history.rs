//! The history of a repository as changes: which window, which unit, and what to say when it cannot be had.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::authors::authors;
use super::deployments::{DeployTags, deployments};
use super::diffs::Worker;
use super::objects::{ObjectId, ObjectProblem, ObjectReader, ObjectStore};
use super::recall::{Recall, Recent};
use super::repair;
use super::repository::Repository;
use super::survey::Survey;
use super::walk::{End, Walk};
use super::{Head, History, HistoryState, Window};

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// Seconds without a single object read after which the reader is given up.
const PATIENCE: u32 = 30;

/// More threads than this gain nothing: the walk itself is sequential.
const THREADS: usize = 4;

/// What of history is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryOptions {
    /// The commit to begin at, as if it were checked out without a branch; none for what is checked out.
    pub head: Option<ObjectId>,
    /// Length of the window in days, back from the head commit.
    pub window_days: u32,
    /// The window is extended back until it holds this many changes. With 0 it is never extended, and commits never
    /// take the place of pull requests.
    pub min_changes: u32,
    /// Only the newest of more changes than this are kept.
    pub max_changes: u32,
    /// Names or e-mail addresses of programs beside the well-known ones.
    pub bots: Vec<String>,
    /// Whether all of history is read for who wrote which file, and from whom.
    pub authors: Authorship,
    /// Tags that stand for deployments; none where nobody asks for them.
    pub deployments: Vec<DeployTags>,
}

/// Whose hand in a file is looked for, over all of history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authorship {
    /// Nobody's: only the window is read.
    #[default]
    Unread,
    /// That of authors of commits.
    Authors,
    /// That of co-authors, too, whom only messages name.
    CoAuthors,
}

impl Default for HistoryOptions {
    fn default() -> Self {
        Self {
            head: None,
            window_days: 365,
            min_changes: 50,
            max_changes: 2_000,
            bots: Vec::new(),
            authors: Authorship::Unread,
            deployments: Vec::new(),
        }
    }
}

/// Reads the changes of the window that ends at the head, or at another commit. Never fails: what cannot be read is a [`HistoryState`].
///
/// The work is done on a thread of its own. If that reads nothing for 30 seconds it is left behind, and the caller should
/// leave the process by `exit`.
///
/// With `recall`, what an earlier run learned of a commit is not read again. The answer is the same with and without.
pub fn history(
    repository: &Repository,
    options: &HistoryOptions,
    recall: Option<Arc<dyn Recall>>,
) -> History {
    history_with_threads(repository, options, recall, usual_threads())
}

fn usual_threads() -> usize {
    thread::available_parallelism().map_or(1, |threads| threads.get().min(THREADS))
}

pub(super) fn history_with_threads(
    repository: &Repository,
    options: &HistoryOptions,
    recall: Option<Arc<dyn Recall>>,
    threads: usize,
) -> History {
    let (checked_out, branch) = match options.head {
        Some(commit) => (Ok(Some(commit)), None),
        None => (repository.head_id(), repository.branch()),
    };
    let head = match checked_out {
        Ok(Some(head)) => head,
        Ok(None) => {
            return without_changes(
                options,
                HistoryState::NotApplicable {
                    reason: "there is no commit yet".to_owned(),
                },
            );
        }
        Err(reason) => {
            let state = unavailable(reason, Some(repair::EXAMINE));
            return without_changes(options, state);
        }
    };
    let all = read_behind(repository, options, vec![(head, branch)], recall, threads);
    all.into_iter().next().unwrap_or_else(|| stopped(options))
}

/// The histories behind several commits, in their order: each is what [`history`] answers where `options` name that commit.
/// They are read one after the other on one thread, with what was read for the ones before at hand.
pub fn histories(
    repository: &Repository,
    options: &HistoryOptions,
    commits: &[ObjectId],
    recall: Option<Arc<dyn Recall>>,
) -> Vec<History> {
    let heads = commits.iter().map(|commit| (*commit, None)).collect();
    if commits.len() < 2 {
        return read_behind(repository, options, heads, recall, usual_threads());
    }
    let recent: Arc<dyn Recall> = Arc::new(Recent::new(recall));
    read_behind(repository, options, heads, Some(recent), 1)
}

/// One history for each head, which is on a branch or not.
fn read_behind(
    repository: &Repository,
    options: &HistoryOptions,
    heads: Vec<(ObjectId, Option<String>)>,
    recall: Option<Arc<dyn Recall>>,
    threads: usize,
) -> Vec<History> {
    let count = heads.len();
    let without = |state: HistoryState| vec![without_changes(options, state); count];
    let shallow = match repository.shallow() {
        Ok(shallow) => shallow,
        Err(reason) => return without(unavailable(reason, Some(repair::EXAMINE))),
    };
    let store = Arc::clone(repository.store());
    let sources: Vec<Source> = heads
        .into_iter()
        .map(|(head, branch)| Source {
            partial: repository.is_partial(),
            head,
            branch,
            shallow: shallow.clone(),
            recall: recall.clone(),
            store: Arc::clone(&store),
        })
        .collect();
    let (sender, receiver) = mpsc::channel();
    let asked = options.clone();
    let store_of_reader = Arc::clone(&store);
    let spawned = thread::Builder::new()
        .name("history".to_owned())
        .spawn(move || {
            let reader = store_of_reader.reader();
            let mut workers = Worker::team(&store_of_reader, threads);
            for source in &sources {
                // Nobody listens any more once patience has run out.
                let history = read(source, &asked, &reader, &mut workers);
                if sender.send(history).is_err() {
                    return;
                }
            }
        });
    if let Err(error) = spawned {
        return without(unavailable(format!("no thread: {error}"), None));
    }
    let mut all = Vec::with_capacity(count);
    while all.len() < count {
        match patiently(&receiver, &store) {
            Ok(history) => all.push(history),
            Err(reason) => {
                let state = unavailable(reason, None);
                all.resize(count, without_changes(options, state));
            }
        }
    }
    all
}

/// Waits for a history as long as objects are read for it.
fn patiently(receiver: &Receiver<History>, store: &ObjectStore) -> Result<History, String> {
    let mut idle = 0;
    let mut reads = store.reads();
    loop {
        match receiver.recv_timeout(Duration::from_secs(1)) {
            Ok(history) => return Ok(history),
            Err(RecvTimeoutError::Timeout) => {
                let now = store.reads();
                idle = if now == reads { idle + 1 } else { 0 };
                reads = now;
                if idle >= PATIENCE {
                    return Err(format!(
                        "git_stalled: nothing was read for {PATIENCE} seconds"
                    ));
                }
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err("reading history stopped unexpectedly".to_owned());
            }
        }
    }
}

fn stopped(options: &HistoryOptions) -> History {
    let reason = "reading history stopped unexpectedly".to_owned();
    without_changes(options, unavailable(reason, None))
}

fn without_changes(options: &HistoryOptions, state: HistoryState) -> History {
    History {
        window: Window {
            days: options.window_days,
            ..Window::default()
        },
        ..History::without(state)
    }
}

pub(super) fn unavailable(reason: String, repair: Option<&str>) -> HistoryState {
    HistoryState::Unavailable {
        reason,
        repair: repair.map(str::to_owned),
    }
}

/// All a reader needs to know, so that it can outlive the caller's patience.
pub(super) struct Source {
    /// Some were left out on purpose.
    pub partial: bool,
    /// What earlier runs learned.
    pub recall: Option<Arc<dyn Recall>>,
    /// All objects.
    pub store: Arc<ObjectStore>,
    head: ObjectId,
    branch: Option<String>,
    shallow: Vec<ObjectId>,
}

impl Source {
    /// Where history begins.
    pub(super) fn head(&self) -> ObjectId {
        self.head
    }

    /// Whether parents of some commits were cut off.
    pub(super) fn is_shallow(&self) -> bool {
        !self.shallow.is_empty()
    }

    /// The state of a history that needs an object it cannot have.
    pub(super) fn broken(&self, what: &str, id: ObjectId, problem: &ObjectProblem) -> HistoryState {
        let reason = format!("{what} {} is {problem}", id.hex());
        if self.partial && *problem == ObjectProblem::Missing {
            let reason = format!("{reason}: the clone was made without directories");
            return unavailable(reason, Some(repair::FETCH_DIRECTORIES));
        }
        unavailable(reason, repair::restore(id, problem).as_deref())
    }

    /// The state of a history that is too short.
    pub(super) fn ended(&self, end: &End) -> HistoryState {
        match end {
            End::Shallow(id) => unavailable(
                format!(
                    "the clone is shallow: history is cut off at {} inside the window",
                    id.hex()
                ),
                Some(repair::UNSHALLOW),
            ),
            End::Broken(id, problem) => self.broken("commit", *id, problem),
        }
    }
}

fn read(
    source: &Source,
    options: &HistoryOptions,
    reader: &ObjectReader,
    workers: &mut [Worker],
) -> History {
    let mut history = without_changes(options, HistoryState::Available);
    let begin = || {
        let shallow = source.shallow.clone();
        Walk::new(reader, source.head, shallow, source.recall.as_deref())
    };
    let walk = match begin() {
        Ok(walk) => walk,
        Err(problem) => {
            return without_changes(options, source.broken("commit", source.head, &problem));
        }
    };
    let to = walk.head_time();
    history.head = Some(Head {
        id: source.head.hex(),
        time: to,
        branch: source.branch.clone(),
    });
    let from = to.saturating_sub(i64::from(options.window_days) * DAY);
    history.window = Window {
        days: options.window_days,
        from,
        to,
        extended: false,
    };
    if options.authors > Authorship::Unread
        && let Ok(walk) = begin()
    {
        history.authors = Some(authors(source, options, reader, workers, walk));
    }
    let survey = Survey::new(source, options, workers, walk);
    match survey.choose(from) {
        Ok((unit, findings)) => findings.enter(&mut history, unit, options),
        Err(state) => history.state = state,
    }
    history.deployments = options
        .deployments
        .iter()
        .map(|tags| deployments(source, reader, tags, &history))
        .collect();
    history
}

#[cfg(test)]
mod tests {
    use super::{HistoryOptions, history_with_threads};
    use crate::git::repositories::{Commit, Repo};
    use crate::git::testing::open;
    use crate::git::{HistoryState, ObjectId};

    #[test]
    fn a_commit_has_the_history_it_had_when_it_was_the_head() {
        let mut repo = Repo::new();
        let ids: Vec<ObjectId> = (0..6)
            .map(|day| {
                let message = format!("change (#{day})");
                let id = repo.commit(Commit::new(&message, day).write("a", &message));
                ObjectId::from_bytes(id.as_bytes()).unwrap()
            })
            .collect();
        let options = |head| HistoryOptions {
            head,
            ..HistoryOptions::default()
        };
        let checked_out = open(&repo);
        let asked: Vec<_> = ids
            .iter()
            .map(|id| history_with_threads(&checked_out, &options(Some(*id)), None, 2))
            .collect();
        let mut states = vec![checked_out.state()];
        for (at, (id, asked)) in ids.iter().zip(&asked).enumerate() {
            std::fs::write(repo.path().join(".git/HEAD"), id.hex()).unwrap();
            let detached = open(&repo);
            let plain = history_with_threads(&detached, &options(None), None, 2);
            assert_eq!(*asked, plain);
            assert_eq!(asked.changes.len(), at + 1);
            assert_eq!(asked.head, Some(checked_out.head_of(*id).unwrap()));
            assert_eq!(asked.head, detached.head().unwrap());
            assert_eq!(checked_out.state_at(Some(*id)), detached.state());
            states.push(detached.state());
        }
        states.sort();
        states.dedup();
        assert_eq!(states.len(), 7, "two heads would share a history");
        let unknown = ObjectId::from_hex(&[b'7'; 40]).unwrap();
        let history = history_with_threads(&checked_out, &options(Some(unknown)), None, 2);
        assert!(matches!(history.state, HistoryState::Unavailable { .. }));
        assert!(checked_out.head_of(unknown).is_err());
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let mut repo = Repo::new();
        for number in 0..200_u32 {
            let message = format!("change (#{number})");
            let directory = format!("d{}/{number}", number % 7);
            repo.commit(Commit::new(&message, i64::from(number)).write(&directory, &message));
        }
        let repository = open(&repo);
        let options = HistoryOptions::default();
        let alone = history_with_threads(&repository, &options, None, 1);
        assert_eq!(alone.changes.len(), 200);
        for threads in [2, 3, 16] {
            assert_eq!(
                history_with_threads(&repository, &options, None, threads),
                alone
            );
        }
    }
}
