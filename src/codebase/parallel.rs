//! Work on several threads at once. What is handed out here decides nothing: results must be joined so that it does
//! not matter who did what.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Into how many portions the items of each thread fall: enough that all end together, few enough that neighbours stay
/// together, which often ask for the same.
const PORTIONS: usize = 16;

/// A worker's part of some items, taken a portion at a time.
#[derive(Debug)]
pub struct Share<'i, T> {
    items: &'i [T],
    /// The first item nobody has taken.
    untaken: &'i AtomicUsize,
    portion: usize,
    taken: std::slice::Iter<'i, T>,
}

impl<'i, T> Iterator for Share<'i, T> {
    type Item = &'i T;

    fn next(&mut self) -> Option<&'i T> {
        loop {
            if let Some(item) = self.taken.next() {
                return Some(item);
            }
            let start = self.untaken.fetch_add(self.portion, Ordering::Relaxed);
            let rest = self.items.get(start..).filter(|rest| !rest.is_empty())?;
            self.taken = rest[..self.portion.min(rest.len())].iter();
        }
    }
}

/// Lets up to `threads` workers, the calling thread among them, share some items, and gives what each of them made of
/// its part. Each item is in one part; in which one is chance. One thread starts no other, and where the system has no
/// more threads to give, fewer do the work.
pub fn share<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    work: impl Fn(Share<'_, T>) -> R + Sync,
) -> Vec<R> {
    let workers = threads.min(items.len()).max(1);
    let untaken = AtomicUsize::new(0);
    let portion = (items.len() / (workers * PORTIONS)).max(1);
    let part = || Share {
        items,
        untaken: &untaken,
        portion,
        taken: [].iter(),
    };
    let work = &work;
    thread::scope(|scope| {
        let others: Vec<_> = (1..workers)
            .map_while(|_| {
                let part = part();
                thread::Builder::new()
                    .spawn_scoped(scope, move || work(part))
                    .ok()
            })
            .collect();
        let mut results = vec![work(part())];
        for other in others {
            match other.join() {
                Ok(result) => results.push(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    })
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn every_item_is_in_one_part() {
        for count in [0, 1, 7, 1000] {
            let items: Vec<usize> = (0..count).collect();
            for threads in [1, 2, 16] {
                let parts = share(threads, &items, |part| part.copied().collect::<Vec<_>>());
                assert!(parts.len() <= threads);
                let mut all = parts.concat();
                all.sort_unstable();
                assert_eq!(all, items);
            }
        }
    }
}
