//! Publications and what they say of each application.

use super::{from_document, instant, signed, to_document};
use crate::store::{PublicationRecord, StoreError};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::de::DeserializeOwned;
use uuid::Uuid;
use yuyue_domain::ids::{ApplicantId, ApplicationId, PublicationId};
use yuyue_domain::publication::{Publication, PublicationResult, PublishedResult};
use yuyue_domain::time::Timestamp;

/// Writes the header, once: the table refuses a second publication of the same instant.
pub fn insert(connection: &Connection, publication: &Publication, revision: u64) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO publication (id, publication_at, document, revision) VALUES (?1, ?2, ?3, ?4)",
        params![
            publication.id.0,
            publication.publication_at.unix(),
            to_document("publication", publication)?,
            signed(revision)
        ],
    )?;
    Ok(())
}

/// Writes what it was worked out from, once.
pub fn insert_record(connection: &Connection, row: &PublicationRecord) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO publication_record (publication, record, signature) VALUES (?1, ?2, ?3)",
        params![row.publication.0, row.record, row.signature],
    )?;
    Ok(())
}

pub fn find_record(
    connection: &Connection,
    publication: PublicationId,
) -> Result<Option<PublicationRecord>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT record, signature FROM publication_record WHERE publication = ?1")?
        .query_row([publication.0], |row| {
            Ok(PublicationRecord { publication, record: row.get(0)?, signature: row.get(1)? })
        })
        .optional()?)
}

/// Writes a result, once.
pub fn insert_result(connection: &Connection, result: &PublishedResult, revision: u64) -> Result<(), StoreError> {
    let session = match result.result {
        PublicationResult::Placed { session } => Some(session.0),
        PublicationResult::Waiting | PublicationResult::Unplaced => None,
    };
    connection
        .prepare_cached(
            "INSERT INTO published_result (publication, application, session, document, revision)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            result.publication.0,
            result.application.0.as_bytes(),
            session,
            to_document("published_result", result)?,
            signed(revision)
        ])?;
    Ok(())
}

/// What was published of the applications of one person.
pub fn list_results_of(
    connection: &Connection,
    applicant: ApplicantId,
) -> Result<Vec<(PublicationId, ApplicationId)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT publication, application
         FROM published_result JOIN application ON application.id = published_result.application
         WHERE application.applicant = ?1 ORDER BY publication, application",
    )?;
    let rows = statement.query_map([applicant.0], |row| {
        Ok((PublicationId(row.get(0)?), ApplicationId(Uuid::from_bytes(row.get(1)?))))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Lets a result follow its person to another office: it is as it was, and new there.
pub fn renew_result(
    connection: &Connection,
    publication: PublicationId,
    application: ApplicationId,
    revision: u64,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE published_result SET revision = ?3 WHERE publication = ?1 AND application = ?2")?
        .execute(params![publication.0, application.0.as_bytes(), signed(revision)])?;
    Ok(())
}

/// Up to which instant everything is published, or is history that was imported.
pub fn get_published_until(connection: &Connection) -> Result<Timestamp, StoreError> {
    let unix = connection
        .prepare_cached(
            "SELECT max(began_at, coalesce((SELECT max(publication_at) FROM publication), began_at)) FROM centre",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(instant(unix))
}

pub fn list(connection: &Connection, limit: u32) -> Result<Vec<Publication>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT document FROM publication ORDER BY publication_at DESC LIMIT ?1")?;
    let rows = statement.query_map([limit], |row| row.get::<_, String>(0))?;
    read_all("publication", rows)
}

/// The number of the publication that is wanted, or of the newest.
pub fn find(connection: &Connection, wanted: Option<PublicationId>) -> Result<Option<PublicationId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM publication WHERE ?1 IS NULL OR id = ?1 ORDER BY publication_at DESC LIMIT 1",
    )?;
    let found = statement.query_row([wanted.map(|id| id.0)], |row| row.get(0)).optional()?;
    Ok(found.map(PublicationId))
}

pub fn list_results(
    connection: &Connection,
    publication: PublicationId,
    after: u32,
    limit: u32,
) -> Result<Vec<PublishedResult>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT document FROM published_result
         WHERE publication = ?1 ORDER BY application LIMIT ?3 OFFSET ?2",
    )?;
    let rows = statement.query_map(params![publication.0, after, limit], |row| row.get::<_, String>(0))?;
    read_all("published_result", rows)
}

fn read_all<T: DeserializeOwned>(
    table: &'static str,
    documents: impl Iterator<Item = Result<String, rusqlite::Error>>,
) -> Result<Vec<T>, StoreError> {
    documents.map(|document| from_document(table, &document?)).collect()
}
