//! Whose record is open at the counter, and what holds only as long as it is.

use crate::view::reason::Reason;
use std::collections::BTreeMap;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::rank::SessionQueue;
use yuyue_protocol::open_record::OpenElsewhere;
use yuyue_protocol::query::{OutlookFound, OutlookQuery};

/// The open record. Leaving it, locking or signing out forgets all of this.
#[derive(Debug, Default)]
pub struct Visit {
    /// Whose record.
    pub applicant: Option<ApplicantId>,
    /// The record as the centre gave it, when it is not in the cache.
    pub fetched: Option<ApplicantRecord>,
    /// How the identity was checked.
    pub identity_check: Option<IdentityCheck>,
    /// Whether the record is shown in full, because the identity was checked.
    pub is_revealed: bool,
    /// Queues of the sessions of the last 查询.
    pub queues: BTreeMap<SessionId, SessionQueue>,
    /// Priority places that were left at the last 查询.
    pub priority_left: BTreeMap<SessionId, u16>,
    /// Why the priority place that was wanted could not be had; until the next act in the flow.
    pub lost_place: Option<Reason>,
    /// The other counters that have this record open, as the centre said last.
    pub elsewhere: Vec<OpenElsewhere>,
    /// What the centre was asked about last, and what it said.
    pub outlook: Option<(OutlookQuery, OutlookFound)>,
}

impl Visit {
    /// A new visit, unless this person's record is open already.
    pub fn open(&mut self, applicant: ApplicantId) {
        if self.applicant != Some(applicant) {
            *self = Self { applicant: Some(applicant), ..Self::default() };
        }
    }
}
