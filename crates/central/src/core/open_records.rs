//! Whose record is open at which counter. It lives in memory only, and what a counter does not repeat is soon forgotten: a
//! centre that starts anew hears it again within seconds.

use super::{Caller, Core, store_problem};
use crate::store::Store;
use std::collections::BTreeMap;
use yuyue_domain::ids::{ApplicantId, DeviceId, OfficeId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::error::Problem;
use yuyue_protocol::open_record::{ELSEWHERE_MAX, OpenElsewhere, OpenRecord, REPORT_COUNTS_SECONDS};

/// One record a counter, so there are never more than counters.
#[derive(Debug, Default)]
pub struct OpenRecords {
    open: BTreeMap<DeviceId, Open>,
    /// The names of the counters, as they were enrolled.
    labels: BTreeMap<DeviceId, String>,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    applicant: ApplicantId,
    office: OfficeId,
    since: Timestamp,
    heard_at: Timestamp,
}

impl OpenRecords {
    /// Notes what a counter has open, and forgets what was not repeated in time.
    fn hear(&mut self, caller: Caller, applicant: Option<ApplicantId>, now: Timestamp) {
        self.open.retain(|_, open| now.seconds_since(open.heard_at) <= i64::from(REPORT_COUNTS_SECONDS));
        let Some(applicant) = applicant else {
            self.open.remove(&caller.device);
            return;
        };
        let before = self.open.get(&caller.device).filter(|open| open.applicant == applicant);
        let since = before.map_or(now, |open| open.since);
        self.open.insert(caller.device, Open { applicant, office: caller.office, since, heard_at: now });
    }

    /// The other counters that have this record open, who was first first.
    fn elsewhere(&self, device: DeviceId, applicant: ApplicantId) -> Vec<OpenElsewhere> {
        let others = self.open.iter().filter(|(other, open)| **other != device && open.applicant == applicant);
        let mut others: Vec<OpenElsewhere> = others
            .map(|(other, open)| OpenElsewhere {
                device: *other,
                label: self.labels.get(other).cloned().unwrap_or_default(),
                office: open.office,
                since: open.since,
            })
            .collect();
        others.sort_by_key(|other| (other.since, other.device));
        others.truncate(ELSEWHERE_MAX);
        others
    }
}

impl<S: Store> Core<S> {
    /// A clerk's counter says what it has open, and hears who else has.
    pub(super) async fn note_open_record(
        &self,
        caller: Caller,
        report: OpenRecord,
    ) -> Result<Vec<OpenElsewhere>, Problem> {
        let is_named = self.open_records().labels.contains_key(&caller.device);
        if !is_named {
            let devices = self.store.list_devices().await.map_err(|error| store_problem(&error))?;
            self.open_records().labels = devices.into_iter().map(|device| (device.id, device.label)).collect();
        }
        let mut records = self.open_records();
        records.hear(caller, report.applicant, self.now());
        Ok(report.applicant.map_or_else(Vec::new, |applicant| records.elsewhere(caller.device, applicant)))
    }
}
