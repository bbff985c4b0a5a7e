//! Writes a batch: rows of the feed with a revision each, what is gone, and what devices do not follow.

use super::feed::{Revisions, insert_tombstone};
use super::to_word;
use super::{account, applicant, application, audit, catalogue, code, command, device, publication, session, sms};
use crate::store::{Batch, StoreError, Write};
use rusqlite::{Connection, params};
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::{ApplicantRow, Row, RowKey};

pub fn write(connection: &Connection, batch: &Batch) -> Result<(), StoreError> {
    let at = batch.at.unwrap_or(Timestamp::MIN);
    let mut revisions = Revisions::begin(connection)?;
    for (index, row) in batch.rows.iter().enumerate() {
        write_row(connection, row, &mut revisions, at).map_err(|error| match error {
            StoreError::Constraint { rule, .. } => StoreError::Constraint { rule, row: Some(index) },
            other => other,
        })?;
    }
    for (key, office) in &batch.gone {
        if let RowKey::Applicant(id) = key {
            for key in list_personal(connection, *id)? {
                insert_tombstone(connection, &key, *office, revisions.take(), at)?;
            }
        }
        delete_row(connection, key)?;
        insert_tombstone(connection, key, *office, revisions.take(), at)?;
    }
    let mut chain = audit::Chain::default();
    for write in &batch.writes {
        write_other(connection, write, &mut chain)?;
    }
    revisions.finish(connection)
}

fn write_row(connection: &Connection, row: &Row, revisions: &mut Revisions, at: Timestamp) -> Result<(), StoreError> {
    match row {
        Row::Office(office) => catalogue::upsert_office(connection, office, revisions.take()),
        Row::Site(site) => catalogue::upsert_site(connection, site, revisions.take()),
        Row::Clerk(clerk) => catalogue::upsert_clerk(connection, clerk, Some(revisions.take())),
        Row::Policy(policy) => catalogue::upsert_policy(connection, policy, revisions.take()),
        Row::Notice(notice) => catalogue::upsert_notice(connection, notice, revisions.take()),
        Row::Agreement(agreement) => device::upsert_agreement(connection, agreement, revisions.take()),
        Row::Session(row) => session::upsert(connection, row, revisions.take()),
        Row::Applicant(row) => write_applicant(connection, row, revisions, at),
        Row::Application(row) => application::upsert(connection, row, revisions.take()),
        Row::SessionCounts(counts) => session::upsert_counts(connection, counts, revisions.take()),
        Row::Ladder(ladder) => session::upsert_ladder(connection, ladder, revisions.take()),
        Row::Publication(row) => publication::insert(connection, row, revisions.take()),
        Row::PublishedResult(result) => publication::insert_result(connection, result, revisions.take()),
    }
}

/// Writes an applicant. Devices that hold only one office's people learn when somebody left it, and those of the new
/// office get the applications as well.
fn write_applicant(
    connection: &Connection,
    row: &ApplicantRow,
    revisions: &mut Revisions,
    at: Timestamp,
) -> Result<(), StoreError> {
    let left = applicant::find_left_office(connection, row)?;
    applicant::upsert(connection, row, revisions.take())?;
    let Some(left) = left else { return Ok(()) };
    insert_tombstone(connection, &RowKey::Applicant(row.applicant.id), Some(left), revisions.take(), at)?;
    for moved in application::list_of(connection, row.applicant.id)? {
        insert_tombstone(connection, &RowKey::Application(moved.id), Some(left), revisions.take(), at)?;
        application::upsert(connection, &moved, revisions.take())?;
    }
    for (publication, application) in publication::list_results_of(connection, row.applicant.id)? {
        let key = RowKey::PublishedResult(publication, application);
        insert_tombstone(connection, &key, Some(left), revisions.take(), at)?;
        publication::renew_result(connection, publication, application, revisions.take())?;
    }
    Ok(())
}

/// The rows that go with an applicant, those that name others last.
fn list_personal(connection: &Connection, applicant: ApplicantId) -> Result<Vec<RowKey>, StoreError> {
    let results = publication::list_results_of(connection, applicant)?;
    let mut keys: Vec<RowKey> = results
        .into_iter()
        .map(|(publication, application)| RowKey::PublishedResult(publication, application))
        .collect();
    keys.extend(application::list_of(connection, applicant)?.into_iter().map(|own| RowKey::Application(own.id)));
    Ok(keys)
}

fn delete_row(connection: &Connection, key: &RowKey) -> Result<(), StoreError> {
    let delete = |sql: &str, id: u32| -> Result<(), StoreError> {
        connection.prepare_cached(sql)?.execute([id])?;
        Ok(())
    };
    match key {
        RowKey::Office(id) => delete("DELETE FROM office WHERE id = ?1", id.0),
        RowKey::Site(id) => delete("DELETE FROM site WHERE id = ?1", id.0),
        RowKey::Clerk(id) => catalogue::hide_clerk(connection, id.0),
        RowKey::Policy => delete("DELETE FROM policy WHERE id = ?1", 1),
        RowKey::Notice(kind) => {
            connection.execute("DELETE FROM notice WHERE kind = ?1", [to_word("notice", kind)?])?;
            Ok(())
        }
        RowKey::Agreement(kind, version) => {
            let params = params![to_word("agreement", kind)?, version];
            connection.execute("DELETE FROM agreement WHERE kind = ?1 AND version = ?2", params)?;
            Ok(())
        }
        RowKey::Session(id) => {
            delete("DELETE FROM session_counts WHERE session = ?1", id.0)?;
            delete("DELETE FROM priority_places WHERE session = ?1", id.0)?;
            delete("DELETE FROM session WHERE id = ?1", id.0)
        }
        RowKey::Applicant(id) => applicant::delete(connection, *id),
        RowKey::Application(id) => application::delete(connection, *id),
        RowKey::SessionCounts(id) => delete("DELETE FROM session_counts WHERE session = ?1", id.0),
        RowKey::Ladder(subject, class) => {
            let params = params![subject.number(), to_word("ladder", class)?];
            connection.execute("DELETE FROM ladder WHERE subject = ?1 AND class = ?2", params)?;
            Ok(())
        }
        RowKey::Publication(id) => delete("DELETE FROM publication WHERE id = ?1", id.0),
        RowKey::PublishedResult(publication, application) => {
            connection.execute(
                "DELETE FROM published_result WHERE publication = ?1 AND application = ?2",
                params![publication.0, application.0.as_bytes()],
            )?;
            Ok(())
        }
    }
}

fn write_other(connection: &Connection, write: &Write, chain: &mut audit::Chain) -> Result<(), StoreError> {
    match write {
        Write::Command(row) => command::insert(connection, row),
        Write::PriorityTaken { session, by } => session::take_priority(connection, *session, *by),
        Write::CodeLedger { applicant, ledger, at } => code::upsert_ledger(connection, *applicant, ledger, *at),
        Write::CodeRequest { answered, at } => code::insert_request(connection, answered, *at),
        Write::VisitCode { number, row, at } => code::upsert_visit(connection, number, row, *at),
        Write::Quota { key, quota } => code::upsert_quota(connection, key, *quota),
        Write::Sms(new) => sms::insert(connection, new),
        Write::SmsTaken { ids, until } => sms::set_taken(connection, ids, *until),
        Write::SmsSent { id } => sms::set_sent(connection, *id),
        Write::SmsFailed { id, next_at } => sms::set_failed(connection, *id, *next_at),
        Write::PolicyDocument(document) => catalogue::upsert_policy_document(connection, document),
        Write::PublicationRecord(row) => publication::insert_record(connection, row),
        Write::Audit(entry) => chain.append(connection, *entry),
        Write::DeviceAdded(new) => device::insert(connection, new),
        Write::DeviceEnrolled { device, signing_key, fingerprint, at } => {
            device::set_enrolled(connection, *device, signing_key, fingerprint, *at)
        }
        Write::DeviceRenewed { device, used, next } => device::set_renewed(connection, *device, used, next),
        Write::DeviceRevoked { device, at } => device::set_revoked(connection, *device, *at),
        Write::Account(row) => account::upsert(connection, row),
        Write::TokenMade { token, clerk, device, expires_at } => {
            account::insert_token(connection, token, *clerk, *device, *expires_at)
        }
        Write::TokensDropped { clerk } => account::delete_tokens(connection, *clerk),
    }
}

/// Works in one transaction.
pub fn written<T>(
    connection: &mut rusqlite::Connection,
    work: impl FnOnce(&rusqlite::Connection) -> Result<T, super::StoreError>,
) -> Result<T, super::StoreError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let answer = work(&transaction)?;
    transaction.commit()?;
    Ok(answer)
}

/// Loads, decides and writes in one transaction.
pub fn transacted<T>(
    connection: &mut rusqlite::Connection,
    wants: &super::Wants,
    decide: impl FnOnce(super::Loaded) -> (super::Batch, T),
) -> Result<T, super::StoreError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let (batch, answer) = decide(super::load::load(&transaction, wants)?);
    if !batch.is_empty() {
        write(&transaction, &batch)?;
        transaction.commit()?;
    }
    Ok(answer)
}
