//! The outlook over all publication days to come. Each day is allocated by itself, the earliest first: whoever gets a
//! place leaves the queue, whoever gets none waits for the next day on which one of its sessions is due.
//!
//! Somebody who gets no place on a day changes nothing for the others on that day. Hence the days can be prepared without
//! the asker, and the asker's day is the first that has a place.

use super::{Edge, Outlook, Outlooks, UnknownSession};
use crate::allocation::{AllocationError, LiveApplication, OpenSession, PlannedSession, SparePriority, allocate_days};
use crate::ids::{ApplicationId, SessionId};
use crate::rank_key::RankKey;
use std::collections::BTreeSet;

/// The publication days to come, prepared for questions.
#[derive(Debug)]
pub struct DayOutlooks {
    /// The sessions of each day with their state of the queue, the earliest day first.
    days: Vec<(BTreeSet<SessionId>, Outlooks)>,
}

impl DayOutlooks {
    /// Prepares the answers for these sessions and live applications, both in any order, as if nothing else happened
    /// until the last of the sessions is published.
    ///
    /// # Errors
    /// When the input contradicts itself.
    pub fn new(
        sessions: &[PlannedSession],
        applications: &[LiveApplication<'_>],
        spare: SparePriority,
    ) -> Result<Self, AllocationError> {
        let mut placed: BTreeSet<ApplicationId> = BTreeSet::new();
        let mut days = Vec::new();
        for publication in allocate_days(sessions, applications, spare)? {
            let due = sessions.iter().filter(|session| session.publication_at.date() == publication.day);
            let due: Vec<OpenSession> = due.map(|session| session.open(spare)).collect();
            let numbers: BTreeSet<SessionId> = due.iter().map(|session| session.id).collect();
            let waiting = applications.iter().filter(|application| !placed.contains(&application.key.id));
            let waiting: Vec<(&LiveApplication<'_>, Vec<SessionId>)> = waiting
                .map(|application| (application, of_day(application.accepts, &numbers)))
                .filter(|(_, accepts)| !accepts.is_empty())
                .collect();
            let live: Vec<LiveApplication<'_>> =
                waiting.iter().map(|(application, accepts)| LiveApplication { accepts, ..**application }).collect();
            let outlooks = Outlooks::new(&due, &live)?;
            placed.extend(publication.allocation.placed.iter().map(|placement| placement.application));
            days.push((numbers, outlooks));
        }
        Ok(Self { days })
    }

    /// What an application with this rank would get that accepts these sessions, in this order or, if not `ordered`,
    /// the earliest first. When no day has a place for it, the day on which least is missing. The asker's own live
    /// application of the subject must not be among those prepared.
    ///
    /// # Errors
    /// When an accepted session is not among the sessions.
    pub fn find(&self, key: RankKey, accepts: &[SessionId], ordered: bool) -> Result<Outlook, UnknownSession> {
        let is_known = |id: &&SessionId| self.days.iter().any(|(sessions, _)| sessions.contains(*id));
        if let Some(unknown) = accepts.iter().find(|id| !is_known(id)) {
            return Err(UnknownSession(*unknown));
        }
        let mut nearest = Outlook { session: None, edge: Edge::NoPlaces, ahead: 0 };
        for (sessions, outlooks) in &self.days {
            let accepts = of_day(accepts, sessions);
            if accepts.is_empty() {
                continue;
            }
            let outlook = outlooks.find(key, &accepts, ordered)?;
            if outlook.session.is_some() {
                return Ok(outlook);
            }
            if missing(outlook.edge) < missing(nearest.edge) {
                nearest = outlook;
            }
        }
        Ok(nearest)
    }
}

fn of_day(accepts: &[SessionId], day: &BTreeSet<SessionId>) -> Vec<SessionId> {
    accepts.iter().copied().filter(|session| day.contains(session)).collect()
}

/// How many ranks are missing to a place.
const fn missing(edge: Edge) -> u32 {
    match edge {
        Edge::Vacant | Edge::Inside { .. } => 0,
        Edge::Outside { ranks } => ranks,
        Edge::NoPlaces => u32::MAX,
    }
}
