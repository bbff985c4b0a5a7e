//! The lists of accepted sessions, packed.
//!
//! A third of the applications let the system assign and accept about 200 sessions each, most of which follow one
//! another in time. Packed as bits, a million applications fit in the processor's caches or nearly so, and a few
//! instructions tell which of 200 sessions have room. Equal long lists are kept once.

use super::number;
use super::session_set::{SessionSet, place_of, sessions_of};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// Lists with fewer sessions are named by hand and seldom equal: they are not looked for.
const SHARED_LENGTH_MIN: usize = 8;

/// The position of a list in [`AcceptLists`].
pub type ListId = u32;

/// Sessions of one word that follow one another in a list, the smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Block {
    pub word: u32,
    pub bits: u32,
}

/// Lists of session numbers in order of preference.
#[derive(Debug, Clone, Default)]
pub struct AcceptLists {
    /// Where each list ends in `blocks`; it begins where the one before ends.
    ends: Vec<u32>,
    blocks: Vec<Block>,
    /// The long lists by hash, which is kept so that growing does not read every list again.
    known: HashTable<(u64, ListId)>,
}

/// The sessions of one list.
#[derive(Debug, Clone, Copy)]
pub struct Accepts<'a> {
    blocks: &'a [Block],
}

impl AcceptLists {
    /// No list yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The identifier of a list with exactly these sessions in this order; a long list that was met before has the
    /// identifier that it had then.
    ///
    /// A session must not occur twice in it.
    pub fn intern(&mut self, accepts: &[u32]) -> ListId {
        let start = self.blocks.len();
        pack(accepts, &mut self.blocks);
        let list = number(self.ends.len());
        if accepts.len() >= SHARED_LENGTH_MIN {
            let Self { ends, blocks, known } = self;
            let packed = &blocks[start..];
            let hash = hash(packed);
            let equals = |&(known, list): &(u64, ListId)| known == hash && slice(ends, blocks, list) == packed;
            match known.entry(hash, equals, |&(hash, _)| hash) {
                Entry::Occupied(known) => {
                    let list = known.get().1;
                    blocks.truncate(start);
                    return list;
                }
                Entry::Vacant(place) => drop(place.insert((hash, list))),
            }
        }
        self.ends.push(number(self.blocks.len()));
        list
    }

    /// The sessions of a list.
    #[must_use]
    pub fn get(&self, list: ListId) -> Accepts<'_> {
        Accepts { blocks: slice(&self.ends, &self.blocks, list) }
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

impl<'a> Accepts<'a> {
    /// The sessions in order of preference.
    pub fn iter(self) -> impl Iterator<Item = u32> + 'a {
        self.blocks.iter().flat_map(|block| sessions_of(block.word, block.bits))
    }

    /// The same, in groups.
    pub(super) fn blocks(self) -> &'a [Block] {
        self.blocks
    }

    /// Whether there are several.
    pub(super) fn is_choice(self) -> bool {
        match self.blocks {
            [] => false,
            [only] => only.bits.count_ones() > 1,
            _ => true,
        }
    }

    pub(super) fn contains(self, session: u32) -> bool {
        let (word, bit) = place_of(session);
        self.blocks.iter().any(|block| block.word == word && block.bits & bit != 0)
    }

    /// The most preferred session that is in the set.
    pub(super) fn find_first_in(self, set: &SessionSet) -> Option<u32> {
        self.blocks.iter().find_map(|block| sessions_of(block.word, block.bits & set.word(block.word)).next())
    }
}

/// The only way to write these sessions in this order as blocks that are as long as possible.
fn pack(accepts: &[u32], blocks: &mut Vec<Block>) {
    let Some((&first, rest)) = accepts.split_first() else { return };
    let (word, bits) = place_of(first);
    let mut block = Block { word, bits };
    for &session in rest {
        let (word, bit) = place_of(session);
        if word == block.word && bit > block.bits {
            block.bits |= bit;
        } else {
            blocks.push(block);
            block = Block { word, bits: bit };
        }
    }
    blocks.push(block);
}

fn slice<'a>(ends: &[u32], blocks: &'a [Block], list: ListId) -> &'a [Block] {
    let list = list as usize;
    let start = if list == 0 { 0 } else { ends[list - 1] };
    &blocks[start as usize..ends[list] as usize]
}

/// Decides only where a list is looked for, never the outcome.
fn hash(blocks: &[Block]) -> u64 {
    let mut hasher = FxHasher::default();
    blocks.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_keep_their_order_and_equal_long_ones_are_kept_once() {
        let mut lists = AcceptLists::new();
        let given: [&[u32]; 6] = [&[3, 1], &[1, 3], &[], &[0, 31, 32, 64, 63, 65, 2], &[90], &[5, 5 + 32, 5]];
        let ids: Vec<ListId> = given.iter().map(|accepts| lists.intern(accepts)).collect();
        for (&accepts, &list) in given.iter().zip(&ids) {
            assert_eq!(lists.get(list).iter().collect::<Vec<_>>(), accepts, "a list is kept as it was given");
        }
        let ascending: Vec<u32> = (20..90).collect();
        let descending: Vec<u32> = ascending.iter().rev().copied().collect();
        let first = lists.intern(&ascending);
        let turned = lists.intern(&descending);
        assert_eq!(lists.intern(&ascending), first, "an equal list is found again");
        assert_ne!(first, turned, "the order of preference is part of a list");
        assert_eq!(lists.get(first).iter().collect::<Vec<_>>(), ascending, "and it is still the same");
        assert_eq!(lists.get(turned).iter().collect::<Vec<_>>(), descending, "as is the other");
    }

    #[test]
    fn the_first_session_in_a_set_is_the_most_preferred_one() {
        let mut lists = AcceptLists::new();
        let list = lists.intern(&[70, 3, 5, 1]);
        let mut set = SessionSet::new(80);
        for (session, expected) in [(2, None), (1, Some(1)), (5, Some(5)), (3, Some(3)), (70, Some(70))] {
            set.insert(session);
            assert_eq!(lists.get(list).find_first_in(&set), expected, "{session} is in the set now");
        }
        assert!(lists.get(list).contains(5) && !lists.get(list).contains(69), "a list knows what it holds");
    }
}
