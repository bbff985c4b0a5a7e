//! Codes: what the rules of verification look at, and the answers to requests.

use super::{from_document, to_document};
use crate::secret::Hash;
use crate::store::{CodeLedger, StoreError};
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::code::CodeSent;

pub fn upsert_ledger(
    connection: &Connection,
    applicant: ApplicantId,
    ledger: &CodeLedger,
    at: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO code_ledger (applicant, state, tag, changed_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (applicant) DO UPDATE
             SET state = excluded.state, tag = excluded.tag, changed_at = excluded.changed_at",
        )?
        .execute(params![applicant.0, to_document("code_ledger", &ledger.state)?, ledger.tag, at.unix()])?;
    Ok(())
}

pub fn find_ledger(connection: &Connection, applicant: ApplicantId) -> Result<Option<CodeLedger>, StoreError> {
    let found: Option<(String, Hash)> = connection
        .prepare_cached("SELECT state, tag FROM code_ledger WHERE applicant = ?1")?
        .query_row([applicant.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(state, tag)| Ok(CodeLedger { state: from_document("code_ledger", &state)?, tag })).transpose()
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
