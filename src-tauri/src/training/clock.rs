//! The world of the training edition: the system's, with a clock that a test may push on, so that nobody has to wait until
//! somebody who has gone is forgotten.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use yuyue_desk::world::{SystemWorld, World};
use yuyue_domain::time::Timestamp;

/// Names a file with the seconds by which the clock that nobody can set is ahead.
const AHEAD: &str = "YUYUE_TRAINING_CLOCK";

/// The system's clocks and randomness, with that clock pushed on.
pub struct TrainingWorld {
    ahead: Option<PathBuf>,
}

impl TrainingWorld {
    /// With the file that the environment names; usually none.
    pub fn new() -> Self {
        Self { ahead: std::env::var_os(AHEAD).map(PathBuf::from) }
    }

    fn ahead(&self) -> Duration {
        let seconds = self.ahead.as_ref().and_then(|path| fs::read_to_string(path).ok()?.trim().parse().ok());
        Duration::from_secs(seconds.unwrap_or(0))
    }
}

impl World for TrainingWorld {
    fn wall(&self) -> Timestamp {
        SystemWorld.wall()
    }

    fn elapsed(&self) -> Duration {
        SystemWorld.elapsed() + self.ahead()
    }

    fn fill(&self, bytes: &mut [u8]) {
        SystemWorld.fill(bytes);
    }
}
