//! The arrows between sessions, as bits in both directions: a search follows hundreds of them in a few instructions.

use super::accept_lists::Accepts;
use super::session_set::{SessionSet, SessionSets, View, place_of, sessions_of, words_for};

/// For each session the sessions to which its unsettled applications could go, and for each the sessions from which.
///
/// Some arrows may be left over from applications that have gone. None is missing inside a group, so what is not
/// reached along these arrows cannot be reached at all; whoever finds a way checks its arrows.
pub(super) struct Arrows {
    leaving: SessionSets,
    entering: SessionSets,
    /// The sessions that applications have left since their arrows were last renewed.
    stale: SessionSet,
    /// The words of the sessions that are accepted in one session, while its arrows are renewed.
    accepted: Vec<u32>,
}

impl Arrows {
    /// No arrows between so many sessions.
    pub fn new(sessions: usize) -> Self {
        Self {
            leaving: SessionSets::new(sessions),
            entering: SessionSets::new(sessions),
            stale: SessionSet::new(sessions),
            accepted: vec![0; words_for(sessions)],
        }
    }

    /// The sessions to which an arrow leads from this one.
    pub fn leaving(&self, session: u32) -> View<'_> {
        self.leaving.view(session)
    }

    /// The sessions from which an arrow leads to this one.
    pub fn entering(&self, session: u32) -> View<'_> {
        self.entering.view(session)
    }

    /// Adds the arrows of an application in this session to the sessions of its group.
    pub fn add(&mut self, session: u32, accepts: Accepts<'_>, group: &SessionSet) {
        let (from, bit) = place_of(session);
        for block in accepts.blocks() {
            let new = block.bits & group.word(block.word) & !self.leaving.word(session, block.word);
            if new != 0 {
                self.leaving.insert_word(session, block.word, new);
            }
            for to in sessions_of(block.word, new) {
                self.entering.insert_word(to, from, bit);
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

    /// Removes all arrows from a session to other groups and those that none of these applications in it justifies.
    pub fn renew<'a>(&mut self, session: u32, members: impl Iterator<Item = Accepts<'a>>, group: &SessionSet) {
        let Self { leaving, entering, stale, accepted } = self;
        stale.remove(session);
        accepted.fill(0);
        for block in members.flat_map(Accepts::blocks) {
            accepted[block.word as usize] |= block.bits;
        }
        let (from, bit) = place_of(session);
        leaving.remove_from_words(session, |word, bits| {
            let removed = bits & !(accepted[word as usize] & group.word(word));
            for to in sessions_of(word, removed) {
                entering.remove_word(to, from, bit);
            }
            removed
        });
    }
}
