//! Applications.

use super::{from_document, signed, to_document, to_word, unsigned};
use crate::store::StoreError;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeSet;
use yuyue_domain::application::{Application, StateKind};
use yuyue_domain::ids::{ApplicantId, ApplicationId, SessionId};
use yuyue_protocol::cursor::Revision;

pub fn upsert(connection: &Connection, application: &Application, revision: u64) -> Result<(), StoreError> {
    let written = connection.prepare_cached(include_str!("upsert_application.sql"))?.execute(params![
        application.id.0.as_bytes(),
        application.applicant.0,
        application.subject.number(),
        state_word(application.state.kind())?,
        application.session().map(|session| session.0),
        to_document("application", application)?,
        signed(revision)
    ])?;
    if written == 0 {
        return Err(StoreError::Constraint { rule: "an application belongs to an applicant".to_owned(), row: None });
    }
    Ok(())
}

pub fn delete(connection: &Connection, id: ApplicationId) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM published_result WHERE application = ?1")?.execute([id.0.as_bytes()])?;
    connection.prepare_cached("DELETE FROM application WHERE id = ?1")?.execute([id.0.as_bytes()])?;
    Ok(())
}

fn state_word(kind: StateKind) -> Result<String, StoreError> {
    to_word("application", kind)
}

pub fn find(connection: &Connection, id: ApplicationId) -> Result<Option<Application>, StoreError> {
    let document: Option<String> = connection
        .prepare_cached("SELECT document FROM application WHERE id = ?1")?
        .query_row([id.0.as_bytes()], |row| row.get(0))
        .optional()?;
    document.map(|document| from_document("application", &document)).transpose()
}

pub fn find_owner(connection: &Connection, id: ApplicationId) -> Result<Option<ApplicantId>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT applicant FROM application WHERE id = ?1")?
        .query_row([id.0.as_bytes()], |row| Ok(ApplicantId(row.get(0)?)))
        .optional()?)
}

/// The applications of one person, oldest first: their identifiers begin with the time.
pub fn list_of(connection: &Connection, applicant: ApplicantId) -> Result<Vec<Application>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT document FROM application WHERE applicant = ?1 ORDER BY id")?;
    let mut rows = statement.query([applicant.0])?;
    let mut applications = Vec::new();
    while let Some(row) = rows.next()? {
        let document = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        applications.push(from_document("application", document)?);
    }
    Ok(applications)
}

/// Whose applications lie between two identifiers.
pub fn find_between(
    connection: &Connection,
    first: [u8; 16],
    last: [u8; 16],
    limit: u32,
) -> Result<Vec<ApplicantId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT applicant FROM application WHERE id >= ?1 AND id <= ?2 ORDER BY id LIMIT ?3",
    )?;
    let ids = statement.query_map(params![first, last, limit], |row| Ok(ApplicantId(row.get(0)?)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Who has an application that waits for its code or for a place.
pub fn list_waiting_applicants(
    connection: &Connection,
    after: Option<ApplicantId>,
    limit: u32,
) -> Result<Vec<ApplicantId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT applicant FROM application
         WHERE state IN ('awaiting_code', 'queued') AND applicant > ?1
         ORDER BY applicant LIMIT ?2",
    )?;
    let after = after.map_or(-1, |id| i64::from(id.0));
    let ids = statement.query_map(params![after, limit], |row| Ok(ApplicantId(row.get(0)?)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Who has a place in this session.
pub fn list_placed_applicants(connection: &Connection, session: SessionId) -> Result<Vec<ApplicantId>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT applicant FROM application WHERE state = 'placed' AND session = ?1")?;
    let ids = statement.query_map([session.0], |row| Ok(ApplicantId(row.get(0)?)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Who changed, while waiting for something, or whose applications changed; with the revision up to which that is all.
pub fn list_changed_applicants(
    connection: &Connection,
    after: Revision,
    limit: u32,
) -> Result<(Vec<ApplicantId>, Revision), StoreError> {
    let mut ids = BTreeSet::new();
    let mut found = 0;
    let mut until = after;
    let mut statement = connection.prepare_cached(include_str!("changed_applicants.sql"))?;
    let mut rows = statement.query(params![signed(after.0), limit])?;
    while let Some(row) = rows.next()? {
        ids.insert(ApplicantId(row.get(0)?));
        until = Revision(unsigned(row.get(1)?));
        found += 1;
    }
    if found < limit {
        until = super::feed::get_head(connection)?.revision;
    }
    Ok((ids.into_iter().collect(), until))
}
