//! What the operator does while everybody works: imports, deletions, new texts, a session that is called off.

use super::Run;
use crate::city::{now, small_city};
use yuyue_central::store::{Batch, Store as _, Wants};
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::session::{Session, SessionStatus};
use yuyue_protocol::change::{ApplicantRow, Row, RowKey};

impl Run {
    pub(super) fn administer(&mut self) -> Result<(), String> {
        let which = self.draw(20);
        let session = self.pick(&small_city().sessions).map(|session| session.id);
        let spare = self.pick(&small_city().spare_people);
        let moved = self.someone();
        let office = self.pick(&small_city().computers).map(|computer| computer.office);
        let clerk = self.pick(&small_city().spare_clerks);
        let Some(core) = self.centre.core() else { return Ok(()) };
        let at = core.now();
        let mut batch = Batch::at(at);
        let what = match which {
            0 => session.and_then(|id| {
                let session = core.catalogue().sessions.get(&id).cloned()?;
                batch.rows.push(Row::Session(Session { status: SessionStatus::Cancelled, ..session }));
                Some(format!("calls the session {id} off"))
            }),
            1..4 => core.catalogue().notices.values().next().cloned().map(|mut notice| {
                notice.version += 1;
                let what = format!("publishes version {} of a notice", notice.version);
                batch.rows.push(Row::Notice(notice));
                what
            }),
            4..9 => spare.map(|record| {
                let id = record.applicant.id;
                batch.gone.push((RowKey::Applicant(id), None));
                format!("deletes {}", id.0)
            }),
            9..12 => spare.map(|record| {
                let what = format!("imports {}", record.applicant.id.0);
                let row = ApplicantRow { applicant: record.applicant, tests: record.tests };
                batch.rows.push(Row::Applicant(Box::new(row)));
                what
            }),
            12..15 => clerk.map(|clerk| {
                batch.gone.push((RowKey::Clerk(clerk.id), None));
                format!("lets the clerk {} go", clerk.staff_number)
            }),
            _ => office.and_then(|office| {
                let mut record = now(core.store().find_record(ApplicantId(moved.id.0))).ok()??;
                record.applicant.office = office;
                let what = format!("moves {} to the office {}", moved.id.0, office.0);
                let row = ApplicantRow { applicant: record.applicant, tests: record.tests };
                batch.rows.push(Row::Applicant(Box::new(row)));
                Some(what)
            }),
        };
        let written = now(core.store().transact(&Wants::default(), |_| (batch, ())));
        match written {
            Ok(()) => {
                if let Some(what) = what {
                    self.count("acts of the operator");
                    self.note(format!("the operator {what}"));
                }
                Ok(())
            }
            Err(_) if self.centre.disk.is_full() => Ok(()),
            Err(_) if self.centre.notice_crash() => {
                self.note("the centre crashed at an act of the operator");
                self.plan_restart(super::Node::Centre);
                Ok(())
            }
            Err(error) => Err(format!("the operator cannot work: {error:?}")),
        }
    }
}
