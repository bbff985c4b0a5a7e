//! Virtual time, and what each computer sees of it: its own clock, which somebody may set, and its own randomness.

use crate::disk::{Disk, DiskFiles};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use yuyue_central::clock::Clock;
use yuyue_desk::files::Files;
use yuyue_desk::world::World;
use yuyue_domain::time::Timestamp;

/// The time that counts, in milliseconds since the run began. It only goes on when the simulation moves it.
#[derive(Debug)]
pub struct Time {
    begin: Timestamp,
    millis: AtomicU64,
}

impl Time {
    /// Time that begins at `begin`.
    #[must_use]
    pub fn new(begin: Timestamp) -> Arc<Self> {
        Arc::new(Self { begin, millis: AtomicU64::new(0) })
    }

    /// Milliseconds since the run began.
    #[must_use]
    pub fn millis(&self) -> u64 {
        self.millis.load(Ordering::Relaxed)
    }

    /// Moves on. Time never goes back.
    pub fn advance_to(&self, millis: u64) {
        self.millis.fetch_max(millis, Ordering::Relaxed);
    }

    /// The true present.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.begin.plus_seconds(i64::try_from(self.millis() / 1000).unwrap_or(i64::MAX))
    }
}

impl Clock for Time {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }
}

/// What ends a program in the middle of what it does. It unwinds without a message.
pub struct Crash;

/// Clock and randomness of one device. Asking for randomness is a step that can be the program's last.
pub struct DeviceWorld {
    time: Arc<Time>,
    folder: PathBuf,
    wall_offset: AtomicI64,
    random: Mutex<ChaCha8Rng>,
}

impl DeviceWorld {
    /// The world of the device whose disk is at `folder`.
    #[must_use]
    pub fn new(time: &Arc<Time>, folder: PathBuf, seed: u64) -> Arc<Self> {
        Arc::new(Self {
            time: Arc::clone(time),
            folder,
            wall_offset: AtomicI64::new(0),
            random: Mutex::new(ChaCha8Rng::seed_from_u64(seed)),
        })
    }

    /// Somebody sets the clock of the computer, so many seconds off the truth.
    pub fn set_wall_offset(&self, seconds: i64) {
        self.wall_offset.store(seconds, Ordering::Relaxed);
    }
}

impl World for DeviceWorld {
    fn wall(&self) -> Timestamp {
        self.time.now().plus_seconds(self.wall_offset.load(Ordering::Relaxed))
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.time.millis())
    }

    fn fill(&self, bytes: &mut [u8]) {
        if Disk::at(&self.folder).is_some_and(|disk| disk.step().is_err()) {
            std::panic::resume_unwind(Box::new(Crash));
        }
        self.random.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }

    fn files(&self) -> &dyn Files {
        &DiskFiles
    }

    fn password_cost(&self) -> argon2::Params {
        crate::city::quick_cost()
    }
}
