//! What a store is asked beside decisions, and what it answers.

use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::{ApplicantId, DeviceId, OfficeId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::cursor::{Cursor, Revision};

/// Which part of the feed is wanted, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedQuery {
    /// From where; none for everything.
    pub after: Option<Cursor>,
    /// Changes at most.
    pub limit: u32,
    /// Whose agreements belong to it.
    pub device: DeviceId,
    /// A kiosk gets no personal rows.
    pub kind: DeviceKind,
    /// Only the applicants of this office; none for the whole city.
    pub office: Option<OfficeId>,
}

/// Who changed after a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedRecords {
    /// As they are now.
    pub records: Vec<ApplicantRecord>,
    /// Who was deleted.
    pub gone: Vec<ApplicantId>,
    /// The revision up to which that is all.
    pub until: Revision,
}

/// A message that is due.
#[derive(Clone, PartialEq, Eq)]
pub struct DueSms {
    /// Its number.
    pub id: u64,
    /// To whom.
    pub phone: String,
    /// What it says.
    pub text: String,
    /// Failed tries so far.
    pub tries: u32,
    /// After this instant it only confuses.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for DueSms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DueSms").field("id", &self.id).field("tries", &self.tries).finish_non_exhaustive()
    }
}

/// Who of several server processes does what the clock makes due: counts up whenever another one takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeaseTerm(pub u64);

/// How much was deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Purged {
    /// Tombstones whose time was over.
    pub tombstones: u64,
    /// Commands whose time was over.
    pub commands: u64,
    /// Sign-in tokens that had expired.
    pub tokens: u64,
    /// Messages that nobody needs any more.
    pub messages: u64,
    /// Requests for codes that nobody repeats any more.
    pub code_requests: u64,
    /// Whether more of it is left.
    pub has_more: bool,
}

/// Until when things are kept: everything older goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PurgeBefore {
    /// The present, for what carries its own end.
    pub now: Timestamp,
    /// Tombstones.
    pub tombstones: Timestamp,
    /// Commands with their outcomes.
    pub commands: Timestamp,
    /// Texts of messages, and requests for codes.
    pub messages: Timestamp,
    /// Rows of one kind at most.
    pub rows_max: u32,
    /// The term of the lease under which this is done: nothing is deleted when another process holds it by then.
    pub term: Option<LeaseTerm>,
}

/// How much there is, for the operator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// The newest revision.
    pub revision: Revision,
    /// Applicants.
    pub applicants: u64,
    /// Applications of every state.
    pub applications: u64,
    /// Sessions.
    pub sessions: u64,
    /// Messages that wait.
    pub messages_waiting: u64,
}
