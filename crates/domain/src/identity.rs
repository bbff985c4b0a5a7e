//! Identity documents, names and telephone numbers: how they are read from what people type, and that they never show
//! up in a log. Errors say what to fix and never repeat the value.

mod name;
mod number;
mod phone;
#[cfg(test)]
mod tests;
mod text;

use crate::time::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

pub use name::NameError;
pub(crate) use name::is_mark;
pub use number::NumberError;
pub use phone::PhoneError;
pub(crate) use text::half_width;

macro_rules! personal_text {
    ($($(#[$doc:meta])* $name:ident, $error:ty);+ $(;)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "bindings", derive(specta::Type), specta(type = String))]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl $name {
            /// The text itself. Whoever asks for it shows or stores personal data and is responsible for masking it.
            #[must_use]
            pub fn reveal(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    )+};
}

personal_text! {
    /// A person's name as the identity document writes it.
    PersonName, NameError;
    /// The number of an identity document in its normal form: half-width, no blanks, letters in upper case.
    DocumentNumber, NumberError;
    /// The mobile number to which codes and results are sent: 11 digits.
    PhoneNumber, PhoneError;
}

/// The type of an identity document (身份证明名称), by the letter of the national exchange format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum DocumentType {
    /// A 居民身份证
    #[serde(rename = "A")]
    ResidentCard,
    /// C 军官证
    #[serde(rename = "C")]
    Officer,
    /// D 士兵证
    #[serde(rename = "D")]
    Soldier,
    /// E 军官离退休证
    #[serde(rename = "E")]
    RetiredOfficer,
    /// F 境外人员身份证明
    #[serde(rename = "F")]
    Abroad,
    /// G 外交人员身份证明
    #[serde(rename = "G")]
    Diplomat,
    /// I 外国人永久居留身份证
    #[serde(rename = "I")]
    ForeignResident,
    /// M 临时居民身份证
    #[serde(rename = "M")]
    TemporaryCard,
    /// Q 港澳台居民居住证
    #[serde(rename = "Q")]
    HongKongMacauTaiwan,
}

/// An identity document: its type and number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct IdentityDocument {
    /// Which document it is.
    pub kind: DocumentType,
    /// Its number.
    pub number: DocumentNumber,
}

impl DocumentType {
    /// All types in the order of their letters.
    pub const ALL: [Self; 9] = [
        Self::ResidentCard,
        Self::Officer,
        Self::Soldier,
        Self::RetiredOfficer,
        Self::Abroad,
        Self::Diplomat,
        Self::ForeignResident,
        Self::TemporaryCard,
        Self::HongKongMacauTaiwan,
    ];

    /// Its letter in the exchange format (sfzmmc).
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::ResidentCard => 'A',
            Self::Officer => 'C',
            Self::Soldier => 'D',
            Self::RetiredOfficer => 'E',
            Self::Abroad => 'F',
            Self::Diplomat => 'G',
            Self::ForeignResident => 'I',
            Self::TemporaryCard => 'M',
            Self::HongKongMacauTaiwan => 'Q',
        }
    }

    /// The type with this letter, if there is one.
    #[must_use]
    pub fn find(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.letter() == letter)
    }
}

impl IdentityDocument {
    /// Reads a number as people type it and checks it as far as its type allows.
    ///
    /// # Errors
    /// What is wrong with the number; see [`NumberError`].
    pub fn parse(kind: DocumentType, text: &str) -> Result<Self, NumberError> {
        number::parse(kind, text).map(|number| Self { kind, number: DocumentNumber(number) })
    }

    /// The day of birth that the number tells; none where it has no such part.
    #[must_use]
    pub fn birth_date(&self) -> Option<Date> {
        number::eighteen_digits(self.number.reveal()).and_then(number::birth_date)
    }

    /// The sex that the number tells; none where it has no such part.
    #[must_use]
    pub fn sex(&self) -> Option<Sex> {
        number::eighteen_digits(self.number.reveal()).map(number::sex)
    }

    /// The six digits of the area (行政区划代码), for a number that begins with one.
    #[must_use]
    pub fn area(&self) -> Option<&str> {
        number::eighteen_digits(self.number.reveal())
            .filter(|digits| !digits.starts_with('9'))
            .map(|digits| &digits[..6])
    }
}

/// A person's sex as the identity document states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

/// How a clerk made sure who is at the counter; required at 科目确认 there and recorded with the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum IdentityCheck {
    /// 读卡: a card reader read the document
    CardRead,
    /// 核验证件: the clerk saw the document
    DocumentSeen,
    /// 临时身份证明: the clerk saw a temporary document
    TemporaryDocument,
}
