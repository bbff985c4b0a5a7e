//! Somebody says at a kiosk who they are: by the number and a code from the bound phone, or by the identity card.
//!
//! Until then the centre answers alike whether it knows the number or not: whoever types numbers learns nothing.

use crate::account::Secret;
use crate::command::Code;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::verification::CodeRefusal;

/// Asks for the code that opens a visit. The same `id` again sends nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitCodeRequest {
    /// Made by the kiosk, a new one for each code.
    pub id: Uuid,
    /// The number that was typed.
    pub number: Secret,
}

/// A code was sent, if anybody has the number and a phone. Spans are remaining seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitCode {
    /// How long it can be used.
    pub valid_seconds: u32,
    /// How long until another can be asked for.
    pub resend_seconds: u32,
    /// Wrong tries left.
    pub tries_left: u8,
    /// Codes that can still be asked for today.
    pub sends_left: u8,
}

/// Opens a visit. The same `id` again, while the visit lasts, opens the same visit: an answer that was lost is asked for
/// once more. A new visit ends the one before it at the same kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitOpening {
    /// Made by the kiosk, a new one for each try.
    pub id: Uuid,
    /// The number that was typed, or that the card holds.
    pub number: Secret,
    /// What shows that the person is there.
    pub proof: VisitProof,
}

/// What shows that a person is at the kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum VisitProof {
    /// The code from the bound phone.
    Code {
        /// The digits.
        code: Code,
    },
    /// The identity card was read. Only where the centre trusts the readers of its kiosks.
    Card,
}

/// What the centre says to an opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum VisitAnswer {
    /// The person is known.
    Opened {
        /// The visit.
        visit: Box<VisitOpened>,
    },
    /// The code was not right.
    Refused {
        /// Why.
        reason: CodeRefusal,
    },
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitOpened {
    /// The token for the requests that follow; kept in memory only, here and there.
    pub token: Secret,
    /// Seconds for which it counts from now. Every request with it begins them anew.
    pub valid_seconds: u32,
    /// The person.
    pub record: ApplicantRecord,
}
