//! Reading at the centre what a device does not hold itself.

use serde::{Deserialize, Serialize};
use std::fmt;
use yuyue_domain::applicant::Applicant;
use yuyue_domain::ids::{ApplicantId, SessionId, SiteId};
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::outlook::Outlook;
use yuyue_domain::rank::SessionQueue;
use yuyue_domain::session::Session;
use yuyue_domain::time::{DateRange, Timestamp};

/// Sessions in one answer at most.
pub const SESSIONS_MAX: usize = 500;

/// Sessions about which one outlook can be asked at most.
pub const WISHED_MAX: usize = 20;

/// Hits of a look-up in one answer at most.
pub const HITS_MAX: u32 = 50;

/// Looks applicants up by whatever was typed into the one box. Never logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// What was typed.
    pub text: String,
    /// Hits wanted, at most [`HITS_MAX`].
    pub limit: u32,
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search").field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// What a look-up found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits {
    /// The applicants, best first.
    pub applicants: Vec<Applicant>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

/// Which sessions are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionQuery {
    /// The subject.
    pub subject: Subject,
    /// The class.
    pub class: LicenceClass,
    /// The days of the test.
    pub dates: DateRange,
    /// The sites; none means all.
    pub sites: Vec<SiteId>,
}

/// The sessions that were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionsFound {
    /// The sessions in order of their start, at most [`SESSIONS_MAX`].
    pub sessions: Vec<Session>,
    /// For each of them who waits for it, in the same order.
    pub queues: Vec<SessionQueue>,
}

/// Free priority places of sessions, as the centre knows them at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorityPlaces {
    /// Sessions with the number of places left, in the order asked for.
    pub left: Vec<(SessionId, u16)>,
}

/// Asks where somebody would end who applied now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlookQuery {
    /// Who would apply; an application of the same subject that waits already is taken for withdrawn.
    pub applicant: ApplicantId,
    /// For which subject.
    pub subject: Subject,
    /// The sessions that would be accepted: from one to [`WISHED_MAX`], none twice.
    pub sessions: Vec<SessionId>,
    /// Whether they stand in the applicant's own order; else the earliest comes first.
    pub ordered: bool,
}

/// What the allocation would give as things stand: a forecast, never a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlookFound {
    /// The answer.
    pub outlook: Outlook,
    /// The centre's time at which it was so.
    pub as_of: Timestamp,
}
