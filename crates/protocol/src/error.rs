//! Why a request failed as a whole. One command that is refused is no failure: it has an outcome of its own.

use serde::{Deserialize, Serialize};

/// A stable code; the window translates it and nobody matches texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request is not of the agreed form.
    BadRequest,
    /// The device is not enrolled, or its certificate is not accepted.
    DeviceUnknown,
    /// The device was revoked.
    DeviceRevoked,
    /// Nobody is signed in, or the token has expired.
    SignedOut,
    /// Staff number or password is wrong.
    SignInRefused,
    /// Too many failed sign-ins; locked for a while.
    SignInLocked,
    /// This device or clerk may not do that.
    Forbidden,
    /// The enrolment code is wrong, used or expired.
    EnrolmentRefused,
    /// No such thing.
    NotFound,
    /// The cursor belongs to another feed or is too old: fill the cache anew.
    CursorGone,
    /// The body is longer than allowed.
    TooLarge,
    /// Too many requests, or the centre has too much to do: come back later.
    Busy,
    /// A code can be asked for again later.
    CodeTooSoon,
    /// No more codes today.
    CodeLimit,
    /// Too many wrong tries: no code can be asked for or used for a while.
    CodeLocked,
    /// The applicant has no bound phone.
    NoPhone,
    /// The two programs do not understand each other's version.
    Version,
    /// The centre failed; it is in its log.
    Internal,
    /// There is no line to the centre.
    Offline,
    /// The centre's answer cannot be understood.
    BadAnswer,
}

impl ErrorCode {
    /// Whether the same request may succeed later without anybody doing anything.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::Busy | Self::Internal | Self::Offline | Self::BadAnswer)
    }
}

/// An error answer: RFC 9457 problem details with our code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code:?}: {detail}")]
pub struct Problem {
    /// The stable code.
    pub code: ErrorCode,
    /// A sentence for the log; holds no personal data.
    pub detail: String,
    /// Seconds after which another try makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
}

impl Problem {
    /// A problem without a time to come back.
    #[must_use]
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), retry_after_seconds: None }
    }

    /// The same problem, with the time after which another try makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }
}
