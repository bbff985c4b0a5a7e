//! Print jobs, recorded before the printer gets them and again after: a print that was lost or made twice is seen.

use crate::error::DeskError;
use rusqlite::Connection;
use uuid::Uuid;
use yuyue_domain::time::Timestamp;

/// Records that a job is about to be given to the printer and returns which copy of the document it is, from 1.
///
/// # Errors
/// When the file cannot be written; then nothing may be printed.
pub fn insert_print_job(device: &Connection, id: Uuid, document: &str, at: Timestamp) -> Result<u32, DeskError> {
    let copy = device.query_row(
        "INSERT INTO print_job (id, document, copy, at)
         VALUES (?1, ?2, (SELECT coalesce(max(copy), 0) + 1 FROM print_job WHERE document = ?2), ?3) RETURNING copy",
        (id.as_bytes(), document, at.unix()),
        |row| row.get(0),
    )?;
    Ok(copy)
}

/// Records how a job ended: with what the printer complained of, or well.
///
/// # Errors
/// When the file cannot be written.
pub fn finish_print_job(device: &Connection, id: Uuid, at: Timestamp, error: Option<&str>) -> Result<(), DeskError> {
    device.execute(
        "UPDATE print_job SET finished_at = ?2, error = ?3 WHERE id = ?1",
        (id.as_bytes(), at.unix(), error),
    )?;
    Ok(())
}

/// How often a document was given to the printer. Every job counts, also one that failed: paper may have come out.
///
/// # Errors
/// When the file cannot be read.
pub fn count_prints(device: &Connection, document: &str) -> Result<u32, DeskError> {
    let count = device
        .prepare_cached("SELECT coalesce(max(copy), 0) FROM print_job WHERE document = ?1")?
        .query_row([document], |row| row.get(0))?;
    Ok(count)
}
