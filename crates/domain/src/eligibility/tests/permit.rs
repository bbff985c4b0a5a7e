//! The permit's life and the waits that run from it (art. 41, 43, 44).

use super::*;
use crate::licence::BusinessType;
use crate::policy::local::WaitEnd;

#[test]
fn waits_end_on_the_day_after_so_many_full_days() {
    use LicenceClass::{B2, C1, C2, D};
    // Issued on 2026-11-01: (class, subject, the first day of application)
    let table = [
        (C1, Subject::Two, "2026-11-11"),
        (B2, Subject::Two, "2026-11-21"),
        (C2, Subject::Three, "2026-11-21"),
        (C1, Subject::Three, "2026-12-01"),
        (B2, Subject::Three, "2026-12-11"),
        (D, Subject::Two, "2026-11-01"),
        (D, Subject::Three, "2026-11-01"),
    ];
    for (class, subject, first_day) in table {
        let mut record = record_with_permit("2026-11-01");
        record.applicant.class = class;
        let first_day = day(first_day);
        let open = Timestamp::start_of(first_day);
        let name = format!("subject {} of {class}", subject.number());
        assert!(check_eligibility(&record, subject, None, open, &policy()).is_eligible(), "{name} on {first_day}");
        if first_day > day("2026-11-01") {
            let before = check_eligibility(&record, subject, None, open.plus_seconds(-1), &policy());
            assert_eq!(before.possible_from(), Some(first_day), "{name} a second earlier says when");
            assert_eq!(before.refusals()[0].cite.articles, [43, 44], "{name} cites the waits");
        }
    }
}

#[test]
fn holders_of_a_car_class_wait_less_for_a_lorry() {
    let mut record = record_with_permit("2026-11-01");
    record.applicant.class = LicenceClass::B2;
    record.applicant.business = BusinessType::Addition;
    record.applicant.held_classes = vec![LicenceClass::C1];
    assert_eq!(codes(&record, Subject::Three, "2026-12-01T00:00:00+08:00"), [], "30 days with C1");
    record.applicant.held_classes = vec![LicenceClass::D];
    let code = RefusalCode::WaitAfterPermit { issued_on: day("2026-11-01"), days: 40 };
    assert_eq!(codes(&record, Subject::Three, "2026-12-01T00:00:00+08:00"), [code], "40 days with a motorcycle only");
}

#[test]
fn the_policy_may_let_a_wait_end_on_the_day_of_the_test() {
    let record = record_with_permit("2026-11-20");
    let mut policy = policy();
    policy.local.readings.waits_end_on = WaitEnd::Test;
    assert_eq!(codes_under(&record, Subject::Two, NOW, &policy), [], "a later session may fit");
    let fitting = sessions::session(1, "2026-11-30T08:30:00+08:00");
    let early = sessions::session(2, "2026-11-29T08:30:00+08:00");
    let site = sessions::site();
    for (session, count) in [(&fitting, 0), (&early, 1)] {
        let wanted = Wanted { session, site: &site, taken_sessions: &[] };
        let eligibility = check_eligibility(&record, Subject::Two, Some(wanted), at(NOW), &policy);
        assert_eq!(eligibility.refusals().len(), count, "a test on {}", session.starts_at);
        assert!(eligibility.refusals().iter().all(|refusal| refusal.judged == Judged::Test), "judged on that day");
    }
}

#[test]
fn without_a_permit_only_subject_one_can_be_taken() {
    let mut record = record();
    record.applicant.permit = None;
    assert_eq!(only(&record, Subject::Two, NOW).code, RefusalCode::PermitMissing, "subject 2 is trained with a permit");
    record.tests.clear();
    assert_eq!(codes(&record, Subject::One, NOW), [], "subject 1 leads to it");
}

#[test]
fn a_permit_is_valid_through_its_last_day_of_application_and_test() {
    let record = record_with_permit("2023-12-01");
    let expired = RefusalCode::PermitExpired { last_day: day("2026-12-01") };
    assert_eq!(codes(&record, Subject::Two, "2026-12-01T23:59:59+08:00"), [], "three years later is its last day");
    let after = codes(&record, Subject::Two, "2026-12-02T00:00:00+08:00");
    assert!(after.contains(&expired), "the day after it is not valid: {after:?}");

    let site = sessions::site();
    for (starts_at, refused) in [("2026-12-01T08:30:00+08:00", false), ("2026-12-02T08:30:00+08:00", true)] {
        let session = sessions::session(1, starts_at);
        let wanted = Wanted { session: &session, site: &site, taken_sessions: &[] };
        let found = codes_of(&check_eligibility(&record, Subject::Two, Some(wanted), at(NOW), &policy()));
        assert_eq!(found.contains(&expired), refused, "a test on {starts_at}");
    }
}

#[test]
fn an_expired_permit_voids_what_was_passed_under_it() {
    let mut record = record_with_permit("2023-11-01");
    assert!(find_passed(&record, Subject::One, at("2026-11-01T12:00:00+08:00"), &policy()).is_some(), "still valid");
    assert_eq!(find_passed(&record, Subject::One, at(NOW), &policy()), None, "void after the last day");
    assert_eq!(codes(&record, Subject::One, NOW), [], "subject 1 can be taken again");
    record.tests.push(scored(Subject::One, "2026-11-10T09:00:00+08:00", 90));
    assert!(find_passed(&record, Subject::One, at(NOW), &policy()).is_some(), "what is passed afterwards counts");
}

#[test]
fn a_permit_never_lasts_past_the_age_limit() {
    let regulation = policy().regulation;
    let last = |issued: &str, birth: &str, class| last_permit_day(day(issued), day(birth), class, &regulation);
    let table = [
        ("2026-09-15", "2000-01-01", LicenceClass::C1, "2029-09-15"),
        ("2026-09-15", "1963-10-10", LicenceClass::B2, "2026-10-10"),
        ("2024-02-29", "2000-01-01", LicenceClass::C1, "2027-02-28"),
        ("2026-09-15", "1930-01-01", LicenceClass::C1, "2029-09-15"),
    ];
    for (issued, birth, class, expected) in table {
        assert_eq!(last(issued, birth, class), day(expected), "{class} issued {issued} to somebody born {birth}");
    }
}

#[test]
fn a_foreign_licence_is_exchanged_within_three_years_of_the_acceptance() {
    let mut record = record();
    record.tests.clear();
    record.applicant.permit = None;
    record.applicant.business = BusinessType::Foreign;
    record.applicant.medical_on = Some(day("2029-08-01"));
    assert_eq!(codes(&record, Subject::One, "2029-09-01T12:00:00+08:00"), [], "the last day");
    assert_eq!(
        codes(&record, Subject::One, "2029-09-02T12:00:00+08:00"),
        [RefusalCode::AcceptanceExpired { last_day: day("2029-09-01") }],
        "the day after"
    );
}
