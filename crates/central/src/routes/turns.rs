//! Turns at work that costs much: only so many devices have one at once, and each of them one, so that no computer takes
//! all of it. Whoever finds none is told to come back when there is likely to be one.

use crate::pace::{Average, retry_seconds};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use yuyue_domain::ids::DeviceId;
use yuyue_protocol::error::{ErrorCode, Problem};

/// Who has a turn, and how long one takes.
#[derive(Debug)]
pub struct Turns {
    max: usize,
    taken: Mutex<BTreeSet<DeviceId>>,
    /// How long a turn takes.
    turn: Average,
}

impl Turns {
    /// So many at once at most.
    #[must_use]
    pub fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { max, taken: Mutex::default(), turn: Average::new(0) })
    }

    /// A turn for this device, until it is dropped.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] when the device has one already or too many others have.
    pub fn take(self: &Arc<Self>, device: DeviceId) -> Result<Turn, Problem> {
        let mut taken = self.taken();
        let is_free = taken.contains(&device) || taken.len() < self.max;
        if is_free && taken.insert(device) {
            return Ok(Turn { turns: Arc::clone(self), device, begun: Instant::now() });
        }
        let why = if is_free { "the device has one under way" } else { "too many devices at once" };
        Err(Problem::new(ErrorCode::Busy, why).retry_after(self.retry_seconds()))
    }

    /// Seconds within which, as it went lately, everybody who has a turn now is done.
    fn retry_seconds(&self) -> u32 {
        retry_seconds(self.turn.us())
    }

    fn note(&self, took: Duration) {
        self.turn.note(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    fn taken(&self) -> MutexGuard<'_, BTreeSet<DeviceId>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A device's turn.
#[derive(Debug)]
pub struct Turn {
    turns: Arc<Turns>,
    device: DeviceId,
    begun: Instant,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.taken().remove(&self.device);
        self.turns.note(self.begun.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_device_has_one_turn_and_not_more_devices_than_there_are_turns() {
        let turns = Turns::new(2);
        let first = turns.take(DeviceId(1)).expect("the first");
        let again = turns.take(DeviceId(1)).expect_err("one for each device");
        assert_eq!((again.code, again.retry_after_seconds), (ErrorCode::Busy, Some(1)), "it is told when");
        let _second = turns.take(DeviceId(2)).expect("another device");
        assert!(turns.take(DeviceId(3)).is_err(), "there are two");
        drop(first);
        assert!(turns.take(DeviceId(3)).is_ok(), "whoever goes makes room");
    }

    #[test]
    fn whoever_finds_no_turn_is_told_how_long_they_take() {
        let turns = Turns::new(1);
        for _ in 0..100 {
            turns.note(Duration::from_secs(7));
        }
        let _first = turns.take(DeviceId(1)).expect("the first");
        let refused = turns.take(DeviceId(2)).expect_err("there is one");
        assert_eq!(refused.retry_after_seconds, Some(7), "as long as they took");
        turns.note(Duration::from_secs(100_000));
        assert_eq!(turns.retry_seconds(), 60, "and never longer than a minute");
    }
}
