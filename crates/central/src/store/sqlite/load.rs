//! Loads what a decision needs to know. `SQLite` runs in this process, so one prepared statement per row is its bulk load.

use super::{account, applicant, application, catalogue, code, command, device, feed, publication, session};
use crate::store::wants::NextIds;
use crate::store::{Loaded, StoreError, Wants};
use rusqlite::Connection;
use std::collections::BTreeSet;
use yuyue_domain::ids::ApplicantId;

pub fn load(connection: &Connection, wants: &Wants) -> Result<Loaded, StoreError> {
    let mut loaded = Loaded::at(feed::get_head(connection)?.revision, publication::get_published_until(connection)?);
    if let Some(after) = wants.catalogue_after
        && after < loaded.head
    {
        loaded.catalogue = catalogue::list_changed(connection, after)?;
    }
    for id in &wants.commands {
        if let Some(seen) = command::find(connection, *id)? {
            loaded.commands.insert(*id, seen);
        }
    }
    for (device, number) in &wants.numbers {
        if let Some(id) = command::find_by_number(connection, *device, *number)? {
            loaded.numbers.insert((*device, *number), id);
        }
    }
    for id in &wants.devices {
        if let Some(row) = device::find(connection, *id)? {
            loaded.devices.insert(*id, row);
        }
    }
    for id in &wants.clerks {
        if let Some(clerk) = account::find_active(connection, *id)? {
            loaded.active_clerks.insert(*id, clerk);
        }
    }
    for staff_number in &wants.accounts {
        if let Some(row) = account::find(connection, staff_number)? {
            loaded.accounts.insert(staff_number.clone(), row);
        }
    }
    for id in applicants(connection, wants)? {
        if let Some(record) = applicant::find_record(connection, id)? {
            loaded.records.insert(id, record);
        }
        if wants.codes
            && let Some(ledger) = code::find_ledger(connection, id)?
        {
            loaded.codes.insert(id, ledger);
        }
    }
    if let Some(instant) = wants.priority_places_after {
        loaded.priority_places = session::list_priority(connection, instant)?;
    }
    for id in &wants.code_requests {
        if let Some(answer) = code::find_request(connection, *id)? {
            loaded.code_requests.insert(*id, answer);
        }
    }
    for number in &wants.visit_codes {
        if let Some(row) = code::find_visit(connection, number)? {
            loaded.visit_codes.insert(*number, row);
        }
    }
    for key in &wants.quotas {
        if let Some(quota) = code::find_quota(connection, key)? {
            loaded.quotas.insert(*key, quota);
        }
    }
    if wants.next_ids {
        loaded.next_ids = next_ids(connection)?;
    }
    Ok(loaded)
}

fn applicants(connection: &Connection, wants: &Wants) -> Result<BTreeSet<ApplicantId>, StoreError> {
    let mut ids = wants.applicants.clone();
    for application in &wants.applications {
        ids.extend(application::find_owner(connection, *application)?);
    }
    for session in &wants.placed_in {
        ids.extend(application::list_placed_applicants(connection, *session)?);
    }
    if wants.all_waiting {
        ids.extend(application::list_waiting_applicants(connection, None, u32::MAX)?);
    }
    Ok(ids)
}

fn next_ids(connection: &Connection) -> Result<NextIds, StoreError> {
    let next = |sql: &str| -> Result<u32, StoreError> { Ok(connection.query_row(sql, [], |row| row.get(0))?) };
    Ok(NextIds {
        publication: next("SELECT coalesce(max(id), 0) + 1 FROM publication")?,
        device: next("SELECT coalesce(max(id), 0) + 1 FROM device")?,
        clerk: next("SELECT coalesce(max(id), 0) + 1 FROM clerk")?,
    })
}
