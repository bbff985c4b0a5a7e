//! The rules, numbers and calendars with which a new centre starts: the files of `assets/`, compiled in.
//!
//! They are data for seeding and for tests. A running centre serves its own, newer versions.

use crate::office::OfficeList;
use crate::policy::{Policy, PolicyDocument, PolicyError};
use crate::time::Date;

/// Every policy document of `assets/` as pairs of file name and text.
pub const POLICY_FILES: [(&str, &str); 5] = [
    ("regulation-2022-04-01.toml", include_str!("../../../assets/policy/regulation-2022-04-01.toml")),
    ("regulation-2025-01-01.toml", include_str!("../../../assets/policy/regulation-2025-01-01.toml")),
    ("local-2026-01-01.toml", include_str!("../../../assets/policy/local-2026-01-01.toml")),
    ("2026.toml", include_str!("../../../assets/calendar/2026.toml")),
    ("2027.toml", include_str!("../../../assets/calendar/2027.toml")),
];

/// The seed's documents.
///
/// # Errors
/// Never for the files as they are; a test reads them all.
pub fn policy_documents() -> Result<Vec<PolicyDocument>, PolicyError> {
    PolicyDocument::parse_all(&POLICY_FILES)
}

/// The seed's policy as it is in force on `date`.
///
/// # Errors
/// When no document of some kind is in force on that day: the seed begins in 2026.
pub fn policy(date: Date) -> Result<Policy, PolicyError> {
    Policy::in_force(&policy_documents()?, date)
}

/// The offices of the guide.
///
/// # Errors
/// Never for the file as it is; a test reads it.
pub fn offices() -> Result<OfficeList, PolicyError> {
    OfficeList::parse("offices.toml", include_str!("../../../assets/offices.toml"))
}
