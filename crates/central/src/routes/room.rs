//! Room for requests: so many are worked on at once, and so many wait for their turn. Whoever finds no room in the line is
//! told at once when there is likely to be some, instead of keeping a connection that somebody else needs.

use crate::pace::{Average, retry_seconds};
use crate::problem::ApiProblem;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use yuyue_protocol::error::{ErrorCode, Problem};

/// Who is worked on, and who waits.
#[derive(Debug)]
pub struct Room {
    turns: Semaphore,
    turns_max: usize,
    line: Semaphore,
    line_max: usize,
    /// How long a turn takes.
    turn: Average,
}

impl Room {
    /// For so many at once, and so many who wait.
    pub fn new(turns_max: usize, line_max: usize) -> Arc<Self> {
        let (turns, line) = (Semaphore::new(turns_max), Semaphore::new(line_max));
        Arc::new(Self { turns, turns_max, line, line_max, turn: Average::new(0) })
    }

    /// Works in a turn, as soon as there is one.
    async fn work<T>(&self, work: impl Future<Output = T>) -> Result<T, Problem> {
        // Whoever finds a turn need not find a place in the line.
        let turn = if let Ok(turn) = self.turns.try_acquire() {
            turn
        } else {
            let _in_line = self.line.try_acquire().map_err(|_| self.full())?;
            self.turns.acquire().await.map_err(|_| self.full())?
        };
        let begun = Instant::now();
        let done = work.await;
        self.note(begun.elapsed());
        drop(turn);
        Ok(done)
    }

    fn full(&self) -> Problem {
        Problem::new(ErrorCode::Busy, "too many wait already").retry_after(self.retry_seconds())
    }

    /// Seconds within which, as it went lately, everybody who is here now is done.
    fn retry_seconds(&self) -> u32 {
        let here = (self.line_max + self.turns_max) as u64;
        retry_seconds(self.turn.us().saturating_mul(here) / self.turns_max.max(1) as u64)
    }

    fn note(&self, took: Duration) {
        self.turn.note(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }
}

/// Works on a request in its turn.
pub async fn in_turn(State(room): State<Arc<Room>>, request: Request, next: Next) -> Response {
    room.work(next.run(request)).await.unwrap_or_else(|problem| ApiProblem(problem).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use std::future::{pending, ready};

    #[tokio::test]
    async fn who_finds_no_turn_waits_in_line_and_who_finds_no_line_is_told_when_to_come_back() {
        let room = Room::new(1, 1);
        let mut first = Box::pin(room.work(pending::<()>()));
        assert!((&mut first).now_or_never().is_none(), "the first is worked on");
        let mut second = Box::pin(room.work(ready("done")));
        assert!((&mut second).now_or_never().is_none(), "the second waits");
        let third = room.work(ready("done")).await.expect_err("the line is full");
        assert_eq!((third.code, third.retry_after_seconds), (ErrorCode::Busy, Some(1)), "the third is told when");
        drop(first);
        assert_eq!(second.await.ok(), Some("done"), "whoever waited has a turn when the one before has left");
        assert_eq!(room.work(ready("done")).await.ok(), Some("done"), "and there is room again");
    }

    #[test]
    fn whoever_finds_no_room_is_told_how_long_those_take_who_are_here() {
        let room = Room::new(2, 8);
        for _ in 0..100 {
            room.note(Duration::from_secs(3));
        }
        assert_eq!(room.retry_seconds(), 15, "ten in two rows, three seconds each");
        room.note(Duration::from_secs(100_000));
        assert_eq!(room.retry_seconds(), 60, "and never longer than a minute");
    }
}
