//! The store over `PostgreSQL`, for a centre of several server processes.
//!
//! A transaction locks the applicants and then the sessions that it is about, in the order of their numbers, loads, and has
//! the caller decide. Its last lock is the head of the feed, held to the commit: revisions appear in the order of commits,
//! and whatever was decided on is looked at once more when nobody else can change it.

mod account;
mod applicant;
mod application;
mod audit;
mod catalogue;
mod code;
mod command;
mod connect;
mod device;
mod feed;
mod lease;
mod load;
mod lock;
mod open_record;
mod publication;
mod purge;
mod schema;
mod session;
mod sms;
mod sql;
mod visit;
mod write;

pub use connect::ConnectError;

use super::form::{from_document, from_word, instant, signed, to_document, to_word, unsigned};
use super::{
    Account, Asked, Batch, ChangedRecords, DeviceRow, DueSms, FeedQuery, LeaseTerm, Loaded, OpenAt, OpenReport,
    OpenStoreError, PriorityRow, PublicationRecord, PurgeBefore, Purged, Store, StoreConfig, StoreError, Totals,
    VisitRow, VisitSpan, Wants,
};
use crate::audit::{Record, Tail};
use crate::secret::Hash;
use deadpool_postgres::{Client, Pool, Transaction};
use feed::Revisions;
use load::Ground;
use lock::Held;
use std::collections::BTreeMap;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_postgres::IsolationLevel;
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

/// Connections that are kept apart from those of the requests.
const APART: usize = 2;

/// The store over a `PostgreSQL` database.
pub struct PostgresStore {
    readers: Pool,
    /// For requests that write. Whoever waits for the feed waits with a connection in hand, and not with a reader's.
    writers: Pool,
    /// For the transactions of what decides and of what is due, and for what the latter reads alone. They never wait behind
    /// requests.
    reserved: Pool,
    /// For the short looks with which a command and what is due begin: who is calling, what has changed of the plan. Whoever
    /// reads pages has none of these.
    looks: Pool,
    /// How many of the readers pages of the feed may have: however many computers fill their caches, the rest is for others.
    pages: Semaphore,
    /// How many of them what anybody may ask for may have.
    public: Semaphore,
    /// For the lease and the head of the feed: a crowd of requests must not make it look as if this process were gone.
    apart: Pool,
}

impl PostgresStore {
    /// Makes the store of a new centre in an empty database.
    ///
    /// # Errors
    /// When the database cannot be reached or belongs to a centre already.
    pub async fn init(
        url: &str,
        limits: &StoreConfig,
        city: &str,
        epoch: Epoch,
        now: Timestamp,
    ) -> Result<Self, OpenStoreError> {
        let store = Self::open_any(url, limits).await?;
        let mut client = store.client().await?;
        if feed::has_centre(&client).await? {
            return Err(OpenStoreError::NotEmpty);
        }
        let transaction = client.transaction().await.map_err(StoreError::from)?;
        feed::insert_centre(&transaction, city, epoch, now).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(store)
    }

    /// Opens the store of a centre, and brings its tables up to date.
    ///
    /// # Errors
    /// When the database cannot be reached, no centre was made in it, or a newer program has used it.
    pub async fn open(url: &str, limits: &StoreConfig) -> Result<Self, OpenStoreError> {
        let store = Self::open_any(url, limits).await?;
        let is_made = feed::has_centre(&store.client().await?).await?;
        if is_made { Ok(store) } else { Err(OpenStoreError::Empty) }
    }

    async fn open_any(url: &str, limits: &StoreConfig) -> Result<Self, OpenStoreError> {
        let connect = |connections| connect::connect(url, limits, connections);
        let store = Self {
            readers: connect(limits.connections)?,
            writers: connect(limits.write_connections)?,
            reserved: connect(limits.reserved_connections)?,
            looks: connect(limits.look_connections)?,
            pages: Semaphore::new((limits.connections / 2).max(1)),
            public: Semaphore::new((limits.connections / 4).max(1)),
            apart: connect(APART)?,
        };
        schema::bring_up_to_date(&mut store.client().await?).await?;
        Ok(store)
    }

    /// For reading what neither a command nor what is due waits for.
    async fn client(&self) -> Result<Client, StoreError> {
        Ok(self.readers.get().await?)
    }

    /// For reading what anybody may ask for.
    async fn public_client(&self) -> Result<(Client, Option<SemaphorePermit<'_>>), StoreError> {
        // Nobody closes it.
        let turn = self.public.acquire().await.ok();
        Ok((self.client().await?, turn))
    }

    /// For a short look, or a single row of a visit.
    async fn look_client(&self) -> Result<Client, StoreError> {
        Ok(self.looks.get().await?)
    }

    /// For what only the work that is due reads.
    async fn due_client(&self) -> Result<Client, StoreError> {
        Ok(self.reserved.get().await?)
    }

    /// Whose connections a decision is written over.
    fn writers(&self, wants: &Wants) -> &Pool {
        if wants.is_of_crowd() { &self.writers } else { &self.reserved }
    }

    /// Works in one transaction with everything that was committed before its last lock.
    async fn write<T>(
        &self,
        work: impl AsyncFnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut client = self.reserved.get().await?;
        let transaction = client.transaction().await?;
        let answer = work(&transaction).await?;
        transaction.commit().await?;
        Ok(answer)
    }
}

/// One state of the store for several statements.
async fn snapshot(client: &mut Client) -> Result<Transaction<'_>, StoreError> {
    Ok(client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true).start().await?)
}

impl Store for PostgresStore {
    async fn transact<T: Send, F: FnOnce(Loaded) -> (Batch, T) + Send>(
        &self,
        wants: &Wants,
        decide: F,
    ) -> Result<T, StoreError> {
        let mut client = self.writers(wants).get().await?;
        // Each statement sees what was committed before it: what is locked is loaded as it was left.
        let transaction = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted);
        let mut transaction = transaction.start().await?;
        let mut held = lock::lock(&transaction, wants).await?;
        let loaded = load::load(&transaction, wants, &held).await?;
        let ground = Ground::new(wants, &held, &loaded);
        let (batch, answer) = decide(loaded);
        if batch.is_empty() {
            transaction.rollback().await?;
            return Ok(answer);
        }
        let revisions = if let Some(revisions) = held.head.take() {
            // Whoever holds somebody's row meanwhile waits for the head, so nothing may be waited for here.
            revisions
        } else {
            held.lock_more(&transaction, &batch).await?;
            Revisions::begin(&transaction).await?
        };
        ground.check(&transaction, wants).await?;
        write::write(&mut transaction, &batch, revisions).await?;
        transaction.commit().await?;
        Ok(answer)
    }

    async fn look(&self, wants: &Wants) -> Result<Loaded, StoreError> {
        load::load(&snapshot(&mut self.client().await?).await?, wants, &Held::default()).await
    }

    async fn find_changes(&self, query: &FeedQuery) -> Result<Option<ChangesPage>, StoreError> {
        let _turn = self.pages.acquire().await.ok();
        feed::find_page(&snapshot(&mut self.client().await?).await?, query).await
    }

    async fn get_head(&self) -> Result<Cursor, StoreError> {
        feed::get_head(&self.apart.get().await?).await
    }

    async fn get_published_until(&self) -> Result<Timestamp, StoreError> {
        publication::get_published_until(&self.due_client().await?).await
    }

    async fn list_catalogue(&self, after: Revision) -> Result<(Vec<Row>, Revision), StoreError> {
        let mut client = self.look_client().await?;
        let snapshot = snapshot(&mut client).await?;
        let rows = catalogue::list_changed(&snapshot, after).await?;
        Ok((rows, feed::get_head(&snapshot).await?.revision))
    }

    async fn list_waiting(&self, after: Option<ApplicantId>, limit: u32) -> Result<Vec<ApplicantRecord>, StoreError> {
        let mut client = self.due_client().await?;
        let snapshot = snapshot(&mut client).await?;
        let ids = application::list_waiting_applicants(&snapshot, after, Some(limit)).await?;
        let records = applicant::list_records(&snapshot, &ids.into_iter().collect()).await?;
        Ok(records.into_values().collect())
    }

    async fn list_changed_records(&self, after: Revision, limit: u32) -> Result<ChangedRecords, StoreError> {
        let mut client = self.due_client().await?;
        let snapshot = snapshot(&mut client).await?;
        let (ids, until) = feed::list_changed_applicants(&snapshot, after, limit).await?;
        let records = applicant::list_records(&snapshot, &ids).await?;
        let gone = ids.into_iter().filter(|id| !records.contains_key(id)).collect();
        Ok(ChangedRecords { records: records.into_values().collect(), gone, until })
    }

    async fn find_device(&self, fingerprint: &Hash) -> Result<Option<DeviceRow>, StoreError> {
        device::find_by_fingerprint(&self.look_client().await?, fingerprint).await
    }

    async fn find_enrolment(&self, code: &Hash) -> Result<Option<DeviceRow>, StoreError> {
        let (client, _turn) = self.public_client().await?;
        device::find_by_enrolment(&client, code).await
    }

    async fn list_devices(&self) -> Result<Vec<DeviceRow>, StoreError> {
        device::list(&self.look_client().await?).await
    }

    async fn find_account(&self, staff_number: &str) -> Result<Option<Account>, StoreError> {
        account::find(&self.look_client().await?, staff_number).await
    }

    async fn list_accounts(&self) -> Result<Vec<Account>, StoreError> {
        account::list(&self.client().await?).await
    }

    async fn find_token(&self, token: &Hash, device: DeviceId, now: Timestamp) -> Result<Option<Clerk>, StoreError> {
        account::find_token(&self.look_client().await?, token, device, now).await
    }

    async fn find_record(&self, id: ApplicantId) -> Result<Option<ApplicantRecord>, StoreError> {
        let mut client = self.client().await?;
        let snapshot = snapshot(&mut client).await?;
        Ok(applicant::list_records(&snapshot, &[id].into()).await?.remove(&id))
    }

    async fn find_application(&self, id: ApplicationId) -> Result<Option<Application>, StoreError> {
        let (client, _turn) = self.public_client().await?;
        application::find(&client, id).await
    }

    async fn search(&self, terms: &[Term], limit: u32) -> Result<Vec<Applicant>, StoreError> {
        let mut client = self.client().await?;
        applicant::search(&snapshot(&mut client).await?, terms, limit).await
    }

    async fn list_publications(&self, limit: u32) -> Result<Vec<Publication>, StoreError> {
        let (client, _turn) = self.public_client().await?;
        publication::list(&client, limit).await
    }

    async fn find_publication(&self, wanted: Option<PublicationId>) -> Result<Option<PublicationId>, StoreError> {
        let (client, _turn) = self.public_client().await?;
        publication::find(&client, wanted).await
    }

    async fn list_results(
        &self,
        publication: PublicationId,
        after: u32,
        limit: u32,
    ) -> Result<Vec<PublishedResult>, StoreError> {
        let (client, _turn) = self.public_client().await?;
        publication::list_results(&client, publication, after, limit).await
    }

    async fn find_publication_record(
        &self,
        publication: PublicationId,
    ) -> Result<Option<PublicationRecord>, StoreError> {
        let (client, _turn) = self.public_client().await?;
        publication::find_record(&client, publication).await
    }

    async fn list_priority_places(
        &self,
        published_after: Timestamp,
    ) -> Result<BTreeMap<SessionId, PriorityRow>, StoreError> {
        session::list_priority(&self.look_client().await?, published_after).await
    }

    async fn list_policy_documents(&self) -> Result<Vec<PolicyDocument>, StoreError> {
        catalogue::list_policy_documents(&self.due_client().await?).await
    }

    async fn list_counts(&self) -> Result<(Vec<SessionCounts>, Vec<Ladder>), StoreError> {
        let mut client = self.due_client().await?;
        let snapshot = snapshot(&mut client).await?;
        Ok((session::list_counts(&snapshot).await?, session::list_ladders(&snapshot).await?))
    }

    async fn list_due_sms(&self, now: Timestamp, limit: u32) -> Result<Vec<DueSms>, StoreError> {
        sms::list_due(&self.due_client().await?, now, limit).await
    }

    async fn list_audit(&self, after: u64, limit: u32) -> Result<Vec<Record>, StoreError> {
        audit::list(&self.client().await?, after, limit).await
    }

    async fn get_audit_tail(&self) -> Result<Tail, StoreError> {
        audit::get_tail(&self.client().await?).await
    }

    async fn count_totals(&self) -> Result<Totals, StoreError> {
        let mut client = self.client().await?;
        feed::count_totals(&snapshot(&mut client).await?).await
    }

    async fn find_visit(&self, device: DeviceId) -> Result<Option<VisitRow>, StoreError> {
        visit::find(&self.look_client().await?, device).await
    }

    async fn prolong_visit(
        &self,
        device: DeviceId,
        token: &Hash,
        now: Timestamp,
        span: VisitSpan,
    ) -> Result<Option<ApplicantId>, StoreError> {
        visit::prolong(&self.look_client().await?, device, token, now, span).await
    }

    async fn open_visit(&self, device: DeviceId, visit: &VisitRow) -> Result<(), StoreError> {
        visit::open(&self.look_client().await?, device, visit).await
    }

    async fn end_visit(&self, device: DeviceId) -> Result<(), StoreError> {
        visit::end(&self.look_client().await?, device).await
    }

    async fn count_asked(&self, device: DeviceId, now: Timestamp, within_seconds: u32) -> Result<Asked, StoreError> {
        visit::ask(&self.look_client().await?, device, now, within_seconds).await
    }

    async fn report_open(&self, report: &OpenReport) -> Result<Vec<OpenAt>, StoreError> {
        open_record::report(&self.look_client().await?, report).await
    }

    async fn hold_lease(&self, holder: Uuid, seconds: u32) -> Result<Option<LeaseTerm>, StoreError> {
        lease::hold(&self.apart.get().await?, holder, seconds).await
    }

    async fn leave_lease(&self, holder: Uuid) -> Result<(), StoreError> {
        lease::leave(&self.apart.get().await?, holder).await
    }

    async fn purge(&self, before: &PurgeBefore) -> Result<Purged, StoreError> {
        self.write(async |transaction| purge::purge(transaction, before).await).await
    }

    async fn begin_epoch(&self, epoch: Epoch) -> Result<(), StoreError> {
        self.write(async |transaction| feed::begin_epoch(transaction, epoch).await).await
    }

    async fn reset(&self, epoch: Epoch, now: Timestamp) -> Result<(), StoreError> {
        self.write(async |transaction| purge::reset(transaction, epoch, now).await).await
    }
}
