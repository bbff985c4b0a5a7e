//! Clerks who may sign in without line for a while: a slow hash of the password, made when they last signed in online.

use crate::error::DeskError;
use crate::world::World;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Version};
use rusqlite::{Connection, OptionalExtension as _};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::Clerk;

/// Wrong passwords in a row after which the sign-in is blocked for a while.
const FAILURES_MAX: u32 = 5;
/// For how long, in seconds.
const BLOCK_SECONDS: u32 = 300;

/// Keeps what lets a clerk sign in without line until `offline_until`.
///
/// # Errors
/// When the password cannot be hashed or the file cannot be written.
pub fn upsert_verifier(
    device: &Connection,
    world: &dyn World,
    clerk: &Clerk,
    password: &str,
    offline_until: Timestamp,
) -> Result<(), DeskError> {
    let mut salt = [0; 16];
    world.fill(&mut salt);
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, world.password_cost())
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|error| DeskError::PasswordHash(error.to_string()))?
        .to_string();
    device.execute(
        "INSERT INTO verifier (staff_number, clerk, hash, offline_until) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (staff_number)
         DO UPDATE SET clerk = ?2, hash = ?3, offline_until = ?4, failures = 0, blocked_until = NULL",
        (&clerk.staff_number, serde_json::to_string(clerk)?, hash, offline_until.unix()),
    )?;
    Ok(())
}

/// Forgets a clerk, because the centre refused the sign-in.
///
/// # Errors
/// When the file cannot be written.
pub fn delete_verifier(device: &Connection, staff_number: &str) -> Result<(), DeskError> {
    device.execute("DELETE FROM verifier WHERE staff_number = ?1", [staff_number])?;
    Ok(())
}

/// Checks a password without line. Wrong ones are counted, and too many block the clerk for a while.
///
/// # Errors
/// [`DeskError::OfflineSignInExpired`] for a clerk who was not here lately, [`DeskError::SignInBlocked`] or
/// [`DeskError::WrongPassword`]; otherwise when the file cannot be used.
pub fn check_password(
    device: &Connection,
    staff_number: &str,
    password: &str,
    now: Timestamp,
) -> Result<Clerk, DeskError> {
    let offline_until: Option<i64> = device
        .query_row("SELECT offline_until FROM verifier WHERE staff_number = ?1", [staff_number], |row| row.get(0))
        .optional()?;
    if offline_until.is_none_or(|until| now.unix() >= until) {
        return Err(DeskError::OfflineSignInExpired);
    }
    check_present(device, staff_number, password, now)
}

/// As [`check_password`], for a clerk who is signed in and only comes back: however long the line has been away.
///
/// # Errors
/// As [`check_password`], but never because of the time.
pub fn check_present(
    device: &Connection,
    staff_number: &str,
    password: &str,
    now: Timestamp,
) -> Result<Clerk, DeskError> {
    let row: Option<(String, String, u32, Option<i64>)> = device
        .query_row(
            "SELECT clerk, hash, failures, blocked_until FROM verifier WHERE staff_number = ?1",
            [staff_number],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .optional()?;
    let Some((clerk, hash, failures, blocked_until)) = row else {
        return Err(DeskError::OfflineSignInExpired);
    };
    let blocked_seconds = blocked_until.map_or(0, |until| until.saturating_sub(now.unix()));
    if let Ok(seconds @ 1..) = u32::try_from(blocked_seconds) {
        return Err(DeskError::SignInBlocked { seconds });
    }
    let hash = PasswordHash::new(&hash).map_err(|error| DeskError::PasswordHash(error.to_string()))?;
    if Argon2::default().verify_password(password.as_bytes(), &hash).is_err() {
        let failures = failures + 1;
        let blocked = (failures % FAILURES_MAX == 0).then_some(BLOCK_SECONDS);
        device.execute(
            "UPDATE verifier SET failures = ?2, blocked_until = ?3 WHERE staff_number = ?1",
            (staff_number, failures, blocked.map(|seconds| now.plus_seconds(seconds.into()).unix())),
        )?;
        return Err(blocked.map_or(DeskError::WrongPassword, |seconds| DeskError::SignInBlocked { seconds }));
    }
    device.execute("UPDATE verifier SET failures = 0, blocked_until = NULL WHERE staff_number = ?1", [staff_number])?;
    Ok(serde_json::from_str(&clerk)?)
}
