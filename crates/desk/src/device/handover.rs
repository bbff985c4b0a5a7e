//! What a clerk leaves to whoever works here next about something that is not done.

use crate::error::DeskError;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;
use yuyue_domain::time::Timestamp;

/// The words that stand beside a command; the newest take the place of those before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// The name of the clerk who wrote them.
    pub clerk: String,
    /// When.
    pub at: Timestamp,
    /// What is left to do.
    pub note: String,
}

/// Puts a handover beside a command.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert_handover(device: &Connection, command: Uuid, handover: &Handover) -> Result<(), DeskError> {
    device.execute(
        "INSERT INTO handover (command, clerk, at, note) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (command) DO UPDATE SET clerk = excluded.clerk, at = excluded.at, note = excluded.note",
        params![command.as_bytes(), handover.clerk, handover.at.unix(), handover.note],
    )?;
    Ok(())
}

/// The handover beside a command.
///
/// # Errors
/// When the file cannot be read.
pub fn find_handover(device: &Connection, command: Uuid) -> Result<Option<Handover>, DeskError> {
    let found = device
        .prepare_cached("SELECT clerk, at, note FROM handover WHERE command = ?1")?
        .query_row([command.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(found.map(|(clerk, at, note): (String, i64, String)| Handover {
        clerk,
        at: Timestamp::from_unix(at).unwrap_or(Timestamp::MIN),
        note,
    }))
}

/// Drops the handovers of commands that are no longer kept.
///
/// # Errors
/// When the file cannot be written.
pub fn delete_stray_handovers(device: &Connection) -> Result<(), DeskError> {
    device.execute("DELETE FROM handover WHERE command NOT IN (SELECT id FROM outbox)", [])?;
    Ok(())
}
