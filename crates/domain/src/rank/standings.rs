//! Standings in rank order, and their compact form on the wire.

use crate::rank_key::RankKey;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Where somebody stands, without saying who: all that decides the order and nothing else.
pub type Standing = RankKey<()>;

/// More cannot stand on one ladder: the city is sized for a million people, and each has at most one live application
/// of a subject.
const STANDINGS_MAX: usize = 1_000_000;

/// Standings in rank order, none twice.
///
/// On the wire a list of triples of numbers: seconds from the previous standing's sort time (the first: from the Unix
/// epoch), seconds from the acceptance time to the sort time, serial. Neighbours differ little, so it compresses well.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<(i64, i64, u64)>", into = "Vec<(i64, i64, u64)>")]
pub struct Standings(Vec<Standing>);

/// Too many standings, one twice, or an instant outside the years 1900 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no list of different standings, of at most one million, in rank order")]
pub struct StandingsError;

impl Standings {
    /// Sorts standings.
    ///
    /// # Errors
    /// When there are more than a million or one appears twice.
    pub fn new(mut standings: Vec<Standing>) -> Result<Self, StandingsError> {
        standings.sort_unstable();
        Self::from_sorted(standings)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All in rank order.
    pub fn iter(&self) -> std::slice::Iter<'_, Standing> {
        self.0.iter()
    }

    /// How many are served before `standing`, which may be one of them.
    #[must_use]
    pub fn count_before(&self, standing: &Standing) -> u32 {
        super::count(self.0.partition_point(|other| other < standing))
    }

    /// Whether `standing` is one of them.
    #[must_use]
    pub fn contains(&self, standing: &Standing) -> bool {
        self.0.binary_search(standing).is_ok()
    }

    /// The first `length` of them.
    #[must_use]
    pub(super) fn truncated(mut self, length: usize) -> Self {
        self.0.truncate(length);
        self
    }

    fn from_sorted(standings: Vec<Standing>) -> Result<Self, StandingsError> {
        let is_ordered = standings.is_sorted_by(|earlier, later| earlier < later);
        if is_ordered && standings.len() <= STANDINGS_MAX { Ok(Self(standings)) } else { Err(StandingsError) }
    }
}

impl<'a> IntoIterator for &'a Standings {
    type Item = &'a Standing;
    type IntoIter = std::slice::Iter<'a, Standing>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<Standings> for Vec<(i64, i64, u64)> {
    fn from(standings: Standings) -> Self {
        let mut previous = 0;
        standings
            .0
            .into_iter()
            .map(|standing| {
                let (sort_time, since) = (standing.sort_time, standing.sort_time.unix() - previous);
                previous = sort_time.unix();
                (since, sort_time.seconds_since(standing.accepted_at), standing.serial)
            })
            .collect()
    }
}

impl TryFrom<Vec<(i64, i64, u64)>> for Standings {
    type Error = StandingsError;

    fn try_from(triples: Vec<(i64, i64, u64)>) -> Result<Self, StandingsError> {
        let instant =
            |seconds: Option<i64>| seconds.and_then(|unix| Timestamp::from_unix(unix).ok()).ok_or(StandingsError);
        let mut previous: i64 = 0;
        let standings = triples
            .into_iter()
            .map(|(since, waited, serial)| {
                let sort_time = instant(previous.checked_add(since))?;
                previous = sort_time.unix();
                let accepted_at = instant(previous.checked_sub(waited))?;
                Ok(Standing { sort_time, accepted_at, serial, id: () })
            })
            .collect::<Result<_, _>>()?;
        Self::from_sorted(standings)
    }
}

#[cfg(feature = "bindings")]
impl specta::Type for Standings {
    fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
        Vec::<(f64, f64, f64)>::definition(types)
    }
}
