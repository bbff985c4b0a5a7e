//! Sessions and how much they are wanted.

use crate::error::DeskError;
use rusqlite::{Connection, OptionalExtension as _};
use yuyue_domain::ids::SessionId;
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::rank::SessionCounts;
use yuyue_domain::session::{Session, SessionStatus};
use yuyue_domain::time::{DateRange, Timestamp};

/// Writes a session.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert_session(cache: &Connection, session: &Session, fill: i64) -> Result<(), DeskError> {
    cache
        .prepare_cached(
            "INSERT INTO session (id, subject, site, starts_at, publication_at, body, fill)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET
                 subject = ?2, site = ?3, starts_at = ?4, publication_at = ?5, body = ?6, fill = ?7",
        )?
        .execute((
            session.id.0,
            session.subject.number(),
            session.site.0,
            session.starts_at.unix(),
            session.instants.publication_at.unix(),
            serde_json::to_string(session)?,
            fill,
        ))?;
    Ok(())
}

/// Writes how much a session is wanted.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert_counts(cache: &Connection, counts: &SessionCounts, fill: i64) -> Result<(), DeskError> {
    cache
        .prepare_cached(
            "INSERT INTO session_counts (session, body, fill) VALUES (?1, ?2, ?3)
             ON CONFLICT (session) DO UPDATE SET body = ?2, fill = ?3",
        )?
        .execute((counts.session.0, serde_json::to_string(counts)?, fill))?;
    Ok(())
}

/// Drops a session.
///
/// # Errors
/// When the file cannot be written.
pub fn delete_session(cache: &Connection, id: SessionId) -> Result<(), DeskError> {
    cache.prepare_cached("DELETE FROM session WHERE id = ?1")?.execute([id.0])?;
    Ok(())
}

/// Drops a session's counts.
///
/// # Errors
/// When the file cannot be written.
pub fn delete_counts(cache: &Connection, id: SessionId) -> Result<(), DeskError> {
    cache.prepare_cached("DELETE FROM session_counts WHERE session = ?1")?.execute([id.0])?;
    Ok(())
}

/// A session, if it is here.
///
/// # Errors
/// When the file cannot be read.
pub fn find_session(cache: &Connection, id: SessionId) -> Result<Option<Session>, DeskError> {
    let body: Option<String> = cache
        .prepare_cached("SELECT body FROM session WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// How much a session is wanted, as far as the centre has said.
///
/// # Errors
/// When the file cannot be read.
pub fn find_counts(cache: &Connection, id: SessionId) -> Result<Option<SessionCounts>, DeskError> {
    let body: Option<String> = cache
        .prepare_cached("SELECT body FROM session_counts WHERE session = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// Planned sessions of a subject that take a class and are on these days, the earliest first.
///
/// # Errors
/// When the file cannot be read.
pub fn list_sessions(
    cache: &Connection,
    subject: Subject,
    class: LicenceClass,
    dates: DateRange,
) -> Result<Vec<Session>, DeskError> {
    let mut statement = cache.prepare_cached(
        "SELECT body FROM session WHERE subject = ?1 AND starts_at >= ?2 AND starts_at < ?3 ORDER BY starts_at, id",
    )?;
    let first = Timestamp::start_of(dates.first).unix();
    let end = Timestamp::start_of(dates.last).plus_days(1).unix();
    let mut rows = statement.query((subject.number(), first, end))?;
    let mut sessions = Vec::new();
    while let Some(row) = rows.next()? {
        let session: Session = serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
        if session.status == SessionStatus::Planned && session.classes.contains(&class) {
            sessions.push(session);
        }
    }
    Ok(sessions)
}

/// The next publication of any session.
///
/// # Errors
/// When the file cannot be read.
pub fn find_next_publication(cache: &Connection, now: Timestamp) -> Result<Option<Timestamp>, DeskError> {
    let seconds: Option<i64> = cache
        .prepare_cached("SELECT min(publication_at) FROM session WHERE publication_at > ?1")?
        .query_row([now.unix()], |row| row.get(0))?;
    Ok(seconds.and_then(|seconds| Timestamp::from_unix(seconds).ok()))
}

/// Sessions that have not begun, cancelled ones too, the earliest first.
///
/// # Errors
/// When the file cannot be read.
pub fn list_starting_after(cache: &Connection, now: Timestamp) -> Result<Vec<Session>, DeskError> {
    let mut sessions = Vec::new();
    for subject in Subject::ALL {
        let mut statement = cache
            .prepare_cached("SELECT body FROM session WHERE subject = ?1 AND starts_at >= ?2 ORDER BY starts_at")?;
        let mut rows = statement.query((subject.number(), now.unix()))?;
        while let Some(row) = rows.next()? {
            sessions.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
        }
    }
    Ok(sessions)
}
