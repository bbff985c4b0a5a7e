//! The store over `SQLite`: one writer connection, readers beside it, everything on the caller's thread.

mod account;
mod applicant;
mod application;
mod audit;
mod catalogue;
mod code;
mod command;
mod connections;
mod device;
mod fault;
mod feed;
mod load;
mod publication;
mod purge;
mod session;
mod sms;
mod write;

use super::form::{from_document, from_word, instant, signed, to_document, to_word, unsigned};
use super::open_records::OpenMemory;
use super::stored_page::StoredPage;
use super::visits::VisitMemory;
use super::{
    Account, Asked, Batch, ChangedRecords, DeviceRow, DueSms, FeedQuery, LeaseTerm, Loaded, OpenAt, OpenReport,
    OpenStoreError, PriorityRow, PublicationRecord, PurgeBefore, Purged, Store, StoreError, Totals, VisitRow,
    VisitSpan, Wants,
};
use crate::apart::apart;
use crate::audit::{Record, Tail};
use crate::secret::Hash;
use connections::Connections;
use rusqlite::Connection;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
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
use yuyue_sqlite::{Durability, FileKind, Key};

mod embedded {
    refinery::embed_migrations!("migrations/sqlite");
}

/// What the centre's file is.
pub const FILE_KIND: FileKind = FileKind {
    // "YYct"
    application_id: 0x5959_6374,
    durability: Durability::Full,
    migrations: embedded::migrations::runner,
    page_cache_kib: 64 * 1024,
};

/// The store over one `SQLite` file.
pub struct SqliteStore {
    connections: Connections,
    visits: Mutex<VisitMemory>,
    open_records: Mutex<OpenMemory>,
}

impl SqliteStore {
    /// Makes the store of a new centre.
    ///
    /// # Errors
    /// When the file cannot be made or belongs to a centre already.
    pub fn init(
        path: &Path,
        key: Option<Key>,
        city: &str,
        epoch: Epoch,
        now: Timestamp,
    ) -> Result<Self, OpenStoreError> {
        let mut store = Self::open_any(path, key)?;
        if store.has_centre()? {
            return Err(OpenStoreError::NotEmpty);
        }
        store.connections.write_alone(|connection| feed::insert_centre(connection, city, epoch, now))?;
        Ok(store)
    }

    /// Opens the store of a centre.
    ///
    /// # Errors
    /// When the file cannot be opened or no centre was made in it.
    pub fn open(path: &Path, key: Option<Key>) -> Result<Self, OpenStoreError> {
        let store = Self::open_any(path, key)?;
        if store.has_centre()? { Ok(store) } else { Err(OpenStoreError::Empty) }
    }

    fn open_any(path: &Path, key: Option<Key>) -> Result<Self, OpenStoreError> {
        let connections = Connections::open(path, key)?;
        Ok(Self { connections, visits: Mutex::default(), open_records: Mutex::default() })
    }

    fn has_centre(&self) -> Result<bool, StoreError> {
        self.read(feed::has_centre)
    }

    /// Writes a copy of the whole store, encrypted with the same key, while everything goes on.
    ///
    /// # Errors
    /// When the copy cannot be written. An existing file is never overwritten.
    pub fn back_up(&self, target: &Path) -> Result<(), StoreError> {
        let target = target.to_str().ok_or_else(|| StoreError::Failed("the path is no text".into()))?;
        let connection = self.connections.reader()?;
        // The copy is another file: only the connection's own file stays read-only.
        connection.pragma_update(None, "query_only", false)?;
        // VACUUM INTO keeps the key of the source and refuses a file that exists.
        connection.execute("VACUUM INTO ?1", [target])?;
        Ok(())
    }

    fn visits(&self) -> MutexGuard<'_, VisitMemory> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.connections.read(work)
    }

    async fn write<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.connections.write(|connection| write::written(connection, work)).await
    }
}

impl Store for SqliteStore {
    async fn transact<T: Send, F: FnOnce(Loaded) -> (Batch, T) + Send>(
        &self,
        wants: &Wants,
        decide: F,
    ) -> Result<T, StoreError> {
        let work = |connection: &mut Connection| write::transacted(connection, wants, decide);
        if wants.is_of_crowd() {
            self.connections.write_in_crowd(work).await
        } else {
            self.connections.write(work).await
        }
    }

    async fn look(&self, wants: &Wants) -> Result<Loaded, StoreError> {
        self.read(|connection| load::load(connection, wants))
    }

    async fn find_changes(&self, query: &FeedQuery) -> Result<Option<ChangesPage>, StoreError> {
        let page = self.connections.read_long(|connection| feed::find_page(connection, query)).await?;
        page.map(StoredPage::read).transpose()
    }

    async fn find_changes_text(&self, query: &FeedQuery) -> Result<Option<String>, StoreError> {
        let page = self.connections.read_long(|connection| feed::find_page(connection, query)).await?;
        page.map(StoredPage::into_text).transpose()
    }

    async fn get_head(&self) -> Result<Cursor, StoreError> {
        self.read(feed::get_head)
    }

    async fn get_published_until(&self) -> Result<Timestamp, StoreError> {
        self.read(publication::get_published_until)
    }

    async fn list_catalogue(&self, after: Revision) -> Result<(Vec<Row>, Revision), StoreError> {
        self.read(|connection| Ok((catalogue::list_changed(connection, after)?, feed::get_head(connection)?.revision)))
    }

    async fn list_waiting(&self, after: Option<ApplicantId>, limit: u32) -> Result<Vec<ApplicantRecord>, StoreError> {
        apart(|| {
            self.read(|connection| {
                let ids = application::list_waiting_applicants(connection, after, limit)?;
                applicant::list_records(connection, ids)
            })
        })
    }

    async fn list_changed_records(&self, after: Revision, limit: u32) -> Result<ChangedRecords, StoreError> {
        apart(|| {
            self.read(|connection| {
                let (ids, until) = application::list_changed_applicants(connection, after, limit)?;
                let mut changed = ChangedRecords { records: Vec::with_capacity(ids.len()), gone: Vec::new(), until };
                for id in ids {
                    match applicant::find_record(connection, id)? {
                        Some(record) => changed.records.push(record),
                        None => changed.gone.push(id),
                    }
                }
                Ok(changed)
            })
        })
    }

    async fn find_device(&self, fingerprint: &Hash) -> Result<Option<DeviceRow>, StoreError> {
        self.read(|connection| device::find_by_fingerprint(connection, fingerprint))
    }

    async fn find_enrolment(&self, code: &Hash) -> Result<Option<DeviceRow>, StoreError> {
        self.read(|connection| device::find_by_enrolment(connection, code))
    }

    async fn list_devices(&self) -> Result<Vec<DeviceRow>, StoreError> {
        self.read(device::list)
    }

    async fn find_account(&self, staff_number: &str) -> Result<Option<Account>, StoreError> {
        self.read(|connection| account::find(connection, staff_number))
    }

    async fn list_accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.read(account::list)
    }

    async fn find_token(&self, token: &Hash, device: DeviceId, now: Timestamp) -> Result<Option<Clerk>, StoreError> {
        self.read(|connection| account::find_token(connection, token, device, now))
    }

    async fn find_record(&self, id: ApplicantId) -> Result<Option<ApplicantRecord>, StoreError> {
        self.read(|connection| applicant::find_record(connection, id))
    }

    async fn find_application(&self, id: ApplicationId) -> Result<Option<Application>, StoreError> {
        self.read(|connection| application::find(connection, id))
    }

    async fn search(&self, terms: &[Term], limit: u32) -> Result<Vec<Applicant>, StoreError> {
        self.read(|connection| applicant::search(connection, terms, limit))
    }

    async fn list_publications(&self, limit: u32) -> Result<Vec<Publication>, StoreError> {
        self.read(|connection| publication::list(connection, limit))
    }

    async fn find_publication(&self, wanted: Option<PublicationId>) -> Result<Option<PublicationId>, StoreError> {
        self.read(|connection| publication::find(connection, wanted))
    }

    async fn list_results(
        &self,
        publication: PublicationId,
        after: u32,
        limit: u32,
    ) -> Result<Vec<PublishedResult>, StoreError> {
        self.connections.read_long(|connection| publication::list_results(connection, publication, after, limit)).await
    }

    async fn find_publication_record(
        &self,
        publication: PublicationId,
    ) -> Result<Option<PublicationRecord>, StoreError> {
        self.connections.read_long(|connection| publication::find_record(connection, publication)).await
    }

    async fn list_priority_places(
        &self,
        published_after: Timestamp,
    ) -> Result<BTreeMap<SessionId, PriorityRow>, StoreError> {
        self.read(|connection| session::list_priority(connection, published_after))
    }

    async fn list_policy_documents(&self) -> Result<Vec<PolicyDocument>, StoreError> {
        self.read(catalogue::list_policy_documents)
    }

    async fn list_counts(&self) -> Result<(Vec<SessionCounts>, Vec<Ladder>), StoreError> {
        self.read(|connection| Ok((session::list_counts(connection)?, session::list_ladders(connection)?)))
    }

    async fn list_due_sms(&self, now: Timestamp, limit: u32) -> Result<Vec<DueSms>, StoreError> {
        self.read(|connection| sms::list_due(connection, now, limit))
    }

    async fn list_audit(&self, after: u64, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.read(|connection| audit::list(connection, after, limit))
    }

    async fn get_audit_tail(&self) -> Result<Tail, StoreError> {
        self.read(audit::get_tail)
    }

    async fn count_totals(&self) -> Result<Totals, StoreError> {
        self.read(feed::count_totals)
    }

    async fn find_visit(&self, device: DeviceId) -> Result<Option<VisitRow>, StoreError> {
        Ok(self.visits().find(device))
    }

    async fn prolong_visit(
        &self,
        device: DeviceId,
        token: &Hash,
        now: Timestamp,
        span: VisitSpan,
    ) -> Result<Option<ApplicantId>, StoreError> {
        Ok(self.visits().prolong(device, token, now, span))
    }

    async fn open_visit(&self, device: DeviceId, visit: &VisitRow) -> Result<(), StoreError> {
        self.visits().open(device, *visit);
        Ok(())
    }

    async fn end_visit(&self, device: DeviceId) -> Result<(), StoreError> {
        self.visits().end(device);
        Ok(())
    }

    async fn count_asked(&self, device: DeviceId, now: Timestamp, within_seconds: u32) -> Result<Asked, StoreError> {
        Ok(self.visits().ask(device, now, within_seconds))
    }

    async fn report_open(&self, report: &OpenReport) -> Result<Vec<OpenAt>, StoreError> {
        Ok(self.open_records.lock().unwrap_or_else(PoisonError::into_inner).report(*report))
    }

    async fn hold_lease(&self, _: Uuid, _: u32) -> Result<Option<LeaseTerm>, StoreError> {
        Ok(Some(LeaseTerm(0)))
    }

    async fn leave_lease(&self, _: Uuid) -> Result<(), StoreError> {
        Ok(())
    }

    async fn purge(&self, before: &PurgeBefore) -> Result<Purged, StoreError> {
        self.write(|connection| purge::purge(connection, before)).await
    }

    async fn begin_epoch(&self, epoch: Epoch) -> Result<(), StoreError> {
        self.write(|connection| feed::begin_epoch(connection, epoch)).await
    }

    async fn reset(&self, epoch: Epoch, now: Timestamp) -> Result<(), StoreError> {
        *self.visits() = VisitMemory::default();
        self.write(|connection| purge::reset(connection, epoch, now)).await
    }
}

/// Reads all rows that a query without parameters finds, which are kept in their wire form.
fn list_documents<T: DeserializeOwned>(
    connection: &Connection,
    table: &'static str,
    sql: &str,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let documents = statement.query_map([], |row| row.get::<_, String>(0))?;
    documents.map(|document| from_document(table, &document?)).collect()
}
