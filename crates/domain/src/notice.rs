//! Notices (业务须知) that are read to their end and agreed to once per computer and text version.

use crate::ids::{ApplicantId, ClerkId, DeviceId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Which notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// 业务须知
    Booking,
    /// 优先预约业务须知
    Priority,
}

/// A notice's text in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Notice {
    /// Which notice.
    pub kind: NoticeKind,
    /// Counts up with every change of the text; a new version is asked for again.
    pub version: u32,
    /// The text, in Chinese and English.
    pub sections: Vec<NoticeSection>,
}

/// A headed part of a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct NoticeSection {
    /// The heading in Chinese.
    pub title_zh: String,
    /// The heading in English.
    pub title_en: String,
    /// The paragraphs in Chinese.
    pub text_zh: Vec<String>,
    /// The paragraphs in English.
    pub text_en: Vec<String>,
}

/// That a notice was agreed to on a computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Agreement {
    /// Which notice.
    pub kind: NoticeKind,
    /// Which version of its text.
    pub version: u32,
    /// On which computer.
    pub device: DeviceId,
    /// Who acted, at a counter.
    pub clerk: Option<ClerkId>,
    /// For whom.
    pub applicant: ApplicantId,
    /// When.
    pub agreed_at: Timestamp,
}

/// One version of a notice's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct NoticeVersion {
    /// Which notice.
    pub kind: NoticeKind,
    /// Which version of its text.
    pub version: u32,
}

impl From<&Notice> for NoticeVersion {
    fn from(notice: &Notice) -> Self {
        Self { kind: notice.kind, version: notice.version }
    }
}

impl From<&Agreement> for NoticeVersion {
    fn from(agreement: &Agreement) -> Self {
        Self { kind: agreement.kind, version: agreement.version }
    }
}

/// What 确认并提交 still says when the notice was skipped, because it was agreed to on this computer before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    /// Not coming counts as a failed test (art. 46).
    NotComing,
    /// Cancelling is possible until a deadline, at a counter.
    Cancelling,
    /// Cancelling and not coming move the rank (guide, rules of the rank).
    Rank,
}

impl Consequence {
    /// All three, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::NotComing, Self::Cancelling, Self::Rank];
}
