//! Bookings that were begun and not submitted: one for each person, one of them on the screen.

use crate::error::DeskError;
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::time::Timestamp;

/// How long a draft is kept that nobody comes back to, in days.
pub const DRAFT_DAYS: i64 = 7;

/// A booking that was begun.
#[derive(Debug, Clone)]
pub struct Draft<T> {
    /// For whom.
    pub applicant: ApplicantId,
    /// The identifier that its submission will have, so that pressing twice submits once.
    pub command: Uuid,
    /// What was entered.
    pub body: T,
}

/// The draft on the screen.
///
/// # Errors
/// When the file cannot be read.
pub fn find_open_draft<T: DeserializeOwned>(device: &Connection) -> Result<Option<Draft<T>>, DeskError> {
    find(device, "SELECT applicant, command, body FROM draft WHERE is_open = 1", [])
}

/// A person's draft.
///
/// # Errors
/// When the file cannot be read.
pub fn find_draft<T: DeserializeOwned>(device: &Connection, id: ApplicantId) -> Result<Option<Draft<T>>, DeskError> {
    find(device, "SELECT applicant, command, body FROM draft WHERE applicant = ?1", [id.0])
}

fn find<T: DeserializeOwned>(
    device: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
) -> Result<Option<Draft<T>>, DeskError> {
    let row: Option<(u32, Uuid, String)> = device
        .prepare_cached(sql)?
        .query_row(values, |row| Ok((row.get(0)?, Uuid::from_bytes(row.get(1)?), row.get(2)?)))
        .optional()?;
    // A draft that an older program wrote in another form cannot be taken up again.
    Ok(row.and_then(|(applicant, command, body)| {
        let body = serde_json::from_str(&body).ok()?;
        Some(Draft { applicant: ApplicantId(applicant), command, body })
    }))
}

/// Keeps a draft as the one on the screen.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert_open_draft<T: Serialize>(device: &Connection, draft: &Draft<T>, now: Timestamp) -> Result<(), DeskError> {
    close_drafts(device)?;
    device
        .prepare_cached(
            "INSERT INTO draft (applicant, command, body, is_open, updated_at) VALUES (?1, ?2, ?3, 1, ?4)
             ON CONFLICT (applicant) DO UPDATE SET command = ?2, body = ?3, is_open = 1, updated_at = ?4",
        )?
        .execute((draft.applicant.0, draft.command.as_bytes(), serde_json::to_string(&draft.body)?, now.unix()))?;
    Ok(())
}

/// Takes the draft off the screen; it stays a draft.
///
/// # Errors
/// When the file cannot be written.
pub fn close_drafts(device: &Connection) -> Result<(), DeskError> {
    device.prepare_cached("UPDATE draft SET is_open = 0 WHERE is_open = 1")?.execute([])?;
    Ok(())
}

/// Drops a person's draft, because it was submitted.
///
/// # Errors
/// When the file cannot be written.
pub fn delete_draft(device: &Connection, applicant: ApplicantId) -> Result<(), DeskError> {
    device.execute("DELETE FROM draft WHERE applicant = ?1", [applicant.0])?;
    Ok(())
}

/// Drops drafts that nobody came back to.
///
/// # Errors
/// When the file cannot be written.
pub fn delete_old_drafts(device: &Connection, now: Timestamp) -> Result<(), DeskError> {
    let oldest = now.plus_days(-DRAFT_DAYS).unix();
    device.execute("DELETE FROM draft WHERE is_open = 0 AND updated_at < ?1", [oldest])?;
    Ok(())
}
