//! A mobile number: 11 digits beginning with 1.

use super::PhoneNumber;
use super::text::compact;

const LENGTH: usize = 11;

/// What is wrong with a phone number. It never contains the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum PhoneError {
    /// Nothing was typed.
    #[error("type the mobile number")]
    Empty,
    /// Not 11 digits.
    #[error("the mobile number has {found} digits and must have 11")]
    Length {
        /// As many as it has, 255 for more.
        found: u8,
    },
    /// Something other than a digit.
    #[error("character {position} of the mobile number is no digit")]
    Character {
        /// Its place, counted from 1, blanks and hyphens left out.
        position: u8,
    },
    /// It does not begin with 1.
    #[error("a mobile number begins with 1; codes cannot be sent to a landline")]
    NotMobile,
}

impl PhoneNumber {
    /// Reads a mobile number as people type it; the country code of China before it is dropped.
    ///
    /// # Errors
    /// When it is no mobile number of 11 digits.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let compacted = compact(text);
        let number = compacted
            .strip_prefix("+86")
            .or_else(|| compacted.strip_prefix("0086"))
            .or_else(|| compacted.strip_prefix("86").filter(|rest| rest.chars().count() == LENGTH))
            .unwrap_or(&compacted);
        if number.is_empty() {
            return Err(PhoneError::Empty);
        }
        let small = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
        if let Some(index) = number.chars().position(|character| !character.is_ascii_digit()) {
            return Err(PhoneError::Character { position: small(index + 1) });
        }
        if number.len() != LENGTH {
            return Err(PhoneError::Length { found: small(number.len()) });
        }
        if !number.starts_with('1') {
            return Err(PhoneError::NotMobile);
        }
        Ok(Self(number.to_owned()))
    }

    /// Its last four digits, by which people recognise it before a code is sent.
    #[must_use]
    pub fn tail(&self) -> &str {
        &self.0[LENGTH - 4..]
    }
}
