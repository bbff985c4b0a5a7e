//! What the clerk is told after a damaged local file was saved.

use serde::{Deserialize, Serialize};
use yuyue_domain::time::Timestamp;

/// `device.db` was damaged; a new one has its place, and the damaged one is kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct RescueView {
    /// When, by this computer's clock.
    pub at: Timestamp,
    /// Commands that were found again.
    pub saved: u32,
    /// Commands of which nothing was found, at most a hundred.
    pub missing: Vec<MissingView>,
    /// Whether there may be more of them, whose numbers nobody knows.
    pub may_miss_more: bool,
    /// Whether this computer has to be enrolled again.
    pub enroll: bool,
}

/// A command of which nothing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct MissingView {
    /// Its running number at this computer.
    pub number: u32,
    /// When the last one before it was taken; none when nobody knows.
    pub after: Option<Timestamp>,
    /// When the next one behind it was taken; none when there is none.
    pub before: Option<Timestamp>,
}
