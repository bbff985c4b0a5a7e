//! The controls of the training edition. Nothing of this answers in production (`not_in_training`).

use serde::{Deserialize, Serialize};
use yuyue_domain::time::Timestamp;

use super::reason::Reason;

/// A message to the simulated phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PhoneMessage {
    /// Counts up.
    pub id: u32,
    /// When it was sent.
    pub at: Timestamp,
    /// To which number, masked.
    pub phone_masked: String,
    /// The text, as the network would deliver it.
    pub text: String,
}

/// The training controls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct TrainingState {
    /// The simulated clock.
    pub now: Timestamp,
    /// Whether the line to the centre is there.
    pub connected: bool,
    /// The newest first, at most 20.
    pub messages: Vec<PhoneMessage>,
    /// The next publication, which 现在公示 brings about.
    pub next_publication: Option<Timestamp>,
    /// Whether something long runs, such as a reset.
    pub busy: Option<ProgressTick>,
    /// People to try, each with what they show.
    pub people: Vec<TrainingPerson>,
}

/// An invented person and what can be learned with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct TrainingPerson {
    /// What to type into the look-up.
    pub query: String,
    /// What this person shows, such as `training_priority`.
    pub shows: Reason,
}

/// How far something long has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ProgressTick {
    /// What runs, such as `first_fill` or `training_reset`.
    pub what: String,
    /// Steps done.
    pub done: u32,
    /// Steps in all; 0 when nobody knows.
    pub total: u32,
}
