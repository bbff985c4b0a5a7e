//! Sets of sessions as bits, 32 to a word: a few instructions go through thousands of sessions. Beside the words stands
//! which of them are not empty, so that a set of few sessions costs little too.

use super::number;

/// How many sessions a word stands for.
const WIDTH: u32 = u32::BITS;

/// The word of a session and its bit in it.
pub(super) fn place_of(session: u32) -> (u32, u32) {
    (session / WIDTH, 1 << (session % WIDTH))
}

/// The sessions of a word, the smallest first.
pub(super) fn sessions_of(word: u32, mut bits: u32) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let session = (bits != 0).then(|| word * WIDTH + bits.trailing_zeros());
        bits &= bits.wrapping_sub(1);
        session
    })
}

/// A set of sessions.
#[derive(Debug, Clone, Default)]
pub(super) struct SessionSet {
    words: Vec<u32>,
    /// The words that are not empty, as a set of words.
    filled: Vec<u32>,
}

/// As many sets of sessions as there are sessions.
pub(super) struct SessionSets {
    words: Vec<u32>,
    filled: Vec<u32>,
    /// How many words and words of `filled` each set has.
    widths: (usize, usize),
}

/// A set of sessions that is only looked at.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    words: &'a [u32],
    filled: &'a [u32],
}

/// How many words stand for so many sessions.
pub(super) fn words_for(sessions: usize) -> usize {
    sessions.div_ceil(WIDTH as usize)
}

/// How many words stand for so many sessions, and how many for those words.
fn widths(sessions: usize) -> (usize, usize) {
    (words_for(sessions), words_for(words_for(sessions)))
}

impl SessionSet {
    /// Without any of so many sessions.
    pub fn new(sessions: usize) -> Self {
        let (words, filled) = widths(sessions);
        Self { words: vec![0; words], filled: vec![0; filled] }
    }

    /// Those of so many sessions for which it is so.
    pub fn from_fn(sessions: usize, is_in: impl Fn(usize) -> bool) -> Self {
        let mut set = Self::new(sessions);
        for (session, _) in (0..).zip(0..sessions).filter(|&(_, session)| is_in(session)) {
            set.insert(session);
        }
        set
    }

    pub fn view(&self) -> View<'_> {
        View { words: &self.words, filled: &self.filled }
    }

    /// Its sessions of one word.
    pub fn word(&self, word: u32) -> u32 {
        self.words[word as usize]
    }

    pub fn contains(&self, session: u32) -> bool {
        let (word, bit) = place_of(session);
        self.word(word) & bit != 0
    }

    pub fn insert(&mut self, session: u32) {
        let (word, bit) = place_of(session);
        self.insert_word(word, bit);
    }

    /// Inserts sessions of one word, at least one.
    pub fn insert_word(&mut self, word: u32, bits: u32) {
        self.words[word as usize] |= bits;
        let (index, bit) = place_of(word);
        self.filled[index as usize] |= bit;
    }

    pub fn insert_all(&mut self, others: View<'_>) {
        for (word, bits) in others.words() {
            self.insert_word(word, bits);
        }
    }

    pub fn remove(&mut self, session: u32) {
        let (word, bit) = place_of(session);
        self.remove_word(word, bit);
    }

    /// Removes sessions of one word.
    pub fn remove_word(&mut self, word: u32, bits: u32) {
        self.words[word as usize] &= !bits;
        if self.words[word as usize] == 0 {
            let (index, bit) = place_of(word);
            self.filled[index as usize] &= !bit;
        }
    }

    pub fn remove_all(&mut self, others: View<'_>) {
        for (word, bits) in others.words() {
            self.remove_word(word, bits);
        }
    }

    pub fn clear(&mut self) {
        for (index, filled) in (0..).zip(&mut self.filled) {
            for word in sessions_of(index, std::mem::take(filled)) {
                self.words[word as usize] = 0;
            }
        }
    }

    /// Takes out the first session.
    pub fn pop(&mut self) -> Option<u32> {
        let first = self.view().iter().next()?;
        self.remove(first);
        Some(first)
    }

    pub fn is_empty(&self) -> bool {
        self.filled.iter().all(|&filled| filled == 0)
    }

    pub fn len(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }
}

impl<'a> View<'a> {
    /// The words that are not empty, the first first, each with its sessions.
    pub fn words(self) -> impl Iterator<Item = (u32, u32)> + 'a {
        let words = (0..).zip(self.filled).flat_map(|(index, &filled)| sessions_of(index, filled));
        words.map(move |word| (word, self.words[word as usize]))
    }

    /// The sessions, the smallest first.
    pub fn iter(self) -> impl Iterator<Item = u32> + 'a {
        self.words().flat_map(|(word, bits)| sessions_of(word, bits))
    }

    /// The words in which both sets have sessions, with those that both have.
    pub fn shared_words(self, other: View<'a>) -> impl Iterator<Item = (u32, u32)> + 'a {
        let filled = self.filled.iter().zip(other.filled).map(|(one, other)| one & other);
        let words = (0..).zip(filled).flat_map(|(index, filled)| sessions_of(index, filled));
        let shared = words.map(move |word| (word, self.words[word as usize] & other.words[word as usize]));
        shared.filter(|&(_, bits)| bits != 0)
    }

    /// The first session that is in both sets.
    pub fn find_shared(self, other: View<'a>) -> Option<u32> {
        self.shared_words(other).find_map(|(word, bits)| sessions_of(word, bits).next())
    }
}

impl SessionSets {
    /// So many sets, without any of so many sessions.
    pub fn new(sessions: usize) -> Self {
        let widths = widths(sessions);
        Self { words: vec![0; widths.0 * sessions], filled: vec![0; widths.1 * sessions], widths }
    }

    pub fn view(&self, set: u32) -> View<'_> {
        let (words, filled) = self.widths;
        View {
            words: &self.words[set as usize * words..][..words],
            filled: &self.filled[set as usize * filled..][..filled],
        }
    }

    /// The sessions of one word of a set.
    pub fn word(&self, set: u32, word: u32) -> u32 {
        self.words[set as usize * self.widths.0 + word as usize]
    }

    /// Inserts sessions of one word, at least one.
    pub fn insert_word(&mut self, set: u32, word: u32, bits: u32) {
        self.words[set as usize * self.widths.0 + word as usize] |= bits;
        let (index, bit) = place_of(word);
        self.filled[set as usize * self.widths.1 + index as usize] |= bit;
    }

    /// Removes from each word of a set the sessions that `removed` says.
    pub fn remove_from_words(&mut self, set: u32, mut removed: impl FnMut(u32, u32) -> u32) {
        for index in 0..self.widths.1 {
            let filled = self.filled[set as usize * self.widths.1 + index];
            for word in sessions_of(number(index), filled) {
                let removed = removed(word, self.word(set, word));
                self.remove_word(set, word, removed);
            }
        }
    }

    /// Removes sessions of one word.
    pub fn remove_word(&mut self, set: u32, word: u32, bits: u32) {
        let rest = &mut self.words[set as usize * self.widths.0 + word as usize];
        *rest &= !bits;
        if *rest == 0 {
            let (index, bit) = place_of(word);
            self.filled[set as usize * self.widths.1 + index as usize] &= !bit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_inserted_and_not_removed() {
        let mut set = SessionSet::from_fn(5_000, |session| session % 1_000 == 31);
        set.insert(4_999);
        set.remove(1_031);
        let sessions = |set: &SessionSet| set.view().iter().collect::<Vec<_>>();
        assert_eq!(sessions(&set), [31, 2_031, 3_031, 4_031, 4_999], "in order, also from distant words");
        let other = SessionSet::from_fn(5_000, |session| session > 3_000);
        assert_eq!(set.view().find_shared(other.view()), Some(3_031), "the first that both have");
        set.remove_all(other.view());
        assert_eq!((sessions(&set), set.len(), set.is_empty()), (vec![31, 2_031], 2, false), "the others are left");
        assert_eq!((set.pop(), set.pop(), set.pop()), (Some(31), Some(2_031), None), "they come out in order");
        set.insert_all(other.view());
        set.clear();
        assert!(set.is_empty(), "nothing is left");
    }
}
