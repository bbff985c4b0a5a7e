//! What became of a command. It is stored with its effect and answered again whenever the command arrives again.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yuyue_domain::application::ApplicationState;
use yuyue_domain::ids::{ApplicationId, SessionId};
use yuyue_domain::refusal::Refusal;
use yuyue_domain::time::Timestamp;

/// The outcome of one command of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemOutcome {
    /// The command.
    pub id: Uuid,
    /// When the centre decided it first.
    pub decided_at: Timestamp,
    /// What it decided.
    pub outcome: Outcome,
}

/// What the centre decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// It took effect.
    Accepted {
        /// What it changed.
        effect: Effect,
    },
    /// It changed nothing.
    Refused {
        /// All reasons, the most important first; never empty.
        reasons: Vec<Refusal>,
        /// Priority booking that lost the race: sessions of the same query that still have priority places.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        alternatives: Vec<SessionId>,
    },
}

/// What an accepted command changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// An application is now in this state.
    Application {
        /// Which.
        application: ApplicationId,
        /// Its state.
        state: ApplicationState,
    },
    /// Something was recorded.
    Recorded,
}
