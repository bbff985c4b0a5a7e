//! Whom this counter served last.

use crate::error::DeskError;
use rusqlite::Connection;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::time::Timestamp;

/// People that are remembered.
const SERVED_MAX: u32 = 20;

/// Remembers that a person's record was closed here.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert_served(device: &Connection, applicant: ApplicantId, at: Timestamp) -> Result<(), DeskError> {
    device.execute(
        "INSERT INTO served (applicant, at) VALUES (?1, ?2) ON CONFLICT (applicant) DO UPDATE SET at = ?2",
        (applicant.0, at.unix()),
    )?;
    device.execute(
        "DELETE FROM served WHERE applicant NOT IN (SELECT applicant FROM served ORDER BY at DESC LIMIT ?1)",
        [SERVED_MAX],
    )?;
    Ok(())
}

/// The people served since `since`, the last first.
///
/// # Errors
/// When the file cannot be read.
pub fn list_served(
    device: &Connection,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<(ApplicantId, Timestamp)>, DeskError> {
    let mut statement =
        device.prepare_cached("SELECT applicant, at FROM served WHERE at >= ?1 ORDER BY at DESC LIMIT ?2")?;
    let rows = statement.query_map((since.unix(), limit), |row| {
        let at: i64 = row.get(1)?;
        Ok((ApplicantId(row.get(0)?), Timestamp::from_unix(at).unwrap_or(Timestamp::MIN)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
