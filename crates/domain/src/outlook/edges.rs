//! What is known of each session beforehand: who gets in, and who would have to move for it.

use crate::allocation::{AcceptLists, ListId, NOWHERE, OpenSession, number};
use std::collections::BinaryHeap;

/// The edge of a session from which a vacant place can be reached, and the strain of one that needs no moves.
pub(super) const VACANT: u32 = u32::MAX;

/// What is known of each session.
#[derive(Debug)]
pub(super) struct Edges {
    /// One more than the rank of the last-ranked application that could be unseated for somebody who enters here;
    /// [`VACANT`] if nobody has to be, 0 if there is nobody.
    pub last: Vec<u32>,
    /// The rank of the first-ranked application that must move for somebody who enters here, on the way on which it is
    /// latest; [`VACANT`] if nobody must.
    strain: Vec<u32>,
    /// By edge, at its last application's rank: the first-ranked application that would better itself if that one went.
    gainer: Vec<u32>,
}

/// The placed applications by list, and the lists of placed applications by the sessions that they name.
struct Holders {
    pairs: Vec<(ListId, u32)>,
    naming: Vec<Vec<ListId>>,
    /// Lists that were looked at; the first look tells all that a list can tell.
    looked: Vec<bool>,
}

impl Holders {
    fn new(sessions: usize, lists: &AcceptLists, wishes: &[ListId], seats: &[u32]) -> Self {
        let mut pairs: Vec<(ListId, u32)> = (0..number(seats.len()))
            .filter(|&application| seats[application as usize] != NOWHERE)
            .map(|application| (wishes[application as usize], application))
            .collect();
        pairs.sort_unstable();
        let mut naming = vec![Vec::new(); sessions];
        for held in pairs.chunk_by(|one, other| one.0 == other.0) {
            for session in lists.get(held[0].0).iter() {
                naming[session as usize].push(held[0].0);
            }
        }
        Self { pairs, naming, looked: vec![false; lists.len()] }
    }

    /// Calls `visit` with the placed applications that accept the session, except those of lists looked at before.
    fn look(&mut self, session: u32, mut visit: impl FnMut(u32)) {
        for &list in &self.naming[session as usize] {
            if std::mem::replace(&mut self.looked[list as usize], true) {
                continue;
            }
            let first = self.pairs.partition_point(|pair| pair.0 < list);
            for &(_, application) in self.pairs[first..].iter().take_while(|pair| pair.0 == list) {
                visit(application);
            }
        }
    }

    /// Starts anew inside the edges: a list leads from a session only to holders of the same edge, and its holders reach
    /// all that it names.
    fn restrict(&mut self, lists: &AcceptLists, last: &[u32]) {
        self.looked.fill(false);
        let mut top = vec![0; lists.len()];
        for held in self.pairs.chunk_by(|one, other| one.0 == other.0) {
            let edges = lists.get(held[0].0).iter().map(|session| last[session as usize]);
            top[held[0].0 as usize] = edges.max().unwrap_or(0);
        }
        for (naming, &edge) in self.naming.iter_mut().zip(last) {
            naming.retain(|&list| top[list as usize] == edge);
        }
    }
}

impl Edges {
    /// Of a finished allocation: `wishes` and `seats` by rank.
    pub fn new(sessions: &[OpenSession], lists: &AcceptLists, wishes: &[ListId], seats: &[u32]) -> Self {
        let mut taken = vec![0; sessions.len()];
        for &seat in seats.iter().filter(|&&seat| seat != NOWHERE) {
            taken[seat as usize] += 1;
        }
        let vacant: Vec<u32> = (0..number(sessions.len()))
            .filter(|&session| taken[session as usize] < sessions[session as usize].places)
            .collect();
        let mut holders = Holders::new(sessions.len(), lists, wishes, seats);

        let mut last = vec![0; sessions.len()];
        let mut roots = vacant.clone();
        for &session in &vacant {
            mark(&mut holders, seats, &mut last, session, VACANT);
        }
        for application in (0..number(seats.len())).rev() {
            let seat = seats[application as usize];
            if seat != NOWHERE && last[seat as usize] == 0 {
                roots.push(seat);
                mark(&mut holders, seats, &mut last, seat, application + 1);
            }
        }

        holders.restrict(lists, &last);
        let strain = strain(&mut holders, seats, &last, &roots);
        let gainer = gainer(lists, wishes, seats, &last, &strain);
        Self { last, strain, gainer }
    }

    /// The first of these sessions, all of one edge, that a newcomer at this rank gets without touching anybody before
    /// it; none when somebody is touched.
    pub fn find_undisturbed(&self, ahead: u32, accepts: &[u32]) -> Option<u32> {
        let last = self.last[*accepts.first()? as usize];
        if last != VACANT && self.gainer[last as usize - 1] < ahead {
            return None;
        }
        accepts.iter().copied().find(|&session| self.strain[session as usize] >= ahead)
    }
}

/// Gives an edge to all sessions from which `session` can be reached and that have none yet.
fn mark(holders: &mut Holders, seats: &[u32], last: &mut [u32], session: u32, edge: u32) {
    let mut queue = vec![session];
    last[session as usize] = edge;
    while let Some(session) = queue.pop() {
        holders.look(session, |application| {
            let seat = seats[application as usize];
            if last[seat as usize] == 0 {
                last[seat as usize] = edge;
                queue.push(seat);
            }
        });
    }
}

/// The best way from each session to the root of its edge, by the first-ranked application that moves on it: the widest
/// path, found from the roots on.
fn strain(holders: &mut Holders, seats: &[u32], last: &[u32], roots: &[u32]) -> Vec<u32> {
    let mut strain = vec![None; last.len()];
    let mut queue: BinaryHeap<(u32, u32)> = roots.iter().map(|&root| (VACANT, root)).collect();
    while let Some((least, session)) = queue.pop() {
        if strain[session as usize].is_some() {
            continue;
        }
        strain[session as usize] = Some(least);
        holders.look(session, |application| {
            let seat = seats[application as usize];
            if last[seat as usize] == last[session as usize] && strain[seat as usize].is_none() {
                queue.push((least.min(application), seat));
            }
        });
    }
    strain.into_iter().map(|least| least.unwrap_or(0)).collect()
}

/// For each edge the first-ranked application that prefers a session which only later-ranked ones would have to leave.
fn gainer(lists: &AcceptLists, wishes: &[ListId], seats: &[u32], last: &[u32], strain: &[u32]) -> Vec<u32> {
    let mut gainer = vec![VACANT; seats.len()];
    for application in (0..number(seats.len())).rev() {
        let seat = seats[application as usize];
        if seat == NOWHERE {
            continue;
        }
        let preferred = lists.get(wishes[application as usize]).iter().take_while(|&session| session != seat);
        for session in preferred {
            let edge = last[session as usize];
            if edge != 0 && edge != VACANT && strain[session as usize] > application {
                gainer[edge as usize - 1] = application;
            }
        }
    }
    gainer
}
