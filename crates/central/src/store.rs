//! What the centre keeps. One trait of use cases, so that another engine can stand behind it; nothing here decides.
//!
//! Everything that changes goes through [`Store::transact`]: the engine loads in bulk (and locks, where there are several
//! writers) what the decision needs, hands it to a pure function, and writes what that function answers in one
//! transaction, whose last lock is the feed's head. A reader therefore never sees a revision before all smaller ones.

mod answers;
pub mod any;
pub mod batch;
mod config;
mod error;
mod form;
mod open_records;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod sqlite;
mod stored_page;
mod terms;
mod visits;
pub mod wants;

pub use answers::{ChangedRecords, DueSms, FeedQuery, LeaseTerm, PurgeBefore, Purged, Totals};
pub use any::AnyStore;
pub use config::StoreConfig;
pub use error::{OpenStoreError, StoreError};
pub use open_records::{OpenAt, OpenReport};
pub use visits::{Asked, VisitRow, VisitSpan};

pub use batch::{Batch, CommandRow, NewDevice, NewSms, PublicationRecord, Write};
pub use wants::{
    Account, AnsweredCode, CodeLedger, DeviceRow, Loaded, NextIds, PriorityRow, SeenCommand, VisitCodeRow, Wants,
};

use crate::audit::{Record, Tail};
use crate::secret::Hash;
use std::collections::BTreeMap;
use std::future::Future;
use uuid::Uuid;
use yuyue_domain::applicant::{Applicant, ApplicantRecord};
use yuyue_domain::application::Application;
use yuyue_domain::ids::{ApplicantId, ApplicationId, DeviceId, PublicationId, SessionId};
use yuyue_domain::lookup::Term;
use yuyue_domain::policy::PolicyDocument;
use yuyue_domain::publication::{Publication, PublishedResult};
use yuyue_domain::rank::{Ladder, SessionCounts};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::Clerk;
use yuyue_protocol::change::{ChangesPage, Row};
use yuyue_protocol::cursor::{Cursor, Epoch, Revision};

/// A store of one city.
pub trait Store: Send + Sync + 'static {
    /// Loads what is wanted, lets `decide` answer what shall be written beside an answer for the caller, and writes it.
    /// When nothing shall be written, nothing is committed.
    ///
    /// # Errors
    /// See [`StoreError`]; nothing was written then.
    fn transact<T: Send, F: FnOnce(Loaded) -> (Batch, T) + Send>(
        &self,
        wants: &Wants,
        decide: F,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;

    /// Loads what is wanted as it is now, without keeping anybody waiting: for a decision that is only shown.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn look(&self, wants: &Wants) -> impl Future<Output = Result<Loaded, StoreError>> + Send;

    /// One page of the feed; none when the cursor belongs to another feed or is older than the tombstones.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn find_changes(&self, query: &FeedQuery) -> impl Future<Output = Result<Option<ChangesPage>, StoreError>> + Send;

    /// The same page as it crosses the wire, for whoever only passes it on.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn find_changes_text(&self, query: &FeedQuery) -> impl Future<Output = Result<Option<String>, StoreError>> + Send {
        async move {
            let page = self.find_changes(query).await?;
            page.map(|page| form::to_document("feed_head", &page)).transpose()
        }
    }

    /// Where the feed stands.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn get_head(&self) -> impl Future<Output = Result<Cursor, StoreError>> + Send;

    /// Up to which instant everything is published, or is history that was imported.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn get_published_until(&self) -> impl Future<Output = Result<Timestamp, StoreError>> + Send;

    /// Rows of offices, sites, the policy, notices, clerks and sessions that changed after a revision, with the newest
    /// revision among all rows.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn list_catalogue(&self, after: Revision) -> impl Future<Output = Result<(Vec<Row>, Revision), StoreError>> + Send;

    /// Everybody with an application that waits for its code or for a place, in the order of their numbers, after one of
    /// them, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn list_waiting(
        &self,
        after: Option<ApplicantId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<ApplicantRecord>, StoreError>> + Send;

    /// Those who changed while they waited, whose applications changed, or who are gone, after a revision, at most `limit`
    /// changes.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn list_changed_records(
        &self,
        after: Revision,
        limit: u32,
    ) -> impl Future<Output = Result<ChangedRecords, StoreError>> + Send;

    /// The device whose certificate has this fingerprint.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn find_device(&self, fingerprint: &Hash) -> impl Future<Output = Result<Option<DeviceRow>, StoreError>> + Send;

    /// The device that may enrol with this code.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn find_enrolment(&self, code: &Hash) -> impl Future<Output = Result<Option<DeviceRow>, StoreError>> + Send;

    /// All devices.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn list_devices(&self) -> impl Future<Output = Result<Vec<DeviceRow>, StoreError>> + Send;

    /// A clerk with what signs the clerk in.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn find_account(&self, staff_number: &str) -> impl Future<Output = Result<Option<Account>, StoreError>> + Send;

    /// All clerks with whether they may sign in.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn list_accounts(&self) -> impl Future<Output = Result<Vec<Account>, StoreError>> + Send;

    /// The clerk who holds this token at this device now.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn find_token(
        &self,
        token: &Hash,
        device: DeviceId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Clerk>, StoreError>> + Send;

    /// One applicant with tests and applications.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn find_record(&self, id: ApplicantId) -> impl Future<Output = Result<Option<ApplicantRecord>, StoreError>> + Send;

    /// One application.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn find_application(
        &self,
        id: ApplicationId,
    ) -> impl Future<Output = Result<Option<Application>, StoreError>> + Send;

    /// Applicants that any of the terms finds, those of earlier terms first, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn search(&self, terms: &[Term], limit: u32) -> impl Future<Output = Result<Vec<Applicant>, StoreError>> + Send;

    /// Publications, the newest first, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn list_publications(&self, limit: u32) -> impl Future<Output = Result<Vec<Publication>, StoreError>> + Send;

    /// The publication with this number, or the newest one; none when there is no such.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn find_publication(
        &self,
        wanted: Option<PublicationId>,
    ) -> impl Future<Output = Result<Option<PublicationId>, StoreError>> + Send;

    /// Results of a publication in the order of their applications, after so many of them, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn list_results(
        &self,
        publication: PublicationId,
        after: u32,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<PublishedResult>, StoreError>> + Send;

    /// Priority places of every session that is published after an instant and has any.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn list_priority_places(
        &self,
        published_after: Timestamp,
    ) -> impl Future<Output = Result<BTreeMap<SessionId, PriorityRow>, StoreError>> + Send;

    /// What a publication was worked out from and what came of it; none for one of before records were kept.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn find_publication_record(
        &self,
        publication: PublicationId,
    ) -> impl Future<Output = Result<Option<PublicationRecord>, StoreError>> + Send;

    /// Every document of the policy that was imported, whenever it comes into force.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn list_policy_documents(&self) -> impl Future<Output = Result<Vec<PolicyDocument>, StoreError>> + Send;

    /// The counts and ladders that devices were told last.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn list_counts(&self) -> impl Future<Output = Result<(Vec<SessionCounts>, Vec<Ladder>), StoreError>> + Send;

    /// Messages that are due, the oldest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn list_due_sms(&self, now: Timestamp, limit: u32) -> impl Future<Output = Result<Vec<DueSms>, StoreError>> + Send;

    /// Records of the audit after a number, in order, at most `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn list_audit(&self, after: u64, limit: u32) -> impl Future<Output = Result<Vec<Record>, StoreError>> + Send;

    /// Where the audit ends.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn get_audit_tail(&self) -> impl Future<Output = Result<Tail, StoreError>> + Send;

    /// How much there is.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn count_totals(&self) -> impl Future<Output = Result<Totals, StoreError>> + Send;

    /// The last visit at a kiosk.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn find_visit(&self, device: DeviceId) -> impl Future<Output = Result<Option<VisitRow>, StoreError>> + Send;

    /// Whose visit this token stands for at this kiosk now; finding it prolongs it.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn prolong_visit(
        &self,
        device: DeviceId,
        token: &Hash,
        now: Timestamp,
        span: VisitSpan,
    ) -> impl Future<Output = Result<Option<ApplicantId>, StoreError>> + Send;

    /// Opens a visit at a kiosk; the one before ends.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn open_visit(&self, device: DeviceId, visit: &VisitRow) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Ends the visit at a kiosk.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn end_visit(&self, device: DeviceId) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Counts one more code that a kiosk asks for, anew after so many seconds.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn count_asked(
        &self,
        device: DeviceId,
        now: Timestamp,
        within_seconds: u32,
    ) -> impl Future<Output = Result<Asked, StoreError>> + Send;

    /// Notes what a counter has open; answers the other counters that have the same record open, who was first first.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn report_open(&self, report: &OpenReport) -> impl Future<Output = Result<Vec<OpenAt>, StoreError>> + Send;

    /// Takes or keeps the lease of whoever does what the clock makes due, for so many seconds; answers the term, or none
    /// while another process holds it. A store that only one process writes grants it always.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn hold_lease(
        &self,
        holder: Uuid,
        seconds: u32,
    ) -> impl Future<Output = Result<Option<LeaseTerm>, StoreError>> + Send;

    /// Gives the lease up, so that another process need not wait for its end.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn leave_lease(&self, holder: Uuid) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes of what nobody needs any more as much as may go at once.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn purge(&self, before: &PurgeBefore) -> impl Future<Output = Result<Purged, StoreError>> + Send;

    /// Begins a new feed, after a backup was put in place: every cursor of before is refused from now on.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn begin_epoch(&self, epoch: Epoch) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes everything but the clerks, the devices, the catalogue without sessions, and the audit; for the training edition.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn reset(&self, epoch: Epoch, now: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;
}
