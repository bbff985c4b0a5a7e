//! Why a command changes nothing, in one vocabulary for the centre's answer, the counter's preview and the screens.
//!
//! Each kind of reason has stable codes and parameters of its own; the window turns them into sentences with a next step.

use crate::application::permission::ApplicationRefusal;
use crate::eligibility;
use crate::ids::SessionId;
use crate::time::Timestamp;
use crate::verification::CodeRefusal;
use serde::{Deserialize, Serialize};

/// One reason against a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "kind", content = "why", rename_all = "snake_case")]
pub enum Refusal {
    /// A rule of the regulation or the city is against it.
    #[error("not eligible: {:?}", .0.code)]
    Eligibility(eligibility::Refusal),
    /// What was asked for cannot be taken.
    #[error(transparent)]
    Intake(IntakeRefusal),
    /// The application's state, the channel or the time is against it.
    #[error(transparent)]
    Application(ApplicationRefusal),
    /// The code confirms nothing.
    #[error(transparent)]
    Code(CodeRefusal),
}

/// Why what was asked for cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum IntakeRefusal {
    /// No session was chosen.
    #[error("no session is chosen")]
    NothingChosen,
    /// More sessions were chosen than one application may.
    #[error("at most {max} sessions can be chosen")]
    TooManySessions {
        /// How many it may.
        max: u8,
    },
    /// The same session was chosen twice.
    #[error("session {session} is chosen twice")]
    SessionTwice {
        /// Which.
        session: SessionId,
    },
    /// There is no such session.
    #[error("session {session} is not known")]
    SessionUnknown {
        /// Which.
        session: SessionId,
    },
    /// The session's window has not opened.
    #[error("session {session} opens at {opens_at}")]
    NotYetOpen {
        /// Which.
        session: SessionId,
        /// When it opens.
        opens_at: Timestamp,
    },
    /// The session's window has closed.
    #[error("session {session} closed at {closed_at}")]
    Closed {
        /// Which.
        session: SessionId,
        /// When it closed.
        closed_at: Timestamp,
    },
    /// The session's places are given out already.
    #[error("session {session} was published at {published_at}")]
    Published {
        /// Which.
        session: SessionId,
        /// When.
        published_at: Timestamp,
    },
    /// The office cancelled the session.
    #[error("session {session} is cancelled")]
    SessionCancelled {
        /// Which.
        session: SessionId,
    },
    /// No open session fits the range and the sites.
    #[error("no session fits")]
    NothingFits,
    /// The last priority place of the session is taken.
    #[error("session {session} has no priority place left")]
    PriorityTaken {
        /// Which.
        session: SessionId,
    },
    /// There is no such applicant.
    #[error("the applicant is not known")]
    ApplicantUnknown,
    /// There is no such application.
    #[error("the application is not known")]
    ApplicationUnknown,
    /// The device or clerk may not do this.
    #[error("not allowed for this device or clerk")]
    NotAllowed,
    /// The signature does not belong to the device.
    #[error("the signature is not the device's")]
    BadSignature,
    /// The command cannot be read by this version.
    #[error("the command cannot be read")]
    Unreadable,
    /// The identifier or number was used for another command.
    #[error("the identifier was used for another command")]
    Reused,
    /// The notice has a newer text.
    #[error("the notice has version {version} now")]
    NoticeOutdated {
        /// Its version now.
        version: u32,
    },
}

impl From<ApplicationRefusal> for Refusal {
    fn from(refusal: ApplicationRefusal) -> Self {
        Self::Application(refusal)
    }
}

impl From<IntakeRefusal> for Refusal {
    fn from(refusal: IntakeRefusal) -> Self {
        Self::Intake(refusal)
    }
}

impl From<CodeRefusal> for Refusal {
    fn from(refusal: CodeRefusal) -> Self {
        Self::Code(refusal)
    }
}

impl From<eligibility::Refusal> for Refusal {
    fn from(refusal: eligibility::Refusal) -> Self {
        Self::Eligibility(refusal)
    }
}
