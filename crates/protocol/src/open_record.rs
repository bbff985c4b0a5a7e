//! Whose record is open at which counter, so that two clerks who serve the same person know of each other.
//!
//! A counter reports again and again for as long as a record is open; what is not repeated in time is over. Nothing of
//! this is kept: it says who is looked at now and not who was.

use serde::{Deserialize, Serialize};
use yuyue_domain::ids::{ApplicantId, DeviceId, OfficeId};
use yuyue_domain::time::Timestamp;

/// Seconds after which a counter reports again while a record is open.
pub const REPORT_SECONDS: u32 = 10;

/// Seconds for which a report counts: two that are lost in a row change nothing.
pub const REPORT_COUNTS_SECONDS: u32 = 35;

/// Other counters that one answer names at most.
pub const ELSEWHERE_MAX: usize = 8;

/// What a counter has open now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenRecord {
    /// Whose record; none once nothing is open any more.
    pub applicant: Option<ApplicantId>,
}

/// Another counter that has the same record open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenElsewhere {
    /// Which.
    pub device: DeviceId,
    /// Its name at its office.
    pub label: String,
    /// The office where it stands.
    pub office: OfficeId,
    /// Since when, by the centre's clock.
    pub since: Timestamp,
}
