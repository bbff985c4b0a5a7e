//! How long something takes lately, and when somebody who found no room for it is asked to come back.

use std::sync::atomic::{AtomicU64, Ordering};

/// The longest time, in seconds, after which somebody who found no room is asked to come back.
const RETRY_SECONDS_MAX: u64 = 60;
/// Of eight parts of the average the last time is one.
const PARTS: u64 = 8;

/// Microseconds that something takes, averaged over the last times.
#[derive(Debug)]
pub struct Average(AtomicU64);

impl Average {
    /// As long as it is assumed to take before the first time.
    pub const fn new(us: u64) -> Self {
        Self(AtomicU64::new(us))
    }

    /// The average, in microseconds.
    pub fn us(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// It took so many microseconds.
    pub fn note(&self, us: u64) {
        let sum = self.us().saturating_mul(PARTS - 1).saturating_add(us);
        // From less than its parts an average of whole ones could not rise again.
        self.0.store((sum / PARTS).max(PARTS), Ordering::Relaxed);
    }
}

/// Seconds after which somebody comes back who would have to wait for so many microseconds.
pub fn retry_seconds(us: u64) -> u32 {
    u32::try_from(us.div_ceil(1_000_000).clamp(1, RETRY_SECONDS_MAX)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_comes_down_to_what_it_is_told_and_rises_again_from_the_least() {
        let average = Average::new(1_000_000);
        for (us, least) in [(200, 193), (0, 8), (40, 33)] {
            for _ in 0..200 {
                average.note(us);
            }
            assert!((least..=us.max(8)).contains(&average.us()), "{} for {us}", average.us());
        }
    }

    #[test]
    fn nobody_comes_back_at_once_or_after_more_than_a_minute() {
        let seconds = [0, 1_000_001, u64::MAX].map(retry_seconds);
        assert_eq!(seconds, [1, 2, 60], "whole seconds, rounded up");
    }
}
