//! Small named values: what the clerk has set, and what has to survive a restart.

use crate::error::DeskError;
use rusqlite::{Connection, OptionalExtension as _};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The value kept under `name`; none when there is none or an older program wrote it in another form.
///
/// # Errors
/// When the file cannot be read.
pub fn find_setting<T: DeserializeOwned>(device: &Connection, name: &str) -> Result<Option<T>, DeskError> {
    let text: Option<String> = device
        .prepare_cached("SELECT value FROM setting WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Keeps `value` under `name`.
///
/// # Errors
/// When the file cannot be written.
pub fn upsert_setting<T: Serialize>(device: &Connection, name: &str, value: &T) -> Result<(), DeskError> {
    device
        .prepare_cached(
            "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
        )?
        .execute((name, serde_json::to_string(value)?))?;
    Ok(())
}

/// Forgets what is kept under `name`.
///
/// # Errors
/// When the file cannot be written.
pub fn delete_setting(device: &Connection, name: &str) -> Result<(), DeskError> {
    device.execute("DELETE FROM setting WHERE name = ?1", [name])?;
    Ok(())
}
