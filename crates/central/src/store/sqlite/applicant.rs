//! Applicants with their tests, and the terms by which they are found.

use super::{application, from_document, signed, to_document};
use crate::store::StoreError;
use crate::store::terms::{Sought, end_of, sought, terms};
use rusqlite::{Connection, OptionalExtension as _, params};
use yuyue_domain::applicant::{Applicant, ApplicantRecord};
use yuyue_domain::ids::{ApplicantId, OfficeId};
use yuyue_domain::lookup::Term;
use yuyue_protocol::change::ApplicantRow;

pub fn upsert(connection: &Connection, row: &ApplicantRow, revision: u64) -> Result<(), StoreError> {
    let applicant = &row.applicant;
    let before = find_row(connection, applicant.id)?;
    connection
        .prepare_cached(
            "INSERT INTO applicant (id, serial, office, document, revision) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE
             SET serial = excluded.serial, office = excluded.office,
                 document = excluded.document, revision = excluded.revision",
        )?
        .execute(params![
            applicant.id.0,
            signed(applicant.serial),
            applicant.office.0,
            to_document("applicant", row)?,
            signed(revision)
        ])?;
    let terms_before = before.as_ref().map(|before| terms(&before.applicant)).unwrap_or_default();
    let terms_now = terms(applicant);
    for term in terms_before.difference(&terms_now) {
        connection
            .prepare_cached("DELETE FROM applicant_term WHERE term = ?1 AND applicant = ?2")?
            .execute(params![term, applicant.id.0])?;
    }
    for term in terms_now.difference(&terms_before) {
        connection
            .prepare_cached("INSERT INTO applicant_term (term, applicant) VALUES (?1, ?2)")?
            .execute(params![term, applicant.id.0])?;
    }
    Ok(())
}

/// The office that the applicant leaves when `row` is written, if it is another one.
pub fn find_left_office(connection: &Connection, row: &ApplicantRow) -> Result<Option<OfficeId>, StoreError> {
    let office: Option<u32> = connection
        .prepare_cached("SELECT office FROM applicant WHERE id = ?1")?
        .query_row([row.applicant.id.0], |found| found.get(0))
        .optional()?;
    Ok(office.map(OfficeId).filter(|office| *office != row.applicant.office))
}

pub fn find_row(connection: &Connection, id: ApplicantId) -> Result<Option<ApplicantRow>, StoreError> {
    let document: Option<String> = connection
        .prepare_cached("SELECT document FROM applicant WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    document.map(|document| from_document("applicant", &document)).transpose()
}

pub fn find_record(connection: &Connection, id: ApplicantId) -> Result<Option<ApplicantRecord>, StoreError> {
    let Some(row) = find_row(connection, id)? else { return Ok(None) };
    let applications = application::list_of(connection, id)?;
    Ok(Some(ApplicantRecord { applicant: row.applicant, tests: row.tests, applications }))
}

pub fn list_records(connection: &Connection, ids: Vec<ApplicantId>) -> Result<Vec<ApplicantRecord>, StoreError> {
    let mut records = Vec::with_capacity(ids.len());
    for id in ids {
        records.extend(find_record(connection, id)?);
    }
    Ok(records)
}

pub fn search(connection: &Connection, terms: &[Term], limit: u32) -> Result<Vec<Applicant>, StoreError> {
    let mut ids: Vec<ApplicantId> = Vec::new();
    for term in terms {
        if ids.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
            break;
        }
        // An applicant whom an earlier term found is found again, so as many more are asked for.
        for id in find_by_term(connection, term, limit)? {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    ids.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(find_row(connection, id)?.map(|row| row.applicant));
    }
    Ok(found)
}

fn find_by_term(connection: &Connection, term: &Term, limit: u32) -> Result<Vec<ApplicantId>, StoreError> {
    match sought(term) {
        Sought::Serial(serial) => {
            let mut statement = connection.prepare_cached("SELECT id FROM applicant WHERE serial = ?1 LIMIT ?2")?;
            let ids = statement.query_map(params![signed(serial), limit], |row| Ok(ApplicantId(row.get(0)?)))?;
            Ok(ids.collect::<Result<_, _>>()?)
        }
        Sought::Application(first, last) => application::find_between(connection, first, last, limit),
        Sought::Beginning(text) => {
            let mut statement = connection.prepare_cached(
                "SELECT DISTINCT applicant FROM applicant_term WHERE term >= ?1 AND term < ?2 ORDER BY term LIMIT ?3",
            )?;
            let ids = statement.query_map(params![text, end_of(&text), limit], |row| Ok(ApplicantId(row.get(0)?)))?;
            Ok(ids.collect::<Result<_, _>>()?)
        }
    }
}

/// Deletes an applicant for good, with everything that is known of the person but the audit.
pub fn delete(connection: &Connection, id: ApplicantId) -> Result<(), StoreError> {
    for application in application::list_of(connection, id)? {
        application::delete(connection, application.id)?;
    }
    connection.prepare_cached("DELETE FROM code_request WHERE applicant = ?1")?.execute([id.0])?;
    connection.prepare_cached("DELETE FROM code_ledger WHERE applicant = ?1")?.execute([id.0])?;
    connection.prepare_cached("DELETE FROM applicant WHERE id = ?1")?.execute([id.0])?;
    Ok(())
}
