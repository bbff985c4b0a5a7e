//! Applicants with their tests, and the terms by which they are found.

use super::sql::{self, column, is_text, number};
use super::{application, from_document, signed, to_document};
use crate::store::StoreError;
use crate::store::terms::{Sought, end_of, sought, terms};
use deadpool_postgres::GenericClient;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use yuyue_domain::applicant::{Applicant, ApplicantRecord};
use yuyue_domain::ids::{ApplicantId, OfficeId};
use yuyue_domain::lookup::Term;
use yuyue_protocol::change::ApplicantRow;
use yuyue_protocol::cursor::Revision;

/// The offices of those of these applicants who are known.
pub async fn list_offices<C: GenericClient>(
    client: &C,
    applicants: &[i64],
) -> Result<BTreeMap<ApplicantId, OfficeId>, StoreError> {
    if applicants.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = sql::list(client, "SELECT id, office FROM applicant WHERE id = ANY($1)", &[&applicants]).await?;
    rows.iter().map(|row| Ok((ApplicantId(number(row, 0)?), OfficeId(number(row, 1)?)))).collect()
}

/// Whether anything of these people has changed after a revision.
pub async fn has_changed<C: GenericClient>(
    client: &C,
    applicants: &BTreeSet<ApplicantId>,
    after: Revision,
) -> Result<bool, StoreError> {
    let ids: Vec<i64> = applicants.iter().map(|id| id.0.into()).collect();
    let row = sql::get(
        client,
        "SELECT EXISTS (SELECT 1 FROM applicant WHERE id = ANY($1) AND revision > $2)
             OR EXISTS (SELECT 1 FROM application WHERE applicant = ANY($1) AND revision > $2)",
        &[&ids, &signed(after.0)],
    )
    .await?;
    column(&row, 0)
}

/// Writes applicants, each once.
pub async fn upsert<C: GenericClient>(client: &C, rows: &[(i64, &ApplicantRow)]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = rows.iter().map(|(_, row)| row.applicant.id.0.into()).collect();
    let serials: Vec<i64> = rows.iter().map(|(_, row)| signed(row.applicant.serial)).collect();
    let offices: Vec<i64> = rows.iter().map(|(_, row)| row.applicant.office.0.into()).collect();
    let documents = rows.iter().map(|(_, row)| to_document("applicant", row)).collect::<Result<Vec<_>, _>>()?;
    let revisions: Vec<i64> = rows.iter().map(|(revision, _)| *revision).collect();
    sql::write(client, include_str!("upsert_applicants.sql"), &[&ids, &serials, &offices, &documents, &revisions])
        .await?;
    upsert_terms(client, &ids, rows).await
}

async fn upsert_terms<C: GenericClient>(
    client: &C,
    ids: &[i64],
    rows: &[(i64, &ApplicantRow)],
) -> Result<(), StoreError> {
    let kept =
        sql::list(client, "SELECT term, applicant FROM applicant_term WHERE applicant = ANY($1)", &[&ids]).await?;
    let kept: BTreeSet<(String, i64)> =
        kept.iter().map(|row| Ok((column(row, 0)?, column(row, 1)?))).collect::<Result<_, StoreError>>()?;
    let of = |row: &ApplicantRow| {
        let id = i64::from(row.applicant.id.0);
        terms(&row.applicant).into_iter().map(move |term| (term, id))
    };
    let wanted: BTreeSet<(String, i64)> = rows.iter().flat_map(|(_, row)| of(row)).collect();
    let (gone, gone_of): (Vec<&str>, Vec<i64>) = kept.difference(&wanted).map(|(term, id)| (term.as_str(), id)).unzip();
    if !gone.is_empty() {
        sql::write(
            client,
            "DELETE FROM applicant_term USING unnest($1::text[], $2::bigint[]) AS gone (term, applicant)
             WHERE applicant_term.term = gone.term AND applicant_term.applicant = gone.applicant",
            &[&gone, &gone_of],
        )
        .await?;
    }
    let (new, new_of): (Vec<&str>, Vec<i64>) = wanted.difference(&kept).map(|(term, id)| (term.as_str(), id)).unzip();
    if !new.is_empty() {
        sql::write(
            client,
            "INSERT INTO applicant_term (term, applicant) SELECT * FROM unnest($1::text[], $2::bigint[])",
            &[&new, &new_of],
        )
        .await?;
    }
    Ok(())
}

async fn list_rows<C: GenericClient>(
    client: &C,
    applicants: &[i64],
) -> Result<BTreeMap<ApplicantId, ApplicantRow>, StoreError> {
    if applicants.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = sql::list(client, "SELECT id, document FROM applicant WHERE id = ANY($1)", &[&applicants]).await?;
    rows.iter().map(|row| Ok((ApplicantId(number(row, 0)?), from_document("applicant", column(row, 1)?)?))).collect()
}

/// Those of these applicants who are known, with tests and applications.
pub async fn list_records<C: GenericClient>(
    client: &C,
    applicants: &BTreeSet<ApplicantId>,
) -> Result<BTreeMap<ApplicantId, ApplicantRecord>, StoreError> {
    let ids: Vec<i64> = applicants.iter().map(|id| id.0.into()).collect();
    let (rows, mut applications) = tokio::try_join!(list_rows(client, &ids), application::list_of(client, &ids))?;
    let record = |(id, row): (ApplicantId, ApplicantRow)| {
        let applications = applications.remove(&id).unwrap_or_default();
        (id, ApplicantRecord { applicant: row.applicant, tests: row.tests, applications })
    };
    Ok(rows.into_iter().map(record).collect())
}

pub async fn search<C: GenericClient>(client: &C, terms: &[Term], limit: u32) -> Result<Vec<Applicant>, StoreError> {
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut ids: Vec<ApplicantId> = Vec::new();
    for term in terms {
        if ids.len() >= wanted {
            break;
        }
        // An applicant whom an earlier term found is found again, so as many more are asked for.
        for id in find_by_term(client, term, limit).await? {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    ids.truncate(wanted);
    let numbers: Vec<i64> = ids.iter().map(|id| id.0.into()).collect();
    let mut rows = list_rows(client, &numbers).await?;
    Ok(ids.iter().filter_map(|id| rows.remove(id)).map(|row| row.applicant).collect())
}

async fn find_by_term<C: GenericClient>(client: &C, term: &Term, limit: u32) -> Result<Vec<ApplicantId>, StoreError> {
    match sought(term) {
        Sought::Serial(serial) => {
            let statement = "SELECT id FROM applicant WHERE serial = $1 LIMIT $2";
            let rows = sql::list(client, statement, &[&signed(serial), &i64::from(limit)]).await?;
            rows.iter().map(|row| Ok(ApplicantId(number(row, 0)?))).collect()
        }
        Sought::Application(first, last) => {
            application::find_between(client, Uuid::from_bytes(first), Uuid::from_bytes(last), limit).await
        }
        Sought::Beginning(text) => find_by_beginning(client, &text, limit).await,
    }
}

/// Goes on along the index until there are enough: one person may have many terms that begin alike.
async fn find_by_beginning<C: GenericClient>(
    client: &C,
    text: &str,
    limit: u32,
) -> Result<Vec<ApplicantId>, StoreError> {
    let mut ids: Vec<ApplicantId> = Vec::new();
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    if !is_text(text) {
        return Ok(ids);
    }
    let end = end_of(text);
    let (mut term, mut applicant) = (text.to_owned(), -1_i64);
    while ids.len() < wanted {
        let rows = sql::list(
            client,
            "SELECT term, applicant FROM applicant_term
             WHERE (term, applicant) > ($1, $2) AND term < $3 ORDER BY term, applicant LIMIT $4",
            &[&term, &applicant, &end, &i64::from(limit)],
        )
        .await?;
        for row in &rows {
            let id = ApplicantId(number(row, 1)?);
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let Some(last) = rows.last().filter(|_| rows.len() >= wanted) else { break };
        (term, applicant) = (column(last, 0)?, column(last, 1)?);
    }
    ids.truncate(wanted);
    Ok(ids)
}

/// Deletes an applicant for good, with everything that is known of the person but the audit. The applications go first.
pub async fn delete<C: GenericClient>(client: &C, id: ApplicantId) -> Result<Option<OfficeId>, StoreError> {
    let id = i64::from(id.0);
    sql::write(client, "DELETE FROM code_request WHERE applicant = $1", &[&id]).await?;
    sql::write(client, "DELETE FROM code_ledger WHERE applicant = $1", &[&id]).await?;
    let gone = sql::find(client, "DELETE FROM applicant WHERE id = $1 RETURNING office", &[&id]).await?;
    gone.map(|row| Ok(OfficeId(number(&row, 0)?))).transpose()
}
