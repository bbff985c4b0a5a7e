//! Commands with their outcomes.

use super::{from_document, signed, to_document};
use crate::store::{CommandRow, SeenCommand, StoreError};
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;
use yuyue_domain::ids::DeviceId;

pub fn insert(connection: &Connection, row: &CommandRow) -> Result<(), StoreError> {
    let envelope = &row.envelope;
    connection.prepare_cached(include_str!("insert_command.sql"))?.execute(params![
        envelope.id.as_bytes(),
        envelope.device.0,
        signed(envelope.number),
        envelope.clerk.map(|clerk| clerk.0),
        envelope.taken_at.unix(),
        envelope.body,
        envelope.signature.to_bytes(),
        row.outcome.decided_at.unix(),
        to_document("command", &row.outcome)?
    ])?;
    Ok(())
}

pub fn find(connection: &Connection, id: Uuid) -> Result<Option<SeenCommand>, StoreError> {
    let found: Option<([u8; 64], String)> = connection
        .prepare_cached("SELECT signature, outcome FROM command WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found
        .map(|(signature, outcome)| Ok(SeenCommand { signature, outcome: from_document("command", &outcome)? }))
        .transpose()
}

pub fn find_by_number(connection: &Connection, device: DeviceId, number: u64) -> Result<Option<Uuid>, StoreError> {
    let id: Option<[u8; 16]> = connection
        .prepare_cached("SELECT id FROM command WHERE device = ?1 AND number = ?2")?
        .query_row(params![device.0, signed(number)], |row| row.get(0))
        .optional()?;
    Ok(id.map(Uuid::from_bytes))
}
