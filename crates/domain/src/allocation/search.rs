//! Looks for a way on which an application can enter a full session: from that session forwards and from its own
//! session backwards in turn, so that a search costs no more than twice the cheaper side.

use super::preference::Arrangement;
use super::session_set::{SessionSet, View};

/// How a search ended.
pub(super) enum Found {
    /// The moves are in [`Search::moves`]; the last leads to `end`, the seat itself or a session with a vacant place.
    Way {
        /// The session whose place is taken in the end.
        end: u32,
    },
    /// There is none, and these sessions never exchange applications with the others of their group again.
    Apart(SessionSet),
}

/// What one side has reached in the present search.
struct Side {
    sessions: usize,
    reached: SessionSet,
    /// The sessions reached by the number of steps it took.
    levels: Vec<SessionSet>,
    /// The level whose sessions are being left for the next one.
    level: usize,
    /// The sessions of the level that are still to be left.
    to_leave: SessionSet,
}

impl Side {
    fn new(sessions: usize) -> Self {
        let nothing = SessionSet::new(sessions);
        Self { sessions, reached: nothing.clone(), levels: vec![nothing.clone()], level: 0, to_leave: nothing }
    }

    fn start(&mut self, session: u32) {
        self.reached.clear();
        self.reached.insert(session);
        self.levels[0].clear();
        self.levels[0].insert(session);
        self.start_level(0);
    }

    /// Begins to leave the sessions of a level.
    fn start_level(&mut self, level: usize) {
        self.level = level;
        self.to_leave.clear();
        self.to_leave.insert_all(self.levels[level].view());
        match self.levels.get_mut(level + 1) {
            Some(next) => next.clear(),
            None => self.levels.push(SessionSet::new(self.sessions)),
        }
    }

    /// The session to be left now.
    fn next(&mut self) -> Option<u32> {
        if self.to_leave.is_empty() && !self.levels[self.level + 1].is_empty() {
            self.start_level(self.level + 1);
        }
        self.to_leave.pop()
    }

    /// Reaches the sessions of `row` in the group; says whether the other side has reached one of them.
    fn reach(&mut self, row: View<'_>, group: &SessionSet, other: &SessionSet) -> Option<u32> {
        let level = &mut self.levels[self.level + 1];
        if let Some(meeting) = row.find_shared(other.view()) {
            level.insert(meeting);
            return Some(meeting);
        }
        for (word, bits) in row.words() {
            let new = bits & group.word(word) & !self.reached.word(word);
            if new != 0 {
                self.reached.insert_word(word, new);
                level.insert_word(word, new);
            }
        }
        None
    }

    /// The levels through which a session was reached, from the one just before it.
    fn levels_before(&self, session: u32) -> impl Iterator<Item = &SessionSet> {
        self.levels[..self.level + 2].iter().rev().skip_while(move |level| !level.contains(session)).skip(1)
    }
}

/// The memory of the searches, reused from one to the next.
pub(super) struct Search {
    forwards: Side,
    backwards: Side,
    /// The sessions with vacant places that the backward side has still to go on from.
    vacant: SessionSet,
    moves: Vec<(u32, u32)>,
}

impl Search {
    pub fn new(sessions: usize) -> Self {
        Self {
            forwards: Side::new(sessions),
            backwards: Side::new(sessions),
            vacant: SessionSet::new(sessions),
            moves: Vec::new(),
        }
    }

    /// The moves of the way found: each application and the session to which it goes.
    pub fn moves(&self) -> &[(u32, u32)] {
        &self.moves
    }

    /// Looks for moves that make room in `wanted` for somebody who leaves `seat`, inside the group of both.
    pub fn find_way(&mut self, arrangement: &mut Arrangement<'_>, seat: u32, wanted: u32) -> Found {
        loop {
            match self.meet(arrangement, seat, wanted) {
                Err(apart) => return Found::Apart(apart),
                Ok(meeting) => {
                    // Otherwise some arrows were left over; there are fewer of them now.
                    if let Some(end) = self.trace(arrangement, meeting) {
                        return Found::Way { end };
                    }
                }
            }
        }
    }

    /// Goes on from both ends in turn until they meet or one of them has reached all that it can.
    fn meet(&mut self, arrangement: &mut Arrangement<'_>, seat: u32, wanted: u32) -> Result<u32, SessionSet> {
        let Self { forwards, backwards, vacant, .. } = self;
        forwards.start(wanted);
        backwards.start(seat);
        // Whoever holds a vacant place would go anywhere.
        vacant.clear();
        for (word, bits) in arrangement.group_of(seat).view().shared_words(arrangement.vacant_sessions.view()) {
            vacant.insert_word(word, bits);
            backwards.reached.insert_word(word, bits);
        }
        loop {
            let Some(session) = forwards.next() else { return Err(forwards.reached.clone()) };
            if arrangement.arrows.is_stale(session) {
                arrangement.renew_arrows(session);
            }
            let group = arrangement.group_of(seat);
            if let Some(meeting) = forwards.reach(arrangement.arrows.leaving(session), group, &backwards.reached) {
                return Ok(meeting);
            }
            let next = backwards.next().or_else(|| {
                backwards.levels[backwards.level + 1].insert_all(vacant.view());
                vacant.clear();
                backwards.next()
            });
            let Some(session) = next else { return Err(backwards.reached.clone()) };
            if let Some(meeting) = backwards.reach(arrangement.arrows.entering(session), group, &forwards.reached) {
                return Ok(meeting);
            }
        }
    }

    /// Writes down the moves of the way that passes `meeting`, and returns its end; none if all such ways have arrows
    /// left over.
    fn trace(&mut self, arrangement: &mut Arrangement<'_>, meeting: u32) -> Option<u32> {
        self.moves.clear();
        let mut to = meeting;
        for level in self.forwards.levels_before(meeting) {
            let (from, mover) = loop {
                let from = level.view().find_shared(arrangement.arrows.entering(to))?;
                if let Some(mover) = arrangement.find_mover(from, to) {
                    break (from, mover);
                }
                arrangement.renew_arrows(from);
            };
            self.moves.push((mover, to));
            to = from;
        }
        let mut from = meeting;
        for level in self.backwards.levels_before(meeting) {
            if arrangement.vacant_sessions.contains(from) {
                break;
            }
            let (to, mover) = loop {
                let to = level.view().find_shared(arrangement.arrows.leaving(from))?;
                if let Some(mover) = arrangement.find_mover(from, to) {
                    break (to, mover);
                }
                arrangement.renew_arrows(from);
            };
            self.moves.push((mover, to));
            from = to;
        }
        Some(from)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AcceptLists, place};

    #[test]
    fn a_chain_over_many_sessions_is_followed_to_its_end() {
        let mut lists = AcceptLists::new();
        let sessions = 500;
        let chain: Vec<_> = (0..sessions - 1).map(|first| lists.intern(&[first, first + 1])).collect();
        let last = lists.intern(&[0]);
        let wishes: Vec<_> = chain.into_iter().chain([last]).collect();
        let seats = place(&vec![1; sessions as usize], &lists, &wishes);
        let expected: Vec<_> = (1..sessions).chain([0]).collect();
        assert_eq!(seats, expected, "the last application makes every other one move on by one session");
    }
}
