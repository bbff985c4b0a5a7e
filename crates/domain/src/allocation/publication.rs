//! One publication day after the other: who is placed, who stays in the queue for a later day, who goes without.

use super::{Allocation, AllocationError, LiveApplication, OpenSession, allocate};
use crate::ids::{ApplicationId, SessionId};
use crate::time::{Date, Timestamp};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// A session with its day of publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedSession {
    /// The session.
    pub id: SessionId,
    /// Its normal places.
    pub places: u32,
    /// Its priority places that nobody has taken.
    pub unused_priority_places: u32,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When its places are allocated and published.
    pub publication_at: Timestamp,
}

impl PlannedSession {
    /// The session with the places that there are to give.
    #[must_use]
    pub fn open(&self, spare: SparePriority) -> OpenSession {
        let released = match spare {
            SparePriority::Released => self.unused_priority_places,
            SparePriority::Kept => 0,
        };
        OpenSession { id: self.id, places: self.places.saturating_add(released), starts_at: self.starts_at }
    }
}

/// What becomes of priority places that nobody took, as the policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SparePriority {
    /// They go to normal applications.
    Released,
    /// They stay empty.
    Kept,
}

/// The outcome of one publication day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The day.
    pub day: Date,
    /// Who got a place, and who goes without for good.
    pub allocation: Allocation,
    /// Those that got no place and stay live, as they accept a session with a later publication; in rank order.
    pub stays_queued: Vec<ApplicationId>,
}

/// Allocates the sessions whose publication falls on `day` to the applications that accept at least one of them.
///
/// `sessions` holds every session that an application names, also those published before or later. The caller has
/// re-checked the applications and gives the rank key as it is now. What has a place already must not be given.
///
/// # Errors
/// When the input contradicts itself.
pub fn allocate_day(
    day: Date,
    sessions: &[PlannedSession],
    applications: &[LiveApplication<'_>],
    spare: SparePriority,
) -> Result<Publication, AllocationError> {
    let days: FxHashMap<SessionId, Date> =
        sessions.iter().map(|session| (session.id, session.publication_at.date())).collect();
    let due: Vec<OpenSession> = sessions
        .iter()
        .filter(|session| session.publication_at.date() == day)
        .map(|session| session.open(spare))
        .collect();
    let mut accepted = Vec::new();
    let mut later = Vec::new();
    let mut taking_part = Vec::new();
    for application in applications {
        let start = accepted.len();
        let mut waits = false;
        for &session in application.accepts {
            match days.get(&session) {
                Some(&published) if published == day => accepted.push(session),
                Some(&published) => waits |= published > day,
                None => {
                    return Err(AllocationError::UnknownSession { application: application.key.id, session });
                }
            }
        }
        if accepted.len() > start {
            taking_part.push((application, start..accepted.len()));
            if waits {
                later.push(application.key.id);
            }
        }
    }
    let taking_part: Vec<LiveApplication<'_>> = taking_part
        .into_iter()
        .map(|(application, range)| LiveApplication { accepts: &accepted[range], ..*application })
        .collect();
    let mut allocation = allocate(&due, &taking_part)?;
    later.sort_unstable();
    let (stays_queued, unplaced) =
        allocation.unplaced.into_iter().partition(|application| later.binary_search(application).is_ok());
    allocation.unplaced = unplaced;
    Ok(Publication { day, allocation, stays_queued })
}

/// Allocates all publication days of `sessions`, the earliest first, as if nothing else happened in between: whoever
/// is placed leaves the queue, whoever is not waits for the next day on which one of its sessions is due.
///
/// # Errors
/// When the input contradicts itself.
pub fn allocate_days(
    sessions: &[PlannedSession],
    applications: &[LiveApplication<'_>],
    spare: SparePriority,
) -> Result<Vec<Publication>, AllocationError> {
    let days: BTreeSet<Date> = sessions.iter().map(|session| session.publication_at.date()).collect();
    let mut live = applications.to_vec();
    let mut publications = Vec::with_capacity(days.len());
    for day in days {
        let publication = allocate_day(day, sessions, &live, spare)?;
        let gone: BTreeSet<ApplicationId> = publication
            .allocation
            .placed
            .iter()
            .map(|placement| placement.application)
            .chain(publication.allocation.unplaced.iter().copied())
            .collect();
        live.retain(|application| !gone.contains(&application.key.id));
        publications.push(publication);
    }
    Ok(publications)
}
