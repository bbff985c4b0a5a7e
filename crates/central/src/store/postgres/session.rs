//! Sessions, their priority places and how much they are wanted.

use super::sql::{self, column, number};
use super::{from_document, to_document, to_word};
use crate::store::{PriorityRow, StoreError};
use deadpool_postgres::GenericClient;
use std::collections::BTreeMap;
use yuyue_domain::ids::SessionId;
use yuyue_domain::rank::{Ladder, SessionCounts};
use yuyue_domain::session::{Session, SessionStatus};
use yuyue_domain::time::Timestamp;

/// Writes sessions, each once; answers how many were not there before.
pub async fn upsert<C: GenericClient>(client: &C, rows: &[(i64, &Session)]) -> Result<i64, StoreError> {
    if rows.is_empty() {
        return Ok(0);
    }
    let ids: Vec<i64> = rows.iter().map(|(_, session)| session.id.0.into()).collect();
    let before: i64 = column(&sql::get(client, "SELECT count(*) FROM session WHERE id = ANY($1)", &[&ids]).await?, 0)?;
    let plans: Vec<&str> = rows.iter().map(|(_, session)| session.plan.as_str()).collect();
    let sites: Vec<i64> = rows.iter().map(|(_, session)| session.site.0.into()).collect();
    let subjects: Vec<i64> = rows.iter().map(|(_, session)| session.subject.number().into()).collect();
    let starts: Vec<i64> = rows.iter().map(|(_, session)| session.starts_at.unix()).collect();
    let closes: Vec<i64> = rows.iter().map(|(_, session)| session.instants.closes_at.unix()).collect();
    let published: Vec<i64> = rows.iter().map(|(_, session)| session.instants.publication_at.unix()).collect();
    let extended: Vec<Option<bool>> = rows.iter().map(|(_, session)| session.extended).collect();
    let cancelled: Vec<bool> = rows.iter().map(|(_, session)| session.status == SessionStatus::Cancelled).collect();
    let documents = rows.iter().map(|(_, session)| to_document("session", session)).collect::<Result<Vec<_>, _>>()?;
    let revisions: Vec<i64> = rows.iter().map(|(revision, _)| *revision).collect();
    sql::write(
        client,
        include_str!("upsert_sessions.sql"),
        &[&ids, &plans, &sites, &subjects, &starts, &closes, &published, &extended, &cancelled, &documents, &revisions],
    )
    .await?;
    let places: Vec<i64> = rows.iter().map(|(_, session)| session.priority_places.into()).collect();
    sql::write(
        client,
        "INSERT INTO priority_places (session, total, taken)
         SELECT session, total, 0 FROM unnest($1::bigint[], $2::bigint[]) AS new (session, total)
         ON CONFLICT (session) DO UPDATE SET total = excluded.total",
        &[&ids, &places],
    )
    .await?;
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX) - before)
}

/// Deletes one with what belongs to it; answers how many that were.
pub async fn delete<C: GenericClient>(client: &C, id: SessionId) -> Result<i64, StoreError> {
    let id = i64::from(id.0);
    sql::write(client, "DELETE FROM session_counts WHERE session = $1", &[&id]).await?;
    sql::write(client, "DELETE FROM priority_places WHERE session = $1", &[&id]).await?;
    let gone = sql::write(client, "DELETE FROM session WHERE id = $1", &[&id]).await?;
    Ok(i64::try_from(gone).unwrap_or(i64::MAX))
}

/// Gives out priority places, or gives them back. The table refuses one too many.
pub async fn take_priority<C: GenericClient>(client: &C, taken: &BTreeMap<SessionId, i64>) -> Result<(), StoreError> {
    if taken.is_empty() {
        return Ok(());
    }
    let (sessions, by): (Vec<i64>, Vec<i64>) = taken.iter().map(|(id, by)| (i64::from(id.0), *by)).unzip();
    sql::write(
        client,
        "UPDATE priority_places SET taken = taken + given.by
         FROM unnest($1::bigint[], $2::bigint[]) AS given (session, by)
         WHERE priority_places.session = given.session",
        &[&sessions, &by],
    )
    .await?;
    Ok(())
}

pub async fn list_priority<C: GenericClient>(
    client: &C,
    published_after: Timestamp,
) -> Result<BTreeMap<SessionId, PriorityRow>, StoreError> {
    let rows = sql::list(
        client,
        "SELECT priority_places.session, total, taken
         FROM session JOIN priority_places ON priority_places.session = session.id
         WHERE session.publication_at > $1 AND total > 0",
        &[&published_after.unix()],
    )
    .await?;
    rows.iter()
        .map(|row| Ok((SessionId(number(row, 0)?), PriorityRow { total: number(row, 1)?, taken: number(row, 2)? })))
        .collect()
}

pub async fn upsert_counts<C: GenericClient>(client: &C, rows: &[(i64, &SessionCounts)]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let sessions: Vec<i64> = rows.iter().map(|(_, counts)| counts.session.0.into()).collect();
    let document = |counts: &SessionCounts| to_document("session_counts", counts);
    let documents = rows.iter().map(|(_, counts)| document(counts)).collect::<Result<Vec<_>, _>>()?;
    let revisions: Vec<i64> = rows.iter().map(|(revision, _)| *revision).collect();
    sql::write(
        client,
        "INSERT INTO session_counts (session, document, revision)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[])
         ON CONFLICT (session) DO UPDATE SET document = excluded.document, revision = excluded.revision",
        &[&sessions, &documents, &revisions],
    )
    .await?;
    Ok(())
}

pub async fn upsert_ladders<C: GenericClient>(client: &C, rows: &[(i64, &Ladder)]) -> Result<(), StoreError> {
    for (revision, ladder) in rows {
        sql::write(
            client,
            "INSERT INTO ladder (subject, class, document, revision) VALUES ($1, $2, $3, $4)
             ON CONFLICT (subject, class) DO UPDATE SET document = excluded.document, revision = excluded.revision",
            &[
                &i64::from(ladder.subject.number()),
                &to_word("ladder", ladder.class)?,
                &to_document("ladder", ladder)?,
                revision,
            ],
        )
        .await?;
    }
    Ok(())
}

pub async fn list_counts<C: GenericClient>(client: &C) -> Result<Vec<SessionCounts>, StoreError> {
    let rows = sql::list(client, "SELECT document FROM session_counts", &[]).await?;
    rows.iter().map(|row| from_document("session_counts", column(row, 0)?)).collect()
}

pub async fn list_ladders<C: GenericClient>(client: &C) -> Result<Vec<Ladder>, StoreError> {
    let rows = sql::list(client, "SELECT document FROM ladder", &[]).await?;
    rows.iter().map(|row| from_document("ladder", column(row, 0)?)).collect()
}
