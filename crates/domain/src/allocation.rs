//! The allocation (domain rules, section 6): who gets which place on a publication day.
//!
//! Served in rank order. Wanted, in this order: nobody is passed over for a lower-ranked application, and then, by
//! rank, each gets the earliest place in its own preference. Both are met exactly, and both together leave a single
//! answer, so the outcome depends neither on the order of the input nor on how it is found.
//!
//! # Why the answer is right
//!
//! Picture the sessions as points, with an arrow from one to another for every seated application that sits in the
//! first and accepts the second. A *way* is a chain of arrows to a session with a vacant place; moving everybody on it
//! makes room at its beginning.
//!
//! **Who is seated** (`seating`). In rank order, an application is seated if a way begins at a session it accepts. If
//! there is none, the sessions that can be reached from its own form a *closed* set: all full, and whoever sits in
//! them accepts nothing outside. Hall's theorem then says that no arrangement seats these applications and the new one
//! too. Everybody in a closed set stays in it, so it is closed for ever and never looked at again. The search keeps
//! for each session a lower bound of its distance to a vacant place; seating along shortest ways never shortens a
//! distance, so the bounds only rise, and when no session has some bound, all with a higher one are closed.
//!
//! **Who sits where** (`preference`). The seated are settled in rank order and then sit still. One that sits in `s` can
//! have `t` instead, with all others still seated, exactly if a way leads from `t` to `s` or to a vacant place (a
//! vacant place counts as a seated application that would go anywhere). As `s` has an arrow to `t`, that means: if both
//! lie on a circle of arrows. Which sessions do is a property of the instance and not of the arrangement reached (it
//! is the fine decomposition of Dulmage and Mendelsohn), and settling an application only removes arrows. So sessions
//! that were found not to lie on a common circle never will: each search without success splits a group of sessions
//! in two for good, and there are fewer such searches than sessions. Searches go from both ends in turn (`search`).
//!
//! # Cost
//!
//! Sorting, reading every accepted session once to pack it into a bit (`accept_lists`), and then work with bits: in
//! proportion to the packed lists times the few distances that occur, and for whoever can better itself one search,
//! each step of which goes through the sessions' bits. The arrows take two bits for each pair of sessions, 36 MB for the
//! 12,000 of a city. The benchmark `allocation` measures it.

mod accept_lists;
mod arrows;
mod numbers;
mod preference;
mod publication;
mod search;
mod seating;
mod session_set;

pub(crate) use numbers::Numbers;

pub use accept_lists::{AcceptLists, Accepts, ListId};
pub use publication::{PlannedSession, Publication, SparePriority, allocate_day, allocate_days};

use crate::ids::{ApplicantId, ApplicationId, SessionId};
use crate::licence::Subject;
use crate::rank_key::RankKey;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Stands for "no session" where sessions are numbers.
pub const NOWHERE: u32 = u32::MAX;

/// A session whose places are allocated now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenSession {
    /// The session.
    pub id: SessionId,
    /// How many places there are to give.
    pub places: u32,
    /// When it begins.
    pub starts_at: Timestamp,
}

/// An application that takes part in the allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveApplication<'a> {
    /// Its place in the order of service, with its identifier.
    pub key: RankKey,
    /// Who applies.
    pub applicant: ApplicantId,
    /// The subject.
    pub subject: Subject,
    /// The sessions it accepts.
    pub accepts: &'a [SessionId],
    /// Whether `accepts` is in the applicant's order of preference; otherwise the earliest start is, then the
    /// identifier.
    pub ordered: bool,
}

/// A place that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// To which application.
    pub application: ApplicationId,
    /// In which session.
    pub session: SessionId,
}

/// The last admitted rank of a session, which explains a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutOff {
    /// The session.
    pub session: SessionId,
    /// The last application by rank that got a place; none when nobody did.
    pub last_admitted: Option<ApplicationId>,
}

/// The outcome of an allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    /// Those that got a place, in rank order.
    pub placed: Vec<Placement>,
    /// Those that got none, in rank order: all sessions they accept are full with better ranked applications.
    pub unplaced: Vec<ApplicationId>,
    /// The last admitted application of every session, by session.
    pub cut_offs: Vec<CutOff>,
}

impl Allocation {
    /// Why an application that accepts these sessions went without: where each of them was cut off.
    #[must_use]
    pub fn explain(&self, accepts: &[SessionId]) -> Vec<CutOff> {
        let find = |session| self.cut_offs.binary_search_by_key(session, |cut_off| cut_off.session).ok();
        accepts.iter().filter_map(find).map(|index| self.cut_offs[index]).collect()
    }
}

/// Input that contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AllocationError {
    /// The same session was given twice.
    #[error("session {0} is given twice")]
    DuplicateSession(SessionId),
    /// The same application was given twice.
    #[error("application {0} is given twice")]
    DuplicateApplication(ApplicationId),
    /// One applicant has two live applications for one subject.
    #[error("application {0} is a second one of the same applicant and subject")]
    SecondApplication(ApplicationId),
    /// An application accepts a session that was not given.
    #[error("application {application} accepts session {session}, which is not among the sessions")]
    UnknownSession {
        /// The application.
        application: ApplicationId,
        /// The session.
        session: SessionId,
    },
    /// An application accepts the same session twice.
    #[error("application {application} accepts session {session} twice")]
    RepeatedSession {
        /// The application.
        application: ApplicationId,
        /// The session.
        session: SessionId,
    },
}

/// Allocates the places of `sessions` to `applications`, both in any order.
///
/// # Errors
/// When the input contradicts itself.
pub fn allocate(sessions: &[OpenSession], applications: &[LiveApplication<'_>]) -> Result<Allocation, AllocationError> {
    let instance = Instance::new(sessions, applications)?;
    let seats = instance.place();
    let Instance { sessions, order, .. } = instance;

    let mut last_admitted = vec![None; sessions.len()];
    let mut placed = Vec::with_capacity(seats.len());
    let mut unplaced = Vec::new();
    for (&application, &seat) in order.iter().zip(&seats) {
        let application = applications[application as usize].key.id;
        if let Some(session) = sessions.get(seat as usize) {
            last_admitted[seat as usize] = Some(application);
            placed.push(Placement { application, session: session.id });
        } else {
            unplaced.push(application);
        }
    }
    let cut_off = |(session, last_admitted): (&OpenSession, _)| CutOff { session: session.id, last_admitted };
    let mut cut_offs: Vec<CutOff> = sessions.iter().zip(last_admitted).map(cut_off).collect();
    cut_offs.sort_unstable_by_key(|cut_off| cut_off.session);
    Ok(Allocation { placed, unplaced, cut_offs })
}

/// Checked input as numbers.
#[derive(Debug)]
pub(crate) struct Instance {
    /// The sessions by start, then identifier.
    pub sessions: Vec<OpenSession>,
    pub lists: AcceptLists,
    /// The positions of the applications in rank order.
    pub order: Vec<u32>,
    /// The accepted sessions of each application in rank order.
    pub wishes: Vec<ListId>,
}

impl Instance {
    pub fn new(sessions: &[OpenSession], applications: &[LiveApplication<'_>]) -> Result<Self, AllocationError> {
        check_applications(applications)?;
        let sessions = by_start(sessions)?;
        let (lists, wishes) = gather(&sessions, applications)?;
        let order = rank(applications);
        let wishes = order.iter().map(|&application| wishes[application as usize]).collect();
        Ok(Self { sessions, lists, order, wishes })
    }

    /// The session of each application in rank order.
    pub fn place(&self) -> Vec<u32> {
        let capacities: Vec<u32> = self.sessions.iter().map(|session| session.places).collect();
        place(&capacities, &self.lists, &self.wishes)
    }
}

/// Places applications in sessions: the session of each in the order given, [`NOWHERE`] for those that go without.
///
/// The same as [`allocate`] for callers that have numbers already. Sessions are numbers from 0, `places` holds the
/// places of each. `wishes` holds the accepted sessions of each application, best ranked first.
#[must_use]
pub fn place(places: &[u32], lists: &AcceptLists, wishes: &[ListId]) -> Vec<u32> {
    let seating = seating::seat_by_rank(places, lists, wishes);
    preference::settle_by_rank(places, wishes.len(), seating)
}

/// A length or position as the number that stands for it here; nothing here has four billion elements.
pub(crate) fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(NOWHERE)
}

fn check_applications(applications: &[LiveApplication<'_>]) -> Result<(), AllocationError> {
    let mut ids: Vec<ApplicationId> = applications.iter().map(|application| application.key.id).collect();
    ids.sort_unstable();
    if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(AllocationError::DuplicateApplication(pair[0]));
    }
    let mut applicants: Vec<(ApplicantId, Subject, ApplicationId)> = applications
        .iter()
        .map(|application| (application.applicant, application.subject, application.key.id))
        .collect();
    applicants.sort_unstable();
    if let Some(pair) = applicants.windows(2).find(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1)) {
        return Err(AllocationError::SecondApplication(pair[1].2));
    }
    Ok(())
}

/// The sessions by start, then identifier: the order in which an application without an order of its own wants them.
fn by_start(sessions: &[OpenSession]) -> Result<Vec<OpenSession>, AllocationError> {
    let mut ids: Vec<SessionId> = sessions.iter().map(|session| session.id).collect();
    ids.sort_unstable();
    if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(AllocationError::DuplicateSession(pair[0]));
    }
    let mut sessions = sessions.to_vec();
    sessions.sort_unstable_by_key(|session| (session.starts_at, session.id));
    Ok(sessions)
}

/// The lists of accepted sessions, as positions in `sessions`, and the list of each application.
fn gather(
    sessions: &[OpenSession],
    applications: &[LiveApplication<'_>],
) -> Result<(AcceptLists, Vec<ListId>), AllocationError> {
    let numbers = Numbers::new(sessions);
    let mut lists = AcceptLists::new();
    let mut accepts = Vec::new();
    // The application that named each session last.
    let mut named = vec![NOWHERE; sessions.len()];
    let mut wishes = Vec::with_capacity(applications.len());
    for (position, application) in (0..).zip(applications) {
        accepts.clear();
        accepts.extend(application.accepts.iter().map(|&session| numbers.find(session)));
        let is_ascending = accepts.is_sorted_by(|one, other| one < other);
        if !is_ascending || accepts.last() == Some(&NOWHERE) {
            if let Some(unknown) = accepts.iter().position(|&found| found == NOWHERE) {
                let session = application.accepts[unknown];
                return Err(AllocationError::UnknownSession { application: application.key.id, session });
            }
            if !application.ordered {
                accepts.sort_unstable();
            }
            for &session in &accepts {
                if std::mem::replace(&mut named[session as usize], position) == position {
                    let session = sessions[session as usize].id;
                    return Err(AllocationError::RepeatedSession { application: application.key.id, session });
                }
            }
        }
        wishes.push(lists.intern(&accepts));
    }
    Ok((lists, wishes))
}

/// The positions of the applications in rank order.
fn rank(applications: &[LiveApplication<'_>]) -> Vec<u32> {
    let mut order: Vec<(RankKey, u32)> =
        applications.iter().enumerate().map(|(position, application)| (application.key, number(position))).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, position)| position).collect()
}
