//! Whose record is open at which counter: in memory where one process hears all counters, in a table that is not kept
//! through a crash where several do. What a counter does not repeat is soon forgotten.

use std::collections::BTreeMap;
use yuyue_domain::ids::{ApplicantId, DeviceId, OfficeId};
use yuyue_domain::time::Timestamp;

/// What a counter says it has open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenReport {
    /// The counter.
    pub device: DeviceId,
    /// Where it stands.
    pub office: OfficeId,
    /// Whose record; none when it has closed it.
    pub applicant: Option<ApplicantId>,
    /// When.
    pub at: Timestamp,
    /// Seconds for which a report counts.
    pub counts_seconds: u32,
}

/// A counter that has a record open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenAt {
    /// The counter.
    pub device: DeviceId,
    /// Where it stands.
    pub office: OfficeId,
    /// Since when it has been open there.
    pub since: Timestamp,
}

/// What the counters of one process have open. One record a counter, so there are never more than counters.
#[derive(Debug, Default)]
pub struct OpenMemory(BTreeMap<DeviceId, Open>);

#[derive(Debug, Clone, Copy)]
struct Open {
    applicant: ApplicantId,
    at: OpenAt,
    heard_at: Timestamp,
}

impl OpenMemory {
    /// Notes a report, forgets what was not repeated in time, and answers the other counters that have the same record
    /// open, who was first first.
    pub fn report(&mut self, report: OpenReport) -> Vec<OpenAt> {
        let OpenReport { device, office, applicant, at: now, counts_seconds } = report;
        self.0.retain(|_, open| now.seconds_since(open.heard_at) <= i64::from(counts_seconds));
        let Some(applicant) = applicant else {
            self.0.remove(&device);
            return Vec::new();
        };
        let before = self.0.get(&device).filter(|open| open.applicant == applicant);
        let since = before.map_or(now, |open| open.at.since);
        self.0.insert(device, Open { applicant, at: OpenAt { device, office, since }, heard_at: now });
        let others = self.0.iter().filter(|(other, open)| **other != device && open.applicant == applicant);
        let mut others: Vec<OpenAt> = others.map(|(_, open)| open.at).collect();
        others.sort_by_key(|other| (other.since, other.device));
        others
    }
}
