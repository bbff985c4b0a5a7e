//! What publications said of applications.

use crate::error::DeskError;
use rusqlite::{Connection, OptionalExtension as _};
use yuyue_domain::ids::{ApplicationId, PublicationId, SessionId};
use yuyue_domain::publication::{PublicationResult, PublishedResult};

/// Writes a result.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert_result(cache: &Connection, result: &PublishedResult, fill: i64) -> Result<(), DeskError> {
    let session = match result.result {
        PublicationResult::Placed { session } => Some(session.0),
        PublicationResult::Waiting | PublicationResult::Unplaced => None,
    };
    cache
        .prepare_cached(
            "INSERT INTO published_result (publication, application, session, subject, class, rank, body, fill)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (publication, application) DO UPDATE SET session = ?3, rank = ?6, body = ?7, fill = ?8",
        )?
        .execute((
            result.publication.0,
            result.application.0.as_bytes(),
            session,
            result.subject.number(),
            result.class.code(),
            result.rank,
            serde_json::to_string(result)?,
            fill,
        ))?;
    Ok(())
}

/// Drops a result.
///
/// # Errors
/// When the file cannot be written.
pub fn delete_result(cache: &Connection, publication: PublicationId, id: ApplicationId) -> Result<(), DeskError> {
    cache
        .prepare_cached("DELETE FROM published_result WHERE publication = ?1 AND application = ?2")?
        .execute((publication.0, id.0.as_bytes()))?;
    Ok(())
}

/// The latest result of an application.
///
/// # Errors
/// When the file cannot be read.
pub fn find_result(cache: &Connection, id: ApplicationId) -> Result<Option<PublishedResult>, DeskError> {
    let body: Option<String> = cache
        .prepare_cached("SELECT body FROM published_result WHERE application = ?1 ORDER BY publication DESC LIMIT 1")?
        .query_row([id.0.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// Who got a place in a session at a publication, by rank.
///
/// # Errors
/// When the file cannot be read.
pub fn list_results(
    cache: &Connection,
    publication: PublicationId,
    session: SessionId,
) -> Result<Vec<PublishedResult>, DeskError> {
    let placed = "SELECT body FROM published_result WHERE publication = ?1 AND session = ?2 ORDER BY rank, application";
    read_results(cache, placed, publication, session)
}

/// Who accepted a session and got no place at all in a publication, by rank.
///
/// # Errors
/// When the file cannot be read.
pub fn list_unplaced(
    cache: &Connection,
    publication: PublicationId,
    session: SessionId,
) -> Result<Vec<PublishedResult>, DeskError> {
    let unplaced = "SELECT result.body
        FROM published_result AS result JOIN application ON application.id = result.application
        WHERE result.publication = ?1 AND result.session IS NULL
            AND EXISTS (SELECT 1 FROM json_each(application.body, '$.accepts') WHERE json_each.value = ?2)
        ORDER BY result.rank, result.application";
    read_results(cache, unplaced, publication, session)
}

fn read_results(
    cache: &Connection,
    sql: &str,
    publication: PublicationId,
    session: SessionId,
) -> Result<Vec<PublishedResult>, DeskError> {
    let mut statement = cache.prepare_cached(sql)?;
    let mut rows = statement.query((publication.0, session.0))?;
    let mut results = Vec::new();
    while let Some(row) = rows.next()? {
        results.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok(results)
}
