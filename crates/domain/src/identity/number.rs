//! The number of an identity document: structure, check digit, and what it tells (domain §7).

use super::text::{compact, half_width, is_blank, is_dash};
use super::{DocumentNumber, DocumentType, Sex};
use crate::time::Date;
use chrono::Datelike;

/// The longest number of any document, in characters.
pub(super) const LENGTH_MAX: usize = 30;
const CITIZEN_LENGTH: usize = 18;
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
/// The first two digits of an area code: the provinces of GB/T 2260.
const PROVINCES: [&str; 32] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71",
];
/// Hong Kong, Macau and Taiwan on residence permits.
const PERMIT_AREAS: [&str; 3] = ["810000", "820000", "830000"];
/// Nobody who can take a test was born before this year; the oldest published sample number is of 1880.
const BIRTH_YEAR_MIN: i32 = 1850;
const BIRTH_YEAR_MAX: i32 = 2149;

/// What is wrong with a document number. It never contains the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum NumberError {
    /// Nothing was typed.
    #[error("type the number of the document")]
    Empty,
    /// Too many or too few characters.
    #[error("the number has {found} characters and must have {expected}")]
    Length {
        /// As many as it must have.
        expected: u8,
        /// As many as it has, 255 for more.
        found: u8,
    },
    /// More characters than any document has.
    #[error("the number has more than {max} characters")]
    TooLong {
        /// As many as it may have.
        max: u8,
    },
    /// The old number of 15 digits, which no valid card carries.
    #[error("this is an old number of 15 digits: use the 18 digits of the present card")]
    OldNumber,
    /// A character that cannot stand there.
    #[error("character {position} of the number cannot stand there")]
    Character {
        /// Its place, counted from 1, blanks and hyphens left out.
        position: u8,
    },
    /// The number belongs to another type of document.
    #[error("the number belongs to another type of document: choose {}", suggested.letter())]
    OtherDocument {
        /// That type.
        suggested: DocumentType,
    },
    /// The area at its beginning does not exist.
    #[error("the first six digits are no area: check them")]
    Area,
    /// The day of birth in it does not exist.
    #[error("digits 7 to 14 are no day of birth: check them")]
    BirthDate,
    /// The last character does not fit the others.
    #[error("the last character does not fit the others: compare all of them with the document")]
    CheckCharacter,
}

impl DocumentNumber {
    /// Reads a number of any type into its normal form; only [`super::IdentityDocument::parse`] checks more.
    ///
    /// # Errors
    /// When it is empty, too long or has a character that no document number has.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        free_text(text).map(Self)
    }
}

pub(super) fn parse(kind: DocumentType, text: &str) -> Result<String, NumberError> {
    match kind {
        DocumentType::ResidentCard | DocumentType::TemporaryCard | DocumentType::HongKongMacauTaiwan => {
            citizen(kind, compact(text))
        }
        DocumentType::ForeignResident => foreign_resident(compact(text)),
        DocumentType::Officer
        | DocumentType::Soldier
        | DocumentType::RetiredOfficer
        | DocumentType::Abroad
        | DocumentType::Diplomat => free_text(text),
    }
}

/// A number whose form the regulation does not fix: bounded, half-width, without blanks and the signs that people put
/// between digits or leave out as they like.
fn free_text(text: &str) -> Result<String, NumberError> {
    let number: String = text
        .chars()
        .map(half_width)
        .filter(|character| {
            !is_blank(*character) && !is_dash(*character) && !matches!(character, '/' | '.' | '_' | '·')
        })
        .map(|character| character.to_ascii_uppercase())
        .take(LENGTH_MAX + 1)
        .collect();
    if number.is_empty() {
        return Err(NumberError::Empty);
    }
    if number.chars().count() > LENGTH_MAX {
        return Err(NumberError::TooLong { max: small(LENGTH_MAX) });
    }
    match number.chars().position(|character| !is_number_character(character)) {
        Some(index) => Err(NumberError::Character { position: small(index + 1) }),
        None => Ok(number),
    }
}

fn is_number_character(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '(' | ')' | '〔' | '〕' | '[' | ']')
}

fn citizen(kind: DocumentType, number: String) -> Result<String, NumberError> {
    check_length(&number)?;
    check_characters(&number)?;
    let on_permit = PERMIT_AREAS.iter().any(|area| number.starts_with(area));
    let suggested = match number.get(..2) {
        Some(province) if PROVINCES.contains(&province) => DocumentType::ResidentCard,
        _ if on_permit => DocumentType::HongKongMacauTaiwan,
        _ if number.starts_with('9') => DocumentType::ForeignResident,
        _ => return Err(NumberError::Area),
    };
    let temporary = kind == DocumentType::TemporaryCard && suggested == DocumentType::ResidentCard;
    if suggested != kind && !temporary {
        return Err(NumberError::OtherDocument { suggested });
    }
    check_birth_and_last(number)
}

/// The card of 2023 has 18 digits beginning with 9; the older one 3 letters and 12 digits.
fn foreign_resident(number: String) -> Result<String, NumberError> {
    if number.starts_with(|first: char| first.is_ascii_alphabetic()) {
        if number.chars().count() != 15 {
            return Err(NumberError::Length { expected: 15, found: small(number.chars().count()) });
        }
        let fits = |(index, character): (usize, char)| {
            if index < 3 { character.is_ascii_uppercase() } else { character.is_ascii_digit() }
        };
        return match number.chars().enumerate().position(|entry| !fits(entry)) {
            Some(index) => Err(NumberError::Character { position: small(index + 1) }),
            None => Ok(number),
        };
    }
    check_length(&number)?;
    check_characters(&number)?;
    if !number.starts_with('9') {
        let permit = PERMIT_AREAS.iter().any(|area| number.starts_with(area));
        let suggested = if permit { DocumentType::HongKongMacauTaiwan } else { DocumentType::ResidentCard };
        return Err(NumberError::OtherDocument { suggested });
    }
    check_birth_and_last(number)
}

fn check_length(number: &str) -> Result<(), NumberError> {
    match number.chars().count() {
        0 => Err(NumberError::Empty),
        CITIZEN_LENGTH => Ok(()),
        15 if number.bytes().all(|byte| byte.is_ascii_digit()) => Err(NumberError::OldNumber),
        found => Err(NumberError::Length { expected: small(CITIZEN_LENGTH), found: small(found) }),
    }
}

fn check_characters(number: &str) -> Result<(), NumberError> {
    let fits = |(index, character): (usize, char)| {
        character.is_ascii_digit() || (index == CITIZEN_LENGTH - 1 && character == 'X')
    };
    match number.chars().enumerate().position(|entry| !fits(entry)) {
        Some(index) => Err(NumberError::Character { position: small(index + 1) }),
        None => Ok(()),
    }
}

fn check_birth_and_last(number: String) -> Result<String, NumberError> {
    if birth_date(&number).is_none() {
        return Err(NumberError::BirthDate);
    }
    if !number.ends_with(check_character(&number)) {
        return Err(NumberError::CheckCharacter);
    }
    Ok(number)
}

fn check_character(number: &str) -> char {
    let sum: u32 =
        number.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight).sum();
    CHECK_CHARACTERS[(sum % 11) as usize]
}

/// The number, if it has the form of 18 digits of which the last may be X.
pub(super) fn eighteen_digits(number: &str) -> Option<&str> {
    (number.len() == CITIZEN_LENGTH && check_characters(number).is_ok()).then_some(number)
}

/// The day of birth in an 18-digit number.
pub(super) fn birth_date(number: &str) -> Option<Date> {
    let date = Date::parse_from_str(number.get(6..14)?, "%Y%m%d").ok()?;
    (BIRTH_YEAR_MIN..=BIRTH_YEAR_MAX).contains(&date.year()).then_some(date)
}

/// The sex in an 18-digit number: the last digit of the sequence is odd for men.
pub(super) fn sex(number: &str) -> Sex {
    let odd = number.as_bytes().get(16).is_some_and(|digit| digit % 2 == 1);
    if odd { Sex::Male } else { Sex::Female }
}

/// A count for an error, at most 255.
fn small(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}
