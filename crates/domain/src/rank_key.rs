//! The key by which applications are ranked: smaller is served first.

use crate::ids::ApplicationId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Where an application stands in the order of service (排序时间 and its tie-breaks); the smaller key is served first.
///
/// The order of the fields is the order of comparison: sort time, then the acceptance time to the second, then the
/// serial number (流水号) of the licence application, which is fixed per applicant, so that booking early decides no
/// tie. The identifier comes last and only makes the order total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RankKey<Id = ApplicationId> {
    /// The sort time (排序时间).
    pub sort_time: Timestamp,
    /// The acceptance time (受理时间) of the licence application.
    pub accepted_at: Timestamp,
    /// The serial number (流水号) of the licence application.
    pub serial: u64,
    /// The application.
    pub id: Id,
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLY: Timestamp = Timestamp::MIN;
    const LATE: Timestamp = Timestamp::MAX;

    fn key(sort_time: Timestamp, accepted_at: Timestamp, serial: u64, id: u32) -> RankKey<u32> {
        RankKey { sort_time, accepted_at, serial, id }
    }

    #[test]
    fn the_smaller_sort_time_is_served_first_whatever_the_rest_says() {
        assert!(key(EARLY, LATE, 9, 9) < key(LATE, EARLY, 1, 1), "the sort time is compared before all else");
    }

    #[test]
    fn a_tie_is_broken_by_acceptance_time_then_serial_then_identifier() {
        assert!(key(EARLY, EARLY, 9, 9) < key(EARLY, LATE, 1, 1), "acceptance time before the serial");
        assert!(key(EARLY, EARLY, 1, 9) < key(EARLY, EARLY, 2, 1), "serial before the identifier");
        assert!(key(EARLY, EARLY, 1, 1) < key(EARLY, EARLY, 1, 2), "the identifier makes the order total");
    }
}
