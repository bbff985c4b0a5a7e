//! From a session's identifier to its number in an allocation, fast enough for a look-up per accepted session.

use super::{NOWHERE, OpenSession, number};
use crate::ids::SessionId;
use rustc_hash::FxHashMap;

/// How many identifiers a table may span for each session in it. The centre counts sessions up, so they lie close.
const SPAN_MAX: usize = 64;

/// The numbers of sessions.
#[derive(Debug)]
pub(crate) enum Numbers {
    /// By identifier, from the smallest on; [`NOWHERE`] for those between that are not among the sessions.
    Close { first: u32, numbers: Vec<u32> },
    /// For identifiers that lie too far apart.
    Apart(FxHashMap<SessionId, u32>),
}

impl Numbers {
    /// The numbers of sessions in this order.
    pub fn new(sessions: &[OpenSession]) -> Self {
        let first = sessions.iter().map(|session| session.id.0).min().unwrap_or(0);
        let last = sessions.iter().map(|session| session.id.0).max().unwrap_or(0);
        let span = (last - first) as usize;
        if span > SPAN_MAX * sessions.len() {
            let pair = |(position, session): (usize, &OpenSession)| (session.id, number(position));
            return Self::Apart(sessions.iter().enumerate().map(pair).collect());
        }
        let mut numbers = vec![NOWHERE; span + 1];
        for (position, session) in sessions.iter().enumerate() {
            numbers[(session.id.0 - first) as usize] = number(position);
        }
        Self::Close { first, numbers }
    }

    /// The number of a session, [`NOWHERE`] if it is not among them.
    pub fn find(&self, session: SessionId) -> u32 {
        match self {
            Self::Close { first, numbers } => {
                numbers.get(session.0.wrapping_sub(*first) as usize).copied().unwrap_or(NOWHERE)
            }
            Self::Apart(numbers) => numbers.get(&session).copied().unwrap_or(NOWHERE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn close_and_distant_identifiers_are_found_and_others_are_not() {
        for ids in [vec![7, 3, 5], vec![7, 4_000_000_000, 5], vec![]] {
            let open = |&id: &u32| OpenSession { id: SessionId(id), places: 1, starts_at: Timestamp::MIN };
            let numbers = Numbers::new(&ids.iter().map(open).collect::<Vec<_>>());
            for (position, &id) in (0..).zip(&ids) {
                assert_eq!(numbers.find(SessionId(id)), position, "{id} is at its position");
            }
            for id in [0, 2, 4, 6, 8, u32::MAX] {
                assert_eq!(numbers.find(SessionId(id)), NOWHERE, "{id} is not among the sessions");
            }
        }
    }
}
