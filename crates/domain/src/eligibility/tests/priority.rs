//! Who may book with priority (guide, 优先预约).

use super::*;
use crate::application::{ApplicationState, Wish};
use crate::ids::SessionId;

fn priority_codes(record: &ApplicantRecord, now: &str) -> Vec<RefusalCode> {
    codes_of(&check_priority(record, Subject::Two, at(now), &policy()))
}

#[test]
fn a_permit_with_less_than_six_months_left_opens_priority() {
    // The permit ends on 2027-05-22.
    let record = record_with_permit("2024-05-22");
    assert_eq!(priority_codes(&record, "2026-11-23T00:00:00+08:00"), [], "less than six months are left");
    let eligibility = check_priority(&record, Subject::Two, at("2026-11-22T23:59:59+08:00"), &policy());
    let refusal = &eligibility.refusals()[0];
    assert_eq!(
        refusal.code,
        RefusalCode::PermitNotEnding { months: 6, last_day: day("2027-05-22") },
        "exactly six months are not less than six"
    );
    assert_eq!(refusal.possible_from, Some(day("2026-11-23")), "and it says from when");
}

#[test]
fn the_first_day_of_priority_is_right_at_ends_of_months() {
    // (permit issued, last day, first day with less than six months left)
    for (issued, first) in [("2023-08-31", "2026-03-01"), ("2024-02-28", "2026-08-29"), ("2024-02-29", "2026-08-29")] {
        let record = record_with_permit(issued);
        let eligibility = check_priority(&record, Subject::Two, at("2025-01-10T09:00:00+08:00"), &policy());
        assert_eq!(eligibility.possible_from(), Some(day(first)), "a permit issued on {issued}");
    }
}

#[test]
fn without_a_permit_there_is_no_priority() {
    let mut record = record();
    record.applicant.permit = None;
    assert_eq!(priority_codes(&record, NOW), [RefusalCode::PermitMissing], "said once");
    record.tests.clear();
    let for_one = codes_of(&check_priority(&record, Subject::One, at(NOW), &policy()));
    assert_eq!(for_one, [RefusalCode::PermitMissing], "subject 1 itself could be booked normally");
}

#[test]
fn an_expired_permit_opens_no_priority() {
    let record = record_with_permit("2023-11-21");
    for subject in [Subject::One, Subject::Two] {
        let found = codes_of(&check_priority(&record, subject, at(NOW), &policy()));
        let expired = RefusalCode::PermitExpired { last_day: day("2026-11-21") };
        let count = found.iter().filter(|code| **code == expired).count();
        assert_eq!(count, 1, "subject {} after the last day, said once: {found:?}", subject.number());
    }
}

#[test]
fn priority_is_used_once_for_each_subject() {
    let session = SessionId(1);
    let table = [
        (ApplicationState::Tested { session }, true),
        (ApplicationState::CancelledByApplicant { session, cancelled_at: at(NOW) }, true),
        (ApplicationState::Placed { session, placed_at: at(NOW) }, true),
        (ApplicationState::CancelledByOffice { session: Some(session) }, false),
        (ApplicationState::Lapsed, false),
        (ApplicationState::AwaitingCode, false),
    ];
    for (state, used) in table {
        let mut record = record_with_permit("2024-01-10");
        let mut earlier = application(3, state);
        earlier.wish = Wish::Priority { session };
        record.applications = vec![earlier];
        let code = RefusalCode::PriorityUsed { application: application_id(3), times: 1 };
        assert_eq!(priority_codes(&record, NOW).contains(&code), used, "{state:?}");
        let three = codes_of(&check_priority(&record, Subject::Three, at(NOW), &policy()));
        assert_eq!(three, [], "subject 3 has its own");
    }
    let mut record = record_with_permit("2024-01-10");
    record.applications = vec![application(3, ApplicationState::Tested { session })];
    assert_eq!(priority_codes(&record, NOW), [], "a normal booking does not use it up");
}

#[test]
fn a_queued_normal_application_does_not_stand_against_priority_but_a_place_does() {
    let mut record = record_with_permit("2024-01-10");
    record.applications = vec![application(3, ApplicationState::Queued)];
    assert_eq!(priority_codes(&record, NOW), [], "a priority success withdraws it");
    assert!(!check_eligibility(&record, Subject::Two, None, at(NOW), &policy()).is_eligible(), "a normal one waits");
    record.applications = vec![application(3, ApplicationState::Placed { session: SessionId(1), placed_at: at(NOW) })];
    assert_eq!(
        priority_codes(&record, NOW),
        [RefusalCode::LiveApplication { application: application_id(3) }],
        "a place is not given twice"
    );
}

#[test]
fn priority_needs_the_subject_to_be_bookable() {
    let mut record = record_with_permit("2024-01-10");
    record.tests.clear();
    assert_eq!(
        priority_codes(&record, NOW),
        [RefusalCode::EarlierSubjectMissing { missing: vec![Subject::One] }],
        "the order of subjects holds for everybody"
    );
}

#[test]
fn the_numbers_of_priority_come_from_the_policy() {
    let record = record_with_permit("2024-05-22");
    let mut policy = policy();
    policy.local.priority.permit_months_left_below = 3;
    let found = codes_of(&check_priority(&record, Subject::Two, at("2026-12-01T09:00:00+08:00"), &policy));
    assert_eq!(
        found,
        [RefusalCode::PermitNotEnding { months: 3, last_day: day("2027-05-22") }],
        "another number of months"
    );
}
