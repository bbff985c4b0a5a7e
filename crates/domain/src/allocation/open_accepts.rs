//! What the seated applications accept, laid out for the second step: short lists together and apart from the long
//! ones, so that they stay in the processor's caches, and without sessions that have become useless.

use super::accept_lists::{AcceptLists, ListId};
use super::preference::Kind;
use super::{NOWHERE, number};

/// The sessions that each seated application accepts, in its order of preference.
pub(super) struct OpenAccepts {
    /// Where each application's sessions begin, and how many there are.
    spans: Vec<(u32, u32)>,
    sessions: Vec<u32>,
    /// Whether several applications share each list; such a list is not pruned.
    shared: Vec<bool>,
}

impl OpenAccepts {
    /// Of the seated applications; the others have an empty list.
    pub fn new(lists: &AcceptLists, wishes: &[ListId], seat: &[u32]) -> Self {
        let mut spans = vec![(0, 0); wishes.len()];
        let mut sessions = Vec::new();
        let mut shared = vec![false; lists.len()];
        let mut start_of = vec![NOWHERE; lists.len()];
        for kind in [Kind::Short, Kind::Long] {
            for ((span, &list), &seat) in spans.iter_mut().zip(wishes).zip(seat) {
                let accepts = lists.get(list);
                if seat == NOWHERE || Kind::of(accepts) != Some(kind) {
                    continue;
                }
                let known = start_of[list as usize];
                let start = if known == NOWHERE || kind == Kind::Short {
                    let start = number(sessions.len());
                    sessions.extend_from_slice(accepts);
                    start
                } else {
                    shared[list as usize] = true;
                    known
                };
                start_of[list as usize] = start;
                *span = (start, number(accepts.len()));
            }
        }
        Self { spans, sessions, shared }
    }

    /// The sessions that an application accepts, as far as they are still of use.
    pub fn get(&self, application: u32) -> &[u32] {
        let (start, length) = self.spans[application as usize];
        &self.sessions[start as usize..][..length as usize]
    }

    /// How many sessions the different lists have together.
    pub fn total(&self) -> usize {
        self.sessions.len()
    }

    /// Takes out of an application's list what is of no use any more, unless it shares the list.
    pub fn prune(&mut self, application: u32, list: ListId, is_useful: impl Fn(u32) -> bool) {
        if self.shared[list as usize] {
            return;
        }
        let (start, length) = &mut self.spans[application as usize];
        let mut kept = 0;
        for position in *start..*start + *length {
            let session = self.sessions[position as usize];
            if is_useful(session) {
                self.sessions[(*start + kept) as usize] = session;
                kept += 1;
            }
        }
        *length = kept;
    }
}
