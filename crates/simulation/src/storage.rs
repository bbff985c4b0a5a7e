//! What the files survive: every operation of the disk failing, power losses at any moment, and flipped bits. Whatever a
//! clerk was told is saved is saved afterwards, and nothing is there in half. See `docs/storage.md`.

mod cache;
mod centre;
mod desk;
mod flips;
mod images;
mod stage;
mod world;

use crate::disk::Failing;

pub use cache::CacheSweep;
pub use centre::CentreSweep;
pub use desk::DeskSweep;
pub use flips::flip_bits;
pub use images::lose_power;

/// A deliberate bug, a test of the tests: each breaks a promise from outside the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageBug {
    /// The counter's disk says that it has synced and has not.
    SyncsAreForgotten,
    /// The centre's disk says that it has synced and has not.
    TheCentreForgetsSyncs,
    /// A sync of the journal that failed is tried again, and what it was to write is not.
    AFailedSyncIsTriedAgain,
    /// The journal is not written at all.
    TheJournalIsNotWritten,
    /// A row of the outbox is dropped while its command is told as saved.
    SavedIsSaidTooEarly,
    /// A page of the feed is applied in part.
    PagesAreAppliedInPart,
    /// The centre forgets what it has decided.
    OutcomesAreForgotten,
}

/// What a sweep runs, with some operation failing; an error is a broken promise.
pub trait Sweep {
    /// Runs it and checks what is left; answers how many operations there were and whether one of them failed.
    ///
    /// # Errors
    /// The promise that was broken.
    fn run(&self, failing: Option<Failing>, seed: u64) -> Result<(u64, bool), String>;
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Operations of a run in which nothing fails.
    pub operations: u64,
    /// Runs in which something failed.
    pub failures: u64,
}

/// Runs with every operation failing once, and with it and all behind it failing for ever, for every `stride`th of them.
///
/// # Errors
/// The first promise that was broken, and at which operation.
pub fn sweep(work: &impl Sweep, stride: u64) -> Result<Swept, String> {
    let (operations, _) = work.run(None, 0).map_err(|broken| format!("with nothing failing: {broken}"))?;
    let mut failures = 0;
    for number in (0..operations).step_by(usize::try_from(stride).unwrap_or(1)) {
        for failing in [Failing::Once(number), Failing::From(number)] {
            let (_, hit) = work.run(Some(failing), number).map_err(|broken| format!("{failing:?}: {broken}"))?;
            failures += u64::from(hit);
        }
    }
    Ok(Swept { operations, failures })
}
