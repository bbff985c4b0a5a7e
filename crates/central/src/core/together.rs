//! Work whose result everybody shares: however many ask for it at once, one does it at a time, and what it has done counts for
//! all who had asked before it began.

use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

/// How often it has begun, and which time was the last that succeeded.
#[derive(Debug, Default)]
pub struct Together {
    begun: AtomicU64,
    /// Held by whoever does it.
    done: Mutex<u64>,
}

impl Together {
    /// Has it done, or finds that somebody else has.
    ///
    /// # Errors
    /// Those of the work. Whoever waited meanwhile tries by themselves.
    pub async fn work<E>(&self, work: impl AsyncFnOnce() -> Result<(), E>) -> Result<(), E> {
        let begun_before = self.begun.load(Ordering::SeqCst);
        let mut done = self.done.lock().await;
        if *done > begun_before {
            return Ok(());
        }
        let this = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        work().await?;
        *done = this;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use std::cell::Cell;

    #[tokio::test]
    async fn however_many_ask_it_is_done_for_the_first_and_once_more_for_all_who_came_meanwhile() {
        let (together, done, seen) = (Together::default(), Cell::new(0), Cell::new(0));
        let state = Cell::new(1);
        let work = async || {
            seen.set(state.get());
            tokio::task::yield_now().await;
            done.set(done.get() + 1);
            Ok::<(), ()>(())
        };
        let others = async {
            // The first one has looked already: what comes to be now is seen by no work that has begun.
            state.set(2);
            join_all((0..100).map(|_| together.work(work))).await
        };
        let (first, others) = tokio::join!(together.work(work), others);
        assert!(others.into_iter().chain([first]).all(|one| one.is_ok()));
        assert_eq!((done.get(), seen.get()), (2, 2), "whoever asked later has seen what was there then");
    }

    #[tokio::test]
    async fn what_failed_counts_for_nobody() {
        let together = Together::default();
        assert_eq!(together.work(async || Err("failed")).await, Err("failed"));
        let is_done = Cell::new(false);
        let work = async || {
            is_done.set(true);
            Ok::<(), ()>(())
        };
        assert_eq!(together.work(work).await, Ok(()));
        assert!(is_done.get(), "the next one does it");
    }
}
