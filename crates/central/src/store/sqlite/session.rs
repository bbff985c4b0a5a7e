//! Sessions, their priority places and how much they are wanted.

use super::{list_documents, signed, to_document, to_word};
use crate::store::{PriorityRow, StoreError};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use yuyue_domain::ids::SessionId;
use yuyue_domain::rank::{Ladder, SessionCounts};
use yuyue_domain::session::{Session, SessionStatus};
use yuyue_domain::time::Timestamp;

pub fn upsert(connection: &Connection, session: &Session, revision: u64) -> Result<(), StoreError> {
    connection.prepare_cached(include_str!("upsert_session.sql"))?.execute(params![
        session.id.0,
        session.plan,
        session.site.0,
        session.subject.number(),
        session.starts_at.unix(),
        session.instants.closes_at.unix(),
        session.instants.publication_at.unix(),
        session.extended,
        session.status == SessionStatus::Cancelled,
        to_document("session", session)?,
        signed(revision)
    ])?;
    connection
        .prepare_cached(
            "INSERT INTO priority_places (session, total, taken) VALUES (?1, ?2, 0)
             ON CONFLICT (session) DO UPDATE SET total = excluded.total",
        )?
        .execute(params![session.id.0, session.priority_places])?;
    Ok(())
}

/// Gives out priority places, or gives them back. The table refuses one too many.
pub fn take_priority(connection: &Connection, session: SessionId, by: i32) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE priority_places SET taken = taken + ?2 WHERE session = ?1")?
        .execute(params![session.0, by])?;
    Ok(())
}

pub fn list_priority(
    connection: &Connection,
    published_after: Timestamp,
) -> Result<BTreeMap<SessionId, PriorityRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT priority_places.session, total, taken
         FROM session JOIN priority_places ON priority_places.session = session.id
         WHERE session.publication_at > ?1 AND total > 0",
    )?;
    let rows = statement.query_map([published_after.unix()], |row| {
        Ok((SessionId(row.get(0)?), PriorityRow { total: row.get(1)?, taken: row.get(2)? }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn upsert_counts(connection: &Connection, counts: &SessionCounts, revision: u64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO session_counts (session, document, revision) VALUES (?1, ?2, ?3)
             ON CONFLICT (session) DO UPDATE SET document = excluded.document, revision = excluded.revision",
        )?
        .execute(params![counts.session.0, to_document("session_counts", counts)?, signed(revision)])?;
    Ok(())
}

pub fn upsert_ladder(connection: &Connection, ladder: &Ladder, revision: u64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO ladder (subject, class, document, revision) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (subject, class) DO UPDATE SET document = excluded.document, revision = excluded.revision",
        )?
        .execute(params![
            ladder.subject.number(),
            to_word("ladder", ladder.class)?,
            to_document("ladder", ladder)?,
            signed(revision)
        ])?;
    Ok(())
}

pub fn list_counts(connection: &Connection) -> Result<Vec<SessionCounts>, StoreError> {
    list_documents(connection, "session_counts", "SELECT document FROM session_counts")
}

pub fn list_ladders(connection: &Connection) -> Result<Vec<Ladder>, StoreError> {
    list_documents(connection, "ladder", "SELECT document FROM ladder")
}
