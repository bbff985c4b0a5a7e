//! The rank card: which rule gave the sort time, and where it stands among all who wait.

use serde::{Deserialize, Serialize};
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::time::Timestamp;

/// A rule of the guide by which a sort time arises (选择场次, rules 1 to 3; rule 4 takes the latest).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum SortRule {
    /// Rule 1: the acceptance time of the licence application.
    Acceptance,
    /// Rule 1 as well: the acceptance of a later business that restarts the rank.
    Restart,
    /// Rule 2: the last test.
    LastTest,
    /// Rule 3: the cancellation of a successful booking.
    Cancellation,
    /// Rule 3 as well: a missed test.
    MissedTest,
}

/// A time that a rule gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SortTime {
    /// Which rule.
    pub rule: SortRule,
    /// Its time.
    pub at: Timestamp,
    /// Whether it is the one that counts, the latest.
    pub counts: bool,
}

/// The rank and where it comes from; always 仅供参考.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct RankCard {
    /// The subject.
    pub subject: Subject,
    /// The class.
    pub class: LicenceClass,
    /// The place in the order, from 1; none when the counts of the centre are not here.
    pub rank: Option<u32>,
    /// Live, verified applications of the same subject and class in the city.
    pub of: Option<u32>,
    /// Every time that applies, in the order of the rules.
    pub times: Vec<SortTime>,
    /// The sort time: the latest of them.
    pub sort_time: Timestamp,
    /// The instant of the centre's counts.
    pub as_of: Option<Timestamp>,
    /// Whether those counts are older than they should be, such as without line.
    pub stale: bool,
}
