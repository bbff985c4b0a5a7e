//! Codes: what the rules of verification look at, and the answers to requests.

use super::{from_document, instant, to_document};
use crate::secret::Hash;
use crate::store::{AnsweredCode, CodeLedger, StoreError, VisitCodeRow};
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::time::Timestamp;
use yuyue_domain::verification::quota::Quota;
use yuyue_protocol::code::CodeRequest;

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

pub fn insert_request(connection: &Connection, answered: &AnsweredCode, at: Timestamp) -> Result<(), StoreError> {
    let AnsweredCode { request, answer } = answered;
    connection
        .prepare_cached(
            "INSERT INTO code_request (id, applicant, purpose, answer, requested_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            request.id.as_bytes(),
            request.applicant.0,
            to_document("code_request", &request.purpose)?,
            to_document("code_request", answer)?,
            at.unix()
        ])?;
    Ok(())
}

pub fn find_request(connection: &Connection, id: Uuid) -> Result<Option<AnsweredCode>, StoreError> {
    let found: Option<(u32, String, String)> = connection
        .prepare_cached("SELECT applicant, purpose, answer FROM code_request WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let read = |(applicant, purpose, answer): (u32, String, String)| {
        let (applicant, purpose) = (ApplicantId(applicant), from_document("code_request", &purpose)?);
        let request = CodeRequest { id, applicant, purpose };
        Ok(AnsweredCode { request, answer: from_document("code_request", &answer)? })
    };
    found.map(read).transpose()
}

pub fn upsert_visit(
    connection: &Connection,
    number: &Hash,
    row: &VisitCodeRow,
    at: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO visit_code (number, request, state, tag, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (number) DO UPDATE
             SET request = excluded.request, state = excluded.state, tag = excluded.tag, changed_at = excluded.changed_at",
        )?
        .execute(params![
            number,
            row.request.as_bytes(),
            to_document("visit_code", &row.ledger.state)?,
            row.ledger.tag,
            at.unix()
        ])?;
    Ok(())
}

pub fn find_visit(connection: &Connection, number: &Hash) -> Result<Option<VisitCodeRow>, StoreError> {
    let found: Option<([u8; 16], String, Hash)> = connection
        .prepare_cached("SELECT request, state, tag FROM visit_code WHERE number = ?1")?
        .query_row([number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let read = |(request, state, tag): ([u8; 16], String, Hash)| {
        let ledger = CodeLedger { state: from_document("visit_code", &state)?, tag };
        Ok(VisitCodeRow { request: Uuid::from_bytes(request), ledger })
    };
    found.map(read).transpose()
}

pub fn upsert_quota(connection: &Connection, key: &Hash, quota: Quota) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO code_quota (key, since, count) VALUES (?1, ?2, ?3)
             ON CONFLICT (key) DO UPDATE SET since = excluded.since, count = excluded.count",
        )?
        .execute(params![key, quota.since.unix(), quota.count])?;
    Ok(())
}

pub fn find_quota(connection: &Connection, key: &Hash) -> Result<Option<Quota>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT since, count FROM code_quota WHERE key = ?1")?
        .query_row([key], |row| Ok(Quota { since: instant(row.get(0)?), count: row.get(1)? }))
        .optional()?)
}
