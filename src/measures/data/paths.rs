//! Paths through a function: of all, those that matter most.
//!
//! Two are kept for each stretch of code: the worst that goes on, and the worst that leaves. Worst is the one with the
//! most transactions, and among those the one with the most writes.

use std::collections::BTreeSet;

use super::operations::Kind;
use crate::codebase::FileIndex;

/// The number of a transaction that somebody else began.
pub(crate) const SOMEBODYS: u64 = u64::MAX;

/// Longest path that is kept; what comes after it changes no verdict.
const LONGEST: usize = 64;

/// A write, or the end of a transaction, on a path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub file: FileIndex,
    pub line: u32,
    pub verb: String,
    pub entity: Option<String>,
    pub kind: Kind,
    /// Commits, not scopes, divide the work of its library.
    pub by_session: bool,
    /// The transaction it is in, by a number of its own.
    pub transaction: Option<u64>,
}

impl Event {
    pub fn is_write(&self) -> bool {
        self.kind == Kind::Write
    }
}

/// How many transactions the writes of a path are.
pub(crate) fn units(path: &[Event]) -> usize {
    let mut named = BTreeSet::new();
    let (mut alone, mut sessions, mut is_open) = (0, 0, false);
    for event in path {
        match (event.kind, event.transaction) {
            (Kind::Write, Some(transaction)) => {
                named.insert(transaction);
            }
            (Kind::Write, None) if event.by_session => {
                sessions += usize::from(!is_open);
                is_open = true;
            }
            (Kind::Write, None) => alone += 1,
            (Kind::Commit, _) => is_open = false,
            (Kind::Read | Kind::Begin, _) => {}
        }
    }
    // Whoever was given a transaction most likely got the one that is open.
    let is_given = named.remove(&SOMEBODYS);
    named.len() + alone + sessions + usize::from(is_given && named.is_empty())
}

/// The worst paths through a stretch of code.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paths {
    /// The one that goes on; none if all leave.
    through: Option<Vec<Event>>,
    /// The one that leaves; none if none does.
    left: Option<Vec<Event>>,
}

impl Paths {
    fn nothing() -> Self {
        Self {
            through: Some(Vec::new()),
            left: None,
        }
    }

    /// The worst of all.
    pub fn worst(self) -> Vec<Event> {
        worse(self.through, self.left).unwrap_or_default()
    }

    fn then(&mut self, next: Self) {
        let Some(before) = self.through.take() else {
            return;
        };
        if let Some(left) = next.left {
            self.left = worse(self.left.take(), Some(joined(&before, left)));
        }
        self.through = next.through.map(|through| joined(&before, through));
    }

    fn or(&mut self, other: Self) {
        self.through = worse(self.through.take(), other.through);
        self.left = worse(self.left.take(), other.left);
    }
}

fn joined(before: &[Event], mut after: Vec<Event>) -> Vec<Event> {
    let mut path = before.to_vec();
    path.append(&mut after);
    path.truncate(LONGEST);
    path
}

fn worse(one: Option<Vec<Event>>, other: Option<Vec<Event>>) -> Option<Vec<Event>> {
    let rank = |path: &Option<Vec<Event>>| {
        path.as_ref().map(|path| {
            let writes = path.iter().filter(|event| event.is_write()).count();
            (units(path), writes)
        })
    };
    if rank(&other) > rank(&one) {
        other
    } else {
        one
    }
}

/// Steps joined to paths as they end: each takes in what is inside it.
#[derive(Default)]
pub(crate) struct Walk {
    /// For each stretch not yet taken in: where it begins, whether it is an arm, and its paths.
    open: Vec<(usize, bool, Paths)>,
}

impl Walk {
    /// Takes what is inside a step off the stack, in order.
    fn inside(&mut self, at: usize, inside: u32) -> Vec<(bool, Paths)> {
        let start = at - (inside as usize).min(at);
        let from = self.open.partition_point(|(begin, ..)| *begin < start);
        let taken = self.open.drain(from..);
        taken.map(|(_, is_arm, paths)| (is_arm, paths)).collect()
    }

    fn put(&mut self, at: usize, inside: u32, is_arm: bool, paths: Paths) {
        self.open
            .push((at - (inside as usize).min(at), is_arm, paths));
    }

    /// One after the other; an arm outside of a fork may be left out.
    fn sequence(parts: Vec<(bool, Paths)>) -> Paths {
        let mut all = Paths::nothing();
        for (is_arm, mut paths) in parts {
            if is_arm {
                paths.or(Paths::nothing());
            }
            all.then(paths);
        }
        all
    }

    pub fn join(&mut self, at: usize, inside: u32) {
        if inside > 0 {
            let all = Self::sequence(self.inside(at, inside));
            self.put(at, inside, false, all);
        }
    }

    pub fn arm(&mut self, at: usize, inside: u32) {
        let all = Self::sequence(self.inside(at, inside));
        self.put(at, inside, true, all);
    }

    /// Arms that follow each other exclude each other. That none of them is taken is possible, too.
    pub fn fork(&mut self, at: usize, inside: u32) {
        let mut all = Paths::nothing();
        let mut arms: Option<Paths> = None;
        for (is_arm, paths) in self.inside(at, inside) {
            if is_arm {
                match &mut arms {
                    Some(arms) => arms.or(paths),
                    None => {
                        let mut first = Paths::nothing();
                        first.or(paths);
                        arms = Some(first);
                    }
                }
            } else if arms.is_some() {
                // A condition of a later arm, or what is done at the end: after whichever arm.
                if let Some(arms) = &mut arms {
                    arms.then(paths);
                }
            } else {
                all.then(paths);
            }
        }
        if let Some(arms) = arms {
            all.then(arms);
        }
        self.put(at, inside, false, all);
    }

    /// Twice: a transaction that is begun inside is another one the second time.
    pub fn repeat(&mut self, at: usize, inside: u32, file: FileIndex) {
        let once = Self::sequence(self.inside(at, inside));
        let all = twice(once, file, at - (inside as usize).min(at)..at);
        self.put(at, inside, false, all);
    }

    pub fn exit(&mut self, at: usize, inside: u32) {
        let mut all = Self::sequence(self.inside(at, inside));
        all.left = worse(all.left.take(), all.through.take());
        self.put(at, inside, false, all);
    }

    /// What leaves a turn goes on behind the loop, and not here. The path up to it ends like one that leaves.
    pub fn jump(&mut self, at: usize, inside: u32) {
        self.exit(at, inside);
    }

    /// A function inside: what leaves it goes on outside.
    pub fn inner(&mut self, at: usize, inside: u32, is_given: bool, often: bool, file: FileIndex) {
        let mut all = Self::sequence(self.inside(at, inside));
        all.through = worse(all.through.take(), all.left.take());
        if !is_given {
            all = Paths::nothing();
        } else if often {
            all = twice(all, file, at - (inside as usize).min(at)..at);
        }
        self.put(at, inside, false, all);
    }

    pub fn push(&mut self, at: usize, event: Event) {
        self.append(
            at,
            Paths {
                through: Some(vec![event]),
                left: None,
            },
        );
    }

    /// What happens at a step itself, after what is inside it.
    pub fn append(&mut self, at: usize, mut paths: Paths) {
        // What leaves a function that is called goes on here.
        paths.through = worse(paths.through.take(), paths.left.take());
        if paths.through.is_some() {
            self.open.push((at, false, paths));
        }
    }

    pub fn finish(self) -> Paths {
        let parts = self
            .open
            .into_iter()
            .map(|(_, is_arm, paths)| (is_arm, paths));
        Self::sequence(parts.collect())
    }
}

/// A path run through twice. `inside` are the steps of what is repeated.
fn twice(once: Paths, file: FileIndex, inside: std::ops::Range<usize>) -> Paths {
    let again = |path: &Option<Vec<Event>>| {
        path.as_ref().map(|path| {
            let mut events = path.clone();
            for event in &mut events {
                let own = event.transaction.filter(|transaction| {
                    let (of, step) = (transaction >> 32, (*transaction & 0xffff_ffff) as usize);
                    // One begun in another file belongs to a call in here.
                    *transaction != 0 && (of != file.get() as u64 + 1 || inside.contains(&step))
                });
                if let Some(own) = own {
                    event.transaction = Some(own | 1 << 31);
                }
            }
            events
        })
    };
    let second = Paths {
        through: again(&once.through),
        left: again(&once.left),
    };
    let mut all = once.clone();
    // A turn that jumps out ends the loop; what it did stays done.
    all.through = worse(all.through.take(), once.left.clone());
    all.then(second);
    all.through = worse(all.through.take(), Some(Vec::new()));
    all
}
