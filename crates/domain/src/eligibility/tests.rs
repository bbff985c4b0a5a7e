//! Every rule at its boundaries: the day before and the day, each refusal beside a neighbour that is not refused.
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

mod bookings;
mod order;
mod permit;
mod person;
mod priority;
mod robustness;
mod sessions;
mod states;

use super::*;
use crate::applicant::{Attempt, LearnerPermit, Test, TestOutcome};
use crate::application::fixtures;
pub(super) use crate::application::fixtures::{application, application_id, at, day};
use crate::licence::LicenceClass;
use crate::seed;
use std::sync::LazyLock;

/// 2026-11-22, a Sunday at noon.
pub(super) const NOW: &str = "2026-11-22T12:00:00+08:00";

/// The seed's policy, read once.
static POLICY: LazyLock<Policy> = LazyLock::new(|| seed::policy(day("2026-11-22")).unwrap());

pub(super) fn policy() -> Policy {
    POLICY.clone()
}

/// A made-up person of class C1 with everything in order who passed subject 1 and can take 2 and 3.
pub(super) fn record() -> ApplicantRecord {
    let mut record = fixtures::record();
    record.applicant.medical_on = Some(day("2026-08-20"));
    record.applicant.permit = Some(LearnerPermit { issued_on: day("2026-09-15"), expires_on: day("2029-09-15") });
    record.tests = vec![scored(Subject::One, "2026-09-14T09:00:00+08:00", 95)];
    record
}

/// The same person when accepted long ago, with a permit issued on that day.
pub(super) fn record_with_permit(issued_on: &str) -> ApplicantRecord {
    let mut record = record();
    let issued_on = day(issued_on);
    record.applicant.accepted_at = Timestamp::start_of(issued_on).plus_days(-30);
    // Renewed while the person is under way; the tests of the certificate itself choose their own day.
    record.applicant.medical_on = Some(day("2026-11-01"));
    record.applicant.permit = Some(LearnerPermit { issued_on, expires_on: super::permit::years_after(issued_on, 3) });
    record.tests =
        vec![Test { taken_at: Timestamp::start_of(issued_on).plus_days(-1), ..scored(Subject::One, NOW, 95) }];
    record
}

pub(super) fn scored(subject: Subject, taken_at: &str, score: u8) -> Test {
    fixtures::test(subject, taken_at, TestOutcome::Scored { score })
}

/// A booking that failed twice on one day, from before this system.
pub(super) fn failed_booking(subject: Subject, day: &str) -> [Test; 2] {
    let first = scored(subject, &format!("{day}T09:00:00+08:00"), 40);
    let make_up = Test { attempt: Attempt::MakeUp, ..scored(subject, &format!("{day}T10:00:00+08:00"), 50) };
    [first, make_up]
}

/// The codes against a subject at an instant.
pub(super) fn codes(record: &ApplicantRecord, subject: Subject, now: &str) -> Vec<RefusalCode> {
    codes_under(record, subject, now, &policy())
}

pub(super) fn codes_under(record: &ApplicantRecord, subject: Subject, now: &str, policy: &Policy) -> Vec<RefusalCode> {
    codes_of(&check_eligibility(record, subject, None, at(now), policy))
}

pub(super) fn codes_of(eligibility: &Eligibility) -> Vec<RefusalCode> {
    eligibility.refusals().iter().map(|refusal| refusal.code.clone()).collect()
}

/// The only refusal of a subject at an instant.
pub(super) fn only(record: &ApplicantRecord, subject: Subject, now: &str) -> Refusal {
    let eligibility = check_eligibility(record, subject, None, at(now), &policy());
    assert_eq!(eligibility.refusals().len(), 1, "exactly one reason: {:?}", eligibility.refusals());
    eligibility.refusals()[0].clone()
}

#[test]
fn a_person_with_everything_in_order_may_book() {
    for subject in [Subject::Two, Subject::Three] {
        assert_eq!(codes(&record(), subject, NOW), [], "subject {}", subject.number());
    }
}

#[test]
fn all_reasons_are_given_at_once_and_the_last_one_decides_when_it_is_possible() {
    let mut record = record();
    record.tests.clear();
    record.applicant.permit = Some(LearnerPermit { issued_on: day("2026-11-20"), expires_on: day("2029-11-20") });
    record.applicant.medical_on = None;
    let found = codes(&record, Subject::Two, NOW);
    assert_eq!(found.len(), 3, "order, wait and certificate: {found:?}");
    let waiting = record_with_permit("2026-11-20");
    let eligibility = check_eligibility(&waiting, Subject::Three, None, at(NOW), &policy());
    assert_eq!(eligibility.possible_from(), Some(day("2026-12-20")), "thirty days after the permit");
    let eligibility = check_eligibility(&record, Subject::Three, None, at(NOW), &policy());
    assert_eq!(eligibility.possible_from(), None, "waiting does not pass subject 1");
}

#[test]
fn the_wire_form_of_a_refusal_is_stable() {
    let refusal = only(&record_with_permit("2026-11-20"), Subject::Two, NOW);
    let json = serde_json::to_value(&refusal).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "code": "wait_after_permit",
            "issued_on": "2026-11-20",
            "days": 10,
            "cite": { "source": "公安部令第162号 机动车驾驶证申领和使用规定", "articles": [43, 44], "trust": "R",
                "note": "car_classes：汽车类的范围未核对原文" },
            "judged": "application",
            "possible_from": "2026-11-30",
        }),
        "screens and the centre read this form"
    );
    assert_eq!(serde_json::from_value::<Refusal>(json).unwrap(), refusal, "and it is read back");
    let verdict = serde_json::to_value(Eligibility::Refused(vec![refusal.clone()])).unwrap();
    assert_eq!(
        serde_json::from_value::<Eligibility>(verdict).unwrap(),
        Eligibility::Refused(vec![refusal]),
        "also inside a verdict"
    );
    let eligible = serde_json::to_value(Eligibility::Eligible).unwrap();
    assert_eq!(eligible, serde_json::json!({ "verdict": "eligible" }), "nothing against it");
}
