//! Whether what an application asks for can be taken: the choice itself and the windows of its sessions (domain §3, §4).

use crate::application::transition::Act;
use crate::application::{Channel, Wish};
use crate::ids::SessionId;
use crate::policy::Policy;
use crate::refusal::IntakeRefusal;
use crate::session::{Session, SessionStatus};

/// What is wrong with a list of chosen sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChosenError {
    /// More than allowed.
    #[error("at most {max} sessions")]
    TooMany {
        /// How many are allowed.
        max: u8,
    },
    /// One is chosen twice.
    #[error("session {session} is chosen twice")]
    Twice {
        /// Which.
        session: SessionId,
    },
}

impl From<ChosenError> for IntakeRefusal {
    fn from(error: ChosenError) -> Self {
        match error {
            ChosenError::TooMany { max } => Self::TooManySessions { max },
            ChosenError::Twice { session } => Self::SessionTwice { session },
        }
    }
}

/// Checks that there are at most `max` sessions and none twice; the list may be empty.
///
/// # Errors
/// The first thing wrong with it.
pub fn check_chosen(sessions: &[SessionId], max: u8) -> Result<(), ChosenError> {
    if sessions.len() > usize::from(max) {
        return Err(ChosenError::TooMany { max });
    }
    let repeated = sessions.iter().enumerate().find(|(index, session)| sessions[..*index].contains(session));
    match repeated {
        Some((_, session)) => Err(ChosenError::Twice { session: *session }),
        None => Ok(()),
    }
}

/// Checks a wish by itself, before any session is looked at.
///
/// # Errors
/// When nothing is chosen, too much, or a session twice; a range without days or sites chooses nothing.
pub fn check_wish(wish: &Wish, policy: &Policy) -> Result<(), IntakeRefusal> {
    let is_empty = match wish {
        Wish::Choose { sessions, .. } => {
            check_chosen(sessions, policy.local.applications.sessions_max)?;
            sessions.is_empty()
        }
        Wish::Assign { dates, sites } => dates.first > dates.last || sites.is_empty(),
        Wish::Priority { .. } => false,
    };
    if is_empty { Err(IntakeRefusal::NothingChosen) } else { Ok(()) }
}

/// Checks that an application can be taken for a session in its window.
///
/// A normal application that a counter took and signed before the window closed counts as in time when the policy says
/// so, as long as it is at the centre before the publication. A priority booking is decided at the centre, now.
///
/// # Errors
/// When the session is cancelled, its window is not open yet or closed, or its places are given out.
pub fn check_window(session: &Session, is_priority: bool, act: Act, policy: &Policy) -> Result<(), IntakeRefusal> {
    let id = session.id;
    if session.status == SessionStatus::Cancelled {
        return Err(IntakeRefusal::SessionCancelled { session: id });
    }
    let instants = &session.instants;
    let taking_counts =
        !is_priority && act.channel == Channel::Counter && policy.local.applications.taken_in_time_counts;
    let counted_at = if taking_counts { act.taken_at.min(act.decided_at) } else { act.decided_at };
    let closed_at = if is_priority { session.priority_closes_at(policy) } else { session.closes_at() };
    if counted_at < instants.opens_at {
        Err(IntakeRefusal::NotYetOpen { session: id, opens_at: instants.opens_at })
    } else if act.decided_at >= instants.publication_at {
        Err(IntakeRefusal::Published { session: id, published_at: instants.publication_at })
    } else if counted_at >= closed_at {
        Err(IntakeRefusal::Closed { session: id, closed_at })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
