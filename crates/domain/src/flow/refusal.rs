//! Why a flow does not go on.

use super::step::FlowStep;
use crate::ids::SessionId;
use crate::intake::check::ChosenError;
use crate::licence::Subject;
use serde::{Deserialize, Serialize};

/// Why a flow does not go on; what the rules of eligibility say is shown from their own refusals. The codes are those
/// of [`crate::refusal`] wherever the centre would refuse for the same reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum FlowRefusal {
    /// There is no flow on this channel.
    #[error("there is no flow on this channel")]
    ChannelNotHere,
    /// The action does not belong to this step.
    #[error("not possible at step {step:?}")]
    ActionNotHere {
        /// The present step.
        step: FlowStep,
    },
    /// The first step has none before it: the flow is left, and kept as a draft.
    #[error("there is no step before the first")]
    AtFirstStep,
    /// No subject is chosen.
    #[error("no subject is chosen")]
    SubjectMissing,
    /// The subject is not open to this person.
    #[error("subject {} is not open", subject.number())]
    SubjectNotOpen {
        /// The subject.
        subject: Subject,
    },
    /// At a counter the identity check is required.
    #[error("the identity check is missing")]
    IdentityCheckMissing,
    /// Only a counter can check an identity.
    #[error("there is no identity check on this channel")]
    IdentityCheckNotHere,
    /// The text has changed while it was read.
    #[error("the notice is at version {version}")]
    #[serde(rename = "notice_outdated")]
    NoticeChanged {
        /// The present version.
        version: u32,
    },
    /// Priority booking is not open to this person for this subject.
    #[error("priority booking of subject {} is not open", subject.number())]
    PriorityNotOpen {
        /// The subject.
        subject: Subject,
    },
    /// No session is chosen.
    #[error("no session is chosen")]
    #[serde(rename = "nothing_chosen")]
    SessionsMissing,
    /// More sessions than allowed.
    #[error("at most {max} sessions")]
    TooManySessions {
        /// How many are allowed.
        max: u8,
    },
    /// A session is chosen twice.
    #[error("session {session} is chosen twice")]
    SessionTwice {
        /// The session.
        session: SessionId,
    },
    /// No exam dates are chosen.
    #[error("no exam dates are chosen")]
    DatesMissing,
    /// The last day lies before the first.
    #[error("the last day lies before the first")]
    DatesReversed,
    /// The dates span too many days.
    #[error("at most {days} days")]
    DatesTooMany {
        /// How many are allowed.
        days: i64,
    },
    /// No site is chosen.
    #[error("no site is chosen")]
    SitesMissing,
}

impl From<ChosenError> for FlowRefusal {
    fn from(error: ChosenError) -> Self {
        match error {
            ChosenError::TooMany { max } => Self::TooManySessions { max },
            ChosenError::Twice { session } => Self::SessionTwice { session },
        }
    }
}
