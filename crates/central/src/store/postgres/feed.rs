//! The feed: which rows changed after a revision, whatever their table.

use super::sql::{self, column, number};
use super::{from_document, signed, to_document, unsigned};
use crate::store::{FeedQuery, StoreError, Totals};
use deadpool_postgres::GenericClient;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use tokio_postgres::Row as SqlRow;
use yuyue_domain::ids::{ApplicantId, OfficeId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::DeviceKind;
use yuyue_protocol::change::{Change, ChangesPage, Row, RowCounts, RowKey, What};
use yuyue_protocol::cursor::{Cursor, Epoch, Revision};

pub async fn has_centre<C: GenericClient>(client: &C) -> Result<bool, StoreError> {
    column(&sql::get(client, "SELECT EXISTS (SELECT 1 FROM centre)", &[]).await?, 0)
}

pub async fn insert_centre<C: GenericClient>(
    client: &C,
    city: &str,
    epoch: Epoch,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = "INSERT INTO centre (id, city, epoch, began_at) VALUES (1, $1, $2, $3)";
    sql::write(client, statement, &[&city, &epoch.0, &now.unix()]).await?;
    sql::write(client, "INSERT INTO feed_head (id, revision) VALUES (1, 0)", &[]).await?;
    sql::write(client, "INSERT INTO lease (id, term, expires_at) VALUES (1, 0, now())", &[]).await?;
    Ok(())
}

pub async fn begin_epoch<C: GenericClient>(client: &C, epoch: Epoch) -> Result<(), StoreError> {
    sql::write(client, "UPDATE centre SET epoch = $1", &[&epoch.0]).await?;
    Ok(())
}

pub async fn get_head<C: GenericClient>(client: &C) -> Result<Cursor, StoreError> {
    let row = sql::get(client, "SELECT epoch, revision FROM centre, feed_head", &[]).await?;
    Ok(Cursor { epoch: Epoch(column(&row, 0)?), revision: Revision(number(&row, 1)?) })
}

/// The revisions of one transaction, in the order in which its rows are written.
#[derive(Debug)]
pub struct Revisions {
    last: u64,
}

impl Revisions {
    /// Begins behind the feed's head and holds it to the commit. It is the last lock that a transaction waits for: whoever
    /// holds it waits for nobody.
    pub async fn begin<C: GenericClient>(client: &C) -> Result<Self, StoreError> {
        let row = sql::get(client, "SELECT revision FROM feed_head FOR UPDATE", &[]).await?;
        Ok(Self { last: number(&row, 0)? })
    }

    /// The next one.
    pub fn take(&mut self) -> i64 {
        self.last += 1;
        signed(self.last)
    }

    /// Moves the feed's head behind the last that was taken.
    pub async fn finish<C: GenericClient>(self, client: &C) -> Result<(), StoreError> {
        sql::write(client, "UPDATE feed_head SET revision = $1", &[&signed(self.last)]).await?;
        Ok(())
    }
}

/// Rows that are gone, each with the office outside whose devices nobody held it, and its revision.
pub type Tombstone = (RowKey, Option<OfficeId>, i64);

pub async fn insert_tombstones<C: GenericClient>(
    client: &C,
    gone: &[Tombstone],
    at: Timestamp,
) -> Result<(), StoreError> {
    if gone.is_empty() {
        return Ok(());
    }
    let is_personal =
        |key: &RowKey| matches!(key, RowKey::Applicant(_) | RowKey::Application(_) | RowKey::PublishedResult(..));
    let revisions: Vec<i64> = gone.iter().map(|(_, _, revision)| *revision).collect();
    let keys = gone.iter().map(|(key, _, _)| to_document("tombstone", key)).collect::<Result<Vec<_>, _>>()?;
    let personal: Vec<bool> = gone.iter().map(|(key, _, _)| is_personal(key)).collect();
    let offices: Vec<Option<i64>> = gone.iter().map(|(_, office, _)| office.map(|office| office.0.into())).collect();
    sql::write(
        client,
        "INSERT INTO tombstone (revision, row_key, personal, office, gone_at)
         SELECT *, $5 FROM unnest($1::bigint[], $2::text[], $3::boolean[], $4::bigint[])",
        &[&revisions, &keys, &personal, &offices, &at.unix()],
    )
    .await?;
    Ok(())
}

/// How many more rows there are: by kind, and by the applicant's office.
pub type Counts = BTreeMap<(&'static str, i64), i64>;

/// Adds to how many rows there are, with the head of the feed in hand.
pub async fn count<C: GenericClient>(client: &C, changes: &Counts) -> Result<(), StoreError> {
    let (mut more, mut fewer) = (Changed::default(), Changed::default());
    for (&(kind, office), &by) in changes.iter().filter(|(_, by)| **by != 0) {
        let part = if by > 0 { &mut more } else { &mut fewer };
        part.kinds.push(kind);
        part.offices.push(office);
        part.by.push(by);
    }
    // A new row of the table must not begin below zero.
    more.write(
        client,
        "INSERT INTO row_count (kind, office, rows) SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])
         ON CONFLICT (kind, office) DO UPDATE SET rows = row_count.rows + excluded.rows",
    )
    .await?;
    fewer
        .write(
            client,
            "UPDATE row_count SET rows = rows + changed.by
             FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS changed (kind, office, by)
             WHERE row_count.kind = changed.kind AND row_count.office = changed.office",
        )
        .await
}

/// Counts that change in one statement.
#[derive(Default)]
struct Changed {
    kinds: Vec<&'static str>,
    offices: Vec<i64>,
    by: Vec<i64>,
}

impl Changed {
    async fn write<C: GenericClient>(&self, client: &C, statement: &str) -> Result<(), StoreError> {
        if !self.by.is_empty() {
            sql::write(client, statement, &[&self.kinds, &self.offices, &self.by]).await?;
        }
        Ok(())
    }
}

pub async fn count_totals<C: GenericClient>(client: &C) -> Result<Totals, StoreError> {
    let counts = count_rows(client, None).await?;
    let waiting = sql::get(client, "SELECT count(*) FROM sms WHERE state = 'waiting'", &[]).await?;
    Ok(Totals {
        revision: get_head(client).await?.revision,
        applicants: counts.applicants,
        applications: counts.applications,
        sessions: counts.sessions,
        messages_waiting: number(&waiting, 0)?,
    })
}

/// Reads a page; the client must see one state of the store all the time.
pub async fn find_page<C: GenericClient>(client: &C, query: &FeedQuery) -> Result<Option<ChangesPage>, StoreError> {
    let head = get_head(client).await?;
    let after = match query.after {
        None => 0,
        Some(cursor) if is_followable(client, cursor, head).await? => cursor.revision.0,
        Some(_) => return Ok(None),
    };
    let is_counter = query.kind == DeviceKind::Counter;
    let until = page_end(client, query, after).await?.unwrap_or(head.revision.0).min(head.revision.0);
    let mut changes = Vec::new();
    let between = (signed(after), signed(until));
    for row in sql::list(client, include_str!("changes_between.sql"), &[&between.0, &between.1]).await? {
        changes.push(read_change(&row)?);
    }
    let office = query.office.map(|office| i64::from(office.0));
    if is_counter {
        // A kiosk remembers by itself what was agreed to on it, and holds nobody.
        let device = i64::from(query.device.0);
        let statement = include_str!("personal_between.sql");
        for row in sql::list(client, statement, &[&between.0, &between.1, &device, &office]).await? {
            changes.push(read_change(&row)?);
        }
    }
    if query.after.is_some() {
        let statement = include_str!("tombstones_between.sql");
        for row in sql::list(client, statement, &[&between.0, &between.1, &is_counter, &office]).await? {
            let what = What::Gone(from_document("tombstone", column(&row, 1)?)?);
            changes.push(Change { revision: Revision(number(&row, 0)?), what });
        }
    }
    changes.sort_unstable_by_key(|change| change.revision);
    let counts = if until == head.revision.0 { Some(count_for(client, query).await?) } else { None };
    let cursor = Cursor { epoch: head.epoch, revision: Revision(until) };
    Ok(Some(ChangesPage { changes, cursor, head: head.revision, counts }))
}

fn read_change(row: &SqlRow) -> Result<Change, StoreError> {
    fn read<T: DeserializeOwned>(table: &'static str, row: &SqlRow) -> Result<T, StoreError> {
        from_document(table, column(row, 2)?)
    }
    let set = match column(row, 0)? {
        "office" => Row::Office(read("office", row)?),
        "site" => Row::Site(read("site", row)?),
        "clerk" => Row::Clerk(read("clerk", row)?),
        "policy" => Row::Policy(read("policy", row)?),
        "notice" => Row::Notice(read("notice", row)?),
        "session" => Row::Session(read("session", row)?),
        "session_counts" => Row::SessionCounts(read("session_counts", row)?),
        "ladder" => Row::Ladder(read("ladder", row)?),
        "publication" => Row::Publication(read("publication", row)?),
        "agreement" => Row::Agreement(read("agreement", row)?),
        "applicant" => Row::Applicant(read("applicant", row)?),
        "application" => Row::Application(read("application", row)?),
        _ => Row::PublishedResult(read("published_result", row)?),
    };
    Ok(Change { revision: Revision(number(row, 1)?), what: What::Set(set) })
}

/// Whether a cursor belongs to this feed and no tombstone behind it was deleted yet.
async fn is_followable<C: GenericClient>(client: &C, cursor: Cursor, head: Cursor) -> Result<bool, StoreError> {
    let purged = sql::get(client, "SELECT purged_until FROM feed_head", &[]).await?;
    let purged = unsigned(column(&purged, 0)?);
    Ok(cursor.epoch == head.epoch && cursor.revision <= head.revision && cursor.revision.0 >= purged)
}

/// The revision of the last change that fits one page; none when all that is left fits.
async fn page_end<C: GenericClient>(client: &C, query: &FeedQuery, after: u64) -> Result<Option<u64>, StoreError> {
    let statement = match query.kind {
        DeviceKind::Counter => include_str!("page_end.sql"),
        DeviceKind::Kiosk => include_str!("page_end_of_kiosk.sql"),
    };
    let skipped = i64::from(query.limit.max(1) - 1);
    let end = sql::find(client, statement, &[&signed(after), &skipped]).await?;
    end.map(|row| number(&row, 0)).transpose()
}

async fn count_for<C: GenericClient>(client: &C, query: &FeedQuery) -> Result<RowCounts, StoreError> {
    let counts = count_rows(client, query.office).await?;
    Ok(match query.kind {
        DeviceKind::Counter => counts,
        DeviceKind::Kiosk => RowCounts { applicants: 0, applications: 0, ..counts },
    })
}

async fn count_rows<C: GenericClient>(client: &C, office: Option<OfficeId>) -> Result<RowCounts, StoreError> {
    let mut counts = RowCounts::default();
    let rows = sql::list(
        client,
        "SELECT kind, sum(rows)::bigint FROM row_count
         WHERE $1::bigint IS NULL OR office IN (0, $1) GROUP BY kind",
        &[&office.map(|office| i64::from(office.0))],
    )
    .await?;
    for row in &rows {
        let count = number(row, 1)?;
        match column(row, 0)? {
            "applicant" => counts.applicants = count,
            "application" => counts.applications = count,
            _ => counts.sessions = count,
        }
    }
    Ok(counts)
}

/// Who changed, while waiting for something, or whose applications changed; with the revision up to which that is all.
pub async fn list_changed_applicants<C: GenericClient>(
    client: &C,
    after: Revision,
    limit: u32,
) -> Result<(BTreeSet<ApplicantId>, Revision), StoreError> {
    let statement = include_str!("changed_applicants.sql");
    let rows = sql::list(client, statement, &[&signed(after.0), &i64::from(limit)]).await?;
    let ids = rows.iter().map(|row| Ok(ApplicantId(number(row, 0)?))).collect::<Result<_, StoreError>>()?;
    let is_all = rows.len() < usize::try_from(limit).unwrap_or(usize::MAX);
    let until = match rows.last() {
        Some(last) if !is_all => Revision(number(last, 1)?),
        _ => get_head(client).await?.revision,
    };
    Ok((ids, until))
}
