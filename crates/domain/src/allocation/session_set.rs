//! Sets of sessions as bits, 32 to a word: a few instructions go through thousands of sessions.

use super::number;

/// How many sessions a word stands for.
const WIDTH: u32 = u32::BITS;

/// The word of a session and its bit in it.
pub(super) fn place_of(session: u32) -> (u32, u32) {
    (session / WIDTH, 1 << (session % WIDTH))
}

/// How many words stand for so many sessions.
pub(super) fn words_for(sessions: usize) -> usize {
    sessions.div_ceil(WIDTH as usize)
}

/// The sessions of a word, the smallest first.
pub(super) fn sessions_of(word: u32, mut bits: u32) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let session = (bits != 0).then(|| word * WIDTH + bits.trailing_zeros());
        bits &= bits.wrapping_sub(1);
        session
    })
}

/// The first session that is in both sets.
pub(super) fn find_common(one: &[u32], other: &[u32]) -> Option<u32> {
    // In chunks, which the compiler looks at as a whole.
    const CHUNK: usize = 16;
    let have_common = |(one, other): (&[u32], &[u32])| {
        one.iter().zip(other).fold(0, |common, (one, other)| common | one & other) != 0
    };
    let start = CHUNK * one.chunks(CHUNK).zip(other.chunks(CHUNK)).position(have_common)?;
    let mut words = (number(start)..).zip(one[start..].iter().zip(&other[start..]));
    words.find_map(|(word, (one, other))| sessions_of(word, one & other).next())
}

/// A set of sessions.
#[derive(Debug, Clone, Default)]
pub(super) struct SessionSet {
    words: Vec<u32>,
}

impl SessionSet {
    /// Without any of so many sessions.
    pub fn new(sessions: usize) -> Self {
        Self { words: vec![0; words_for(sessions)] }
    }

    /// Without any of the sessions that the other one could have.
    pub fn like(other: &Self) -> Self {
        Self { words: vec![0; other.words.len()] }
    }

    /// The sessions that are in both sets.
    pub fn intersection(one: &Self, other: &Self) -> Self {
        Self { words: one.words.iter().zip(&other.words).map(|(one, other)| one & other).collect() }
    }

    pub fn words(&self) -> &[u32] {
        &self.words
    }

    pub fn words_mut(&mut self) -> &mut [u32] {
        &mut self.words
    }

    pub fn insert(&mut self, session: u32) {
        let (word, bit) = place_of(session);
        self.words[word as usize] |= bit;
    }

    pub fn remove(&mut self, session: u32) {
        let (word, bit) = place_of(session);
        self.words[word as usize] &= !bit;
    }

    pub fn contains(&self, session: u32) -> bool {
        let (word, bit) = place_of(session);
        self.words[word as usize] & bit != 0
    }

    pub fn insert_all(&mut self, others: &Self) {
        for (word, other) in self.words.iter_mut().zip(&others.words) {
            *word |= other;
        }
    }

    pub fn remove_all(&mut self, others: &Self) {
        for (word, other) in self.words.iter_mut().zip(&others.words) {
            *word &= !other;
        }
    }

    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    pub fn len(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// The sessions, the smallest first.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.words).flat_map(|(word, &bits)| sessions_of(word, bits))
    }
}

impl FromIterator<bool> for SessionSet {
    /// The sessions at whose position it says so.
    fn from_iter<T: IntoIterator<Item = bool>>(is_in: T) -> Self {
        let mut set = Self::default();
        for (session, is_in) in (0..).zip(is_in) {
            let (word, bit) = place_of(session);
            set.words.resize(word as usize + 1, 0);
            set.words[word as usize] |= if is_in { bit } else { 0 };
        }
        set
    }
}
