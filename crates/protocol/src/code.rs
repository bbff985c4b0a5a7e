//! Asking for a code that is sent to the bound phone.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::verification::CodePurpose;

/// Asks for a code. The same `id` again is answered as before and sends nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRequest {
    /// Made by the device, a new one for each press of 发送验证码.
    pub id: Uuid,
    /// To whose phone.
    pub applicant: ApplicantId,
    /// What the code shall confirm; it serves for nothing else.
    pub purpose: CodePurpose,
}

/// A code was sent. Spans are remaining seconds, because the device's clock may be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct CodeSent {
    /// The masked number to which it went.
    pub phone_masked: String,
    /// How long it can be used.
    pub valid_seconds: u32,
    /// How long until another can be asked for.
    pub resend_seconds: u32,
    /// Wrong tries left.
    pub tries_left: u8,
    /// Codes that can still be asked for today.
    pub sends_left: u8,
}
