//! The contract between a device and the centre, implemented by both ends.
//!
//! The centre's core implements it for a known caller; a device's client implements it over HTTPS. A simulation lets the
//! two call each other directly. Implementations must not spawn, sleep or keep threads of their own.

use crate::account::{RenewRequest, Renewed, SignIn, SignedIn};
use crate::change::ChangesPage;
use crate::code::{CodeRequest, CodeSent};
use crate::cursor::Cursor;
use crate::envelope::Envelope;
use crate::error::Problem;
use crate::open_record::{OpenElsewhere, OpenRecord};
use crate::outcome::ItemOutcome;
use crate::query::{Hits, OutlookFound, OutlookQuery, PriorityPlaces, Search, SessionQuery, SessionsFound};
use crate::visit::{VisitAnswer, VisitCode, VisitCodeRequest, VisitOpening};
use crate::witness::{AuditTail, Checkpoint, SealKey};
use std::future::Future;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::ids::{ApplicantId, SessionId};
use yuyue_domain::time::Timestamp;

/// Envelopes in one batch at most.
pub const BATCH_MAX: usize = 256;

/// What a device can ask of the centre. Every method fails as a whole with a [`Problem`] or answers.
pub trait Centre {
    /// The centre's clock.
    fn time(&self) -> impl Future<Output = Result<Timestamp, Problem>> + Send;

    /// Signs a clerk in at the calling device.
    fn sign_in(&self, request: SignIn) -> impl Future<Output = Result<SignedIn, Problem>> + Send;

    /// The rows that changed after `after` (none: all there are), at most `limit` and [`crate::change::CHANGES_MAX`].
    fn changes(&self, after: Option<Cursor>, limit: u32) -> impl Future<Output = Result<ChangesPage, Problem>> + Send;

    /// Hands over commands, at most [`BATCH_MAX`]. Each has its own outcome, in the order given; one bad command never
    /// blocks another, and a command that was seen before answers with the outcome that it had.
    fn commands(&self, batch: Vec<Envelope>) -> impl Future<Output = Result<Vec<ItemOutcome>, Problem>> + Send;

    /// Sends a code to the bound phone.
    fn request_code(&self, request: CodeRequest) -> impl Future<Output = Result<CodeSent, Problem>> + Send;

    /// Looks applicants up.
    fn search(&self, search: Search) -> impl Future<Output = Result<Hits, Problem>> + Send;

    /// One applicant with tests and applications.
    fn applicant(&self, id: ApplicantId) -> impl Future<Output = Result<ApplicantRecord, Problem>> + Send;

    /// Sessions that are open for application now, normal or priority, with their queues.
    fn sessions(&self, query: SessionQuery) -> impl Future<Output = Result<SessionsFound, Problem>> + Send;

    /// Priority places left at this moment, of at most [`crate::query::SESSIONS_MAX`] sessions.
    fn priority_places(&self, sessions: Vec<SessionId>)
    -> impl Future<Output = Result<PriorityPlaces, Problem>> + Send;

    /// Where an application would end as things stand now, in all publications to come.
    fn outlook(&self, query: OutlookQuery) -> impl Future<Output = Result<OutlookFound, Problem>> + Send;

    /// Says whose record is open at a counter, and answers at which others it is, at most [`ELSEWHERE_MAX`]. It counts for
    /// [`crate::open_record::REPORT_COUNTS_SECONDS`].
    ///
    /// [`ELSEWHERE_MAX`]: crate::open_record::ELSEWHERE_MAX
    fn open_record(&self, report: OpenRecord) -> impl Future<Output = Result<Vec<OpenElsewhere>, Problem>> + Send;
}

/// What keeps a device going that nobody looks after, asked about once an hour.
pub trait Upkeep {
    /// Gets a new certificate in the place of the caller's.
    fn renew_certificate(&self, request: RenewRequest) -> impl Future<Output = Result<Renewed, Problem>> + Send;

    /// The key with which the centre signs.
    fn seal_key(&self) -> impl Future<Output = Result<SealKey, Problem>> + Send;

    /// Where the audit ends, and what it has in the place of the record `seen`.
    fn audit_tail(&self, seen: Option<u64>) -> impl Future<Output = Result<AuditTail, Problem>> + Send;

    /// Tells what the caller has kept of the audit and does not find there any more, so that an operator hears of it.
    fn contradict_audit(&self, kept: Checkpoint) -> impl Future<Output = Result<(), Problem>> + Send;
}

/// What a kiosk can ask beside that, to learn who is there. No person's record is read and no command is taken at a kiosk
/// but for the person of its visit.
pub trait Visits {
    /// Sends the code that opens a visit.
    fn send_visit_code(&self, request: VisitCodeRequest) -> impl Future<Output = Result<VisitCode, Problem>> + Send;

    /// Opens a visit.
    fn open_visit(&self, opening: VisitOpening) -> impl Future<Output = Result<VisitAnswer, Problem>> + Send;

    /// The person is still there: the visit goes on for its whole time. Answers for how many seconds.
    fn prolong_visit(&self) -> impl Future<Output = Result<u32, Problem>> + Send;

    /// The person has left: the token counts no more.
    fn end_visit(&self) -> impl Future<Output = Result<(), Problem>> + Send;
}
