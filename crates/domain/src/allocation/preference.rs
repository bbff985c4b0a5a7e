//! Second step of the allocation: which of its sessions each seated application gets. See the parent module for why
//! this is right.

use super::arrows::Arrows;
use super::search::{Found, Search};
use super::seating::{Seated, Seating};
use super::session_set::SessionSet;
use super::{NOWHERE, number};

/// The seated applications while they are given their sessions one by one.
pub(super) struct Arrangement<'a> {
    /// The session of each application, [`NOWHERE`] for those that go without.
    seat: Vec<u32>,
    /// By session, the seated applications that accept several sessions and are not settled yet.
    movable: Vec<Vec<Seated<'a>>>,
    /// Where each application stands in `movable`.
    slot: Vec<u32>,
    /// Vacant places of each session.
    vacant: Vec<u32>,
    /// The sessions that have vacant places.
    pub vacant_sessions: SessionSet,
    /// Sessions of different groups never exchange applications again.
    group: Vec<u32>,
    /// The sessions of each group.
    groups: Vec<SessionSet>,
    pub arrows: Arrows,
}

/// Gives each seated application, by rank, the most preferred session that leaves all others seated.
pub(super) fn settle_by_rank(places: &[u32], applications: usize, seating: Seating<'_>) -> Vec<u32> {
    let mut arrangement = Arrangement::new(places, applications, seating);
    let mut search = Search::new(places.len());
    for application in 0..number(applications) {
        let seat = arrangement.seat[application as usize];
        if arrangement.slot[application as usize] == NOWHERE || arrangement.is_settled(seat) {
            continue;
        }
        let Some(Seated { accepts, .. }) = arrangement.remove(application) else { continue };
        for wanted in accepts.iter() {
            if wanted == seat || arrangement.obtain(&mut search, application, wanted) {
                break;
            }
        }
    }
    arrangement.seat
}

impl<'a> Arrangement<'a> {
    fn new(places: &[u32], applications: usize, seating: Seating<'a>) -> Self {
        let Seating { mut members, closed } = seating;
        let vacant: Vec<u32> =
            places.iter().zip(&members).map(|(&places, members)| places - number(members.len())).collect();
        let groups = [false, true].map(|is| SessionSet::from_fn(places.len(), |session| closed[session] == is));
        let mut arrows = Arrows::new(places.len());
        let (mut seat, mut slot) = (vec![NOWHERE; applications], vec![NOWHERE; applications]);
        for ((session, members), &closed) in (0..).zip(&mut members).zip(&closed) {
            for member in &*members {
                seat[member.application as usize] = session;
            }
            members.retain(|member| member.accepts.is_choice());
            for (position, member) in (0..).zip(members) {
                slot[member.application as usize] = position;
                arrows.add(session, member.accepts, &groups[usize::from(closed)]);
            }
        }
        Self {
            seat,
            movable: members,
            slot,
            vacant_sessions: SessionSet::from_fn(places.len(), |session| vacant[session] > 0),
            vacant,
            group: closed.iter().map(|&closed| u32::from(closed)).collect(),
            groups: groups.into(),
            arrows,
        }
    }

    /// The sessions with which this one may exchange applications.
    pub fn group_of(&self, session: u32) -> &SessionSet {
        &self.groups[self.group[session as usize] as usize]
    }

    /// The last by rank of the movable applications of one session that accept the other: so the better ones keep what
    /// they prefer.
    pub fn find_mover(&self, from: u32, to: u32) -> Option<u32> {
        let later = |last: Option<u32>, member: &Seated<'_>| {
            let is_later = Some(member.application) > last && member.accepts.contains(to);
            if is_later { Some(member.application) } else { last }
        };
        self.movable[from as usize].iter().fold(None, later)
    }

    /// Forgets the arrows of a session that are left over.
    pub fn renew_arrows(&mut self, session: u32) {
        let group = &self.groups[self.group[session as usize] as usize];
        let members = self.movable[session as usize].iter();
        self.arrows.renew(session, members.map(|member| member.accepts), group);
    }

    /// Whether a session is full of applications that stay where they are: it never takes anybody again.
    fn is_settled(&self, session: u32) -> bool {
        self.vacant[session as usize] == 0 && self.movable[session as usize].is_empty()
    }

    /// Moves an application, which is no longer movable, to the session it wants if everybody else stays seated; says
    /// whether it did.
    fn obtain(&mut self, search: &mut Search, application: u32, wanted: u32) -> bool {
        let seat = self.seat[application as usize];
        if self.group[wanted as usize] != self.group[seat as usize] || self.is_settled(wanted) {
            return false;
        }
        let end = if self.vacant[wanted as usize] > 0 {
            wanted
        } else {
            match search.find_way(self, seat, wanted) {
                Found::Way { end } => {
                    for &(member, to) in search.moves() {
                        if let Some(member) = self.remove(member) {
                            self.insert(member, to);
                        }
                    }
                    end
                }
                Found::Apart(apart) => {
                    self.split(apart, seat, wanted);
                    return false;
                }
            }
        };
        self.seat[application as usize] = wanted;
        if end != seat {
            self.take_place(end);
            self.give_place(seat);
        }
        true
    }

    /// Makes a group of its own of some sessions, among them one of the two.
    fn split(&mut self, apart: SessionSet, seat: u32, wanted: u32) {
        let (before, after) = (self.group[seat as usize], number(self.groups.len()));
        for session in apart.view().iter() {
            self.group[session as usize] = after;
        }
        self.groups[before as usize].remove_all(apart.view());
        // One session alone needs no set: nothing is looked for in it.
        self.groups.push(if apart.len() == 1 { SessionSet::default() } else { apart });
        for session in [seat, wanted] {
            // Alone in its group and full: nobody in it moves any more.
            if self.group_of(session).len() <= 1 && self.vacant[session as usize] == 0 {
                self.movable[session as usize].clear();
            }
        }
    }

    fn insert(&mut self, member: Seated<'a>, session: u32) {
        let members = &mut self.movable[session as usize];
        self.seat[member.application as usize] = session;
        self.slot[member.application as usize] = number(members.len());
        members.push(member);
        self.arrows.add(session, member.accepts, &self.groups[self.group[session as usize] as usize]);
    }

    fn remove(&mut self, application: u32) -> Option<Seated<'a>> {
        let seat = self.seat[application as usize];
        let slot = self.slot[application as usize] as usize;
        let members = &mut self.movable[seat as usize];
        let member = *members.get(slot)?;
        members.swap_remove(slot);
        if let Some(moved) = members.get(slot) {
            self.slot[moved.application as usize] = number(slot);
        }
        self.arrows.set_stale(seat);
        Some(member)
    }

    fn take_place(&mut self, session: u32) {
        self.vacant[session as usize] -= 1;
        if self.vacant[session as usize] == 0 {
            self.vacant_sessions.remove(session);
        }
    }

    fn give_place(&mut self, session: u32) {
        self.vacant[session as usize] += 1;
        self.vacant_sessions.insert(session);
    }
}
