//! Asking for a code that is sent to the bound phone.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::licence::Subject;

/// What a code confirms; it serves for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Purpose {
    /// 预约: an application for this subject, whichever sessions are chosen in the end.
    Apply {
        /// The subject.
        subject: Subject,
    },
    /// Finishing an application that waits for its code.
    Confirm {
        /// Which.
        application: ApplicationId,
    },
    /// 撤回申请
    Withdraw {
        /// Which.
        application: ApplicationId,
    },
    /// 取消预约
    Cancel {
        /// Which.
        application: ApplicationId,
    },
}

/// Asks for a code. The same `id` again is answered as before and sends nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRequest {
    /// Made by the device, a new one for each press of 发送验证码.
    pub id: Uuid,
    /// To whose phone.
    pub applicant: ApplicantId,
    /// What the code shall confirm; it serves for nothing else.
    pub purpose: Purpose,
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
