//! 工作台: what happened today in this office and whom this counter served last.

use serde::{Deserialize, Serialize};
use yuyue_domain::licence::Subject;
use yuyue_domain::time::Timestamp;

use super::applicant::MaskedApplicant;
use super::outbox::{OutboxKind, OutboxState};
use super::reason::Reason;

/// The tabs of 本所今日业务.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum TodayTab {
    /// 全部
    All,
    /// 本窗口
    Counter,
    /// 待公示
    Queued,
    /// 退回
    Refused,
}

/// One act of today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct TodayRow {
    /// When.
    pub at: Timestamp,
    /// For whom.
    pub applicant: MaskedApplicant,
    /// What.
    pub kind: OutboxKind,
    /// The subject.
    pub subject: Option<Subject>,
    /// Where it stands.
    pub state: OutboxState,
    /// Whether it waits for a publication.
    pub queued: bool,
    /// Whether it was done at this counter.
    pub here: bool,
}

/// A person whom this counter served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ServedRow {
    /// Who.
    pub applicant: MaskedApplicant,
    /// When the record was closed.
    pub at: Timestamp,
    /// What was done; none when it was only looked at.
    pub kind: Option<OutboxKind>,
    /// The subject.
    pub subject: Option<Subject>,
}

/// Acts in one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct HourCount {
    /// 0 to 23.
    pub hour: u8,
    /// Acts today; none for an hour that has not begun.
    pub count: Option<u32>,
    /// The mean of the last four weeks.
    pub usual: u32,
}

/// A change of a session that people ask about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SessionNews {
    /// When it became known.
    pub at: Timestamp,
    /// What changed, such as `session_places_added`.
    pub what: Reason,
}

/// 工作台
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct TodayView {
    /// The newest first, at most 200.
    pub rows: Vec<TodayRow>,
    /// All acts of today.
    pub total: u32,
    /// At this counter.
    pub counter_total: u32,
    /// Waiting for a publication.
    pub queued_total: u32,
    /// Sent back.
    pub refused_total: u32,
    /// The people last served at this counter, the last first, at most 5.
    pub served: Vec<ServedRow>,
    /// The curve of the day, by hour.
    pub hours: Vec<HourCount>,
    /// The newest first, at most 5.
    pub news: Vec<SessionNews>,
}
