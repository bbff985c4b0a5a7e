//! Looks for a way on which an application can enter a full session: from that session forwards and from its own
//! session backwards in turn, so that a search costs no more than twice the cheaper side.
//!
//! Short lists of accepted sessions come first on both sides: chosen sessions lie far apart and lead everywhere in a
//! few steps, while the long lists of one range lead again and again to the same neighbours.

use super::NOWHERE;
use super::accept_lists::ListId;
use super::holders::Holders;
use super::preference::{Arrangement, Kind};

/// How many times as much work the forward side gives to long lists as to short ones; measured to be best.
const FORWARDS_LONG_SHARE: usize = 3;

/// How many steps one side takes before the other has its turn.
const TURN: u32 = 32;

/// How a search ended.
pub(super) enum Found {
    /// The moves are in [`Search::moves`]; the last leads to `end`, the seat itself or a session with a vacant place.
    Way {
        /// The session whose place is taken in the end.
        end: u32,
    },
    /// There is none, and the sessions in [`Search::apart`] never exchange applications with the others again.
    Apart,
}

enum Turn {
    Over,
    Met(u32),
    Exhausted,
}

/// What one side has reached in the present search.
#[derive(Default)]
struct Side {
    /// The search in which each session was last reached.
    reached: Vec<u32>,
    /// The search in which each list was last looked at.
    looked: Vec<u32>,
    /// The application that moves into (forwards) or out of (backwards) each session reached.
    mover: Vec<u32>,
    queue: Vec<u32>,
    /// By kind of list: the session of the queue being left, and how many of its applications or lists were seen.
    head: [usize; 2],
    seen: [usize; 2],
    /// The application whose list, or the list whose holders, are being gone through, and how far.
    current: u32,
    offset: usize,
    /// How many of its sessions are of another group.
    useless: usize,
    /// The sessions reached that may have long lists left, and how many of their applications were seen.
    latest: Vec<(u32, usize)>,
    /// By kind of list: the work so far.
    spent: [usize; 2],
    /// How many times as much work long lists get as short ones.
    long_share: usize,
    /// The session at which that was found.
    origin: u32,
}

impl Side {
    fn new(sessions: usize, lists: usize, long_share: usize) -> Self {
        Self {
            reached: vec![0; sessions],
            looked: vec![0; lists],
            mover: vec![NOWHERE; sessions],
            long_share,
            ..Self::default()
        }
    }

    fn start(&mut self, search: u32, session: u32) {
        self.queue.clear();
        self.latest.clear();
        (self.head, self.seen, self.spent, self.current) = ([0; 2], [0; 2], [0; 2], NOWHERE);
        self.reach(search, session, NOWHERE);
    }

    fn reach(&mut self, search: u32, session: u32, mover: u32) {
        self.reached[session as usize] = search;
        self.mover[session as usize] = mover;
        self.queue.push(session);
        self.latest.push((session, 0));
    }

    fn has_reached(&self, search: u32, session: u32) -> bool {
        self.reached[session as usize] == search
    }

    /// The kind of list whose turn it is.
    fn kind(&self) -> Kind {
        let [short, long] = self.spent;
        if short * self.long_share <= long { Kind::Short } else { Kind::Long }
    }

    /// Whether this is the first look at a list in this search.
    fn look(&mut self, search: u32, list: ListId) -> bool {
        std::mem::replace(&mut self.looked[list as usize], search) != search
    }

    /// The next element that `find` knows for a session of the queue.
    fn next(&mut self, kind: Kind, mut find: impl FnMut(u32, usize) -> Option<u32>) -> Option<u32> {
        let kind = kind as usize;
        while let Some(&session) = self.queue.get(self.head[kind]) {
            if let Some(element) = find(session, self.seen[kind]) {
                self.seen[kind] += 1;
                self.origin = session;
                return Some(element);
            }
            self.head[kind] += 1;
            self.seen[kind] = 0;
        }
        None
    }

    /// The next element that `find` knows for the session reached last: going on from there leads away from where the
    /// long lists of the first sessions overlap.
    fn next_of_latest(&mut self, find: impl Fn(u32, usize) -> Option<u32>) -> Option<u32> {
        while let Some((session, seen)) = self.latest.last_mut() {
            if let Some(element) = find(*session, *seen) {
                *seen += 1;
                return Some(element);
            }
            self.latest.pop();
        }
        None
    }
}

/// The memory of the searches, reused from one to the next.
pub(super) struct Search {
    number: u32,
    forwards: Side,
    backwards: Side,
    /// Where the mover out of each session reached backwards goes.
    target: Vec<u32>,
    /// The vacant session from which the backward side goes on when its queue is empty.
    next_vacant: u32,
    /// Made when the first search needs them.
    short: Option<Holders>,
    /// Made when the forward side has worked alone for as long as making them takes.
    long: Option<Holders>,
    alone: usize,
    moves: Vec<(u32, u32)>,
    forwards_is_apart: bool,
}

impl Search {
    pub fn new(sessions: usize, lists: usize) -> Self {
        Self {
            number: 0,
            forwards: Side::new(sessions, lists, FORWARDS_LONG_SHARE),
            backwards: Side::new(sessions, 0, 1),
            target: vec![NOWHERE; sessions],
            next_vacant: 0,
            short: None,
            long: None,
            alone: 0,
            moves: Vec::new(),
            forwards_is_apart: false,
        }
    }

    /// The moves of the way found: each application and the session to which it goes.
    pub fn moves(&self) -> &[(u32, u32)] {
        &self.moves
    }

    /// The sessions that the search found to be apart from the others of their group.
    pub fn apart(&self) -> &[u32] {
        if self.forwards_is_apart { &self.forwards.queue } else { &self.backwards.queue }
    }

    /// Looks for moves that make room in `wanted` when `application` leaves its seat, inside the group of both.
    pub fn find_way(&mut self, arrangement: &mut Arrangement<'_>, application: u32, wanted: u32) -> Found {
        let seat = arrangement.seat[application as usize];
        if let Some(member) = arrangement.find_exchange(wanted, seat) {
            self.moves.clear();
            self.moves.push((member, seat));
            return Found::Way { end: seat };
        }
        for holders in [&mut self.short, &mut self.long].into_iter().flatten() {
            holders.settle_before(application);
        }
        self.number += 1;
        self.forwards.start(self.number, wanted);
        self.backwards.start(self.number, seat);
        self.next_vacant = 0;
        loop {
            match self.step_forwards(arrangement) {
                Turn::Over => {}
                Turn::Met(session) => return self.trace(arrangement, wanted, session),
                Turn::Exhausted => {
                    self.forwards_is_apart = true;
                    return Found::Apart;
                }
            }
            match self.step_backwards(arrangement, application) {
                Turn::Over => {}
                Turn::Met(session) => return self.trace(arrangement, wanted, session),
                Turn::Exhausted => {
                    self.forwards_is_apart = false;
                    return Found::Apart;
                }
            }
        }
    }

    /// From the sessions reached to all those that their unsettled applications accept.
    fn step_forwards(&mut self, arrangement: &mut Arrangement<'_>) -> Turn {
        let search = self.number;
        let side = &mut self.forwards;
        let group = arrangement.group[side.queue[0] as usize];
        for _ in 0..TURN {
            if side.current == NOWHERE {
                let kind = side.kind();
                let mut find = |kind| {
                    let find = |session, seen| arrangement.movable(kind, session).get(seen).copied();
                    if kind == Kind::Short { side.next(kind, find) } else { side.next_of_latest(find) }
                };
                let Some(member) = find(kind).or_else(|| find(kind.other())) else { return Turn::Exhausted };
                side.spent[kind as usize] += 1;
                if kind == Kind::Short || side.look(search, arrangement.wishes[member as usize]) {
                    (side.current, side.offset, side.useless) = (member, 0, 0);
                    side.spent[kind as usize] += arrangement.accepts(member).len();
                }
                continue;
            }
            let accepts = arrangement.accepts(side.current);
            let Some(&session) = accepts.get(side.offset) else {
                if 2 * side.useless > accepts.len() {
                    arrangement.prune(side.current);
                }
                side.current = NOWHERE;
                continue;
            };
            side.offset += 1;
            if arrangement.group[session as usize] != group {
                side.useless += 1;
                continue;
            }
            if side.has_reached(search, session) {
                continue;
            }
            let mover = side.current;
            side.reach(search, session, mover);
            if arrangement.vacant[session as usize] > 0 || self.backwards.has_reached(search, session) {
                return Turn::Met(session);
            }
        }
        Turn::Over
    }

    /// From the sessions reached to all those whose unsettled applications accept them.
    fn step_backwards(&mut self, arrangement: &Arrangement<'_>, first: u32) -> Turn {
        let search = self.number;
        let side = &mut self.backwards;
        let group = arrangement.group[side.queue[0] as usize];
        let short = self.short.get_or_insert_with(|| Holders::new(arrangement, Kind::Short, first));
        for _ in 0..TURN {
            let kind = side.kind();
            let mut find = |kind| match (kind, &mut self.long) {
                (Kind::Short, _) => side.next(kind, |session, seen| short.find(arrangement, session, seen)),
                (Kind::Long, Some(long)) => side.next(kind, |session, seen| long.find(arrangement, session, seen)),
                (Kind::Long, None) => None,
            };
            let Some(mover) = find(kind).or_else(|| find(kind.other())) else {
                // Whoever holds a vacant place would go anywhere: those sessions come before every other one.
                let next = arrangement.vacant_sessions.range(self.next_vacant..).next();
                if let Some(&vacant) = next.filter(|vacant| arrangement.group[**vacant as usize] == group) {
                    self.next_vacant = vacant + 1;
                    if !side.has_reached(search, vacant) {
                        side.reach(search, vacant, NOWHERE);
                    }
                } else if self.long.is_some() {
                    return Turn::Exhausted;
                } else if self.alone < arrangement.accepted() / 8 {
                    self.alone += TURN as usize;
                    return Turn::Over;
                } else {
                    self.long = Some(Holders::new(arrangement, Kind::Long, first));
                }
                continue;
            };
            side.spent[kind as usize] += 1;
            let session = arrangement.seat[mover as usize];
            if side.has_reached(search, session) {
                continue;
            }
            side.reach(search, session, mover);
            self.target[session as usize] = side.origin;
            if self.forwards.has_reached(search, session) {
                return Turn::Met(session);
            }
        }
        Turn::Over
    }

    /// Writes down the moves of the way that passes `meeting`.
    fn trace(&mut self, arrangement: &Arrangement<'_>, wanted: u32, meeting: u32) -> Found {
        self.moves.clear();
        let mut session = meeting;
        while session != wanted {
            let mover = self.forwards.mover[session as usize];
            self.moves.push((mover, session));
            session = arrangement.seat[mover as usize];
        }
        let mut end = meeting;
        while self.backwards.has_reached(self.number, end) && self.backwards.mover[end as usize] != NOWHERE {
            let to = self.target[end as usize];
            self.moves.push((self.backwards.mover[end as usize], to));
            end = to;
        }
        Found::Way { end }
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
