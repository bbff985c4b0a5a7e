//! The feed: every row that a device may hold, as it is now, in the order of its latest revision.
//!
//! Each row is sent whole, so that applying it again changes nothing and a first fill is the same feed from revision 0.

use crate::account::Clerk;
use crate::cursor::{Cursor, Revision};
use serde::{Deserialize, Serialize};
use yuyue_domain::applicant::{Applicant, Test};
use yuyue_domain::application::Application;
use yuyue_domain::ids::{ApplicantId, ApplicationId, ClerkId, OfficeId, PublicationId, SessionId, SiteId};
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::notice::{Agreement, Notice, NoticeKind};
use yuyue_domain::office::Office;
use yuyue_domain::policy::Policy;
use yuyue_domain::publication::{Publication, PublishedResult};
use yuyue_domain::rank::{Ladder, SessionCounts};
use yuyue_domain::session::{Session, Site};

/// Changes in one answer at most.
pub const CHANGES_MAX: u32 = 5_000;

/// A row of the feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "table", content = "row", rename_all = "snake_case")]
pub enum Row {
    /// A branch office.
    Office(Office),
    /// An exam site.
    Site(Site),
    /// A clerk.
    Clerk(Clerk),
    /// The policy in force, calendar included.
    Policy(Box<Policy>),
    /// The current text of a notice.
    Notice(Notice),
    /// An agreement that was recorded for the receiving device.
    Agreement(Agreement),
    /// A session.
    Session(Session),
    /// An applicant with the tests.
    Applicant(Box<ApplicantRow>),
    /// An application.
    Application(Box<Application>),
    /// How many apply for a session.
    SessionCounts(SessionCounts),
    /// The ranks of a subject and class.
    Ladder(Box<Ladder>),
    /// A publication.
    Publication(Publication),
    /// What a publication says of one application.
    PublishedResult(PublishedResult),
}

/// An applicant with the tests; they change together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicantRow {
    /// The person.
    pub applicant: Applicant,
    /// Tests, oldest first.
    pub tests: Vec<Test>,
}

/// Which row a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "table", content = "key", rename_all = "snake_case")]
pub enum RowKey {
    /// A branch office.
    Office(OfficeId),
    /// An exam site.
    Site(SiteId),
    /// A clerk.
    Clerk(ClerkId),
    /// The policy.
    Policy,
    /// A notice.
    Notice(NoticeKind),
    /// An agreement of the receiving device.
    Agreement(NoticeKind, u32),
    /// A session.
    Session(SessionId),
    /// An applicant.
    Applicant(ApplicantId),
    /// An application.
    Application(ApplicationId),
    /// A session's counts.
    SessionCounts(SessionId),
    /// The ranks of a subject and class.
    Ladder(Subject, LicenceClass),
    /// A publication.
    Publication(PublicationId),
    /// What a publication says of one application.
    PublishedResult(PublicationId, ApplicationId),
}

/// One change: a row as it is now, or that it is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ReadChange")]
pub struct Change {
    /// Its place in the feed.
    pub revision: Revision,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// A change as it is read. A flattened field would be copied into a tree of values first, and a first fill reads a million.
#[derive(Deserialize)]
struct ReadChange {
    revision: Revision,
    set: Option<Row>,
    gone: Option<RowKey>,
}

impl TryFrom<ReadChange> for Change {
    type Error = &'static str;

    fn try_from(read: ReadChange) -> Result<Self, Self::Error> {
        let what = match (read.set, read.gone) {
            (Some(row), None) => What::Set(row),
            (None, Some(key)) => What::Gone(key),
            _ => return Err("a change sets one row or says that it is gone"),
        };
        Ok(Self { revision: read.revision, what })
    }
}

/// What happened to a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The row is now this.
    Set(Row),
    /// A tombstone: the row is gone.
    Gone(RowKey),
}

/// How many rows of each table a device that followed everything must hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    /// Applicants.
    pub applicants: u64,
    /// Applications.
    pub applications: u64,
    /// Sessions.
    pub sessions: u64,
}

/// One answer of the feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesPage {
    /// Changes in ascending order of revision.
    pub changes: Vec<Change>,
    /// Where the device stands once it has applied them.
    pub cursor: Cursor,
    /// The newest revision of the feed when this was answered; equal to the cursor's when nothing is left.
    pub head: Revision,
    /// What the device's cache must then hold; only in the last page, when `head` is reached.
    pub counts: Option<RowCounts>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_sets_a_row_or_says_that_it_is_gone_and_reads_as_it_was_written() {
        for what in [What::Gone(RowKey::Applicant(ApplicantId(7))), What::Gone(RowKey::Policy)] {
            let change = Change { revision: Revision(3), what };
            let text = serde_json::to_string(&change).expect("written");
            assert_eq!(serde_json::from_str::<Change>(&text).expect("read"), change, "{text}");
        }
        let counts = r#"{"table":"session_counts","row":{"session":4,"applications":2,"priority_left":1,"as_of":"2026-11-23T08:00:00+08:00"}}"#;
        let text = format!(r#"{{"revision":9,"set":{counts}}}"#);
        let change: Change = serde_json::from_str(&text).expect("read");
        assert!(matches!(change.what, What::Set(Row::SessionCounts(_))), "the table says what the row is");
        assert_eq!(serde_json::to_string(&change).expect("written"), text, "the form on the wire");
        let gone = r#"{"table":"applicant","key":7}"#;
        for text in [r#"{"revision":9}"#.to_owned(), format!(r#"{{"revision":9,"set":{counts},"gone":{gone}}}"#)] {
            assert!(serde_json::from_str::<Change>(&text).is_err(), "neither or both is no change: {text}");
        }
    }
}
