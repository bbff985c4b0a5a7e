//! Identity documents, names and telephone numbers: what they are, and that they never show up in a log.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! personal_text {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "bindings", derive(specta::Type))]
        #[serde(transparent)]
        pub struct $name(String);

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
    PersonName,
    /// The number of an identity document in its normal form: half-width, no blanks, letters in upper case.
    DocumentNumber,
    /// The mobile number to which codes and results are sent: 11 digits.
    PhoneNumber,
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
