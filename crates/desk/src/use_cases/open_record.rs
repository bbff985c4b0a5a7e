//! Two clerks who serve the same person know of each other: this counter says whose record is open at it and hears at which
//! others it is. Without line nobody can know, and nothing is shown.

use crate::cache::document::{DocumentKey, find_document};
use crate::desk::{Desk, lock};
use crate::error::DeskError;
use crate::view::app::OtherCounter;
use std::sync::Mutex;
use yuyue_domain::office::Office;
use yuyue_protocol::centre::Centre;
use yuyue_protocol::error::Problem;
use yuyue_protocol::open_record::{OpenElsewhere, OpenRecord};

/// Says what is open here, and keeps what the centre answers. Called whenever another record was opened and every
/// [`yuyue_protocol::open_record::REPORT_SECONDS`]; nothing is said while nothing is open. Answers whether the frame of the
/// window looks another way now.
///
/// # Errors
/// As the centre says; then nobody is known to have the record open.
pub async fn report_open_record(desk: &Mutex<Desk>, centre: &impl Centre) -> Result<bool, DeskError> {
    let Some(report) = lock(desk).open_record_to_report() else { return Ok(false) };
    let answer = centre.open_record(report).await;
    lock(desk).hear_open_elsewhere(report, answer)
}

impl Desk {
    fn open_record_to_report(&self) -> Option<OpenRecord> {
        let applicant = self.visit.applicant;
        let has_news = applicant.is_some() || self.reported_open;
        // Only a clerk who is signed in at the centre is heard there.
        (has_news && !self.is_kiosk() && self.token().is_some()).then_some(OpenRecord { applicant })
    }

    fn hear_open_elsewhere(
        &mut self,
        report: OpenRecord,
        answer: Result<Vec<OpenElsewhere>, Problem>,
    ) -> Result<bool, DeskError> {
        if answer.is_ok() {
            self.reported_open = report.applicant.is_some();
        }
        // The clerk may have gone on to somebody else meanwhile, whom the next report is about.
        if self.visit.applicant != report.applicant {
            return Ok(false);
        }
        let (others, failed) = match answer {
            Ok(others) => (others, None),
            Err(problem) => {
                self.note_signed_out(&problem);
                (Vec::new(), Some(problem))
            }
        };
        let is_changed = self.visit.elsewhere != others;
        self.visit.elsewhere = others;
        match failed {
            Some(problem) if !is_changed => Err(problem.into()),
            _ => Ok(is_changed),
        }
    }

    /// The other counters at which the record is open that is open here.
    pub(crate) fn open_elsewhere(&self) -> Result<Vec<OtherCounter>, DeskError> {
        let named = self.visit.elsewhere.iter().map(|other| {
            let office: Option<Office> = find_document(&self.cache, DocumentKey::Office(other.office))?;
            let office = office.map(|office| office.name).unwrap_or_default();
            Ok(OtherCounter { office, label: other.label.clone(), since: other.since })
        });
        named.collect()
    }
}
