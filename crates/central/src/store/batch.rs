//! Everything that one transaction writes.

use super::wants::{Account, AnsweredCode, CodeLedger, VisitCodeRow};
use crate::audit::Entry;
use crate::secret::Hash;
use std::fmt;
use yuyue_domain::ids::{ApplicantId, ClerkId, DeviceId, OfficeId, PublicationId, SessionId};
use yuyue_domain::policy::PolicyDocument;
use yuyue_domain::time::Timestamp;
use yuyue_domain::verification::quota::Quota;
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::change::{Row, RowKey};
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::outcome::ItemOutcome;

/// What one transaction writes. Every row and every tombstone gets a revision of its own, in this order.
#[derive(Debug, Default)]
pub struct Batch {
    /// Rows of the feed as they are from now on. An application that stops being live stands before the one that takes
    /// its place.
    pub rows: Vec<Row>,
    /// Rows of the feed that are gone, with the office outside whose devices nobody held them; none for everybody.
    pub gone: Vec<(RowKey, Option<OfficeId>)>,
    /// What devices do not follow.
    pub writes: Vec<Write>,
    /// The centre's time, for tombstones.
    pub at: Option<Timestamp>,
}

impl Batch {
    /// Nothing yet, at this instant.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self { at: Some(now), ..Self::default() }
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.gone.is_empty() && self.writes.is_empty()
    }

    /// Adds an act for the audit.
    pub fn audit(&mut self, entry: Entry) {
        self.writes.push(Write::Audit(entry));
    }
}

/// A write that devices do not follow.
#[derive(Debug)]
pub enum Write {
    /// A command with its outcome.
    Command(Box<CommandRow>),
    /// Priority places of a session are given out (positive) or given back.
    PriorityTaken {
        /// The session.
        session: SessionId,
        /// By how many.
        by: i32,
    },
    /// The codes of an applicant.
    CodeLedger {
        /// Whose.
        applicant: ApplicantId,
        /// What the rules look at.
        ledger: CodeLedger,
        /// When.
        at: Timestamp,
    },
    /// The answer to a request for a code.
    CodeRequest {
        /// The request and what was answered.
        answered: AnsweredCode,
        /// When.
        at: Timestamp,
    },
    /// The codes for visits of a typed number.
    VisitCode {
        /// The keyed hash of the number.
        number: Hash,
        /// Its codes.
        row: VisitCodeRow,
        /// When.
        at: Timestamp,
    },
    /// How often codes were asked for.
    Quota {
        /// The keyed hash of a phone or a device.
        key: Hash,
        /// How often.
        quota: Quota,
    },
    /// A message to a phone.
    Sms(NewSms),
    /// Messages are about to be handed over: until then nobody else does.
    SmsTaken {
        /// Their numbers.
        ids: Vec<u64>,
        /// Until when.
        until: Timestamp,
    },
    /// A message was sent: its text is not needed any more.
    SmsSent {
        /// Its number.
        id: u64,
    },
    /// A message could not be sent.
    SmsFailed {
        /// Its number.
        id: u64,
        /// When to try again; none to give up.
        next_at: Option<Timestamp>,
    },
    /// An act for the audit.
    Audit(Entry),
    /// What a publication was worked out from and what came of it.
    PublicationRecord(Box<PublicationRecord>),
    /// A document of the policy, in the place of one with the same name.
    PolicyDocument(Box<PolicyDocument>),
    /// A computer may enrol.
    DeviceAdded(NewDevice),
    /// A computer enrolled with the code that it was given.
    DeviceEnrolled {
        /// The device.
        device: DeviceId,
        /// The key that signs its commands.
        signing_key: [u8; 32],
        /// Its connection's certificate.
        fingerprint: Hash,
        /// When.
        at: Timestamp,
    },
    /// A device got a new certificate; the one with which it asked counts as well.
    DeviceRenewed {
        /// The device.
        device: DeviceId,
        /// The certificate with which it asked.
        used: Hash,
        /// The new one.
        next: Hash,
    },
    /// A device may not connect any more.
    DeviceRevoked {
        /// The device.
        device: DeviceId,
        /// When.
        at: Timestamp,
    },
    /// A clerk's account, new or changed. A disabled clerk's row is taken out of the feed by the tombstone beside it.
    Account(Box<Account>),
    /// A clerk signed in.
    TokenMade {
        /// The SHA-256 of the token.
        token: Hash,
        /// The clerk.
        clerk: ClerkId,
        /// The only device at which it counts.
        device: DeviceId,
        /// Until when.
        expires_at: Timestamp,
    },
    /// A clerk's tokens count no more.
    TokensDropped {
        /// The clerk.
        clerk: ClerkId,
    },
}

/// What a publication was worked out from and what came of it, for everybody to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationRecord {
    /// Which publication.
    pub publication: PublicationId,
    /// The JSON that is published, compressed (zstd).
    pub record: Vec<u8>,
    /// The centre's Ed25519 signature over the JSON.
    pub signature: [u8; 64],
}

/// A command with its outcome.
#[derive(Debug)]
pub struct CommandRow {
    /// As it arrived.
    pub envelope: Envelope,
    /// What was decided.
    pub outcome: ItemOutcome,
}

/// A computer that may enrol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDevice {
    /// Its number.
    pub id: DeviceId,
    /// A counter or a kiosk.
    pub kind: DeviceKind,
    /// Its name at the office.
    pub label: String,
    /// Where it stands.
    pub office: OfficeId,
    /// The SHA-256 of its one-time code.
    pub code: Hash,
    /// Until when the code counts.
    pub until: Timestamp,
    /// Argon2id verifier of the code with which staff leave it; none at a counter.
    pub exit_verifier: Option<String>,
}

/// A message to a phone.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSms {
    /// To whom.
    pub phone: String,
    /// What it says.
    pub text: String,
    /// Since when it waits.
    pub created_at: Timestamp,
    /// After this instant it only confuses.
    pub expires_at: Timestamp,
}

impl fmt::Debug for NewSms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSms").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}
