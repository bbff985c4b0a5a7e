//! The lists of accepted sessions, each kept once however many applications share it.
//!
//! A third of the applications let the system assign and accept about 200 sessions each, but they ask for the same
//! ranges and sites; sharing keeps a million of them in a few megabytes and lets the allocation look at a list once
//! instead of once per application.

use super::number;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// The position of a list in [`AcceptLists`].
pub type ListId = u32;

/// Lists of session numbers in order of preference, without repetition of a list.
#[derive(Debug, Clone, Default)]
pub struct AcceptLists {
    /// Where each list ends in `sessions`; it begins where the one before ends.
    ends: Vec<usize>,
    sessions: Vec<u32>,
    /// The lists by hash, which is kept so that growing does not read every list again.
    known: HashTable<(u64, ListId)>,
}

impl AcceptLists {
    /// No list yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The identifier of the list with exactly these sessions in this order; the same list always has the same one.
    ///
    /// A session must not occur twice in it.
    pub fn intern(&mut self, accepts: &[u32]) -> ListId {
        let Self { ends, sessions, known } = self;
        let hash = hash(accepts);
        let equals = |&(known, list): &(u64, ListId)| known == hash && slice(ends, sessions, list) == accepts;
        match known.entry(hash, equals, |&(hash, _)| hash) {
            Entry::Occupied(known) => known.get().1,
            Entry::Vacant(place) => {
                let list = number(ends.len());
                place.insert((hash, list));
                sessions.extend_from_slice(accepts);
                ends.push(sessions.len());
                list
            }
        }
    }

    /// The sessions of a list in order of preference.
    #[must_use]
    pub fn get(&self, list: ListId) -> &[u32] {
        slice(&self.ends, &self.sessions, list)
    }

    /// How many different lists there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no list at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

fn slice<'a>(ends: &[usize], sessions: &'a [u32], list: ListId) -> &'a [u32] {
    let list = list as usize;
    let start = if list == 0 { 0 } else { ends[list - 1] };
    &sessions[start..ends[list]]
}

/// Decides only where a list is looked for, never the outcome.
fn hash(accepts: &[u32]) -> u64 {
    let mut hasher = FxHasher::default();
    accepts.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_list_is_kept_once_and_another_order_is_another_list() {
        let mut lists = AcceptLists::new();
        let first = lists.intern(&[3, 1]);
        let turned = lists.intern(&[1, 3]);
        let again = lists.intern(&[3, 1]);
        let empty = lists.intern(&[]);
        assert_eq!(first, again, "an equal list is found again");
        assert_ne!(first, turned, "the order of preference is part of a list");
        assert_eq!(lists.len(), 3, "three different lists were given");
        assert_eq!((lists.get(turned), lists.get(empty)), (&[1, 3][..], &[][..]), "lists are kept as they were given");
    }
}
