//! Whether the parts of a running centre still work. None of them ends by itself: one that does has failed, and a centre
//! without its writer or its scheduler must not look as if it were well.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// Hears of the first part that ends.
#[derive(Debug, Default)]
pub struct Health {
    ended: Mutex<Option<&'static str>>,
    changed: Notify,
}

impl Health {
    /// Which part ended first; none while all of them work.
    pub fn ended(&self) -> Option<&'static str> {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a part to end.
    pub async fn wait(&self) -> &'static str {
        loop {
            let changed = self.changed.notified();
            if let Some(part) = self.ended() {
                return part;
            }
            changed.await;
        }
    }

    /// Runs a part, and notes its end however it comes, by a panic too.
    pub async fn watch(&self, part: &'static str, work: impl Future<Output = ()>) {
        let _end = End { health: self, part };
        work.await;
    }
}

struct End<'a> {
    health: &'a Health,
    part: &'static str,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.health.ended.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(self.part);
        self.health.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn whatever_ends_is_named_also_when_it_panics() {
        let health = Health::default();
        assert_eq!(health.ended(), None, "everything works");
        assert!(health.wait().now_or_never().is_none(), "and nothing has ended");
        let ended = health.watch("the scheduler", async { panic!("a defect") });
        assert!(std::panic::AssertUnwindSafe(ended).catch_unwind().await.is_err(), "it panics");
        health.watch("the writer", async {}).await;
        assert_eq!(health.wait().await, "the scheduler", "the first is the cause");
        assert_eq!(health.ended(), Some("the scheduler"), "and readiness tells");
    }
}
