//! The code with which staff leave a kiosk: its verifier came with the enrolment, and wrong tries block for a while.

use crate::device::identity::find_identity;
use crate::device::setting::{find_setting, upsert_setting};
use crate::error::DeskError;
use argon2::Argon2;
use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use yuyue_domain::time::Timestamp;

const TRIES: &str = "exit_code_tries";
/// Wrong codes in a row after which none is tried for a while.
const FAILURES_MAX: u32 = 5;
/// For how long, in seconds.
const BLOCK_SECONDS: u32 = 15 * 60;

#[derive(Default, Serialize, Deserialize)]
struct Tries {
    failures: u32,
    blocked_until: Option<Timestamp>,
}

/// Checks the code. Wrong ones are counted in the file, so that starting anew forgets none.
///
/// # Errors
/// [`DeskError::ExitCodeWrong`], also when there is none for this computer; [`DeskError::SignInBlocked`].
pub fn check_exit_code(file: &Connection, code: &str, now: Timestamp) -> Result<(), DeskError> {
    let tries: Tries = find_setting(file, TRIES)?.unwrap_or_default();
    let blocked = tries.blocked_until.map_or(0, |until| until.seconds_since(now));
    if let Ok(seconds @ 1..) = u32::try_from(blocked) {
        return Err(DeskError::SignInBlocked { seconds });
    }
    let verifier = find_identity(file)?.and_then(|identity| identity.exit_verifier).ok_or(DeskError::ExitCodeWrong)?;
    let hash = PasswordHash::new(&verifier).map_err(|error| DeskError::PasswordHash(error.to_string()))?;
    if Argon2::default().verify_password(code.as_bytes(), &hash).is_ok() {
        return upsert_setting(file, TRIES, &Tries::default());
    }
    let failures = tries.failures + 1;
    let is_blocked = failures >= FAILURES_MAX;
    let blocked_until = is_blocked.then(|| now.plus_seconds(BLOCK_SECONDS.into()));
    upsert_setting(file, TRIES, &Tries { failures: if is_blocked { 0 } else { failures }, blocked_until })?;
    Err(if is_blocked { DeskError::SignInBlocked { seconds: BLOCK_SECONDS } } else { DeskError::ExitCodeWrong })
}
