//! Passwords of clerks: argon2id verifiers, and the rule what a password must be.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use yuyue_protocol::account::Secret;

/// Characters of a password at least.
pub const PASSWORD_CHARACTERS_MIN: usize = 8;
/// Bytes of a password at most; hashing costs grow with it.
pub const PASSWORD_BYTES_MAX: usize = 256;

/// Memory per hash: 19 MiB with two passes, the recommendation of OWASP.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// Why no verifier could be made.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error("a password has at least {PASSWORD_CHARACTERS_MIN} characters and at most {PASSWORD_BYTES_MAX} bytes")]
    Length,
    /// The hash function refused.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
}

/// Makes the verifier that the store keeps.
///
/// # Errors
/// When the password is too short or too long.
pub fn make_verifier(password: &Secret, salt: [u8; 32]) -> Result<String, PasswordError> {
    let text = &password.0;
    if text.chars().count() < PASSWORD_CHARACTERS_MIN || text.len() > PASSWORD_BYTES_MAX {
        return Err(PasswordError::Length);
    }
    let hash = hasher()?.hash_password_with_salt(text.as_bytes(), &salt[..16]).map_err(hash_error)?;
    Ok(hash.to_string())
}

/// Whether the password belongs to the verifier.
#[must_use]
pub fn is_password(password: &Secret, verifier: &str) -> bool {
    password.0.len() <= PASSWORD_BYTES_MAX
        && PasswordHash::new(verifier)
            .is_ok_and(|hash| Argon2::default().verify_password(password.0.as_bytes(), &hash).is_ok())
}

fn hasher() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(hash_error)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_error(error: impl std::fmt::Display) -> PasswordError {
    PasswordError::Hash(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_knows_its_password_and_no_other() {
        let password = Secret("correct horse".to_owned());
        let verifier = make_verifier(&password, [3; 32]).expect("long enough");
        assert!(verifier.starts_with("$argon2id$"), "the recommended variant");
        assert!(is_password(&password, &verifier), "its own password");
        assert!(!is_password(&Secret("correct house".to_owned()), &verifier), "another password");
    }

    #[test]
    fn a_short_password_is_not_accepted() {
        let short = make_verifier(&Secret("1234567".to_owned()), [3; 32]);
        assert!(matches!(short, Err(PasswordError::Length)), "seven characters are too few");
    }
}
