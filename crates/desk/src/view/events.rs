//! What the host tells the window without being asked.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use yuyue_domain::ids::{ApplicantId, ApplicationId};

use super::app::AppState;
use super::kiosk::KioskView;
use super::training::{PhoneMessage, ProgressTick};

/// Every event; it is emitted under the name `host` with its kind inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "event", content = "payload", rename_all = "snake_case")]
pub enum HostEvent {
    /// The frame changed: line, counts, clock, access. At least once a minute.
    StateChanged(Box<AppState>),
    /// An application changed, here or elsewhere; whoever shows it loads it again.
    ApplicationChanged(ApplicationChanged),
    /// Results became visible.
    Publication(PublicationDay),
    /// The simulated phone got a message (training).
    PhoneMessage(PhoneMessage),
    /// Who is at the kiosk: every second while somebody is there, and once when the visit is over.
    KioskChanged(Box<KioskView>),
    /// 朗读 was pressed at a kiosk, and nothing could be heard.
    SpeechFailed,
    /// Something long went on.
    Progress(ProgressTick),
}

/// Which application changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ApplicationChanged {
    /// The application.
    pub application: ApplicationId,
    /// Whose.
    pub applicant: ApplicantId,
}

/// The day whose results became visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PublicationDay {
    /// 公示日期
    pub day: NaiveDate,
}
