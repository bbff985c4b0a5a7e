//! Results of tests, as the exam sites report them.

use super::{Core, tried};
use crate::audit::{Act as AuditAct, Entry};
use crate::store::{Batch, Store, StoreError, Wants};
use serde::Deserialize;
use std::collections::BTreeMap;
use yuyue_domain::applicant::{ApplicantRecord, Attempt, ResultError, Test, TestOutcome, check_result};
use yuyue_domain::application::permission::PlaceTimes;
use yuyue_domain::application::transition::Act;
use yuyue_domain::ids::{ApplicantId, ApplicationId, SessionId};
use yuyue_domain::session::Session;
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

/// A result that cannot be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the result {index} cannot be right")]
pub struct WrongResult {
    /// Which of the list, counted from 0.
    pub index: usize,
    /// Why.
    pub source: ResultError,
}

impl<S: Store> Core<S> {
    /// Records results, all of them or, when one cannot be right, none; answers how many were new. One that is known
    /// already, or whose booking has no place, changes nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn record_results(&self, results: &[TestResult]) -> Result<Result<usize, WrongResult>, StoreError> {
        self.refresh_catalogue().await?;
        tried(|| self.try_record(results)).await
    }

    async fn try_record(&self, results: &[TestResult]) -> Result<Result<usize, WrongResult>, StoreError> {
        let wants =
            Wants { applications: results.iter().map(|result| result.application).collect(), ..Wants::default() };
        self.store
            .transact(&wants, |mut loaded| {
                let now = self.now();
                let catalogue = self.catalogue();
                let mut batch = Batch::at(now);
                match record(&mut loaded.records, &catalogue.sessions, results, now, &mut batch) {
                    Ok(recorded) => (batch, Ok(recorded)),
                    Err(wrong) => (Batch::default(), Err(wrong)),
                }
            })
            .await
    }
}

fn record(
    records: &mut BTreeMap<ApplicantId, ApplicantRecord>,
    sessions: &BTreeMap<SessionId, Session>,
    results: &[TestResult],
    now: Timestamp,
    batch: &mut Batch,
) -> Result<usize, WrongResult> {
    let owners: BTreeMap<ApplicationId, ApplicantId> = records
        .iter()
        .flat_map(|(id, record)| record.applications.iter().map(move |application| (application.id, *id)))
        .collect();
    let mut recorded = 0;
    for (index, result) in results.iter().enumerate() {
        let record = owners.get(&result.application).and_then(|owner| records.get_mut(owner));
        let Some(ApplicantRecord { applicant, tests, applications }) = record else { continue };
        let Some(own) = applications.iter_mut().find(|own| own.id == result.application) else { continue };
        let Some(session) = own.session().and_then(|id| sessions.get(&id)) else { continue };
        let place = PlaceTimes::from(session);
        let taken_at = result.taken_at.unwrap_or(session.starts_at);
        check_result(result.outcome, taken_at, place, now).map_err(|source| WrongResult { index, source })?;
        let is_known = tests.iter().any(|test| test.application == Some(own.id) && test.attempt == result.attempt);
        if is_known || own.record_test(session.id, Act::system(now), place).is_err() {
            continue;
        }
        let (subject, attempt, outcome) = (own.subject, result.attempt, result.outcome);
        tests.push(Test { subject, taken_at, attempt, outcome, application: Some(own.id) });
        batch.rows.push(Row::Application(Box::new(own.clone())));
        batch.audit(Entry {
            applicant: Some(applicant.id),
            application: Some(own.id),
            ..Entry::new(now, AuditAct::TestRecorded)
        });
        let row = ApplicantRow { applicant: applicant.clone(), tests: tests.clone() };
        batch.rows.push(Row::Applicant(Box::new(row)));
        recorded += 1;
    }
    Ok(recorded)
}
