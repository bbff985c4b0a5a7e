//! Writes a batch: rows of the feed with a revision each, what is gone, and what devices do not follow. Rows of one table
//! go in one statement.

mod moves;
mod others;

use super::feed::{self, Counts, Revisions, Tombstone};
use super::sql;
use super::{applicant, application, catalogue, device, publication, session, to_word};
use crate::store::{Batch, StoreError};
use deadpool_postgres::{GenericClient, Transaction};
use moves::Moves;
use std::collections::BTreeMap;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::{Row, RowKey};

/// Rows in one statement at most.
const ROWS_MAX: usize = 5_000;

/// A row with its revision.
type Numbered<'a> = (i64, &'a Row);

/// Writes everything, with the head of the feed in hand.
pub async fn write(
    transaction: &mut Transaction<'_>,
    batch: &Batch,
    mut revisions: Revisions,
) -> Result<(), StoreError> {
    let at = batch.at.unwrap_or(Timestamp::MIN);
    let rows: Vec<Numbered<'_>> = batch.rows.iter().map(|row| (revisions.take(), row)).collect();
    let moves = Moves::find(transaction, &batch.rows).await?;
    let mut counts = Counts::new();
    match rows.len() {
        0 => {}
        1 => write_rows(transaction, &rows, &mut counts).await.map_err(|error| at_row(error, 0))?,
        _ => write_all(transaction, &rows, &mut counts).await?,
    }
    moves.follow(transaction, &mut revisions, &mut counts, at).await?;
    delete_rows(transaction, batch, &mut revisions, &mut counts, at).await?;
    // None of them looks at another.
    let (client, counts) = (&*transaction, &counts);
    let written =
        tokio::join!(feed::count(client, counts), others::write(client, &batch.writes), revisions.finish(client));
    sql::first_error(written.into())
}

/// Writes several rows at once; when a rule of the tables stands against them, finds out against which.
async fn write_all(
    transaction: &mut Transaction<'_>,
    rows: &[Numbered<'_>],
    counts: &mut Counts,
) -> Result<(), StoreError> {
    let together = transaction.transaction().await?;
    match write_rows(&together, rows, counts).await {
        Ok(()) => Ok(together.commit().await?),
        Err(error @ StoreError::Constraint { .. }) => {
            together.rollback().await?;
            let broken = find_broken(transaction, rows).await?;
            Err(at_row(error, broken))
        }
        Err(error) => Err(error),
    }
}

/// Which row breaks a rule, by halves: everything before `from` is written, and `until` is the first known to fail.
async fn find_broken(transaction: &mut Transaction<'_>, rows: &[Numbered<'_>]) -> Result<usize, StoreError> {
    let (mut from, mut until) = (0, rows.len());
    while until - from > 1 {
        let middle = from + (until - from) / 2;
        let half = transaction.transaction().await?;
        match write_rows(&half, &rows[from..middle], &mut Counts::new()).await {
            Ok(()) => {
                half.commit().await?;
                from = middle;
            }
            Err(StoreError::Constraint { .. }) => {
                half.rollback().await?;
                until = middle;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(from)
}

fn at_row(error: StoreError, index: usize) -> StoreError {
    match error {
        StoreError::Constraint { rule, .. } => StoreError::Constraint { rule, row: Some(index) },
        other => other,
    }
}

/// The rows of each table. Of a row that stands there several times the last one counts, as when they were written one by
/// one; the earlier revisions then belong to nothing.
#[derive(Default)]
struct Tables<'a> {
    offices: BTreeMap<u32, (i64, &'a yuyue_domain::office::Office)>,
    sites: BTreeMap<u32, (i64, &'a yuyue_domain::session::Site)>,
    clerks: BTreeMap<u32, (i64, &'a yuyue_protocol::account::Clerk)>,
    policies: Vec<(i64, &'a yuyue_domain::policy::Policy)>,
    notices: Vec<(i64, &'a yuyue_domain::notice::Notice)>,
    agreements: Vec<(i64, &'a yuyue_domain::notice::Agreement)>,
    sessions: BTreeMap<u32, (i64, &'a yuyue_domain::session::Session)>,
    applicants: BTreeMap<u32, (i64, &'a yuyue_protocol::change::ApplicantRow)>,
    applications: BTreeMap<uuid::Uuid, (i64, &'a yuyue_domain::application::Application)>,
    counts: BTreeMap<u32, (i64, &'a yuyue_domain::rank::SessionCounts)>,
    ladders: Vec<(i64, &'a yuyue_domain::rank::Ladder)>,
    publications: Vec<(i64, &'a yuyue_domain::publication::Publication)>,
    results: Vec<(i64, &'a yuyue_domain::publication::PublishedResult)>,
}

impl<'a> Tables<'a> {
    fn sort(rows: &[Numbered<'a>]) -> Self {
        let mut tables = Self::default();
        for &(revision, row) in rows {
            match row {
                Row::Office(one) => drop(tables.offices.insert(one.id.0, (revision, one))),
                Row::Site(one) => drop(tables.sites.insert(one.id.0, (revision, one))),
                Row::Clerk(one) => drop(tables.clerks.insert(one.id.0, (revision, one))),
                Row::Policy(one) => tables.policies.push((revision, one)),
                Row::Notice(one) => tables.notices.push((revision, one)),
                Row::Agreement(one) => tables.agreements.push((revision, one)),
                Row::Session(one) => drop(tables.sessions.insert(one.id.0, (revision, one))),
                Row::Applicant(one) => drop(tables.applicants.insert(one.applicant.id.0, (revision, one))),
                Row::Application(one) => drop(tables.applications.insert(one.id.0, (revision, one))),
                Row::SessionCounts(one) => drop(tables.counts.insert(one.session.0, (revision, one))),
                Row::Ladder(one) => tables.ladders.push((revision, one)),
                Row::Publication(one) => tables.publications.push((revision, one)),
                Row::PublishedResult(one) => tables.results.push((revision, one)),
            }
        }
        tables
    }
}

fn values<K, V: Copy>(rows: BTreeMap<K, V>) -> Vec<V> {
    rows.into_values().collect()
}

/// Writes rows, those that others refer to first.
async fn write_rows<C: GenericClient>(
    client: &C,
    rows: &[Numbered<'_>],
    counts: &mut Counts,
) -> Result<(), StoreError> {
    let tables = Tables::sort(rows);
    catalogue::upsert_offices(client, &values(tables.offices)).await?;
    catalogue::upsert_sites(client, &values(tables.sites)).await?;
    catalogue::upsert_clerks(client, &values(tables.clerks)).await?;
    catalogue::upsert_policies(client, &tables.policies).await?;
    catalogue::upsert_notices(client, &tables.notices).await?;
    device::upsert_agreements(client, &tables.agreements).await?;
    for part in values(tables.sessions).chunks(ROWS_MAX) {
        *counts.entry(("session", 0)).or_default() += session::upsert(client, part).await?;
    }
    for part in values(tables.applicants).chunks(ROWS_MAX) {
        applicant::upsert(client, part).await?;
    }
    for part in values(tables.applications).chunks(ROWS_MAX) {
        application::upsert(client, part, counts).await?;
    }
    for part in values(tables.counts).chunks(ROWS_MAX) {
        session::upsert_counts(client, part).await?;
    }
    session::upsert_ladders(client, &tables.ladders).await?;
    for part in tables.results.chunks(ROWS_MAX) {
        publication::insert_results(client, part).await?;
    }
    publication::insert(client, &tables.publications).await
}

/// Deletes rows and leaves tombstones; of an applicant the rows that go along, those that name others last.
async fn delete_rows<C: GenericClient>(
    client: &C,
    batch: &Batch,
    revisions: &mut Revisions,
    counts: &mut Counts,
    at: Timestamp,
) -> Result<(), StoreError> {
    let mut tombstones: Vec<Tombstone> = Vec::new();
    for (key, office) in &batch.gone {
        if let RowKey::Applicant(id) = key {
            for key in list_personal(client, *id).await? {
                delete_row(client, &key, counts).await?;
                tombstones.push((key, *office, revisions.take()));
            }
        }
        delete_row(client, key, counts).await?;
        tombstones.push((*key, *office, revisions.take()));
    }
    feed::insert_tombstones(client, &tombstones, at).await
}

/// The rows that go with an applicant.
async fn list_personal<C: GenericClient>(client: &C, applicant: ApplicantId) -> Result<Vec<RowKey>, StoreError> {
    let results = publication::list_results_of(client, applicant).await?;
    let results =
        results.into_iter().map(|(publication, application)| RowKey::PublishedResult(publication, application));
    let own = application::list_of(client, &[applicant.0.into()]).await?.into_values().flatten();
    Ok(results.chain(own.map(|own| RowKey::Application(own.id))).collect())
}

async fn delete_row<C: GenericClient>(client: &C, key: &RowKey, counts: &mut Counts) -> Result<(), StoreError> {
    let delete = async |statement: &str, id: u32| -> Result<(), StoreError> {
        sql::write(client, statement, &[&i64::from(id)]).await.map(drop)
    };
    match key {
        RowKey::Office(id) => delete("DELETE FROM office WHERE id = $1", id.0).await,
        RowKey::Site(id) => delete("DELETE FROM site WHERE id = $1", id.0).await,
        RowKey::Clerk(id) => catalogue::hide_clerk(client, id.0).await,
        RowKey::Policy => delete("DELETE FROM policy WHERE id = $1", 1).await,
        RowKey::Notice(kind) => {
            sql::write(client, "DELETE FROM notice WHERE kind = $1", &[&to_word("notice", kind)?]).await.map(drop)
        }
        RowKey::Agreement(kind, version) => {
            let statement = "DELETE FROM agreement WHERE kind = $1 AND version = $2";
            sql::write(client, statement, &[&to_word("agreement", kind)?, &i64::from(*version)]).await.map(drop)
        }
        RowKey::Session(id) => {
            *counts.entry(("session", 0)).or_default() -= session::delete(client, *id).await?;
            Ok(())
        }
        RowKey::Applicant(id) => {
            if let Some(office) = applicant::delete(client, *id).await? {
                *counts.entry(("applicant", office.0.into())).or_default() -= 1;
            }
            Ok(())
        }
        RowKey::Application(id) => application::delete(client, *id, counts).await,
        RowKey::SessionCounts(id) => delete("DELETE FROM session_counts WHERE session = $1", id.0).await,
        RowKey::Ladder(subject, class) => {
            let statement = "DELETE FROM ladder WHERE subject = $1 AND class = $2";
            let params: sql::Params<'_> = &[&i64::from(subject.number()), &to_word("ladder", class)?];
            sql::write(client, statement, params).await.map(drop)
        }
        RowKey::Publication(id) => delete("DELETE FROM publication WHERE id = $1", id.0).await,
        RowKey::PublishedResult(publication, application) => {
            let statement = "DELETE FROM published_result WHERE publication = $1 AND application = $2";
            sql::write(client, statement, &[&i64::from(publication.0), &application.0]).await.map(drop)
        }
    }
}
