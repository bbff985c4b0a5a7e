//! How long to wait before the next try. Pure: the randomness is an argument.

use std::time::Duration;

/// The first wait at most.
const FIRST_MS: u64 = 1_000;
/// Every later wait at most.
const LONGEST_MS: u64 = 60_000;

/// The wait after `tries` failed tries in a row (at least 1). It doubles each time, up to a minute, and `random` picks a
/// point in its upper half, so that a thousand devices do not come back in one moment. When the centre named a pace, no
/// device comes back before it.
#[must_use]
pub fn next_wait(tries: u32, random: u64, pace_seconds: Option<u32>) -> Duration {
    let doubled = FIRST_MS.saturating_mul(1 << tries.saturating_sub(1).min(10));
    let longest = doubled.min(LONGEST_MS);
    let jittered = longest / 2 + random % (longest / 2 + 1);
    match pace_seconds {
        Some(seconds) => {
            let pace = u64::from(seconds) * 1000;
            Duration::from_millis(pace + random % (pace / 4 + 500))
        }
        None => Duration::from_millis(jittered),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_a_minute_and_stays_in_its_upper_half() {
        for (tries, longest) in [(1, 1_000), (2, 2_000), (3, 4_000), (7, 60_000), (4_000_000, 60_000)] {
            for random in [0, 1, 499, 12_345, u64::MAX] {
                let wait = next_wait(tries, random, None).as_millis();
                assert!((longest / 2..=longest).contains(&wait), "{tries} tries wait up to {longest} ms, not {wait}");
            }
        }
    }

    #[test]
    fn two_devices_do_not_come_back_together() {
        assert_ne!(next_wait(5, 17, None), next_wait(5, 4_711, None), "the randomness spreads them");
    }

    #[test]
    fn nobody_comes_back_before_the_pace_of_the_centre() {
        for random in [0, 999, u64::MAX] {
            assert!(next_wait(1, random, Some(30)) >= Duration::from_secs(30), "the centre asked for 30 seconds");
        }
    }
}
