//! Exam sites and sessions: what can be booked, and the instants that were fixed when a plan was published.

mod plan;
#[cfg(test)]
mod tests;

use crate::ids::{OfficeId, SessionId, SiteId};
use crate::licence::{LicenceClass, Subject};
use crate::policy::Policy;
use crate::policy::local::PriorityClose;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

pub use plan::{CeilingError, PlanError, check_daily_ceiling, decide_extension};

/// Whether a site is in use (kczt).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub enum SiteStatus {
    /// A 正常
    #[serde(rename = "A")]
    Open,
    /// B 暂停
    #[serde(rename = "B")]
    Suspended,
    /// C 取消
    #[serde(rename = "C")]
    Closed,
}

/// What a site offers for one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SiteSubject {
    /// The subject.
    pub subject: Subject,
    /// The classes that can be tested there (kkcx).
    pub classes: Vec<LicenceClass>,
    /// People a day at most, over all sessions of the subject (art. 54).
    pub daily_ceiling: u16,
}

/// An exam site (考场).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Site {
    /// The centre's number.
    pub id: SiteId,
    /// The code in the exchange format (kcdddh).
    pub code: String,
    /// The name (kcmc).
    pub name: String,
    /// 区县
    pub district: String,
    /// The address.
    pub address: String,
    /// Offices to which this site is near; 服从系统安排 begins with the sites near the accepting office.
    pub near: Vec<OfficeId>,
    /// What it offers.
    pub subjects: Vec<SiteSubject>,
    /// Whether it is in use.
    pub status: SiteStatus,
}

/// The instants of a session, computed once from calendar and policy when its plan is published and never moved silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SessionInstants {
    /// Applications are taken from here on.
    pub opens_at: Timestamp,
    /// Applications are taken until here (exclusive), unless the session is extended.
    pub closes_at: Timestamp,
    /// The close of an extended session: one that had fewer applications than places at `closes_at`.
    pub extended_closes_at: Timestamp,
    /// Places are allocated and results published; priority booking ends.
    pub publication_at: Timestamp,
    /// A successful booking can be cancelled until here (inclusive).
    pub cancel_by: Timestamp,
}

/// Whether a session takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// It is planned, or has taken place.
    Planned,
    /// The office cancelled it.
    Cancelled,
}

/// A session (场次): one site, date, time slot, subject and set of classes, with normal and priority places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Session {
    /// The centre's number.
    pub id: SessionId,
    /// 计划序号 (jhxh)
    pub plan: String,
    /// Where.
    pub site: SiteId,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends; decides overlaps.
    pub ends_at: Timestamp,
    /// The subject.
    pub subject: Subject,
    /// The classes that it takes.
    pub classes: Vec<LicenceClass>,
    /// Normal places (kkrs without the priority places).
    pub places: u16,
    /// Places kept for priority booking.
    pub priority_places: u16,
    /// Its instants.
    pub instants: SessionInstants,
    /// Decided once at `closes_at`: whether it stays open until `extended_closes_at`. None before that.
    pub extended: Option<bool>,
    /// Whether it takes place.
    pub status: SessionStatus,
}

impl Site {
    /// What the site offers for a subject.
    #[must_use]
    pub fn find_subject(&self, subject: Subject) -> Option<&SiteSubject> {
        self.subjects.iter().find(|offer| offer.subject == subject)
    }
}

impl Session {
    /// Until when (exclusive) normal applications are taken, as far as that is decided.
    #[must_use]
    pub fn closes_at(&self) -> Timestamp {
        if self.extended == Some(true) { self.instants.extended_closes_at } else { self.instants.closes_at }
    }

    /// Whether normal applications are taken at `now`.
    #[must_use]
    pub fn is_open_at(&self, now: Timestamp) -> bool {
        self.status == SessionStatus::Planned && self.instants.opens_at <= now && now < self.closes_at()
    }

    /// Whether its places are still to be given out, when everything up to `published_until` is published.
    #[must_use]
    pub fn is_to_be_published(&self, published_until: Timestamp) -> bool {
        self.status == SessionStatus::Planned && self.instants.publication_at > published_until
    }

    /// Until when (exclusive) priority places can be booked.
    #[must_use]
    pub fn priority_closes_at(&self, policy: &Policy) -> Timestamp {
        match policy.local.priority.closes {
            PriorityClose::Publication => self.instants.publication_at,
            PriorityClose::Window => self.closes_at(),
        }
    }

    /// Whether priority places can be booked at `now`, if any are left.
    #[must_use]
    pub fn is_priority_open_at(&self, now: Timestamp, policy: &Policy) -> bool {
        self.status == SessionStatus::Planned && self.instants.opens_at <= now && now < self.priority_closes_at(policy)
    }

    /// Whether two sessions cannot both be attended; sessions that touch can.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }
}
