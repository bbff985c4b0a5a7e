//! Codes: what the rules of verification look at, and the answers to requests.

use super::sql::{self, bytes, column, number};
use super::{from_document, instant, to_document};
use crate::secret::Hash;
use crate::store::{AnsweredCode, CodeLedger, StoreError, VisitCodeRow};
use deadpool_postgres::GenericClient;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::time::Timestamp;
use yuyue_domain::verification::quota::Quota;
use yuyue_protocol::code::CodeRequest;

/// Writes the codes of applicants, each once.
pub async fn upsert_ledgers<C: GenericClient>(
    client: &C,
    ledgers: &BTreeMap<ApplicantId, (&CodeLedger, Timestamp)>,
) -> Result<(), StoreError> {
    if ledgers.is_empty() {
        return Ok(());
    }
    let applicants: Vec<i64> = ledgers.keys().map(|id| id.0.into()).collect();
    let state = |ledger: &CodeLedger| to_document("code_ledger", &ledger.state);
    let states = ledgers.values().map(|(ledger, _)| state(ledger)).collect::<Result<Vec<_>, _>>()?;
    let tags: Vec<&[u8]> = ledgers.values().map(|(ledger, _)| ledger.tag.as_slice()).collect();
    let times: Vec<i64> = ledgers.values().map(|(_, at)| at.unix()).collect();
    sql::write(
        client,
        "INSERT INTO code_ledger (applicant, state, tag, changed_at)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bigint[])
         ON CONFLICT (applicant) DO UPDATE
         SET state = excluded.state, tag = excluded.tag, changed_at = excluded.changed_at",
        &[&applicants, &states, &tags, &times],
    )
    .await?;
    Ok(())
}

pub async fn list_ledgers<C: GenericClient>(
    client: &C,
    applicants: &BTreeSet<ApplicantId>,
) -> Result<BTreeMap<ApplicantId, CodeLedger>, StoreError> {
    if applicants.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<i64> = applicants.iter().map(|id| id.0.into()).collect();
    let statement = "SELECT applicant, state, tag FROM code_ledger WHERE applicant = ANY($1)";
    let rows = sql::list(client, statement, &[&ids]).await?;
    rows.iter()
        .map(|row| {
            let ledger = CodeLedger { state: from_document("code_ledger", column(row, 1)?)?, tag: bytes(row, 2)? };
            Ok((ApplicantId(number(row, 0)?), ledger))
        })
        .collect()
}

pub async fn insert_request<C: GenericClient>(
    client: &C,
    answered: &AnsweredCode,
    at: Timestamp,
) -> Result<(), StoreError> {
    let AnsweredCode { request, answer } = answered;
    sql::write(
        client,
        "INSERT INTO code_request (id, applicant, purpose, answer, requested_at) VALUES ($1, $2, $3, $4, $5)",
        &[
            &request.id,
            &i64::from(request.applicant.0),
            &to_document("code_request", &request.purpose)?,
            &to_document("code_request", answer)?,
            &at.unix(),
        ],
    )
    .await?;
    Ok(())
}

pub async fn list_requests<C: GenericClient>(
    client: &C,
    ids: &BTreeSet<Uuid>,
) -> Result<BTreeMap<Uuid, AnsweredCode>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<Uuid> = ids.iter().copied().collect();
    let statement = "SELECT id, applicant, purpose, answer FROM code_request WHERE id = ANY($1)";
    let rows = sql::list(client, statement, &[&ids]).await?;
    rows.iter()
        .map(|row| {
            let (id, applicant) = (column(row, 0)?, ApplicantId(number(row, 1)?));
            let purpose = from_document("code_request", column(row, 2)?)?;
            let request = CodeRequest { id, applicant, purpose };
            Ok((id, AnsweredCode { request, answer: from_document("code_request", column(row, 3)?)? }))
        })
        .collect()
}

pub async fn upsert_visit<C: GenericClient>(
    client: &C,
    number: &Hash,
    row: &VisitCodeRow,
    at: Timestamp,
) -> Result<(), StoreError> {
    sql::write(
        client,
        "INSERT INTO visit_code (number, request, state, tag, changed_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (number) DO UPDATE
         SET request = excluded.request, state = excluded.state, tag = excluded.tag, changed_at = excluded.changed_at",
        &[
            &number.as_slice(),
            &row.request,
            &to_document("visit_code", &row.ledger.state)?,
            &row.ledger.tag.as_slice(),
            &at.unix(),
        ],
    )
    .await?;
    Ok(())
}

pub async fn list_visits<C: GenericClient>(
    client: &C,
    numbers: &BTreeSet<Hash>,
) -> Result<BTreeMap<Hash, VisitCodeRow>, StoreError> {
    if numbers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let numbers: Vec<&[u8]> = numbers.iter().map(Hash::as_slice).collect();
    let statement = "SELECT number, request, state, tag FROM visit_code WHERE number = ANY($1)";
    let rows = sql::list(client, statement, &[&numbers]).await?;
    rows.iter()
        .map(|row| {
            let ledger = CodeLedger { state: from_document("visit_code", column(row, 2)?)?, tag: bytes(row, 3)? };
            Ok((bytes(row, 0)?, VisitCodeRow { request: column(row, 1)?, ledger }))
        })
        .collect()
}

pub async fn upsert_quota<C: GenericClient>(client: &C, key: &Hash, quota: Quota) -> Result<(), StoreError> {
    sql::write(
        client,
        "INSERT INTO code_quota (key, since, count) VALUES ($1, $2, $3)
         ON CONFLICT (key) DO UPDATE SET since = excluded.since, count = excluded.count",
        &[&key.as_slice(), &quota.since.unix(), &i64::from(quota.count)],
    )
    .await?;
    Ok(())
}

pub async fn list_quotas<C: GenericClient>(
    client: &C,
    keys: &BTreeSet<Hash>,
) -> Result<BTreeMap<Hash, Quota>, StoreError> {
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let keys: Vec<&[u8]> = keys.iter().map(Hash::as_slice).collect();
    let rows = sql::list(client, "SELECT key, since, count FROM code_quota WHERE key = ANY($1)", &[&keys]).await?;
    rows.iter()
        .map(|row| Ok((bytes(row, 0)?, Quota { since: instant(column(row, 1)?), count: number(row, 2)? })))
        .collect()
}
