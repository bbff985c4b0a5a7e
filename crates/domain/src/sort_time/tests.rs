use super::*;
use crate::applicant::{Attempt, Test};
use crate::application::Application;
use crate::application::fixtures::{ACCEPTED, application, at, record, test};
use crate::ids::SessionId;
use proptest::prelude::*;

const PASSED: TestOutcome = TestOutcome::Scored { score: 95 };
const OCTOBER: &str = "2026-10-18T09:40:00+08:00";
const NOVEMBER: &str = "2026-11-19T15:20:00+08:00";

fn policy(scope: SortScope) -> Policy {
    let mut policy = crate::application::fixtures::policy();
    policy.local.rank.scope = scope;
    policy
}

fn cancelled(subject: Subject, cancelled_at: &str) -> Application {
    let state = ApplicationState::CancelledByApplicant { session: SessionId(1), cancelled_at: at(cancelled_at) };
    Application { subject, ..application(1, state) }
}

fn rules(sort_time: &SortTime) -> Vec<(u8, Timestamp, bool)> {
    sort_time.rules.iter().map(|applied| (applied.rule.number(), applied.at, applied.counts)).collect()
}

#[test]
fn the_first_booking_of_subject_1_counts_from_the_acceptance() {
    let sorted = sort_time(&record(), Subject::One, &policy(SortScope::AllSubjects));
    assert_eq!(rules(&sorted), [(1, at(ACCEPTED), true)], "rule 1 alone");
    assert_eq!(sorted.value, at(ACCEPTED), "the acceptance time of the licence application");
    assert_eq!(sorted.version.local, "local-2026-01-01", "the outcome names the version that decided it");
}

#[test]
fn another_booking_counts_from_the_last_test_of_any_subject() {
    let mut record = record();
    record.tests = vec![
        test(Subject::One, "2026-09-20T09:00:00+08:00", PASSED),
        test(Subject::Three, OCTOBER, TestOutcome::Scored { score: 10 }),
    ];
    for subject in Subject::ALL {
        let sorted = sort_time(&record, subject, &policy(SortScope::AllSubjects));
        assert_eq!(rules(&sorted), [(2, at(OCTOBER), true)], "rule 2 with the latest test, also for {subject:?}");
    }
}

#[test]
fn a_make_up_test_is_a_test() {
    let mut record = record();
    record.tests = vec![test(Subject::One, "2026-09-20T09:00:00+08:00", PASSED)];
    record.tests.push(Test { attempt: Attempt::MakeUp, ..test(Subject::Two, OCTOBER, PASSED) });
    assert_eq!(
        sort_time(&record, Subject::Two, &policy(SortScope::AllSubjects)).value,
        at(OCTOBER),
        "the make-up test was the last test"
    );
}

#[test]
fn without_any_test_another_subject_counts_from_the_acceptance_under_rule_2() {
    let sorted = sort_time(&record(), Subject::Two, &policy(SortScope::AllSubjects));
    assert_eq!(rules(&sorted), [(2, at(ACCEPTED), true)], "some tracks begin without subject 1");
    assert_eq!(sorted.rules[0].cause, SortCause::Accepted, "there was no test to name");
}

#[test]
fn a_cancelled_success_moves_back_and_rule_4_says_that_the_latest_counts() {
    let mut record = record();
    record.tests = vec![test(Subject::Two, OCTOBER, PASSED)];
    record.applications = vec![cancelled(Subject::Three, NOVEMBER)];
    let sorted = sort_time(&record, Subject::Three, &policy(SortScope::AllSubjects));
    let expected = [(2, at(OCTOBER), false), (3, at(NOVEMBER), false), (4, at(NOVEMBER), true)];
    assert_eq!(rules(&sorted), expected, "rules 2 and 3 both apply, so rule 4 takes the latest");
}

#[test]
fn a_test_after_the_cancellation_counts_instead_of_it() {
    let mut record = record();
    record.tests = vec![test(Subject::Two, NOVEMBER, PASSED)];
    record.applications = vec![cancelled(Subject::Three, OCTOBER)];
    let sorted = sort_time(&record, Subject::Three, &policy(SortScope::AllSubjects));
    assert_eq!(sorted.value, at(NOVEMBER), "the latest of both");
    assert_eq!(sorted.rules[2].cause, SortCause::Test { subject: Subject::Two }, "rule 4 names what decided");
}

#[test]
fn the_next_booking_after_a_cancelled_first_one_is_not_the_first() {
    let mut record = record();
    record.applications = vec![cancelled(Subject::One, OCTOBER)];
    let numbers: Vec<_> =
        rules(&sort_time(&record, Subject::One, &policy(SortScope::AllSubjects))).iter().map(|rule| rule.0).collect();
    assert_eq!(numbers, [2, 3, 4], "rule 1 is for the first booking only");
}

#[test]
fn a_missed_test_moves_back_like_a_cancellation() {
    let mut record = record();
    record.tests = vec![test(Subject::Two, OCTOBER, TestOutcome::Missed)];
    let sorted = sort_time(&record, Subject::Two, &policy(SortScope::AllSubjects));
    assert_eq!(sorted.value, at(OCTOBER), "not coming moves to the test's begin");
    assert_eq!(sorted.rules[1].cause, SortCause::Missed { subject: Subject::Two }, "rule 3 names the missed test");
}

#[test]
fn the_parameter_decides_whether_other_subjects_move_too() {
    let mut record = record();
    record.tests =
        vec![test(Subject::One, OCTOBER, PASSED), test(Subject::Two, "2026-11-01T09:00:00+08:00", TestOutcome::Missed)];
    record.applications = vec![cancelled(Subject::Two, NOVEMBER)];
    assert_eq!(
        sort_time(&record, Subject::Three, &policy(SortScope::AllSubjects)).value,
        at(NOVEMBER),
        "by default all subjects move"
    );
    assert_eq!(
        sort_time(&record, Subject::Three, &policy(SortScope::OwnSubject)).value,
        at(OCTOBER),
        "else the others stay at the last test"
    );
    assert_eq!(
        sort_time(&record, Subject::Two, &policy(SortScope::OwnSubject)).value,
        at(NOVEMBER),
        "the subject itself moves in any case"
    );
}

#[test]
fn a_restart_counts_as_the_first_booking_until_something_happens_after_it() {
    let mut record = record();
    record.tests = vec![test(Subject::One, "2026-09-20T09:00:00+08:00", PASSED)];
    record.applicant.restarted_at = Some(at(OCTOBER));
    let sorted = sort_time(&record, Subject::Two, &policy(SortScope::AllSubjects));
    assert_eq!(rules(&sorted), [(1, at(OCTOBER), true)], "the later business stands in for the acceptance");
    assert_eq!(sorted.rules[0].cause, SortCause::Restarted, "and is named");

    record.tests.push(test(Subject::Two, NOVEMBER, PASSED));
    assert_eq!(
        rules(&sort_time(&record, Subject::Three, &policy(SortScope::AllSubjects))),
        [(2, at(NOVEMBER), true)],
        "then tests count again"
    );
}

#[test]
fn withdrawals_refusals_and_cancellations_by_the_office_change_nothing() {
    let session = SessionId(1);
    for state in [
        ApplicationState::Withdrawn,
        ApplicationState::Unplaced,
        ApplicationState::CancelledByOffice { session: Some(session) },
        ApplicationState::Superseded { by: crate::application::fixtures::application_id(2) },
        ApplicationState::Lapsed,
    ] {
        let mut record = record();
        record.applications = vec![Application { subject: Subject::One, ..application(1, state) }];
        let sorted = sort_time(&record, Subject::One, &policy(SortScope::AllSubjects));
        assert_eq!(rules(&sorted), [(1, at(ACCEPTED), true)], "{state:?} leaves the rank alone");
    }
}

#[test]
fn what_if_tells_what_cancelling_or_missing_would_cost() {
    let mut record = record();
    record.tests = vec![test(Subject::One, OCTOBER, PASSED)];
    let cancel = SortEvent::Cancel { subject: Subject::Two, at: at(NOVEMBER) };
    let change = what_if(&record, Subject::Three, cancel, &policy(SortScope::AllSubjects));
    assert_eq!((change.before.value, change.after.value), (at(OCTOBER), at(NOVEMBER)), "moved to the cancellation");
    let change = what_if(&record, Subject::Three, cancel, &policy(SortScope::OwnSubject));
    assert_eq!(change.before, change.after, "another subject stays, if so ruled");
    let miss = SortEvent::Miss { subject: Subject::Two, at: at(NOVEMBER) };
    assert_eq!(
        what_if(&record, Subject::Two, miss, &policy(SortScope::OwnSubject)).after.value,
        at(NOVEMBER),
        "missing costs the same"
    );
}

proptest! {
    #[test]
    fn the_sort_time_is_the_latest_rule_and_exactly_one_rule_counts(
        days in prop::collection::vec((0_i64..90, 0_usize..4, 0_u8..3), 0..6),
        restarted in prop::option::of(0_i64..90),
        subject in 0_usize..4,
    ) {
        let mut record = record();
        let begin = at(ACCEPTED);
        record.applicant.restarted_at = restarted.map(|day| begin.plus_days(day));
        for (day, of, kind) in days {
            let moment = begin.plus_days(day).to_string();
            match kind {
                0 => record.tests.push(test(Subject::ALL[of], &moment, PASSED)),
                1 => record.tests.push(test(Subject::ALL[of], &moment, TestOutcome::Missed)),
                _ => record.applications.push(cancelled(Subject::ALL[of], &moment)),
            }
        }
        let subject = Subject::ALL[subject];
        let sorted = sort_time(&record, subject, &policy(SortScope::AllSubjects));
        let latest = sorted.rules.iter().map(|rule| rule.at).max();
        prop_assert_eq!(Some(sorted.value), latest, "smaller instants never win");
        let counting: Vec<_> = sorted.rules.iter().filter(|rule| rule.counts).map(|rule| rule.at).collect();
        prop_assert_eq!(counting, vec![sorted.value], "one rule counts, and it gives the sort time");
        prop_assert_eq!(sorted.rules.len() > 1, sorted.rules.iter().any(|rule| rule.rule == SortRule::Latest),
            "rule 4 appears when several apply");
        let everything = record.tests.iter().map(|test| test.taken_at)
            .chain(record.applications.iter().filter_map(|application| match application.state {
                ApplicationState::CancelledByApplicant { cancelled_at, .. } => Some(cancelled_at),
                _ => None,
            }))
            .chain(record.applicant.restarted_at).chain([begin]).max();
        prop_assert_eq!(Some(sorted.value), everything, "with all subjects moving it is the latest instant of all");
        prop_assert!(sort_time(&record, subject, &policy(SortScope::OwnSubject)).value <= sorted.value, "the narrower scope never costs more");
    }
}
