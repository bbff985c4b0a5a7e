//! The rank card: which rule gave the sort time, and where it stands among all who wait.

use serde::{Deserialize, Serialize};
use yuyue_domain::licence::LicenceClass;
use yuyue_domain::sort_time::SortTime;
use yuyue_domain::time::Timestamp;

/// The rank and where it comes from; always 仅供参考.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct RankCard {
    /// The class.
    pub class: LicenceClass,
    /// The sort time with every rule that applies.
    pub sort_time: SortTime,
    /// The place in the order, from 1; none when the counts of the centre are not here.
    pub rank: Option<u32>,
    /// Live, verified applications of the same subject and class in the city.
    pub of: Option<u32>,
    /// The instant of the centre's counts.
    pub as_of: Option<Timestamp>,
    /// Whether those counts are older than they should be, such as without line.
    pub stale: bool,
}
