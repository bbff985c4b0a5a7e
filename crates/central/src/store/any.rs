//! A store of either engine, chosen by the configuration. It only passes on.

#[cfg(feature = "postgres")]
use super::postgres::PostgresStore;
use super::sqlite::SqliteStore;
use super::{
    Account, Asked, Batch, ChangedRecords, DeviceRow, DueSms, FeedQuery, LeaseTerm, Loaded, OpenAt, OpenReport,
    PriorityRow, PublicationRecord, PurgeBefore, Purged, Store, StoreError, Totals, VisitRow, VisitSpan, Wants,
};
use crate::audit::{Record, Tail};
use crate::secret::Hash;
use std::collections::BTreeMap;
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

/// A store of either engine.
#[cfg_attr(feature = "postgres", expect(clippy::large_enum_variant, reason = "a program has one of them"))]
pub enum AnyStore {
    /// A file of this computer.
    Sqlite(SqliteStore),
    /// A database that several server processes share.
    #[cfg(feature = "postgres")]
    Postgres(PostgresStore),
}

macro_rules! each {
    ($self:ident, $store:ident => $work:expr) => {
        match $self {
            Self::Sqlite($store) => $work,
            #[cfg(feature = "postgres")]
            Self::Postgres($store) => $work,
        }
    };
}

impl Store for AnyStore {
    async fn transact<T: Send, F: FnOnce(Loaded) -> (Batch, T) + Send>(
        &self,
        wants: &Wants,
        decide: F,
    ) -> Result<T, StoreError> {
        each!(self, store => store.transact(wants, decide).await)
    }

    async fn look(&self, wants: &Wants) -> Result<Loaded, StoreError> {
        each!(self, store => store.look(wants).await)
    }

    async fn find_changes(&self, query: &FeedQuery) -> Result<Option<ChangesPage>, StoreError> {
        each!(self, store => store.find_changes(query).await)
    }

    async fn find_changes_text(&self, query: &FeedQuery) -> Result<Option<String>, StoreError> {
        each!(self, store => store.find_changes_text(query).await)
    }

    async fn get_head(&self) -> Result<Cursor, StoreError> {
        each!(self, store => store.get_head().await)
    }

    async fn get_published_until(&self) -> Result<Timestamp, StoreError> {
        each!(self, store => store.get_published_until().await)
    }

    async fn list_catalogue(&self, after: Revision) -> Result<(Vec<Row>, Revision), StoreError> {
        each!(self, store => store.list_catalogue(after).await)
    }

    async fn list_waiting(&self, after: Option<ApplicantId>, limit: u32) -> Result<Vec<ApplicantRecord>, StoreError> {
        each!(self, store => store.list_waiting(after, limit).await)
    }

    async fn list_changed_records(&self, after: Revision, limit: u32) -> Result<ChangedRecords, StoreError> {
        each!(self, store => store.list_changed_records(after, limit).await)
    }

    async fn find_device(&self, fingerprint: &Hash) -> Result<Option<DeviceRow>, StoreError> {
        each!(self, store => store.find_device(fingerprint).await)
    }

    async fn find_enrolment(&self, code: &Hash) -> Result<Option<DeviceRow>, StoreError> {
        each!(self, store => store.find_enrolment(code).await)
    }

    async fn list_devices(&self) -> Result<Vec<DeviceRow>, StoreError> {
        each!(self, store => store.list_devices().await)
    }

    async fn find_account(&self, staff_number: &str) -> Result<Option<Account>, StoreError> {
        each!(self, store => store.find_account(staff_number).await)
    }

    async fn list_accounts(&self) -> Result<Vec<Account>, StoreError> {
        each!(self, store => store.list_accounts().await)
    }

    async fn find_token(&self, token: &Hash, device: DeviceId, now: Timestamp) -> Result<Option<Clerk>, StoreError> {
        each!(self, store => store.find_token(token, device, now).await)
    }

    async fn find_record(&self, id: ApplicantId) -> Result<Option<ApplicantRecord>, StoreError> {
        each!(self, store => store.find_record(id).await)
    }

    async fn find_application(&self, id: ApplicationId) -> Result<Option<Application>, StoreError> {
        each!(self, store => store.find_application(id).await)
    }

    async fn search(&self, terms: &[Term], limit: u32) -> Result<Vec<Applicant>, StoreError> {
        each!(self, store => store.search(terms, limit).await)
    }

    async fn list_publications(&self, limit: u32) -> Result<Vec<Publication>, StoreError> {
        each!(self, store => store.list_publications(limit).await)
    }

    async fn find_publication(&self, wanted: Option<PublicationId>) -> Result<Option<PublicationId>, StoreError> {
        each!(self, store => store.find_publication(wanted).await)
    }

    async fn list_results(
        &self,
        publication: PublicationId,
        after: u32,
        limit: u32,
    ) -> Result<Vec<PublishedResult>, StoreError> {
        each!(self, store => store.list_results(publication, after, limit).await)
    }

    async fn find_publication_record(
        &self,
        publication: PublicationId,
    ) -> Result<Option<PublicationRecord>, StoreError> {
        each!(self, store => store.find_publication_record(publication).await)
    }

    async fn list_priority_places(
        &self,
        published_after: Timestamp,
    ) -> Result<BTreeMap<SessionId, PriorityRow>, StoreError> {
        each!(self, store => store.list_priority_places(published_after).await)
    }

    async fn list_policy_documents(&self) -> Result<Vec<PolicyDocument>, StoreError> {
        each!(self, store => store.list_policy_documents().await)
    }

    async fn list_counts(&self) -> Result<(Vec<SessionCounts>, Vec<Ladder>), StoreError> {
        each!(self, store => store.list_counts().await)
    }

    async fn list_due_sms(&self, now: Timestamp, limit: u32) -> Result<Vec<DueSms>, StoreError> {
        each!(self, store => store.list_due_sms(now, limit).await)
    }

    async fn list_audit(&self, after: u64, limit: u32) -> Result<Vec<Record>, StoreError> {
        each!(self, store => store.list_audit(after, limit).await)
    }

    async fn get_audit_tail(&self) -> Result<Tail, StoreError> {
        each!(self, store => store.get_audit_tail().await)
    }

    async fn count_totals(&self) -> Result<Totals, StoreError> {
        each!(self, store => store.count_totals().await)
    }

    async fn find_visit(&self, device: DeviceId) -> Result<Option<VisitRow>, StoreError> {
        each!(self, store => store.find_visit(device).await)
    }

    async fn prolong_visit(
        &self,
        device: DeviceId,
        token: &Hash,
        now: Timestamp,
        span: VisitSpan,
    ) -> Result<Option<ApplicantId>, StoreError> {
        each!(self, store => store.prolong_visit(device, token, now, span).await)
    }

    async fn open_visit(&self, device: DeviceId, visit: &VisitRow) -> Result<(), StoreError> {
        each!(self, store => store.open_visit(device, visit).await)
    }

    async fn end_visit(&self, device: DeviceId) -> Result<(), StoreError> {
        each!(self, store => store.end_visit(device).await)
    }

    async fn count_asked(&self, device: DeviceId, now: Timestamp, within_seconds: u32) -> Result<Asked, StoreError> {
        each!(self, store => store.count_asked(device, now, within_seconds).await)
    }

    async fn report_open(&self, report: &OpenReport) -> Result<Vec<OpenAt>, StoreError> {
        each!(self, store => store.report_open(report).await)
    }

    async fn hold_lease(&self, holder: Uuid, seconds: u32) -> Result<Option<LeaseTerm>, StoreError> {
        each!(self, store => store.hold_lease(holder, seconds).await)
    }

    async fn leave_lease(&self, holder: Uuid) -> Result<(), StoreError> {
        each!(self, store => store.leave_lease(holder).await)
    }

    async fn purge(&self, before: &PurgeBefore) -> Result<Purged, StoreError> {
        each!(self, store => store.purge(before).await)
    }

    async fn begin_epoch(&self, epoch: Epoch) -> Result<(), StoreError> {
        each!(self, store => store.begin_epoch(epoch).await)
    }

    async fn reset(&self, epoch: Epoch, now: Timestamp) -> Result<(), StoreError> {
        each!(self, store => store.reset(epoch, now).await)
    }
}
