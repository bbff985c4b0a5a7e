//! First step of the allocation: who is seated. See the parent module for why this is right.

use super::accept_lists::{AcceptLists, Accepts, ListId};
use super::number;
use super::session_set::SessionSet;

/// The label of a session from which no vacant place can be reached any more.
const CLOSED: u32 = u32::MAX;

/// A seated application, with what is needed of it in one place: most of the work is to go through those of a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seated<'a> {
    /// Its position in rank order.
    pub application: u32,
    pub accepts: Accepts<'a>,
    /// A lower bound of the lowest label among the sessions that it accepts.
    nearest: u32,
}

/// A seating of the applications that are served; which of their sessions each one got is still arbitrary.
#[derive(Debug, Clone)]
pub(super) struct Seating<'a> {
    /// The applications seated in each session.
    pub members: Vec<Vec<Seated<'a>>>,
    /// Whether each session was found closed: nobody in it can ever make room.
    pub closed: Vec<bool>,
}

struct Seater<'a> {
    places: &'a [u32],
    members: Vec<Vec<Seated<'a>>>,
    /// A lower bound of how many applications must move until a place in this session becomes vacant.
    label: Vec<u32>,
    /// How many members of a full session, from the first on, may still have a way out at the present label.
    cursor: Vec<u32>,
    /// The sessions by label; those that are closed have none here.
    levels: Vec<SessionSet>,
    /// The way found so far: full sessions, and which member would leave each.
    path: Vec<(u32, u32)>,
}

/// Seats the applications in rank order; one goes without exactly when nobody before it can make room.
pub(super) fn seat_by_rank<'a>(places: &'a [u32], lists: &'a AcceptLists, wishes: &[ListId]) -> Seating<'a> {
    let mut seater = Seater::new(places);
    for (application, &list) in (0..).zip(wishes) {
        seater.seat(Seated { application, accepts: lists.get(list), nearest: 0 });
    }
    let closed = seater.label.iter().map(|&label| label == CLOSED).collect();
    Seating { members: seater.members, closed }
}

impl Seated<'_> {
    /// Its most preferred session among those with the lowest label, and that label.
    ///
    /// Labels only rise, so a label that no session of the list has will never be had by one again.
    fn find_nearest(&mut self, levels: &[SessionSet]) -> Option<(u32, u32)> {
        while let Some(level) = levels.get(self.nearest as usize) {
            if let Some(session) = self.accepts.find_first_in(level) {
                return Some((session, self.nearest));
            }
            self.nearest += 1;
        }
        None
    }
}

impl<'a> Seater<'a> {
    fn new(places: &'a [u32]) -> Self {
        Self {
            places,
            members: vec![Vec::new(); places.len()],
            label: places.iter().map(|&places| if places == 0 { CLOSED } else { 0 }).collect(),
            cursor: vec![0; places.len()],
            levels: vec![SessionSet::from_fn(places.len(), |session| places[session] > 0)],
            path: Vec::new(),
        }
    }

    fn seat(&mut self, mut newcomer: Seated<'a>) {
        'from_the_start: loop {
            let Some((mut session, _)) = newcomer.find_nearest(&self.levels) else { return };
            self.path.clear();
            while !self.is_vacant(session) {
                if let Some((member, next)) = self.find_way_out(session) {
                    self.path.push((session, member));
                    session = next;
                } else {
                    self.raise_label(session);
                    match self.path.pop() {
                        Some((before, _)) if self.label[before as usize] != CLOSED => session = before,
                        _ => continue 'from_the_start,
                    }
                }
            }
            return self.follow_path(newcomer, session);
        }
    }

    fn is_vacant(&self, session: u32) -> bool {
        self.members[session as usize].len() < self.places[session as usize] as usize
    }

    /// A member of a full session that can go to one with the next lower label, looking at the last ranked first.
    fn find_way_out(&mut self, session: u32) -> Option<(u32, u32)> {
        let index = session as usize;
        while self.cursor[index] > 0 {
            let member = self.cursor[index] - 1;
            match self.members[index][member as usize].find_nearest(&self.levels) {
                Some((next, label)) if label + 1 == self.label[index] => return Some((member, next)),
                _ => self.cursor[index] = member,
            }
        }
        None
    }

    /// Raises the label of a full session without a way out, and closes what can no longer reach a vacant place.
    fn raise_label(&mut self, session: u32) {
        let index = session as usize;
        let before = self.label[index];
        let mut lowest = CLOSED;
        for member in self.members[index].iter_mut().filter(|member| member.accepts.is_choice()) {
            if let Some((_, label)) = member.find_nearest(&self.levels) {
                lowest = lowest.min(label);
            }
        }
        let label = lowest.saturating_add(1);
        self.label[index] = label;
        self.cursor[index] = number(self.members[index].len());
        if label != CLOSED {
            if self.levels.len() == label as usize {
                self.levels.push(SessionSet::new(self.places.len()));
            }
            self.levels[label as usize].insert(session);
        }
        let level = &mut self.levels[before as usize];
        level.remove(session);
        if level.is_empty() {
            self.close_from(before);
        }
    }

    /// A way to a vacant place passes every lower label: without a session of this label, all above are closed.
    fn close_from(&mut self, label: u32) {
        for level in self.levels.drain(label as usize..) {
            for session in level.view().iter() {
                self.label[session as usize] = CLOSED;
            }
        }
    }

    /// Seats the newcomer: each member of the path takes the place that the next one leaves, the last a vacant one.
    fn follow_path(&mut self, newcomer: Seated<'a>, vacant: u32) {
        let mut mover = newcomer;
        for &(session, member) in &self.path {
            mover = std::mem::replace(&mut self.members[session as usize][member as usize], mover);
        }
        self.members[vacant as usize].push(mover);
        self.cursor[vacant as usize] = number(self.members[vacant as usize].len());
    }
}
