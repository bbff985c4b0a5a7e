//! The audit's records.

use super::{from_word, instant, signed, to_word, unsigned};
use crate::audit::{Entry, Record, Tail};
use crate::store::StoreError;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;
use yuyue_domain::ids::{ApplicantId, ApplicationId, ClerkId, DeviceId};

/// The end of the chain within one transaction, read when the first act is written.
#[derive(Default)]
pub struct Chain {
    tail: Option<Tail>,
}

impl Chain {
    pub fn append(&mut self, connection: &Connection, entry: Entry) -> Result<(), StoreError> {
        let tail = match &mut self.tail {
            Some(tail) => tail,
            None => self.tail.insert(get_tail(connection)?),
        };
        insert(connection, &tail.append(entry))
    }
}

fn insert(connection: &Connection, record: &Record) -> Result<(), StoreError> {
    let entry = &record.entry;
    connection.prepare_cached(include_str!("insert_audit.sql"))?.execute(params![
        signed(record.sequence),
        entry.at.unix(),
        to_word("audit", entry.act)?,
        entry.clerk.map(|id| id.0),
        entry.device.map(|id| id.0),
        entry.applicant.map(|id| id.0),
        entry.application.map(|id| *id.0.as_bytes()),
        entry.detail,
        record.hash
    ])?;
    Ok(())
}

pub fn get_tail(connection: &Connection) -> Result<Tail, StoreError> {
    let tail = connection
        .prepare_cached("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")?
        .query_row([], |row| Ok(Tail { sequence: unsigned(row.get(0)?), hash: row.get(1)? }))
        .optional()?;
    Ok(tail.unwrap_or(Tail::EMPTY))
}

pub fn list(connection: &Connection, after: u64, limit: u32) -> Result<Vec<Record>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT sequence, at, act, clerk, device, applicant, application, detail, hash
         FROM audit WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
    )?;
    let rows = statement.query_map(params![signed(after), limit], |row| Ok(read(row)))?;
    let mut records = Vec::new();
    for row in rows {
        records.push(row??);
    }
    Ok(records)
}

fn read(row: &Row<'_>) -> Result<Record, StoreError> {
    let act: String = row.get(2)?;
    let application: Option<[u8; 16]> = row.get(6)?;
    Ok(Record {
        sequence: unsigned(row.get(0)?),
        entry: Entry {
            at: instant(row.get(1)?),
            act: from_word("audit", &act)?,
            clerk: row.get::<_, Option<u32>>(3)?.map(ClerkId),
            device: row.get::<_, Option<u32>>(4)?.map(DeviceId),
            applicant: row.get::<_, Option<u32>>(5)?.map(ApplicantId),
            application: application.map(|id| ApplicationId(Uuid::from_bytes(id))),
            detail: row.get(7)?,
        },
        hash: row.get(8)?,
    })
}
