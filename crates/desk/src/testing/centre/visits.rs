//! Visits at a kiosk, as a centre answers them that keeps books.

use super::TestCentre;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::verification::CodeRefusal;
use yuyue_protocol::account::Secret;
use yuyue_protocol::centre::Visits;
use yuyue_protocol::change::{Row, What};
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::visit::{VisitAnswer, VisitCode, VisitCodeRequest, VisitOpened, VisitOpening, VisitProof};

/// The code that opens every visit.
pub const VISIT_CODE: &str = "246813";

impl Visits for TestCentre {
    async fn send_visit_code(&self, _request: VisitCodeRequest) -> Result<VisitCode, Problem> {
        self.check_line()?;
        Ok(VisitCode { valid_seconds: 300, resend_seconds: 60, tries_left: 5, sends_left: 9 })
    }

    async fn open_visit(&self, opening: VisitOpening) -> Result<VisitAnswer, Problem> {
        self.check_line()?;
        if let VisitProof::Code { code } = &opening.proof
            && code.0 != VISIT_CODE
        {
            return Ok(VisitAnswer::Refused { reason: CodeRefusal::CodeWrong { tries_left: 4 } });
        }
        let record = self.with(|books| {
            books.visits += 1;
            let rows = || {
                books.rows.iter().filter_map(|change| match &change.what {
                    What::Set(row) => Some(row),
                    What::Gone(_) => None,
                })
            };
            let applicant = rows().find_map(|row| match row {
                Row::Applicant(row) if row.applicant.document.number.reveal() == opening.number.0 => Some(row.clone()),
                _ => None,
            })?;
            let applications = rows().filter_map(|row| match row {
                Row::Application(own) if own.applicant == applicant.applicant.id => Some((**own).clone()),
                _ => None,
            });
            Some(ApplicantRecord {
                applications: applications.collect(),
                applicant: applicant.applicant.clone(),
                tests: applicant.tests.clone(),
            })
        });
        let record = record.ok_or_else(|| Problem::new(ErrorCode::NotFound, "nobody has this number"))?;
        let visit = VisitOpened { token: Secret("visit-token".into()), valid_seconds: 300, record };
        Ok(VisitAnswer::Opened { visit: Box::new(visit) })
    }

    async fn prolong_visit(&self) -> Result<u32, Problem> {
        self.check_line()?;
        if self.with(|books| books.visit_is_over) {
            return Err(Problem::new(ErrorCode::SignedOut, "the visit is over"));
        }
        Ok(300)
    }

    async fn end_visit(&self) -> Result<(), Problem> {
        self.check_line()
    }
}
