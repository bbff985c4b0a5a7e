//! Second step of the allocation: which of its sessions each seated application gets. See the parent module for why
//! this is right.

use super::accept_lists::{AcceptLists, ListId};
use super::open_accepts::OpenAccepts;
use super::search::{Found, Search};
use super::seating::Seating;
use super::{NOWHERE, number};
use std::collections::BTreeSet;

/// How many sessions a short list has at most; more than an applicant may choose.
const SHORT: usize = 8;

/// Lists by length, which tells what they are good for in a search.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Short = 0,
    Long = 1,
}

impl Kind {
    /// The other kind.
    pub fn other(self) -> Self {
        match self {
            Self::Short => Self::Long,
            Self::Long => Self::Short,
        }
    }

    /// None for lists that leave no choice.
    pub fn of(accepts: &[u32]) -> Option<Self> {
        match accepts.len() {
            0..=1 => None,
            2..=SHORT => Some(Self::Short),
            _ => Some(Self::Long),
        }
    }
}

/// The seated applications while they are given their sessions one by one.
pub(super) struct Arrangement<'a> {
    open: OpenAccepts,
    /// How long the list of each seated application was.
    kinds: Vec<Option<Kind>>,
    pub wishes: &'a [ListId],
    /// The session of each application, [`NOWHERE`] for those that go without.
    pub seat: Vec<u32>,
    /// Seated applications that accept several sessions and are not settled yet, by kind of their list and session.
    movable: [Vec<Vec<u32>>; 2],
    /// Where each application stands in `movable`.
    slot: Vec<u32>,
    /// Vacant places of each session.
    pub vacant: Vec<u32>,
    /// The sessions that have vacant places.
    pub vacant_sessions: BTreeSet<u32>,
    /// Sessions of different groups never exchange applications again.
    pub group: Vec<u32>,
    /// How many sessions each group has.
    group_size: Vec<u32>,
}

/// Gives each seated application, by rank, the most preferred session that leaves all others seated.
pub(super) fn settle_by_rank(places: &[u32], lists: &AcceptLists, wishes: &[ListId], seating: Seating) -> Vec<u32> {
    let mut arrangement = Arrangement::new(places, lists, wishes, seating);
    let mut search = Search::new(places.len(), lists.len());
    for application in 0..number(wishes.len()) {
        if arrangement.kind(application).is_none() {
            continue;
        }
        let seat = arrangement.seat[application as usize];
        if !arrangement.is_settled(seat) {
            let mut position = 0;
            while let Some(&wanted) = arrangement.accepts(application).get(position)
                && wanted != seat
                && !arrangement.obtain(&mut search, application, wanted)
            {
                position += 1;
            }
            arrangement.remove_movable(application);
        }
    }
    arrangement.seat
}

impl<'a> Arrangement<'a> {
    fn new(places: &[u32], lists: &AcceptLists, wishes: &'a [ListId], seating: Seating) -> Self {
        let Seating { seat, members, closed } = seating;
        let vacant: Vec<u32> =
            places.iter().zip(&members).map(|(&places, members)| places - number(members.len())).collect();
        let vacant_sessions = (0..number(places.len())).filter(|&session| vacant[session as usize] > 0).collect();
        let closed_size = number(closed.iter().filter(|closed| **closed).count());
        let mut arrangement = Self {
            open: OpenAccepts::new(lists, wishes, &seat),
            kinds: Vec::new(),
            wishes,
            seat,
            movable: [vec![Vec::new(); places.len()], vec![Vec::new(); places.len()]],
            slot: vec![NOWHERE; wishes.len()],
            vacant,
            vacant_sessions,
            group: closed.iter().map(|&closed| u32::from(closed)).collect(),
            group_size: vec![number(places.len()) - closed_size, closed_size],
        };
        arrangement.kinds =
            (0..number(wishes.len())).map(|application| Kind::of(arrangement.accepts(application))).collect();
        for (session, members) in (0..).zip(&members) {
            for &member in members {
                arrangement.insert_movable(member, session);
            }
        }
        arrangement
    }

    /// The sessions that a seated application accepts, without some that it cannot get.
    pub fn accepts(&self, application: u32) -> &[u32] {
        self.open.get(application)
    }

    /// How many sessions all the seated accept, lists that are shared counted once.
    pub fn accepted(&self) -> usize {
        self.open.total()
    }

    /// The kind of a seated application's list; none when there was no choice.
    pub fn kind(&self, application: u32) -> Option<Kind> {
        self.kinds[application as usize]
    }

    /// The movable applications of a session whose lists are of this kind.
    pub fn movable(&self, kind: Kind, session: u32) -> &[u32] {
        &self.movable[kind as usize][session as usize]
    }

    /// A movable application of one session that accepts the other. It may miss one whose long list is not sorted.
    pub fn find_exchange(&self, from: u32, to: u32) -> Option<u32> {
        let is_named = |member: &&u32| self.accepts(**member).contains(&to);
        let is_in_range = |member: &&u32| self.accepts(**member).binary_search(&to).is_ok();
        let short = self.movable(Kind::Short, from).iter().find(is_named);
        short.or_else(|| self.movable(Kind::Long, from).iter().find(is_in_range)).copied()
    }

    /// Takes out of an application's list the sessions of other groups, which it can never get.
    pub fn prune(&mut self, application: u32) {
        let group = &self.group;
        let own = group[self.seat[application as usize] as usize];
        let list = self.wishes[application as usize];
        self.open.prune(application, list, |session| group[session as usize] == own);
    }

    /// Whether a session is full of applications that stay where they are: it never takes anybody again.
    fn is_settled(&self, session: u32) -> bool {
        self.vacant[session as usize] == 0
            && self.movable(Kind::Short, session).is_empty()
            && self.movable(Kind::Long, session).is_empty()
    }

    /// Moves an application to the session it wants if everybody else stays seated; says whether it did.
    fn obtain(&mut self, search: &mut Search, application: u32, wanted: u32) -> bool {
        let seat = self.seat[application as usize];
        if self.group[wanted as usize] != self.group[seat as usize] || self.is_settled(wanted) {
            return false;
        }
        let end = if self.vacant[wanted as usize] > 0 {
            wanted
        } else {
            match search.find_way(self, application, wanted) {
                Found::Way { end } => {
                    for &(member, to) in search.moves() {
                        self.relocate(member, to);
                    }
                    end
                }
                Found::Apart => {
                    self.split(search.apart(), seat, wanted);
                    return false;
                }
            }
        };
        self.relocate(application, wanted);
        if end != seat {
            self.take_place(end);
            self.give_place(seat);
        }
        true
    }

    /// Makes a group of its own of some sessions, among them one of the two.
    fn split(&mut self, apart: &[u32], seat: u32, wanted: u32) {
        let (before, after) = (self.group[seat as usize], number(self.group_size.len()));
        for &session in apart {
            self.group[session as usize] = after;
        }
        self.group_size.push(number(apart.len()));
        self.group_size[before as usize] -= number(apart.len());
        for session in [seat, wanted] {
            // Alone in its group and full: nobody in it moves any more.
            let size = self.group_size[self.group[session as usize] as usize];
            if size == 1 && self.vacant[session as usize] == 0 {
                self.movable[Kind::Short as usize][session as usize].clear();
                self.movable[Kind::Long as usize][session as usize].clear();
            }
        }
    }

    fn relocate(&mut self, application: u32, to: u32) {
        self.remove_movable(application);
        self.seat[application as usize] = to;
        self.insert_movable(application, to);
    }

    fn insert_movable(&mut self, application: u32, session: u32) {
        if let Some(kind) = self.kind(application) {
            let members = &mut self.movable[kind as usize][session as usize];
            self.slot[application as usize] = number(members.len());
            members.push(application);
        }
    }

    fn remove_movable(&mut self, application: u32) {
        if let Some(kind) = self.kind(application) {
            let members = &mut self.movable[kind as usize][self.seat[application as usize] as usize];
            let slot = self.slot[application as usize];
            if members.get(slot as usize) != Some(&application) {
                return;
            }
            members.swap_remove(slot as usize);
            if let Some(&moved) = members.get(slot as usize) {
                self.slot[moved as usize] = slot;
            }
        }
    }

    fn take_place(&mut self, session: u32) {
        self.vacant[session as usize] -= 1;
        if self.vacant[session as usize] == 0 {
            self.vacant_sessions.remove(&session);
        }
    }

    fn give_place(&mut self, session: u32) {
        self.vacant[session as usize] += 1;
        self.vacant_sessions.insert(session);
    }
}
