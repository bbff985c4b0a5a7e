//! A publication (预约结果公示): what was allocated on one day, immutable once it is published.

use crate::ids::{ApplicantId, ApplicationId, PublicationId, SessionId};
use crate::licence::{LicenceClass, Subject};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One publication: all sessions whose publication falls on one instant were allocated together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Publication {
    /// The centre's number.
    pub id: PublicationId,
    /// The instant for which it was made.
    pub publication_at: Timestamp,
    /// What became of each session, by the session's number.
    pub sessions: Vec<PublishedSession>,
    /// How many applications got a place.
    pub placed: u32,
    /// How many applications were left without one and accept no later session.
    pub unplaced: u32,
    /// How many applications wait for a later publication.
    pub waiting: u32,
}

/// What became of a session in a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PublishedSession {
    /// The session.
    pub session: SessionId,
    /// Places that were given out in this allocation, unused priority places included.
    pub places: u16,
    /// How many of them were filled.
    pub placed: u16,
    /// Applications that were queued then and accepted it; those that got another place, or wait, are among them. A
    /// publication from before this was kept says 0.
    #[serde(default)]
    pub applications: u32,
    /// The rank of the last admitted application, of whichever class; none when nobody was admitted. Whoever accepts the
    /// session and goes without has a later one.
    pub last_admitted: Option<u32>,
}

/// What the publication says of one application; it explains itself by rank and last admitted ranks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PublishedResult {
    /// In which publication.
    pub publication: PublicationId,
    /// Of which application.
    pub application: ApplicationId,
    /// Whose.
    pub applicant: ApplicantId,
    /// The name as the public list prints it (张*三).
    pub name_masked: String,
    /// The number as the public list prints it (3 + 4).
    pub number_masked: String,
    /// The subject.
    pub subject: Subject,
    /// The class.
    pub class: LicenceClass,
    /// Its rank among the applications of this publication for the same subject, counted from 1. Sessions take several
    /// classes, so all of them are counted together.
    pub rank: u32,
    /// The sort time with which it was ranked.
    pub sort_time: Timestamp,
    /// What it got.
    pub result: PublicationResult,
}

/// What a publication gave an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PublicationResult {
    /// 预约成功
    Placed {
        /// Where and when.
        session: SessionId,
    },
    /// 排队中: it still accepts a session with a later publication.
    Waiting,
    /// 未预约成功
    Unplaced,
}
