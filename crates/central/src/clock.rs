//! The centre's clock. It counts for everybody; a training edition and tests move it forward.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use yuyue_domain::time::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// What the computer itself shows. Whoever connects judges certificates by that and not by a clock that was moved.
    fn wall(&self) -> Timestamp {
        self.now()
    }
}

/// The computer's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let seconds = std::time::UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_secs());
        i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_unix(seconds).ok()).unwrap_or(Timestamp::MAX)
    }
}

/// The computer's clock, set once and then moved forward by hand: "next day" of the training edition.
#[derive(Debug, Default)]
pub struct ShiftedClock {
    ahead_seconds: AtomicI64,
    advanced_seconds: AtomicU64,
}

impl ShiftedClock {
    /// A clock that runs so many seconds ahead of the computer's, or behind it.
    #[must_use]
    pub const fn ahead_by(seconds: i64) -> Self {
        Self { ahead_seconds: AtomicI64::new(seconds), advanced_seconds: AtomicU64::new(0) }
    }

    /// A clock that shows `now`.
    #[must_use]
    pub fn set_to(now: Timestamp) -> Self {
        Self::ahead_by(now.seconds_since(SystemClock.now()))
    }

    /// Moves the clock on. It never goes back.
    pub fn advance(&self, seconds: u32) {
        self.ahead_seconds.fetch_add(i64::from(seconds), Ordering::SeqCst);
        self.advanced_seconds.fetch_add(u64::from(seconds), Ordering::SeqCst);
    }

    /// How far it runs ahead of the computer's.
    #[must_use]
    pub fn ahead_seconds(&self) -> i64 {
        self.ahead_seconds.load(Ordering::SeqCst)
    }

    /// How far it was moved on since it was made.
    #[must_use]
    pub fn advanced(&self) -> Duration {
        Duration::from_secs(self.advanced_seconds.load(Ordering::SeqCst))
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_seconds(self.ahead_seconds.load(Ordering::SeqCst))
    }

    fn wall(&self) -> Timestamp {
        SystemClock.now()
    }
}

/// A clock that stands still until it is moved; for tests and simulations.
#[derive(Debug)]
pub struct ManualClock {
    unix: AtomicI64,
}

impl ManualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self { unix: AtomicI64::new(now.unix()) }
    }

    /// Sets it.
    pub fn set(&self, now: Timestamp) {
        self.unix.store(now.unix(), Ordering::SeqCst);
    }

    /// Moves it on.
    pub fn advance(&self, seconds: i64) {
        self.set(self.now().plus_seconds(seconds));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.unix.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shifted_clock_runs_ahead_of_the_computers() {
        let clock = ShiftedClock::default();
        clock.advance(24 * 3600);
        assert!(clock.now().seconds_since(SystemClock.now()) >= 24 * 3600 - 1, "it is a day ahead");
        assert!(clock.wall() < clock.now(), "and knows what the computer itself shows");
    }

    #[test]
    fn a_shifted_clock_may_begin_in_the_past_and_counts_only_what_it_was_moved_on() {
        let clock = ShiftedClock::set_to(Timestamp::MIN);
        clock.advance(300);
        assert!(clock.now() < Timestamp::MIN.plus_days(1), "it goes on from where it was set to");
        assert_eq!(clock.advanced(), Duration::from_secs(300), "setting it is no passing of time");
    }

    #[test]
    fn a_manual_clock_stands_still_until_it_is_moved() {
        let clock = ManualClock::new(Timestamp::MIN);
        clock.advance(60);
        assert_eq!(clock.now(), Timestamp::MIN.plus_seconds(60), "it shows what it was moved to");
    }
}
