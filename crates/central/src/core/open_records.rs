//! Whose record is open at which counter. It is kept for as long as it is repeated, and no longer: a centre that starts anew
//! hears it again within seconds.

use super::{Caller, Core, store_problem};
use crate::store::{OpenReport, Store};
use std::collections::BTreeMap;
use yuyue_domain::ids::DeviceId;
use yuyue_protocol::error::Problem;
use yuyue_protocol::open_record::{ELSEWHERE_MAX, OpenElsewhere, OpenRecord, REPORT_COUNTS_SECONDS};

/// The names of the counters, as they were enrolled.
pub type DeviceLabels = BTreeMap<DeviceId, String>;

impl<S: Store> Core<S> {
    /// A clerk's counter says what it has open, and hears who else has.
    pub(super) async fn note_open_record(
        &self,
        caller: Caller,
        report: OpenRecord,
    ) -> Result<Vec<OpenElsewhere>, Problem> {
        let (device, office, at) = (caller.device, caller.office, self.now());
        let counts_seconds = REPORT_COUNTS_SECONDS;
        let report = OpenReport { device, office, applicant: report.applicant, at, counts_seconds };
        let mut others = self.store.report_open(&report).await.map_err(|error| store_problem(&error))?;
        others.truncate(ELSEWHERE_MAX);
        let is_named = others.iter().all(|other| self.labels().contains_key(&other.device));
        if !is_named {
            let devices = self.store.list_devices().await.map_err(|error| store_problem(&error))?;
            *self.labels() = devices.into_iter().map(|device| (device.id, device.label)).collect();
        }
        let labels = self.labels();
        let named = others.into_iter().map(|other| OpenElsewhere {
            device: other.device,
            label: labels.get(&other.device).cloned().unwrap_or_default(),
            office: other.office,
            since: other.since,
        });
        Ok(named.collect())
    }
}
