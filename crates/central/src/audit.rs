//! Who did what, and when. Records hold identifiers and hashes only, and each carries the hash of the one before, so
//! that a record can neither be changed nor taken out without breaking the chain.

pub mod verify;

use crate::secret::{Hash, hash};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use yuyue_domain::ids::{ApplicantId, ApplicationId, ClerkId, DeviceId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::cursor::Epoch;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A command took effect.
    CommandAccepted,
    /// A command was refused.
    CommandRefused,
    /// A clerk signed in.
    SignedIn,
    /// A sign-in was refused.
    SignInRefused,
    /// A code was sent to a phone.
    CodeSent,
    /// A wrong code was tried.
    CodeWrong,
    /// A person was recognised at a kiosk.
    VisitOpened,
    /// Somebody at a kiosk could not show who they are.
    VisitRefused,
    /// Applicants were looked up.
    Searched,
    /// One applicant's record was read.
    ApplicantRead,
    /// Personal data was shown unmasked.
    Revealed,
    /// A document was printed.
    Printed,
    /// A device was prepared for enrolment.
    DeviceAdded,
    /// A device enrolled.
    DeviceEnrolled,
    /// A device was revoked.
    DeviceRevoked,
    /// A clerk was added.
    ClerkAdded,
    /// A clerk was disabled or enabled, moved or given another role, or the password was reset.
    ClerkChanged,
    /// A clerk who was locked out was let in again.
    LockLifted,
    /// A clerk's sign-ins were ended.
    ClerkSignedOut,
    /// Acts of an office were looked through.
    ActsRead,
    /// A device got a new certificate.
    CertificateRenewed,
    /// A device has kept a record of the audit that is not there any more.
    AuditContradicted,
    /// A backup was put in place and a new feed begun.
    Restored,
    /// Rows were imported.
    Imported,
    /// Places were allocated and results published.
    Published,
    /// Applications whose code was never confirmed were dropped.
    Lapsed,
    /// An application ended, or waits for its other sessions only, because the office cancelled some.
    CancelledByOffice,
    /// The result of a test was recorded.
    TestRecorded,
    /// Data whose time was over was deleted.
    Purged,
    /// A backup was written.
    BackedUp,
}

/// One act, before it is chained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// When, by the centre's clock.
    pub at: Timestamp,
    /// What.
    pub act: Act,
    /// By whom.
    pub clerk: Option<ClerkId>,
    /// On which device; none for the operator.
    pub device: Option<DeviceId>,
    /// About whom.
    pub applicant: Option<ApplicantId>,
    /// About which application.
    pub application: Option<ApplicationId>,
    /// The SHA-256 of what the act was about, such as a command's signed body.
    pub detail: Option<Hash>,
}

impl Entry {
    /// An act of which nothing more is known yet.
    #[must_use]
    pub const fn new(at: Timestamp, act: Act) -> Self {
        Self { at, act, clerk: None, device: None, applicant: None, application: None, detail: None }
    }
}

/// A record of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Counts up from 1 without gaps.
    pub sequence: u64,
    /// The act.
    pub entry: Entry,
    /// The hash over the record before and this one.
    pub hash: Hash,
}

/// Where the chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// The last record's number; 0 for an empty chain.
    pub sequence: u64,
    /// The last record's hash.
    pub hash: Hash,
}

impl Tail {
    /// The end of an empty chain.
    pub const EMPTY: Self = Self { sequence: 0, hash: [0; 32] };

    /// Binds an act to the chain and moves the end behind it.
    pub fn append(&mut self, entry: Entry) -> Record {
        self.sequence += 1;
        self.hash = link(&self.hash, self.sequence, &entry);
        Record { sequence: self.sequence, entry, hash: self.hash }
    }
}

/// A record that does not follow from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct Broken {
    /// The record's number.
    pub sequence: u64,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} of the audit was altered, or the one before it is missing", self.sequence)
    }
}

/// Checks that `records` follow from `tail`, and moves it to the last one.
///
/// # Errors
/// The first record that does not follow.
pub fn check_chain(tail: &mut Tail, records: impl IntoIterator<Item = Record>) -> Result<(), Broken> {
    for record in records {
        if tail.append(record.entry) != record {
            return Err(Broken { sequence: record.sequence });
        }
    }
    Ok(())
}

/// What the record of a restored backup carries: the hash of the feed that ended with it.
#[must_use]
pub fn restored_detail(ended: Epoch) -> Hash {
    hash(ended.0.as_bytes())
}

/// The hash of a record: a fixed width for every field, so that no two records share one text.
fn link(before: &Hash, sequence: u64, entry: &Entry) -> Hash {
    let optional = |number: Option<u32>| number.map_or(0, |number| u64::from(number) + 1).to_be_bytes();
    let act = serde_json::to_vec(&entry.act).unwrap_or_default();
    Sha256::new()
        .chain_update(b"yuyue audit v1\0")
        .chain_update(before)
        .chain_update(sequence.to_be_bytes())
        .chain_update(entry.at.unix().to_be_bytes())
        .chain_update((act.len() as u64).to_be_bytes())
        .chain_update(act)
        .chain_update(optional(entry.clerk.map(|id| id.0)))
        .chain_update(optional(entry.device.map(|id| id.0)))
        .chain_update(optional(entry.applicant.map(|id| id.0)))
        .chain_update(entry.application.map_or([0; 16], |id| *id.0.as_bytes()))
        .chain_update(entry.detail.unwrap_or_default())
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Vec<Record> {
        let mut tail = Tail::EMPTY;
        (0..3).map(|second| tail.append(Entry::new(Timestamp::MIN.plus_seconds(second), Act::Searched))).collect()
    }

    #[test]
    fn an_untouched_chain_is_whole() {
        let mut tail = Tail::EMPTY;
        assert_eq!(check_chain(&mut tail, chain()), Ok(()), "every record follows");
        assert_eq!(tail.sequence, 3, "the end is the last record");
    }

    #[test]
    fn a_changed_record_breaks_the_chain_where_it_stands() {
        let mut records = chain();
        records[1].entry.act = Act::Revealed;
        assert_eq!(check_chain(&mut { Tail::EMPTY }, records), Err(Broken { sequence: 2 }), "its hash no longer fits");
    }

    #[test]
    fn a_missing_record_breaks_the_chain_behind_it() {
        let mut records = chain();
        records.remove(1);
        assert_eq!(
            check_chain(&mut { Tail::EMPTY }, records),
            Err(Broken { sequence: 3 }),
            "the one before is missing"
        );
    }
}
