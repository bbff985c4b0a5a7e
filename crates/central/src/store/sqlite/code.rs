//! Codes: what the rules of verification look at, and the answers to requests.

use super::{from_document, to_document};
use crate::store::StoreError;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::time::Timestamp;
use yuyue_domain::verification::CodeLedger;
use yuyue_protocol::code::CodeSent;

pub fn upsert_ledger(
    connection: &Connection,
    applicant: ApplicantId,
    ledger: &CodeLedger,
    at: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO code_ledger (applicant, document, changed_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (applicant) DO UPDATE SET document = excluded.document, changed_at = excluded.changed_at",
        )?
        .execute(params![applicant.0, to_document("code_ledger", ledger)?, at.unix()])?;
    Ok(())
}

pub fn find_ledger(connection: &Connection, applicant: ApplicantId) -> Result<Option<CodeLedger>, StoreError> {
    let document: Option<String> = connection
        .prepare_cached("SELECT document FROM code_ledger WHERE applicant = ?1")?
        .query_row([applicant.0], |row| row.get(0))
        .optional()?;
    document.map(|document| from_document("code_ledger", &document)).transpose()
}

pub fn insert_request(
    connection: &Connection,
    id: Uuid,
    applicant: ApplicantId,
    answer: &CodeSent,
    at: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT INTO code_request (id, applicant, answer, requested_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![id.as_bytes(), applicant.0, to_document("code_request", answer)?, at.unix()])?;
    Ok(())
}

pub fn find_request(connection: &Connection, id: Uuid) -> Result<Option<CodeSent>, StoreError> {
    let answer: Option<String> = connection
        .prepare_cached("SELECT answer FROM code_request WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    answer.map(|answer| from_document("code_request", &answer)).transpose()
}
