//! The outlook (预计结果): what the allocation would give somebody if it ran as things stand now.
//!
//! [`Outlooks`] is made once for a state of the queue, in little more time than an allocation takes, and then answers
//! for any wish. The answer is exactly that of an allocation with the asker added; and it is only that: more may apply.
//!
//! # Why the answer is right
//!
//! Picture the finished allocation as in [`crate::allocation`]: sessions, and an arrow for every placed application
//! from its session to another that it accepts. A newcomer enters by a chain of moves that begins in one of its
//! sessions and ends at a vacant place, or, where none can be reached, by unseating the last-ranked application that
//! can be reached (the circuit of a matroid). Hence each session has an *edge* that says who gets in: anybody, or
//! whoever ranks before that application. The newcomer's outcome differs from the allocation by one chain only: a
//! circle of moves apart from it would have been a better arrangement before.
//!
//! Where the newcomer sits is seen at once if nobody ranked before it is touched: nobody of them moves to make room
//! (`strain` tells who is the first-ranked that must), and nobody of them can better itself by the place of the one
//! who goes (`gainer`). Then it gets the first of its sessions that is reached by moving later-ranked applications only.
//! Otherwise the sessions of that edge, and who sits in them, are allocated anew.
//!
//! # Cost
//!
//! Usually a few steps for each accepted session. When better-ranked applications have to move, in proportion to the
//! applications that are placed in the sessions of the same edge: up to a whole allocation of the placed ones in a city
//! where everything hangs together.

mod days;
mod edges;

pub use days::DayOutlooks;

use crate::allocation::{
    AcceptLists, AllocationError, Instance, LiveApplication, NOWHERE, Numbers, OpenSession, number, place,
};
use crate::ids::SessionId;
use crate::rank_key::RankKey;
use edges::{Edges, VACANT};
use serde::{Deserialize, Serialize};

/// How near somebody is to getting a place or losing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Edge {
    /// There are places to spare: nobody would have to go without.
    Vacant,
    /// There is a place, at the cost of somebody ranked behind.
    Inside {
        /// How many live applications rank behind, up to the one that would lose its place; at least one.
        ranks: u32,
    },
    /// There is no place.
    Outside {
        /// How many ranks would have to be gained to get one; at least one.
        ranks: u32,
    },
    /// The accepted sessions have no places at all.
    NoPlaces,
}

/// What an allocation would give as things stand now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Outlook {
    /// The place, if there is one.
    pub session: Option<SessionId>,
    /// How near that is.
    pub edge: Edge,
    /// How many live applications rank before.
    pub ahead: u32,
}

/// An accepted session that is not among the sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("session {0} is not among the sessions")]
pub struct UnknownSession(pub SessionId);

/// A state of the queue, prepared for questions.
#[derive(Debug)]
pub struct Outlooks {
    sessions: Vec<OpenSession>,
    numbers: Numbers,
    lists: AcceptLists,
    wishes: Vec<u32>,
    /// The live applications in rank order, and their sessions.
    keys: Vec<RankKey>,
    seats: Vec<u32>,
    edges: Edges,
}

impl Outlooks {
    /// Prepares the answers for these sessions and live applications, both in any order.
    ///
    /// # Errors
    /// When the input contradicts itself.
    pub fn new(sessions: &[OpenSession], applications: &[LiveApplication<'_>]) -> Result<Self, AllocationError> {
        let instance = Instance::new(sessions, applications)?;
        let seats = instance.place();
        let Instance { sessions, lists, order, wishes } = instance;
        let edges = Edges::new(&sessions, &lists, &wishes, &seats);
        let keys = order.iter().map(|&application| applications[application as usize].key).collect();
        Ok(Self { numbers: Numbers::new(&sessions), sessions, lists, wishes, keys, seats, edges })
    }

    /// What an application with this rank would get that accepts these sessions, in this order or, if not `ordered`,
    /// the earliest first. The asker's own live application of the subject must not be among those prepared.
    ///
    /// # Errors
    /// When an accepted session is not among the sessions.
    pub fn find(&self, key: RankKey, accepts: &[SessionId], ordered: bool) -> Result<Outlook, UnknownSession> {
        let find = |&session| match self.numbers.find(session) {
            NOWHERE => Err(UnknownSession(session)),
            found => Ok(found),
        };
        let mut accepts = accepts.iter().map(find).collect::<Result<Vec<u32>, _>>()?;
        if !ordered {
            accepts.sort_unstable();
        }
        let ahead = number(self.keys.partition_point(|other| *other < key));
        let last = accepts.iter().map(|&session| self.edges.last[session as usize]).max().unwrap_or(0);
        let edge = match last {
            VACANT => Edge::Vacant,
            0 => Edge::NoPlaces,
            last if last > ahead => Edge::Inside { ranks: last - ahead },
            last => Edge::Outside { ranks: ahead + 1 - last },
        };
        let session = match edge {
            Edge::Vacant | Edge::Inside { .. } => {
                accepts.retain(|&session| self.edges.last[session as usize] == last);
                let seat =
                    self.edges.find_undisturbed(ahead, &accepts).or_else(|| self.allocate_anew(ahead, &accepts, last));
                seat.map(|seat| self.sessions[seat as usize].id)
            }
            Edge::Outside { .. } | Edge::NoPlaces => None,
        };
        Ok(Outlook { session, edge, ahead })
    }

    /// The seat of a newcomer at this rank by an allocation of the sessions with this edge and of who sits there.
    fn allocate_anew(&self, ahead: u32, accepts: &[u32], last: u32) -> Option<u32> {
        let is_within = |session: u32| self.edges.last[session as usize] == last;
        let within: Vec<u32> = (0..number(self.sessions.len())).filter(|&session| is_within(session)).collect();
        let mut renumbered = vec![NOWHERE; self.sessions.len()];
        for (new, &old) in (0..).zip(&within) {
            renumbered[old as usize] = new;
        }
        let mut lists = AcceptLists::new();
        let mut wishes = Vec::new();
        let mut newcomer = None;
        let mut inside = Vec::new();
        let mut push = |accepts: &mut dyn Iterator<Item = u32>| {
            inside.clear();
            inside.extend(accepts.filter(|&session| is_within(session)).map(|old| renumbered[old as usize]));
            wishes.push(lists.intern(&inside));
            wishes.len() - 1
        };
        for application in 0..=number(self.seats.len()) {
            if application == ahead {
                newcomer = Some(push(&mut accepts.iter().copied()));
            }
            if let Some(&seat) = self.seats.get(application as usize)
                && seat != NOWHERE
                && is_within(seat)
            {
                push(&mut self.lists.get(self.wishes[application as usize]).iter());
            }
        }
        let places: Vec<u32> = within.iter().map(|&session| self.sessions[session as usize].places).collect();
        let seat = place(&places, &lists, &wishes)[newcomer?];
        within.get(seat as usize).copied()
    }
}
