//! The frame of the window: which computer, who works at it, how far it is in step with the centre.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use yuyue_domain::ids::{ClerkId, DeviceId};
use yuyue_domain::office::Office;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::DeviceKind;

use super::booking::FlowStep;
use super::rescue::RescueView;

/// Which edition runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Edition {
    /// 培训模式: with a centre of its own and invented people; every screen says so.
    Training,
    /// The real one.
    Production,
}

/// Everything that the frame of the window shows; sent anew with every `state_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct AppState {
    /// Which edition runs.
    pub edition: Edition,
    /// The version of the product.
    pub version: String,
    /// The centre's clock now, as this computer knows it.
    pub now: Timestamp,
    /// This computer; none before it was enrolled.
    pub device: Option<DeviceView>,
    /// Who may work.
    pub access: Access,
    /// How far this computer is in step with the centre.
    pub sync: SyncStatus,
    /// What the clerk has set.
    pub settings: Settings,
    /// What was lost with a damaged local file, until a clerk has read it.
    pub rescue: Option<RescueView>,
    /// The other counters at which the record is open that is open here, who was first first.
    pub elsewhere: Vec<OtherCounter>,
}

/// Another counter at which the same record is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct OtherCounter {
    /// The name of its office.
    pub office: String,
    /// Its own name there, such as `YB-W03`.
    pub label: String,
    /// Since when the record is open there.
    pub since: Timestamp,
}

/// This computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct DeviceView {
    /// The centre's number.
    pub id: DeviceId,
    /// A counter or a kiosk.
    pub kind: DeviceKind,
    /// The number of the counter in its office.
    pub counter: u16,
    /// The name on labels and slips, such as `YB-W03`.
    pub label: String,
    /// The office in which it stands.
    pub office: Office,
    /// The last day of its certificate.
    pub authorised_until: NaiveDate,
}

/// A clerk as the window names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ClerkView {
    /// The centre's number.
    pub id: ClerkId,
    /// 工号
    pub number: String,
    /// The name.
    pub name: String,
}

/// Who may work at this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Access {
    /// The computer is not enrolled yet.
    Unenrolled,
    /// Nobody is signed in.
    SignedOut {
        /// Who signed in last, so that misuse is noticed.
        last: Option<LastSignIn>,
        /// Hours for which a sign-in without line still works.
        offline_hours: u16,
    },
    /// The clerk left the counter.
    Locked {
        /// Who can unlock.
        clerk: ClerkView,
        /// Since when.
        at: Timestamp,
        /// Minutes without a key or a click, when it locked by itself.
        idle_minutes: Option<u16>,
        /// The step at which a booking waits, saved.
        kept: Option<FlowStep>,
    },
    /// 自助终端: nobody signs in here.
    Kiosk,
    /// A clerk works.
    Open {
        /// Who.
        clerk: ClerkView,
        /// Minutes without a key or a click after which the window has to lock.
        lock_after_minutes: u16,
        /// Whether the centre asks for the password again: the clerk came in without line, and the line is back. Locking and
        /// unlocking does it, and keeps the booking.
        sign_in_again: bool,
    },
}

/// The last sign-in at this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct LastSignIn {
    /// When.
    pub at: Timestamp,
    /// The clerk's name.
    pub name: String,
}

/// How far this computer is in step with the centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SyncStatus {
    /// The line.
    pub line: Line,
    /// The instant for which the local data are complete; none before the first fill.
    pub data_as_of: Option<Timestamp>,
    /// Commands that the centre has not answered yet.
    pub unsent: u32,
    /// Commands that the centre sent back and nobody has dealt with.
    pub refused: u32,
    /// Seconds by which this computer's clock is ahead of the centre's; shown when it is more than 60 either way.
    pub clock_offset_seconds: i32,
    /// The next publication, as far as the calendar is known.
    pub next_publication: Option<Timestamp>,
    /// Why the centre refuses this computer, where it is not the line that is missing.
    pub refused_by_centre: Option<super::reason::Reason>,
    /// What waits here and closes within an hour.
    pub alarm: Option<ClosingAlarm>,
}

/// Something that was taken here does not get through, and a window closes soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ClosingAlarm {
    /// How many.
    pub count: u32,
    /// The first of the closings.
    pub closes_at: Timestamp,
    /// Seconds until then; 0 when it is over.
    pub closes_in_seconds: u32,
}

/// The line to the centre: it is up only while revisions are acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Line {
    /// 已同步
    Synced {
        /// When the last revision was acknowledged.
        at: Timestamp,
    },
    /// The first fill or a long catch-up runs; work is possible meanwhile.
    Syncing {
        /// Rows that are there.
        done: u32,
        /// Rows to expect.
        total: u32,
    },
    /// 离线
    Offline {
        /// Since when.
        since: Timestamp,
        /// Seconds until the next try.
        next_try_seconds: u16,
        /// The next closing of a window for which something waits here; none when nothing waits.
        closes_at: Option<Timestamp>,
    },
}

/// What the clerk has set on this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Settings {
    /// The look.
    pub theme: Theme,
    /// The language.
    pub language: Language,
}

/// The look of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// The normal look.
    Light,
    /// 高对比度
    HighContrast,
}

/// A language of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum Language {
    /// Chinese, simplified.
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

/// What a clerk took today and what of it the centre has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ShiftSummary {
    /// When the shift began: the clerk signed in, or took the first command of the day.
    pub from: Timestamp,
    /// Commands taken at this counter today.
    pub taken: u32,
    /// Of these, those that the centre has.
    pub received: u32,
    /// The others, by name.
    pub missing: Vec<super::outbox::OutboxRow>,
    /// What the centre sent back or holds for its code, and nobody has dealt with: left to the next clerk.
    pub open: Vec<super::outbox::OutboxRow>,
}
