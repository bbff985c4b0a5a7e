//! Bookings, retries, the limit of five and what its last failure voids (art. 47).

use super::*;
use crate::application::ApplicationState;
use crate::ids::SessionId;

/// Failed bookings of subject 2 on five days, ten days and more apart.
const DAYS: [&str; 5] = ["2026-09-25", "2026-10-08", "2026-10-19", "2026-10-30", "2026-11-10"];

fn with_failures(count: usize) -> ApplicantRecord {
    let mut record = record();
    record.tests.extend(DAYS[..count].iter().flat_map(|day| failed_booking(Subject::Two, day)));
    record
}

#[test]
fn a_failed_booking_is_followed_by_ten_days_of_waiting() {
    let mut record = record();
    record.tests.extend(failed_booking(Subject::Two, "2026-11-12"));
    assert_eq!(codes(&record, Subject::Two, "2026-11-22T00:00:00+08:00"), [], "ten days later");
    let refusal = only(&record, Subject::Two, "2026-11-21T23:59:59+08:00");
    assert_eq!(
        refusal.code,
        RefusalCode::WaitAfterFailure { failed_on: day("2026-11-12"), days: 10 },
        "a second earlier is too early"
    );
    assert_eq!(refusal.possible_from, Some(day("2026-11-22")), "and says when");
    assert_eq!(refusal.cite.articles, [47], "by article 47");
    assert_eq!(codes(&record, Subject::Three, "2026-11-13T00:00:00+08:00"), [], "the other subject does not wait");
}

#[test]
fn a_missed_test_waits_like_a_failed_one() {
    let mut record = record();
    record.tests.push(fixtures::test(Subject::Two, "2026-11-20T09:00:00+08:00", TestOutcome::Missed));
    assert_eq!(
        codes(&record, Subject::Two, NOW),
        [RefusalCode::WaitAfterFailure { failed_on: day("2026-11-20"), days: 10 }],
        "not coming counts as failed (art. 46)"
    );
}

#[test]
fn subjects_one_and_four_are_retried_at_once_unless_the_policy_says_otherwise() {
    let mut record = record();
    record.tests = vec![scored(Subject::One, "2026-11-21T09:00:00+08:00", 89)];
    assert_eq!(codes(&record, Subject::One, NOW), [], "the ten days bind 2 and 3 only");
    let mut record = super::record();
    record.tests.push(scored(Subject::Two, "2026-11-01T09:00:00+08:00", 100));
    record.tests.push(scored(Subject::Three, "2026-11-02T09:00:00+08:00", 100));
    record.tests.push(scored(Subject::Four, "2026-11-21T09:00:00+08:00", 50));
    assert_eq!(codes(&record, Subject::Four, NOW), [], "4 is not bound by default");
    let mut policy = policy();
    policy.local.readings.retry_wait_also_for = vec![Subject::Four];
    assert_eq!(
        codes_under(&record, Subject::Four, NOW, &policy),
        [RefusalCode::WaitAfterFailure { failed_on: day("2026-11-21"), days: 10 }],
        "the parameter binds it"
    );
}

#[test]
fn a_try_and_its_make_up_test_are_one_booking() {
    assert_eq!(count_bookings(&with_failures(4), Subject::Two, &policy()), 4, "eight tests, four bookings");
    let mut record = record();
    record.tests.push(scored(Subject::Two, "2026-11-01T09:00:00+08:00", 10));
    record.tests.push(scored(Subject::Two, "2026-11-12T09:00:00+08:00", 10));
    assert_eq!(count_bookings(&record, Subject::Two, &policy()), 2, "two first tries are two bookings");
}

#[test]
fn tests_of_one_application_are_one_booking_with_it() {
    let mut record = record();
    let mut application = application(5, ApplicationState::Tested { session: SessionId(1) });
    application.accepted_at = at("2026-10-01T09:00:00+08:00");
    let id = Some(application.id);
    record.applications = vec![application];
    assert_eq!(count_bookings(&record, Subject::Two, &policy()), 1, "the booking counts before its scores are known");
    for test in failed_booking(Subject::Two, "2026-10-20") {
        record.tests.push(Test { application: id, ..test });
    }
    assert_eq!(count_bookings(&record, Subject::Two, &policy()), 1, "and once afterwards");
}

#[test]
fn the_fifth_booking_is_possible_and_the_sixth_is_not() {
    let now = "2026-11-20T00:00:00+08:00";
    assert_eq!(codes(&with_failures(4), Subject::Two, now), [], "four are used, the fifth is possible");
    let five = codes(&with_failures(5), Subject::Two, now);
    assert_eq!(
        five,
        [RefusalCode::BookingLimit { limit: 5 }, RefusalCode::EarlierSubjectMissing { missing: vec![Subject::One] }]
            .into_iter()
            .rev()
            .collect::<Vec<_>>(),
        "the limit is reached, and its failure voided subject 1"
    );
    let mut record = with_failures(5);
    record.applicant.permit = Some(LearnerPermit { issued_on: day("2026-11-12"), expires_on: day("2029-11-12") });
    assert_eq!(count_bookings(&record, Subject::Two, &policy()), 0, "a new permit counts anew");
}

#[test]
fn the_fifth_failure_voids_the_other_passed_subjects() {
    let passed_three = || scored(Subject::Three, "2026-11-01T09:00:00+08:00", 95);
    let mut record = with_failures(4);
    record.tests.push(passed_three());
    assert!(find_passed(&record, Subject::Three, at(NOW), &policy()).is_some(), "four failures void nothing");
    let mut record = with_failures(5);
    record.tests.push(passed_three());
    for subject in [Subject::One, Subject::Three] {
        assert_eq!(find_passed(&record, subject, at(NOW), &policy()), None, "subject {} is void", subject.number());
    }
    assert!(
        find_passed(&record, Subject::Three, at("2026-11-09T12:00:00+08:00"), &policy()).is_some(),
        "it counted until the fifth failure"
    );
    assert_eq!(codes(&record, Subject::One, NOW), [], "the person begins with subject 1 again");
}

#[test]
fn a_passed_test_that_became_void_is_no_failure_to_wait_for() {
    let mut record = with_failures(5);
    record.tests.push(scored(Subject::Three, "2026-11-09T09:00:00+08:00", 95));
    let now = "2026-11-11T09:00:00+08:00";
    assert_eq!(find_passed(&record, Subject::Three, at(now), &policy()), None, "the fifth failure voided it");
    assert_eq!(
        codes(&record, Subject::Three, now),
        [RefusalCode::EarlierSubjectMissing { missing: vec![Subject::One] }],
        "subject 3 was not failed, so nothing is waited for"
    );
}

#[test]
fn a_fifth_booking_that_passes_voids_nothing() {
    let mut record = with_failures(4);
    record.tests.push(scored(Subject::Two, "2026-11-10T09:00:00+08:00", 80));
    assert!(find_passed(&record, Subject::One, at(NOW), &policy()).is_some(), "subject 1 still counts");
    assert!(find_passed(&record, Subject::Two, at(NOW), &policy()).is_some(), "subject 2 is passed at the last try");
}

#[test]
fn the_first_try_of_the_fifth_booking_voids_nothing_yet() {
    let mut record = with_failures(4);
    record.tests.push(scored(Subject::Two, "2026-11-10T09:00:00+08:00", 10));
    assert!(find_passed(&record, Subject::One, at(NOW), &policy()).is_some(), "the make-up test is still open");
    record.tests.push(Test { attempt: Attempt::MakeUp, ..scored(Subject::Two, "2026-11-10T10:00:00+08:00", 10) });
    assert_eq!(find_passed(&record, Subject::One, at(NOW), &policy()), None, "it failed too");
}

#[test]
fn a_booking_cancelled_in_time_counts_only_where_the_policy_says_so() {
    let mut record = with_failures(4);
    let session = SessionId(1);
    let mut cancelled = application(5, ApplicationState::CancelledByApplicant { session, cancelled_at: at(NOW) });
    cancelled.accepted_at = at("2026-11-13T09:00:00+08:00");
    record.applications = vec![cancelled];
    let mut policy = policy();
    assert_eq!(codes_under(&record, Subject::Two, NOW, &policy), [], "not by default");
    policy.local.readings.cancelled_booking_counts = true;
    assert_eq!(
        codes_under(&record, Subject::Two, NOW, &policy),
        [RefusalCode::BookingLimit { limit: 5 }],
        "the parameter counts it"
    );
}

#[test]
fn one_live_application_for_each_subject() {
    let session = SessionId(1);
    let table = [
        (ApplicationState::AwaitingCode, true),
        (ApplicationState::Queued, true),
        (ApplicationState::Placed { session, placed_at: at(NOW) }, true),
        (ApplicationState::Unplaced, false),
        (ApplicationState::Withdrawn, false),
        (ApplicationState::CancelledByApplicant { session, cancelled_at: at(NOW) }, false),
        (ApplicationState::CancelledByOffice { session: None }, false),
        (ApplicationState::Lapsed, false),
    ];
    for (state, refused) in table {
        let mut record = record();
        record.applications = vec![application(7, state)];
        let live = RefusalCode::LiveApplication { application: application_id(7) };
        assert_eq!(codes(&record, Subject::Two, NOW).contains(&live), refused, "{state:?}");
        assert_eq!(codes(&record, Subject::Three, NOW), [], "another subject is free");
    }
}
