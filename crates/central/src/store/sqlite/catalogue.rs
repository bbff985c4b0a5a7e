//! What every device knows and decisions look at: offices, sites, the policy, notices, active clerks and sessions.

use super::{from_document, list_documents, signed, to_document, to_word, unsigned};
use crate::store::StoreError;
use crate::store::stored_page::StoredChange;
use rusqlite::{Connection, params};
use yuyue_domain::notice::Notice;
use yuyue_domain::office::Office;
use yuyue_domain::policy::{Policy, PolicyDocument};
use yuyue_domain::session::Site;
use yuyue_protocol::account::Clerk;
use yuyue_protocol::change::{Row, What};
use yuyue_protocol::cursor::Revision;

pub fn upsert_office(connection: &Connection, office: &Office, revision: u64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO office (id, document, revision) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET document = excluded.document, revision = excluded.revision",
        )?
        .execute(params![office.id.0, to_document("office", office)?, signed(revision)])?;
    Ok(())
}

pub fn upsert_site(connection: &Connection, site: &Site, revision: u64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO site (id, code, document, revision) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE
             SET code = excluded.code, document = excluded.document, revision = excluded.revision",
        )?
        .execute(params![site.id.0, site.code, to_document("site", site)?, signed(revision)])?;
    Ok(())
}

pub fn upsert_clerk(connection: &Connection, clerk: &Clerk, revision: Option<u64>) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO clerk (id, staff_number, office, document, revision) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE
             SET staff_number = excluded.staff_number, office = excluded.office,
                 document = excluded.document, revision = excluded.revision",
        )?
        .execute(params![
            clerk.id.0,
            clerk.staff_number,
            clerk.office.0,
            to_document("clerk", clerk)?,
            revision.map(signed)
        ])?;
    Ok(())
}

/// Takes a clerk's row out of the feed; it stays for what it is referred to.
pub fn hide_clerk(connection: &Connection, clerk: u32) -> Result<(), StoreError> {
    connection.execute("UPDATE clerk SET revision = NULL WHERE id = ?1", [clerk])?;
    Ok(())
}

pub fn upsert_policy(connection: &Connection, policy: &Policy, revision: u64) -> Result<(), StoreError> {
    let document = to_document("policy", policy)?;
    connection.execute(
        "INSERT INTO policy (id, document, revision) VALUES (1, ?1, ?2)
         ON CONFLICT (id) DO UPDATE SET document = excluded.document, revision = excluded.revision",
        params![document, signed(revision)],
    )?;
    connection
        .execute("INSERT INTO policy_history (since, document) VALUES (?1, ?2)", params![signed(revision), document])?;
    Ok(())
}

pub fn upsert_policy_document(connection: &Connection, document: &PolicyDocument) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO policy_document (name, document) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET document = excluded.document",
        params![document.name(), to_document("policy_document", document)?],
    )?;
    Ok(())
}

pub fn list_policy_documents(connection: &Connection) -> Result<Vec<PolicyDocument>, StoreError> {
    list_documents(connection, "policy_document", "SELECT document FROM policy_document ORDER BY name")
}

pub fn upsert_notice(connection: &Connection, notice: &Notice, revision: u64) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO notice (kind, version, document, revision) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (kind) DO UPDATE
         SET version = excluded.version, document = excluded.document, revision = excluded.revision",
        params![to_word("notice", notice.kind)?, notice.version, to_document("notice", notice)?, signed(revision)],
    )?;
    Ok(())
}

/// The changes of offices, sites, policy, notices and clerks in an interval of revisions.
pub fn list_between(connection: &Connection, after: u64, until: u64) -> Result<Vec<StoredChange>, StoreError> {
    let mut changes = Vec::new();
    let mut statement = connection.prepare_cached(include_str!("catalogue_between.sql"))?;
    let mut rows = statement.query([signed(after), signed(until)])?;
    while let Some(found) = rows.next()? {
        let table = match found.get_ref(0)?.as_str().map_err(rusqlite::Error::from)? {
            "office" => "office",
            "site" => "site",
            "clerk" => "clerk",
            "policy" => "policy",
            _ => "notice",
        };
        let revision = Revision(unsigned(found.get(1)?));
        changes.push(StoredChange { revision, table: Some(table), text: found.get(2)? });
    }
    Ok(changes)
}

/// All rows of the catalogue, sessions included, that changed after a revision.
pub fn list_changed(connection: &Connection, after: Revision) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    for change in list_between(connection, after.0, u64::MAX)? {
        if let What::Set(row) = change.read()?.what {
            rows.push(row);
        }
    }
    let mut statement = connection.prepare_cached("SELECT document FROM session WHERE revision > ?1")?;
    let mut found = statement.query([signed(after.0)])?;
    while let Some(row) = found.next()? {
        let document = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        rows.push(Row::Session(from_document("session", document)?));
    }
    Ok(rows)
}
