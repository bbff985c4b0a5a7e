//! 选择场次: what is asked for and what each session shows.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
pub use yuyue_domain::flow::SessionQuery;
use yuyue_domain::ids::{SessionId, SiteId};
use yuyue_domain::session::Session;
use yuyue_domain::time::Timestamp;

use super::reason::Reason;

/// A site that can be chosen for this subject and class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SiteOption {
    /// The site.
    pub id: SiteId,
    /// Its name.
    pub name: String,
    /// 区县
    pub district: String,
    /// Whether it is near the accepting office; 服从系统安排 begins with these.
    pub near: bool,
}

/// How a session looks for this person with the data of now; a forecast, never a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum OutlookState {
    /// 可排入
    Fits,
    /// 临界
    Borderline,
    /// 暂排不上
    Beyond,
    /// The centre's counts are not here.
    Unknown,
}

/// The 水位条 of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Gauge {
    /// Live applications that accept the session.
    pub applied: Option<u32>,
    /// This person's position among them, from 1.
    pub position: Option<u32>,
    /// What that means.
    pub state: OutlookState,
}

/// A session with what it means for this person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SessionRow {
    /// The session; its `instants` carry 公示 and 取消截止.
    pub session: Session,
    /// The name of its site.
    pub site_name: String,
    /// 区县
    pub district: String,
    /// The forecast.
    pub gauge: Gauge,
    /// Vacant priority places; only in the priority flow.
    pub priority_vacant: Option<u16>,
    /// 申请截止 in this flow, the extension included once it is decided.
    pub closes_at: Timestamp,
    /// Seconds until then, counted by the host.
    pub closes_in_seconds: u32,
    /// Why it cannot be chosen, such as an overlap; none when it can.
    pub refused: Option<Reason>,
}

/// How busy a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum DayState {
    /// Fewer applications than places.
    Available,
    /// Nearly as many applications as places, or more.
    Busy,
    /// Nothing is left that this person's rank could reach.
    Full,
    /// 无场次
    None,
}

/// A day of the date ribbon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct RibbonDay {
    /// The day.
    pub date: NaiveDate,
    /// How busy it is.
    pub state: DayState,
    /// Applications per place in percent, at most 100.
    pub load_percent: u8,
}

/// The answer to 查询.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SessionList {
    /// What was asked.
    pub query: SessionQuery,
    /// The days of the range, at most 31.
    pub ribbon: Vec<RibbonDay>,
    /// The earliest first, at most 200.
    pub rows: Vec<SessionRow>,
    /// Sessions that fit; more than `rows` when the list was cut.
    pub total: u32,
    /// The instant of the counts.
    pub as_of: Option<Timestamp>,
    /// For 服从系统安排: the sites with their share.
    pub sites: Vec<SiteShare>,
}

/// What a site offers to an application that leaves the choice to the system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SiteShare {
    /// The site.
    pub site: SiteOption,
    /// Its sessions in the range.
    pub sessions: u32,
    /// Of these, those that this person could reach with the data of now.
    pub reachable: u32,
    /// The earliest that could be reached.
    pub earliest: Option<Timestamp>,
}

/// Where an application would end with the data of now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Outlook {
    /// The session; none when nothing could be reached.
    pub session: Option<SessionId>,
    /// Its place in the order of preference, from 1; none for 服从系统安排.
    pub preference: Option<u8>,
    /// Sessions that could be reached.
    pub reachable: u32,
    /// Sessions accepted.
    pub accepted: u32,
    /// How many ranks are missing to a place, as the centre says; none when there is one or the centre was not asked.
    pub missing: Option<u32>,
    /// The instant of the counts.
    pub as_of: Option<Timestamp>,
}
