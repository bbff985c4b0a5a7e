//! Applicants, and the terms under which their names are found.

use super::row::Writing;
use crate::error::DeskError;
use rusqlite::{Connection, OptionalExtension as _};
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::lookup::name_terms;
use yuyue_protocol::change::ApplicantRow;

/// Writes an applicant.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert_applicant(cache: &Connection, row: &ApplicantRow, writing: Writing) -> Result<(), DeskError> {
    let applicant = &row.applicant;
    let id = applicant.id.0;
    let before = if writing.with_names { find_name(cache, applicant.id)? } else { None };
    cache
        .prepare_cached(
            "INSERT INTO applicant (id, number, tail, name, phone_tail, serial, office, fill)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET
                 number = ?2, tail = ?3, name = ?4, phone_tail = ?5, serial = ?6, office = ?7, fill = ?8",
        )?
        .execute((
            id,
            applicant.document.number.reveal(),
            backwards(applicant.document.number.reveal()),
            applicant.name.reveal(),
            applicant.phone.as_ref().map(|phone| backwards(phone.reveal())),
            i64::try_from(applicant.serial).unwrap_or(i64::MAX),
            applicant.office.0,
            writing.fill,
        ))?;
    cache
        .prepare_cached(
            "INSERT INTO applicant_body (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = ?2",
        )?
        .execute((id, serde_json::to_string(row)?))?;
    if writing.with_names && before.as_deref() != Some(applicant.name.reveal()) {
        insert_name(cache, applicant.name.reveal())?;
        if let Some(before) = before {
            delete_unused_name(cache, &before)?;
        }
    }
    Ok(())
}

/// A text read backwards, so that what it ends with can be found as what it begins with.
#[must_use]
pub fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

/// Drops an applicant, and the name when nobody else has it.
///
/// # Errors
/// When the file cannot be written.
pub fn delete_applicant(cache: &Connection, id: ApplicantId) -> Result<(), DeskError> {
    let name = find_name(cache, id)?;
    cache.prepare_cached("DELETE FROM applicant WHERE id = ?1")?.execute([id.0])?;
    cache.prepare_cached("DELETE FROM applicant_body WHERE id = ?1")?.execute([id.0])?;
    name.map_or(Ok(()), |name| delete_unused_name(cache, &name))
}

/// An applicant with the tests, if the person is here.
///
/// # Errors
/// When the file cannot be read.
pub fn find_applicant(cache: &Connection, id: ApplicantId) -> Result<Option<ApplicantRow>, DeskError> {
    let body: Option<String> = cache
        .prepare_cached("SELECT body FROM applicant_body WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

fn find_name(cache: &Connection, id: ApplicantId) -> Result<Option<String>, DeskError> {
    Ok(cache
        .prepare_cached("SELECT name FROM applicant WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?)
}

/// Makes a name findable, when it is not yet.
pub(super) fn insert_name(cache: &Connection, name: &str) -> Result<(), DeskError> {
    let id: Option<i64> = cache
        .prepare_cached("INSERT INTO name (name) VALUES (?1) ON CONFLICT (name) DO NOTHING RETURNING id")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    if let Some(id) = id {
        let mut insert = cache.prepare_cached("INSERT INTO name_term (term, name) VALUES (?1, ?2)")?;
        for term in name_terms(name) {
            insert.execute((term, id))?;
        }
    }
    Ok(())
}

fn delete_unused_name(cache: &Connection, name: &str) -> Result<(), DeskError> {
    let id: Option<i64> = cache
        .prepare_cached(
            "DELETE FROM name WHERE name = ?1 AND NOT EXISTS (SELECT 1 FROM applicant WHERE applicant.name = ?1)
             RETURNING id",
        )?
        .query_row([name], |row| row.get(0))
        .optional()?;
    if let Some(id) = id {
        let mut delete = cache.prepare_cached("DELETE FROM name_term WHERE term = ?1 AND name = ?2")?;
        for term in name_terms(name) {
            delete.execute((term, id))?;
        }
    }
    Ok(())
}
