//! 驾驶人考试预约结果公布: the published lists.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use yuyue_domain::ids::SessionId;
use yuyue_domain::time::Timestamp;

use super::reason::Page;
use super::submission::NamedSession;

/// Which published list to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ResultsQuery {
    /// 公示日期; none for the latest publication.
    pub day: Option<NaiveDate>,
    /// The session; none for the first of the day.
    pub session: Option<SessionId>,
    /// Part of the name or the last digits of the document.
    pub text: String,
    /// Which page.
    pub page: Page,
}

/// A publication day with its sessions and one page of one session's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ResultsPage {
    /// The day that is shown; none when nothing was ever published.
    pub day: Option<NaiveDate>,
    /// Days that have a publication, the newest first, at most 30.
    pub days: Vec<NaiveDate>,
    /// When its results became visible.
    pub published_at: Option<Timestamp>,
    /// Its sessions.
    pub sessions: Vec<ResultSession>,
    /// The session that is shown.
    pub session: Option<SessionId>,
    /// Its list by rank: who got a place in it, then who accepted it and got none at all.
    pub rows: Vec<ResultRow>,
    /// Rows that fit.
    pub total: u32,
}

/// A session in a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ResultSession {
    /// The session with its site.
    pub session: NamedSession,
    /// Applications that accepted it at the publication.
    pub applied: u32,
    /// Places that were given out, unused priority places included.
    pub places: u32,
    /// People who got a place.
    pub placed: u32,
}

/// A person in a published list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct ResultRow {
    /// The rank in the allocation.
    pub rank: u32,
    /// 张*三
    pub name_masked: String,
    /// 500***********1234
    pub number_masked: String,
    /// On what the place rests.
    pub basis: ResultBasis,
    /// Whether this session is the person's place.
    pub placed: bool,
}

/// On what a result rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "basis", rename_all = "snake_case")]
pub enum ResultBasis {
    /// 第 n 志愿
    Choice {
        /// From 1.
        preference: u8,
    },
    /// 服从系统安排
    Assigned,
    /// 优先预约
    Priority,
}
