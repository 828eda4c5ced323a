//! Worker threads that can be given up and replaced.
//!
//! The pool does not know what the work is. Work that finds itself where it can neither go on nor return (inside C,
//! out of budget) calls [`abandon`]: its input is reported as lost, its thread stays parked until the process ends,
//! and a new thread takes its place.

use super::Lost;
use std::cell::{Cell, RefCell};
use std::iter::Enumerate;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::vec;

/// Parked threads at which a run is given up: each holds the memory it had when it stopped.
pub const PARKED_LIMIT: usize = 8;

/// The stack of a worker. Fixed, so that neither `RUST_MIN_STACK` nor `ulimit` decides what can be measured.
/// tree-sitter itself was seen to need less for a million nested parentheses.
const STACK_BYTES: usize = 2 << 20;

/// So many inputs cost a thread each that the run was ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} inputs exceeded the hard limit of the parser", .indices.len())]
pub struct Exhausted {
    /// The first [`PARKED_LIMIT`] such inputs by position, the same whatever the number of threads.
    pub indices: Vec<usize>,
}

/// Does the work on every input and returns the results in the order of the inputs, whatever the number of threads.
///
/// Inputs are begun in order, one at a time by whichever thread is free. An input whose work panics becomes
/// `lost(index, Lost::Internal)`, one whose work calls [`abandon`] becomes `lost` with that reason. Work must not call
/// [`abandon`] while it holds a lock.
///
/// # Errors
/// [`Exhausted`] when [`PARKED_LIMIT`] threads have been given up. Inputs already begun are finished first, so that
/// the inputs it names do not depend on timing.
pub fn map<I, O>(
    threads: usize,
    inputs: Vec<I>,
    work: impl Fn(I) -> O + Send + Sync + 'static,
    lost: impl Fn(usize, Lost) -> O,
) -> Result<Vec<O>, Exhausted>
where
    I: Send + 'static,
    O: Send + 'static,
{
    let mut results: Vec<Option<O>> = inputs.iter().map(|_| None).collect();
    let mut unsettled = inputs.len();
    let mut parked = Vec::new();
    let mut crew = Crew::new(inputs, work);
    for _ in 0..threads.clamp(1, unsettled.max(1)) {
        crew.hire();
    }
    loop {
        if crew.working == 0 {
            unsettled -= crew.close();
        }
        if unsettled == 0 {
            break;
        }
        let Ok(report) = crew.reports.recv() else {
            break;
        };
        unsettled -= 1;
        let (index, outcome) = match report {
            Report::Finished { index, outcome } => (index, outcome),
            Report::Parked {
                worker,
                index,
                reason,
            } => {
                crew.forget(worker);
                parked.push(index);
                if parked.len() < PARKED_LIMIT {
                    crew.hire();
                } else {
                    unsettled -= crew.close();
                }
                (index, Err(reason))
            }
        };
        if let Some(result) = results.get_mut(index) {
            *result = Some(outcome.unwrap_or_else(|reason| lost(index, reason)));
        }
    }
    crew.dismiss();
    if parked.len() >= PARKED_LIMIT {
        parked.sort_unstable();
        parked.truncate(PARKED_LIMIT);
        return Err(Exhausted { indices: parked });
    }
    // Only inputs that no thread could be started for are still without a result.
    Ok(results
        .into_iter()
        .enumerate()
        .map(|(index, result)| result.unwrap_or_else(|| lost(index, Lost::Internal)))
        .collect())
}

/// Whether this thread belongs to a pool, and so may call [`abandon`].
pub fn on_worker() -> bool {
    WAY_OUT.with_borrow(Option::is_some)
}

/// Reports the input in hand as lost and never returns. Ends the process on a thread that no pool can replace.
#[cold]
pub fn abandon(reason: Lost) -> ! {
    let Some(way_out) = WAY_OUT.take() else {
        std::process::abort();
    };
    way_out(reason);
    loop {
        thread::park();
    }
}

thread_local! {
    static WAY_OUT: RefCell<Option<WayOut>> = const { RefCell::new(None) };
}

/// How a worker tells its pool that it is lost. A boxed function, because the messages of a pool have the type of its
/// results.
type WayOut = Box<dyn Fn(Lost)>;

/// What a worker tells the thread that collects.
enum Report<O> {
    /// An input is done, or its work panicked.
    Finished {
        index: usize,
        outcome: Result<O, Lost>,
    },
    /// An input has cost this worker.
    Parked {
        worker: usize,
        index: usize,
        reason: Lost,
    },
}

/// What all workers share.
struct Bench<I, W> {
    queue: Mutex<Enumerate<vec::IntoIter<I>>>,
    work: W,
}

impl<I, W> Bench<I, W> {
    /// The next input. Nothing that can panic or park runs under the lock.
    fn next(&self) -> Option<(usize, I)> {
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
    }
}

/// The workers of one run, seen from the thread that collects.
struct Crew<I, O, W> {
    bench: Arc<Bench<I, W>>,
    reports: mpsc::Receiver<Report<O>>,
    sender: Sender<Report<O>>,
    /// By worker number; none for a parked one.
    handles: Vec<Option<JoinHandle<()>>>,
    /// Workers that were started and not parked. They leave only when the queue is empty.
    working: usize,
}

impl<I, O, W> Crew<I, O, W>
where
    I: Send + 'static,
    O: Send + 'static,
    W: Fn(I) -> O + Send + Sync + 'static,
{
    fn new(inputs: Vec<I>, work: W) -> Self {
        let (sender, reports) = mpsc::channel();
        let queue = Mutex::new(inputs.into_iter().enumerate());
        Self {
            bench: Arc::new(Bench { queue, work }),
            reports,
            sender,
            handles: Vec::new(),
            working: 0,
        }
    }

    /// Starts a worker. Where the system refuses, the others carry on.
    fn hire(&mut self) {
        let worker = self.handles.len();
        let bench = Arc::clone(&self.bench);
        let sender = self.sender.clone();
        let started = thread::Builder::new()
            .name(format!("worker {worker}"))
            .stack_size(STACK_BYTES)
            .spawn(move || labour(worker, &bench, &sender));
        if let Ok(handle) = started {
            self.handles.push(Some(handle));
            self.working += 1;
        }
    }

    /// Lets go of a parked worker, which can never be joined.
    fn forget(&mut self, worker: usize) {
        if let Some(handle) = self.handles.get_mut(worker) {
            *handle = None;
        }
        self.working -= 1;
    }

    /// Empties the queue and returns how many inputs were in it.
    fn close(&self) -> usize {
        let mut unbegun = 0;
        while self.bench.next().is_some() {
            unbegun += 1;
        }
        unbegun
    }

    /// Waits for the workers to leave, so that what the work holds is free again when [`map`] returns.
    fn dismiss(self) {
        for handle in self.handles.into_iter().flatten() {
            // A worker catches what its work throws; there is nothing left to learn from how it ended.
            let _ = handle.join();
        }
    }
}

/// The life of a worker: one input after another until none is left.
fn labour<I, O, W>(worker: usize, bench: &Bench<I, W>, sender: &Sender<Report<O>>)
where
    I: 'static,
    O: 'static,
    W: Fn(I) -> O,
{
    let in_hand = Rc::new(Cell::new(0));
    let way_out = {
        let in_hand = Rc::clone(&in_hand);
        let sender = sender.clone();
        move |reason| {
            let index = in_hand.get();
            // Nobody listens only when the process is about to end.
            let _ = sender.send(Report::Parked {
                worker,
                index,
                reason,
            });
        }
    };
    WAY_OUT.set(Some(Box::new(way_out)));
    while let Some((index, input)) = bench.next() {
        in_hand.set(index);
        let outcome = catch_unwind(AssertUnwindSafe(|| (bench.work)(input)));
        let outcome = outcome.map_err(|_| Lost::Internal);
        if sender.send(Report::Finished { index, outcome }).is_err() {
            break;
        }
    }
    WAY_OUT.set(None);
}

#[cfg(test)]
mod tests {
    use super::{Exhausted, PARKED_LIMIT, abandon, map, on_worker};
    use crate::facts::Lost;
    use std::sync::Arc;

    /// Doubles even numbers, and gives up its thread for odd ones.
    fn double_even(number: usize) -> Result<usize, Lost> {
        if number % 2 == 1 {
            abandon(Lost::ParseBudget);
        }
        Ok(number * 2)
    }

    #[test]
    fn results_come_in_the_order_of_the_inputs() {
        let expected: Vec<u64> = (0..1_000).map(|number| (0..number % 97).sum()).collect();
        for threads in [0, 1, 2, 16] {
            let inputs = (0..1_000).collect();
            let work = |number: u64| (0..number % 97).sum();
            assert_eq!(map(threads, inputs, work, |_, _| 0), Ok(expected.clone()));
        }
        assert_eq!(
            map(4, Vec::new(), |number: u64| number, |_, _| 0),
            Ok(Vec::new())
        );
    }

    #[test]
    fn a_panic_costs_its_input_and_no_other() {
        let work = |number: usize| {
            assert_ne!(number, 2, "a panic on purpose");
            Ok(number)
        };
        let results = map(2, vec![1, 2, 3], work, |index, lost| Err((index, lost)));
        assert_eq!(results, Ok(vec![Ok(1), Err((1, Lost::Internal)), Ok(3)]));
    }

    #[test]
    fn a_parked_worker_is_replaced() {
        let inputs = vec![0, 1, 2, 3, 4];
        for threads in [1, 16] {
            let results = map(threads, inputs.clone(), double_even, |_, lost| Err(lost));
            let lost = Err(Lost::ParseBudget);
            assert_eq!(results, Ok(vec![Ok(0), lost.clone(), Ok(4), lost, Ok(8)]));
        }
    }

    #[test]
    fn the_eighth_parked_worker_ends_the_run_with_the_same_names_on_any_number_of_threads() {
        for threads in [1, 3, 16] {
            let inputs = (0..100).collect();
            let results = map(threads, inputs, double_even, |_, lost| Err(lost));
            let indices = vec![1, 3, 5, 7, 9, 11, 13, 15];
            assert_eq!(indices.len(), PARKED_LIMIT);
            assert_eq!(results, Err(Exhausted { indices }));
        }
        let inputs = (0..14).collect();
        assert!(map(2, inputs, double_even, |_, lost| Err(lost)).is_ok());
    }

    #[test]
    fn what_the_work_holds_is_free_again_afterwards() {
        let shared = Arc::new(1);
        let held = Arc::clone(&shared);
        let results = map(4, vec![1, 2, 3], move |number| number + *held, |_, _| 0);
        assert_eq!(results, Ok(vec![2, 3, 4]));
        assert_eq!(Arc::strong_count(&shared), 1);
    }

    #[test]
    fn work_knows_that_it_is_on_a_worker() {
        assert!(!on_worker());
        assert_eq!(
            map(1, vec![()], |()| on_worker(), |_, _| false),
            Ok(vec![true])
        );
        assert!(!on_worker());
    }
}
