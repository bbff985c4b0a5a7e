//! The audit's records.

use super::{from_word, instant, signed, to_word, unsigned};
use crate::audit::{Entry, Record, Tail};
use crate::store::StoreError;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;
use yuyue_domain::ids::{ApplicantId, ApplicationId, ClerkId, DeviceId};
use yuyue_domain::time::Timestamp;

/// The end of the chain within one transaction, read when the first act is written, with the instant of the last record.
#[derive(Default)]
pub struct Chain {
    end: Option<(Tail, Timestamp)>,
}

impl Chain {
    pub fn append(&mut self, connection: &Connection, entry: Entry) -> Result<(), StoreError> {
        let (tail, last) = match &mut self.end {
            Some(end) => end,
            None => self.end.insert(find_end(connection)?.unwrap_or((Tail::EMPTY, Timestamp::MIN))),
        };
        // Whoever waited for the lock read the clock before those who had it.
        *last = entry.at.max(*last);
        insert(connection, &tail.append(Entry { at: *last, ..entry }))
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
    Ok(find_end(connection)?.map_or(Tail::EMPTY, |(tail, _)| tail))
}

fn find_end(connection: &Connection) -> Result<Option<(Tail, Timestamp)>, StoreError> {
    let end = connection
        .prepare_cached("SELECT sequence, hash, at FROM audit ORDER BY sequence DESC LIMIT 1")?
        .query_row([], |row| Ok((Tail { sequence: unsigned(row.get(0)?), hash: row.get(1)? }, instant(row.get(2)?))))
        .optional()?;
    Ok(end)
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
