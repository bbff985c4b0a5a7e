//! Whether anybody touched the audit: every record has to follow from the one before, and every checkpoint that a device
//! has kept has to be where it was. Whoever can write to the store can make a whole new chain; what devices have kept of
//! the old one they cannot reach.

use super::{Act, Broken, Record, Tail, check_chain, restored_detail};
use crate::secret::Hash;
use ed25519_dalek::VerifyingKey;
use std::collections::BTreeMap;
use yuyue_domain::ids::DeviceId;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::cursor::Epoch;
use yuyue_protocol::witness::{Checkpoint, RecordHash};

/// Something that cannot be if nobody touched the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// A record does not follow from the one before.
    #[error(transparent)]
    Chain(#[from] Broken),
    /// A checkpoint was not signed by this centre: it says nothing.
    #[error("checkpoint {sequence} was not signed by this centre")]
    Foreign {
        /// The checkpoint's record.
        sequence: u64,
    },
    /// A device has kept another record in this place.
    #[error("record {sequence} of the audit, or one before it, is not the one that a device has kept")]
    Differs {
        /// The record's number.
        sequence: u64,
    },
    /// A device has kept a record that is not there any more.
    #[error("the audit ends before record {sequence}, which a device has kept")]
    CutOff {
        /// The record's number.
        sequence: u64,
    },
    /// A device followed a feed that never ended with a restored backup, and is not the present one.
    #[error("record {sequence} was kept by a device of a feed that this audit does not know")]
    UnknownFeed {
        /// The record's number.
        sequence: u64,
    },
}

/// What was found when nothing is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The end of the audit.
    pub tail: Tail,
    /// Checkpoints that are where they were.
    pub confirmed: usize,
    /// Checkpoints of records that were lost when a backup was restored, as the audit says itself.
    pub lost_with_restore: usize,
    /// Where backups were restored, as the audit says itself. One that nobody made hides whatever came before it.
    pub restores: Vec<Noted>,
    /// Where devices have said that they had kept another audit.
    pub contradicted: Vec<Noted>,
}

/// A record that an operator has to know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Noted {
    /// Its number.
    pub record: u64,
    /// When.
    pub at: Timestamp,
    /// Which device it was, if it was one.
    pub device: Option<DeviceId>,
}

/// A check under way: give it all records in order, then conclude.
pub struct Verification {
    tail: Tail,
    checkpoints: Vec<Checkpoint>,
    /// The hashes that the records have for which there are checkpoints.
    found: BTreeMap<u64, Hash>,
    /// Which feed ended with which record.
    ended: Vec<(Hash, u64)>,
    restores: Vec<Noted>,
    contradicted: Vec<Noted>,
}

impl Verification {
    /// Begins, with what devices have kept.
    #[must_use]
    pub fn new(checkpoints: Vec<Checkpoint>) -> Self {
        let found = checkpoints.iter().map(|checkpoint| (checkpoint.sequence, [0; 32])).collect();
        Self {
            tail: Tail::EMPTY,
            checkpoints,
            found,
            ended: Vec::new(),
            restores: Vec::new(),
            contradicted: Vec::new(),
        }
    }

    /// How far it has come.
    #[must_use]
    pub const fn tail(&self) -> Tail {
        self.tail
    }

    /// Goes on with the next records.
    ///
    /// # Errors
    /// The first record that does not follow.
    pub fn follow(&mut self, records: &[Record]) -> Result<(), Contradiction> {
        check_chain(&mut self.tail, records.iter().copied())?;
        for record in records {
            if let Some(found) = self.found.get_mut(&record.sequence) {
                *found = record.hash;
            }
            let noted = Noted { record: record.sequence, at: record.entry.at, device: record.entry.device };
            match record.entry.act {
                Act::Restored => self.restores.push(noted),
                Act::AuditContradicted => self.contradicted.push(noted),
                _ => {}
            }
            if let (Act::Restored, Some(feed)) = (record.entry.act, record.entry.detail) {
                self.ended.push((feed, record.sequence));
            }
        }
        Ok(())
    }

    /// Judges the checkpoints. `epoch` is the present feed, `key` the one with which the centre signs.
    ///
    /// # Errors
    /// The first contradiction.
    pub fn conclude(&self, epoch: Epoch, key: &VerifyingKey) -> Result<Verified, Contradiction> {
        let (restores, contradicted) = (self.restores.clone(), self.contradicted.clone());
        let mut verified = Verified { tail: self.tail, confirmed: 0, lost_with_restore: 0, restores, contradicted };
        for checkpoint in &self.checkpoints {
            let sequence = checkpoint.sequence;
            if !checkpoint.is_signed_by(key) {
                return Err(Contradiction::Foreign { sequence });
            }
            let feed = restored_detail(checkpoint.epoch);
            let end = self.ended.iter().find(|(ended, _)| *ended == feed).map(|(_, restored)| restored - 1);
            match end {
                Some(end) if sequence > end => verified.lost_with_restore += 1,
                None if checkpoint.epoch != epoch => return Err(Contradiction::UnknownFeed { sequence }),
                None if sequence > self.tail.sequence => return Err(Contradiction::CutOff { sequence }),
                _ if self.hash_at(sequence) != checkpoint.hash => return Err(Contradiction::Differs { sequence }),
                _ => verified.confirmed += 1,
            }
        }
        Ok(verified)
    }

    fn hash_at(&self, sequence: u64) -> RecordHash {
        let empty = (sequence == 0).then_some(Tail::EMPTY.hash);
        RecordHash(empty.or_else(|| self.found.get(&sequence).copied()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
