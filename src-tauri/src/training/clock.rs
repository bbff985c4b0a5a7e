//! The world of the training edition: the system's, whose clocks go on with that of the centre inside. A test may push the one
//! that nobody can set further on, so that nobody has to wait until somebody who has gone is forgotten.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use yuyue_central::clock::{Clock as _, ShiftedClock};
use yuyue_desk::world::{SystemWorld, World};
use yuyue_domain::time::Timestamp;

/// Names a file with the seconds by which the clock that nobody can set is ahead.
const AHEAD: &str = "YUYUE_TRAINING_CLOCK";

/// The system's randomness, and clocks that go along with the centre's.
pub struct TrainingWorld {
    centre: Arc<ShiftedClock>,
    ahead: Option<PathBuf>,
}

impl TrainingWorld {
    /// Beside a centre with this clock, and with the file that the environment names; usually none.
    pub fn new(centre: Arc<ShiftedClock>) -> Self {
        Self { centre, ahead: std::env::var_os(AHEAD).map(PathBuf::from) }
    }

    fn ahead(&self) -> Duration {
        let seconds = self.ahead.as_ref().and_then(|path| fs::read_to_string(path).ok()?.trim().parse().ok());
        Duration::from_secs(seconds.unwrap_or(0))
    }
}

impl World for TrainingWorld {
    fn wall(&self) -> Timestamp {
        self.centre.now()
    }

    fn elapsed(&self) -> Duration {
        SystemWorld.elapsed() + self.centre.advanced() + self.ahead()
    }

    fn fill(&self, bytes: &mut [u8]) {
        SystemWorld.fill(bytes);
    }
}
