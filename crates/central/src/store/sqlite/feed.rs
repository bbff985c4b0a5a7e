//! The feed: which rows changed after a revision, whatever their table.

use super::{catalogue, signed, unsigned};
use crate::store::stored_page::{StoredChange, StoredPage};
use crate::store::{FeedQuery, StoreError, Totals};
use rusqlite::{Connection, OptionalExtension as _, Params, params};
use uuid::Uuid;
use yuyue_domain::ids::OfficeId;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::change::{RowCounts, RowKey};
use yuyue_protocol::cursor::{Cursor, Epoch, Revision};

pub fn has_centre(connection: &Connection) -> Result<bool, StoreError> {
    Ok(connection.query_row("SELECT EXISTS (SELECT 1 FROM centre)", [], |row| row.get(0))?)
}

pub fn insert_centre(connection: &Connection, city: &str, epoch: Epoch, now: Timestamp) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO centre (id, city, epoch, began_at) VALUES (1, ?1, ?2, ?3)",
        params![city, epoch.0.as_bytes(), now.unix()],
    )?;
    connection.execute("INSERT INTO feed_head (id, revision) VALUES (1, 0)", [])?;
    Ok(())
}

pub fn begin_epoch(connection: &Connection, epoch: Epoch) -> Result<(), StoreError> {
    connection.execute("UPDATE centre SET epoch = ?1", [epoch.0.as_bytes()])?;
    Ok(())
}

pub fn get_head(connection: &Connection) -> Result<Cursor, StoreError> {
    let (epoch, revision) = connection
        .prepare_cached("SELECT epoch, revision FROM centre, feed_head")?
        .query_row([], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get(1)?)))?;
    Ok(Cursor { epoch: Epoch(Uuid::from_bytes(epoch)), revision: Revision(unsigned(revision)) })
}

/// The revisions of one transaction, in the order in which its rows are written.
pub struct Revisions {
    last: u64,
}

impl Revisions {
    /// Begins behind the feed's head. The writer's transaction holds the only write lock, so nobody else can.
    pub fn begin(connection: &Connection) -> Result<Self, StoreError> {
        Ok(Self { last: get_head(connection)?.revision.0 })
    }

    /// The next one.
    pub const fn take(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Moves the feed's head behind the last that was taken.
    pub fn finish(self, connection: &Connection) -> Result<(), StoreError> {
        connection.prepare_cached("UPDATE feed_head SET revision = ?1")?.execute([signed(self.last)])?;
        Ok(())
    }
}

pub fn insert_tombstone(
    connection: &Connection,
    key: &RowKey,
    office: Option<OfficeId>,
    revision: u64,
    at: Timestamp,
) -> Result<(), StoreError> {
    let personal = matches!(key, RowKey::Applicant(_) | RowKey::Application(_) | RowKey::PublishedResult(..));
    connection
        .prepare_cached(
            "INSERT INTO tombstone (revision, row_key, personal, office, gone_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            signed(revision),
            super::to_document("tombstone", key)?,
            personal,
            office.map(|office| office.0),
            at.unix()
        ])?;
    Ok(())
}

pub fn count_totals(connection: &Connection) -> Result<Totals, StoreError> {
    let counts = count_rows(connection, None)?;
    let waiting: i64 =
        connection.query_row("SELECT count(*) FROM sms WHERE state = 'waiting'", [], |row| row.get(0))?;
    Ok(Totals {
        revision: get_head(connection)?.revision,
        applicants: counts.applicants,
        applications: counts.applications,
        sessions: counts.sessions,
        messages_waiting: unsigned(waiting),
    })
}

pub fn find_page(connection: &Connection, query: &FeedQuery) -> Result<Option<StoredPage>, StoreError> {
    let head = get_head(connection)?;
    let after = match query.after {
        None => 0,
        Some(cursor) if is_followable(connection, cursor, head)? => cursor.revision.0,
        Some(_) => return Ok(None),
    };
    let until = page_end(connection, query, after)?.unwrap_or(head.revision.0).min(head.revision.0);
    let mut page = Page { connection, after, until, changes: catalogue::list_between(connection, after, until)? };
    page.read("session", "SELECT revision, document FROM session WHERE revision > ?1 AND revision <= ?2")?;
    page.read(
        "session_counts",
        "SELECT revision, document FROM session_counts WHERE revision > ?1 AND revision <= ?2",
    )?;
    page.read("ladder", "SELECT revision, document FROM ladder WHERE revision > ?1 AND revision <= ?2")?;
    page.read("publication", "SELECT revision, document FROM publication WHERE revision > ?1 AND revision <= ?2")?;
    if query.kind == DeviceKind::Counter {
        // It names for whom it was; a kiosk remembers by itself what was agreed to on it.
        page.read_with(
            Some("agreement"),
            "SELECT revision, document FROM agreement WHERE revision > ?1 AND revision <= ?2 AND device = ?3",
            params![signed(after), signed(until), query.device.0],
        )?;
        page.read_personal(query.office)?;
    }
    if query.after.is_some() {
        page.read_tombstones(query)?;
    }
    let mut changes = page.changes;
    changes.sort_unstable_by_key(|change| change.revision);
    let is_last = until == head.revision.0;
    let counts = if is_last { Some(count_for(connection, query)?) } else { None };
    let cursor = Cursor { epoch: head.epoch, revision: Revision(until) };
    Ok(Some(StoredPage { changes, cursor, head: head.revision, counts }))
}

/// Whether a cursor belongs to this feed and no tombstone behind it was deleted yet.
fn is_followable(connection: &Connection, cursor: Cursor, head: Cursor) -> Result<bool, StoreError> {
    let purged: i64 = connection.query_row("SELECT purged_until FROM feed_head", [], |row| row.get(0))?;
    Ok(cursor.epoch == head.epoch && cursor.revision <= head.revision && cursor.revision.0 >= unsigned(purged))
}

/// The revision of the last change that fits one page; none when all that is left fits.
fn page_end(connection: &Connection, query: &FeedQuery, after: u64) -> Result<Option<u64>, StoreError> {
    let is_personal = query.kind == DeviceKind::Counter;
    let skipped = query.limit.max(1) - 1;
    let end: Option<i64> = connection
        .prepare_cached(include_str!("page_end.sql"))?
        .query_row(params![signed(after), skipped, is_personal], |row| row.get(0))
        .optional()?;
    Ok(end.map(unsigned))
}

struct Page<'a> {
    connection: &'a Connection,
    after: u64,
    until: u64,
    changes: Vec<StoredChange>,
}

impl Page<'_> {
    fn read(&mut self, table: &'static str, sql: &str) -> Result<(), StoreError> {
        self.read_with(Some(table), sql, [signed(self.after), signed(self.until)])
    }

    fn read_with(&mut self, table: Option<&'static str>, sql: &str, params: impl Params) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        while let Some(found) = rows.next()? {
            self.changes.push(StoredChange { revision: Revision(unsigned(found.get(0)?)), table, text: found.get(1)? });
        }
        Ok(())
    }

    fn read_personal(&mut self, office: Option<OfficeId>) -> Result<(), StoreError> {
        let params = params![signed(self.after), signed(self.until), office.map(|office| office.0)];
        self.read_with(Some("applicant"), include_str!("applicants_between.sql"), params)?;
        self.read_with(Some("application"), include_str!("applications_between.sql"), params)?;
        self.read_with(Some("published_result"), include_str!("results_between.sql"), params)
    }

    fn read_tombstones(&mut self, query: &FeedQuery) -> Result<(), StoreError> {
        let is_counter = query.kind == DeviceKind::Counter;
        let office = query.office.map(|office| office.0);
        let params = params![signed(self.after), signed(self.until), is_counter, office];
        self.read_with(None, include_str!("tombstones_between.sql"), params)
    }
}

fn count_for(connection: &Connection, query: &FeedQuery) -> Result<RowCounts, StoreError> {
    let counts = count_rows(connection, query.office)?;
    Ok(match query.kind {
        DeviceKind::Counter => counts,
        DeviceKind::Kiosk => RowCounts { applicants: 0, applications: 0, ..counts },
    })
}

fn count_rows(connection: &Connection, office: Option<OfficeId>) -> Result<RowCounts, StoreError> {
    let mut counts = RowCounts::default();
    let mut statement = connection
        .prepare_cached("SELECT kind, sum(rows) FROM row_count WHERE ?1 IS NULL OR office IN (0, ?1) GROUP BY kind")?;
    let mut rows = statement.query([office.map(|office| office.0)])?;
    while let Some(row) = rows.next()? {
        let count = unsigned(row.get(1)?);
        match row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)? {
            "applicant" => counts.applicants = count,
            "application" => counts.applications = count,
            _ => counts.sessions = count,
        }
    }
    Ok(counts)
}
