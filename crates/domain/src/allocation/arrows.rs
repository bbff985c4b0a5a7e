//! The arrows between sessions, as bits in both directions: a search follows hundreds of them in a few instructions.

use super::accept_lists::Accepts;
use super::session_set::{SessionSet, place_of, sessions_of, words_for};

/// For each session the sessions to which its unsettled applications could go, and for each the sessions from which.
///
/// Some arrows may be left over from applications that have gone. None is missing inside a group, so what is not
/// reached along these arrows cannot be reached at all; whoever finds a way checks its arrows.
pub(super) struct Arrows {
    leaving: Rows,
    entering: Rows,
    /// The sessions that applications have left since their arrows were last renewed.
    stale: SessionSet,
    scratch: Vec<u32>,
}

/// A set of sessions for each session.
struct Rows {
    width: usize,
    words: Vec<u32>,
}

impl Rows {
    fn new(sessions: usize) -> Self {
        let width = words_for(sessions);
        Self { width, words: vec![0; width * sessions] }
    }

    fn row(&self, session: u32) -> &[u32] {
        &self.words[session as usize * self.width..][..self.width]
    }

    fn row_mut(&mut self, session: u32) -> &mut [u32] {
        &mut self.words[session as usize * self.width..][..self.width]
    }
}

impl Arrows {
    /// No arrows between so many sessions.
    pub fn new(sessions: usize) -> Self {
        Self {
            leaving: Rows::new(sessions),
            entering: Rows::new(sessions),
            stale: SessionSet::new(sessions),
            scratch: vec![0; words_for(sessions)],
        }
    }

    /// The sessions to which an arrow leads from this one.
    pub fn leaving(&self, session: u32) -> &[u32] {
        self.leaving.row(session)
    }

    /// The sessions from which an arrow leads to this one.
    pub fn entering(&self, session: u32) -> &[u32] {
        self.entering.row(session)
    }

    /// Adds the arrows of an application in this session to the sessions of its group.
    pub fn add(&mut self, session: u32, accepts: Accepts<'_>, group: &SessionSet) {
        let (from, bit) = place_of(session);
        let row = self.leaving.row_mut(session);
        for block in accepts.blocks() {
            let word = block.word as usize;
            let new = block.bits & group.words()[word] & !row[word];
            row[word] |= new;
            for to in sessions_of(block.word, new) {
                self.entering.row_mut(to)[from as usize] |= bit;
            }
        }
    }

    /// An application has left this session.
    pub fn set_stale(&mut self, session: u32) {
        self.stale.insert(session);
    }

    /// Whether arrows from this session may be left over.
    pub fn is_stale(&self, session: u32) -> bool {
        self.stale.contains(session)
    }

    /// Removes all arrows from a session that none of these applications in it justifies.
    pub fn renew<'a>(&mut self, session: u32, members: impl Iterator<Item = Accepts<'a>>, group: &SessionSet) {
        self.stale.remove(session);
        self.scratch.fill(0);
        for accepts in members {
            for block in accepts.blocks() {
                self.scratch[block.word as usize] |= block.bits;
            }
        }
        let (from, bit) = place_of(session);
        let row = self.leaving.row_mut(session);
        for (word, ((old, new), group)) in (0..).zip(row.iter_mut().zip(&self.scratch).zip(group.words())) {
            let kept = *old & new & group;
            let removed = *old & !kept;
            *old = kept;
            for to in sessions_of(word, removed) {
                self.entering.row_mut(to)[from as usize] &= !bit;
            }
        }
    }
}
