//! What every device knows and decisions look at: offices, sites, the policy, notices, active clerks and sessions.

use super::sql::{self, column};
use super::{from_document, signed, to_document, to_word};
use crate::store::StoreError;
use deadpool_postgres::GenericClient;
use serde::Serialize;
use yuyue_domain::notice::Notice;
use yuyue_domain::office::Office;
use yuyue_domain::policy::{Policy, PolicyDocument};
use yuyue_domain::session::Site;
use yuyue_protocol::account::Clerk;
use yuyue_protocol::change::Row;
use yuyue_protocol::cursor::Revision;

/// The wire forms of rows, and their revisions.
fn documents<T: Serialize>(table: &'static str, rows: &[(i64, &T)]) -> Result<(Vec<String>, Vec<i64>), StoreError> {
    rows.iter().map(|(revision, row)| Ok((to_document(table, row)?, *revision))).collect()
}

pub async fn upsert_offices<C: GenericClient>(client: &C, rows: &[(i64, &Office)]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = rows.iter().map(|(_, office)| office.id.0.into()).collect();
    let (documents, revisions) = documents("office", rows)?;
    sql::write(
        client,
        "INSERT INTO office (id, document, revision)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[])
         ON CONFLICT (id) DO UPDATE SET document = excluded.document, revision = excluded.revision",
        &[&ids, &documents, &revisions],
    )
    .await?;
    Ok(())
}

pub async fn upsert_sites<C: GenericClient>(client: &C, rows: &[(i64, &Site)]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = rows.iter().map(|(_, site)| site.id.0.into()).collect();
    let codes: Vec<&str> = rows.iter().map(|(_, site)| site.code.as_str()).collect();
    let (documents, revisions) = documents("site", rows)?;
    sql::write(
        client,
        "INSERT INTO site (id, code, document, revision)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[])
         ON CONFLICT (id) DO UPDATE
         SET code = excluded.code, document = excluded.document, revision = excluded.revision",
        &[&ids, &codes, &documents, &revisions],
    )
    .await?;
    Ok(())
}

pub async fn upsert_clerks<C: GenericClient>(client: &C, rows: &[(i64, &Clerk)]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = rows.iter().map(|(_, clerk)| clerk.id.0.into()).collect();
    let staff_numbers: Vec<&str> = rows.iter().map(|(_, clerk)| clerk.staff_number.as_str()).collect();
    let offices: Vec<i64> = rows.iter().map(|(_, clerk)| clerk.office.0.into()).collect();
    let (documents, revisions) = documents("clerk", rows)?;
    sql::write(
        client,
        "INSERT INTO clerk (id, staff_number, office, document, revision)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::bigint[])
         ON CONFLICT (id) DO UPDATE
         SET staff_number = excluded.staff_number, office = excluded.office,
             document = excluded.document, revision = excluded.revision",
        &[&ids, &staff_numbers, &offices, &documents, &revisions],
    )
    .await?;
    Ok(())
}

/// Takes a clerk's row out of the feed; it stays for what it is referred to.
pub async fn hide_clerk<C: GenericClient>(client: &C, clerk: u32) -> Result<(), StoreError> {
    sql::write(client, "UPDATE clerk SET revision = NULL WHERE id = $1", &[&i64::from(clerk)]).await?;
    Ok(())
}

/// Puts policies in force one after another; each stays known.
pub async fn upsert_policies<C: GenericClient>(client: &C, rows: &[(i64, &Policy)]) -> Result<(), StoreError> {
    for (revision, policy) in rows {
        let document = to_document("policy", policy)?;
        sql::write(
            client,
            "INSERT INTO policy (id, document, revision) VALUES (1, $1, $2)
             ON CONFLICT (id) DO UPDATE SET document = excluded.document, revision = excluded.revision",
            &[&document, revision],
        )
        .await?;
        let history = "INSERT INTO policy_history (since, document) VALUES ($1, $2)";
        sql::write(client, history, &[revision, &document]).await?;
    }
    Ok(())
}

pub async fn upsert_policy_document<C: GenericClient>(client: &C, document: &PolicyDocument) -> Result<(), StoreError> {
    sql::write(
        client,
        "INSERT INTO policy_document (name, document) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET document = excluded.document",
        &[&document.name(), &to_document("policy_document", document)?],
    )
    .await?;
    Ok(())
}

pub async fn list_policy_documents<C: GenericClient>(client: &C) -> Result<Vec<PolicyDocument>, StoreError> {
    let rows = sql::list(client, "SELECT document FROM policy_document ORDER BY name", &[]).await?;
    rows.iter().map(|row| from_document("policy_document", column(row, 0)?)).collect()
}

pub async fn upsert_notices<C: GenericClient>(client: &C, rows: &[(i64, &Notice)]) -> Result<(), StoreError> {
    for (revision, notice) in rows {
        sql::write(
            client,
            "INSERT INTO notice (kind, version, document, revision) VALUES ($1, $2, $3, $4)
             ON CONFLICT (kind) DO UPDATE
             SET version = excluded.version, document = excluded.document, revision = excluded.revision",
            &[&to_word("notice", notice.kind)?, &i64::from(notice.version), &to_document("notice", notice)?, revision],
        )
        .await?;
    }
    Ok(())
}

/// All rows of the catalogue, sessions included, that changed after a revision.
pub async fn list_changed<C: GenericClient>(client: &C, after: Revision) -> Result<Vec<Row>, StoreError> {
    let rows = sql::list(client, include_str!("catalogue_after.sql"), &[&signed(after.0)]).await?;
    rows.iter()
        .map(|row| {
            let document = column(row, 1)?;
            Ok(match column(row, 0)? {
                "office" => Row::Office(from_document("office", document)?),
                "site" => Row::Site(from_document("site", document)?),
                "clerk" => Row::Clerk(from_document("clerk", document)?),
                "policy" => Row::Policy(from_document("policy", document)?),
                "notice" => Row::Notice(from_document("notice", document)?),
                _ => Row::Session(from_document("session", document)?),
            })
        })
        .collect()
}

/// Whether anything that decisions look at has changed after a revision.
pub async fn has_changed<C: GenericClient>(client: &C, after: Revision) -> Result<bool, StoreError> {
    let row = sql::get(client, include_str!("catalogue_has_changed.sql"), &[&signed(after.0)]).await?;
    column(&row, 0)
}
