//! A clock that a test may push on, so that nobody has to wait until somebody who has gone is forgotten.

use std::fs;
use std::time::Duration;

/// Names a file with the seconds by which the clock that nobody can set is ahead; usually there is none.
const AHEAD: &str = "YUYUE_TRAINING_CLOCK";

/// By how much.
pub fn ahead() -> Duration {
    let seconds = std::env::var_os(AHEAD).and_then(|path| fs::read_to_string(path).ok()?.trim().parse().ok());
    Duration::from_secs(seconds.unwrap_or(0))
}
