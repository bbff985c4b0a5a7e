//! Rank and outlook from what the centre publishes, without a store and without knowing who stands where.
//!
//! Three things are published, all bounded: one [`Ladder`] for each subject and class and small [`SessionCounts`] for
//! every open session (both streamed when they change), and a [`SessionQueue`] for the sessions that a screen shows
//! (fetched with 查询, because together they would be too much for a stream). From these any device shows rank, 排前 and
//! the gauge for anybody at its counter. What the allocation would really do is another question, since most of those
//! who stand before somebody accept several sessions.

mod standings;

use crate::applicant::Applicant;
use crate::ids::SessionId;
use crate::licence::{LicenceClass, Subject};
use crate::policy::local::GaugeRule;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

pub use standings::{Standing, Standings, StandingsError};

/// How many in the queue of a session are always told apart; those further back only know that they are.
const QUEUE_MIN: usize = 500;

/// Where somebody stands in the rank with this sort time.
#[must_use]
pub const fn standing(applicant: &Applicant, sort_time: Timestamp) -> Standing {
    Standing { sort_time, accepted_at: applicant.accepted_at, serial: applicant.serial, id: () }
}

/// Everybody with a live, verified application of one subject and class in the city, in rank order (domain §3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Ladder {
    /// The subject.
    pub subject: Subject,
    /// The class.
    pub class: LicenceClass,
    /// The centre's time at which it was so.
    pub as_of: Timestamp,
    /// The standings in rank order.
    pub standings: Standings,
}

/// A place in the rank (优先级排名): for information only, the publication decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Rank {
    /// Counted from 1.
    pub position: u32,
    /// Of how many, the person included.
    pub of: u32,
    /// The centre's time at which it was so.
    pub as_of: Timestamp,
}

impl Ladder {
    /// The rank that somebody has on this ladder, or would have with an application.
    #[must_use]
    pub fn rank_of(&self, standing: &Standing) -> Rank {
        let ahead = self.standings.count_before(standing);
        let of = count(self.standings.len()).saturating_add(u32::from(!self.standings.contains(standing)));
        Rank { position: ahead.saturating_add(1), of, as_of: self.as_of }
    }
}

/// How much a session is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SessionCounts {
    /// The session.
    pub session: SessionId,
    /// Live, verified applications that accept it (sqrs).
    pub applications: u32,
    /// Priority places that are left.
    pub priority_left: u16,
    /// The centre's time at which it was so.
    pub as_of: Timestamp,
}

/// Who waits for a session, in rank order and without saying who.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SessionQueue {
    /// The session.
    pub session: SessionId,
    /// Live, verified applications that accept it.
    pub applications: u32,
    /// The centre's time at which it was so.
    pub as_of: Timestamp,
    /// The first of them.
    pub first: Standings,
}

/// How many stand before somebody (排前).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Ahead {
    /// So many.
    pub count: u32,
    /// Whether there may be more: the queue was cut after these.
    pub at_least: bool,
}

impl SessionQueue {
    /// The queue of a session with `places` normal places; `standings` are all that accept it, in any order.
    ///
    /// Twice the places, and at least 500, are told apart. Whoever stands further back is far beyond the line anyway.
    ///
    /// # Errors
    /// When there are more than a city can have, or one of them twice.
    pub fn new(
        session: SessionId,
        places: u16,
        standings: Vec<Standing>,
        as_of: Timestamp,
    ) -> Result<Self, StandingsError> {
        let all = Standings::new(standings)?;
        let kept = QUEUE_MIN.max(usize::from(places) * 2);
        Ok(Self { session, applications: count(all.len()), as_of, first: all.truncated(kept) })
    }

    /// How many of those who accept the session stand before somebody, who may be one of them.
    #[must_use]
    pub fn ahead_of(&self, standing: &Standing) -> Ahead {
        let before = self.first.count_before(standing);
        let is_cut = self.applications > count(self.first.len());
        Ahead { count: before, at_least: is_cut && before == count(self.first.len()) }
    }
}

/// Where somebody stands against the planned places of a session (水位).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum GaugeState {
    /// 可排入: fewer stand before than there are places.
    Fits,
    /// 临界: within the margin before the last place.
    Tight,
    /// 暂排不上: at least as many stand before as there are places.
    Over,
}

/// The gauge of a session for one person (水位条): as things stand, never a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Gauge {
    /// Planned normal places.
    pub places: u16,
    /// Live, verified applications that accept the session.
    pub applications: u32,
    /// How many of them stand before this person.
    pub ahead: Ahead,
    /// What that means.
    pub state: GaugeState,
}

/// The gauge of a session for one person; the policy says how many of the last places count as 临界.
#[must_use]
pub fn gauge(places: u16, queue: &SessionQueue, standing: &Standing, rule: &GaugeRule) -> Gauge {
    let ahead = queue.ahead_of(standing);
    let planned = u32::from(places);
    let margin = (planned * u32::from(rule.tight_percent)).div_ceil(100);
    let state = if ahead.count >= planned {
        GaugeState::Over
    } else if ahead.count + margin >= planned {
        GaugeState::Tight
    } else {
        GaugeState::Fits
    };
    Gauge { places, applications: queue.applications, ahead, state }
}

/// A length as a count; standings are bounded far below the limit of the type.
fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
