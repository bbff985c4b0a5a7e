//! Results of tests, as the exam sites report them.

use super::Core;
use super::admin::AdminError;
use crate::audit::{Act as AuditAct, Entry};
use crate::store::{Batch, Store, Wants};
use serde::Deserialize;
use yuyue_domain::applicant::{Attempt, Test, TestOutcome};
use yuyue_domain::application::permission::PlaceTimes;
use yuyue_domain::application::transition::Act;
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::change::{ApplicantRow, Row};

/// How the test of a booking ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestResult {
    /// The booking.
    pub application: ApplicationId,
    /// Which try it was.
    pub attempt: Attempt,
    /// How it ended.
    pub outcome: TestOutcome,
    /// When it began; none for the beginning of its session.
    #[serde(default)]
    pub taken_at: Option<Timestamp>,
}

impl<S: Store> Core<S> {
    /// Records results; answers how many were new. One that is known already, or whose booking has no place, changes
    /// nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn record_results(&self, results: &[TestResult]) -> Result<usize, AdminError> {
        self.refresh_catalogue().await?;
        let now = self.now();
        let wants =
            Wants { applications: results.iter().map(|result| result.application).collect(), ..Wants::default() };
        let recorded = self
            .store
            .transact(&wants, |mut loaded| {
                let catalogue = self.catalogue();
                let mut batch = Batch::at(now);
                let mut recorded = 0;
                for result in results {
                    let owner = loaded
                        .records
                        .values_mut()
                        .find(|record| record.applications.iter().any(|own| own.id == result.application));
                    let Some(record) = owner else { continue };
                    let Some(own) = record.applications.iter_mut().find(|own| own.id == result.application) else {
                        continue;
                    };
                    let session = own.session().and_then(|id| catalogue.sessions.get(&id));
                    let Some(session) = session else { continue };
                    let is_known = record
                        .tests
                        .iter()
                        .any(|test| test.application == Some(own.id) && test.attempt == result.attempt);
                    let place = PlaceTimes::from(session);
                    if is_known || own.record_test(session.id, Act::system(now), place).is_err() {
                        continue;
                    }
                    record.tests.push(Test {
                        subject: own.subject,
                        taken_at: result.taken_at.unwrap_or(session.starts_at),
                        attempt: result.attempt,
                        outcome: result.outcome,
                        application: Some(own.id),
                    });
                    batch.rows.push(Row::Application(Box::new(own.clone())));
                    let (applicant, tests) = (record.applicant.clone(), record.tests.clone());
                    batch.audit(Entry {
                        applicant: Some(applicant.id),
                        application: Some(result.application),
                        ..Entry::new(now, AuditAct::TestRecorded)
                    });
                    batch.rows.push(Row::Applicant(Box::new(ApplicantRow { applicant, tests })));
                    recorded += 1;
                }
                (batch, recorded)
            })
            .await?;
        Ok(recorded)
    }
}
