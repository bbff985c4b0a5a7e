//! Where a device stands in the centre's feed.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// Counts up by one with every row that the centre changes, in the order of its commits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub u64);

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The feed's identity; a centre that was restored from a backup begins a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub Uuid);

/// All that a device has applied of the feed, up to and including `revision`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Of which feed.
    pub epoch: Epoch,
    /// Up to where.
    pub revision: Revision,
}
