//! The world of a desk whose files all lie on a disk of the simulation.

use super::StorageBug;
use crate::city::quick_cost;
use crate::clocks::Time;
use crate::disk::DiskFiles;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use yuyue_desk::files::Files;
use yuyue_desk::world::World;
use yuyue_domain::time::Timestamp;

/// Virtual time, dice of a seed, and the disk.
pub struct DiskWorld {
    time: Arc<Time>,
    random: Mutex<ChaCha8Rng>,
    files: Box<dyn Files>,
}

impl DiskWorld {
    /// With dice of a seed, and perhaps with a bug of the plain files.
    pub fn new(time: &Arc<Time>, seed: u64, bug: Option<StorageBug>) -> Arc<Self> {
        let files: Box<dyn Files> = match bug {
            Some(bug @ (StorageBug::AFailedSyncIsTriedAgain | StorageBug::TheJournalIsNotWritten)) => {
                Box::new(BrokenFiles(bug))
            }
            _ => Box::new(DiskFiles),
        };
        Arc::new(Self { time: Arc::clone(time), random: Mutex::new(ChaCha8Rng::seed_from_u64(seed)), files })
    }
}

impl World for DiskWorld {
    fn wall(&self) -> Timestamp {
        self.time.now()
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.time.millis())
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }

    fn files(&self) -> &dyn Files {
        &*self.files
    }

    fn password_cost(&self) -> argon2::Params {
        quick_cost()
    }
}

/// Says that it has appended and may not have: one of the deliberate bugs.
struct BrokenFiles(StorageBug);

impl Files for BrokenFiles {
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if self.0 == StorageBug::TheJournalIsNotWritten {
            return Ok(());
        }
        // Nothing more is written the second time; but it is synced.
        DiskFiles.append(path, bytes).or_else(|_| DiskFiles.append(path, &[]))
    }

    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        DiskFiles.read(path)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        DiskFiles.exists(path)
    }

    fn truncate(&self, path: &Path, length_bytes: u64) -> io::Result<()> {
        DiskFiles.truncate(path, length_bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        DiskFiles.rename(from, to)
    }

    fn delete(&self, path: &Path) -> io::Result<()> {
        DiskFiles.delete(path)
    }
}
