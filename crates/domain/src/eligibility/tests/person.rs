//! Age, blocks and the medical certificate (art. 14, 15, 23, 93).

use super::*;
use crate::applicant::{Block, BlockReason};
use crate::licence::BusinessType;
use crate::policy::local::MedicalJudged;

#[test]
fn a_class_can_be_applied_for_from_the_birthday_on() {
    let mut record = record();
    record.applicant.birth_date = day("2008-11-23");
    let refusal = only(&record, Subject::Two, NOW);
    assert_eq!(refusal.code, RefusalCode::TooYoung { from_years: 18 }, "17 years on the day before the birthday");
    assert_eq!(refusal.possible_from, Some(day("2026-11-23")), "possible on the birthday");
    assert_eq!(refusal.cite.articles, [14], "by article 14");
    record.applicant.birth_date = day("2008-11-22");
    assert_eq!(codes(&record, Subject::Two, NOW), [], "18 years today");
}

#[test]
fn a_class_with_an_upper_limit_ends_with_that_birthday() {
    let mut record = record_with_permit("2026-09-01");
    record.applicant.class = LicenceClass::D;
    record.applicant.birth_date = day("1956-11-22");
    assert_eq!(codes(&record, Subject::Two, NOW), [], "70 years today: the last day");
    record.applicant.birth_date = day("1956-11-21");
    let found = codes(&record, Subject::Two, NOW);
    let code = RefusalCode::TooOld { to_years: 70, last_day: day("2026-11-21") };
    assert!(found.contains(&code), "70 years and a day: {found:?}");
    record.applicant.class = LicenceClass::C1;
    assert_eq!(codes(&record, Subject::Two, NOW), [], "a car has no upper limit");
}

#[test]
fn blocks_bind_through_their_last_day() {
    let mut record = record();
    let block = |from: &str, until: Option<&str>| Block {
        reason: BlockReason::Cheating,
        from: day(from),
        until: until.map(day),
    };
    record.applicant.blocks = vec![block("2025-11-22", Some("2026-11-22"))];
    let refusal = only(&record, Subject::Two, NOW);
    let code = RefusalCode::Blocked { reason: BlockReason::Cheating, until: Some(day("2026-11-22")) };
    assert_eq!(refusal.code, code, "today is its last day");
    assert_eq!(refusal.possible_from, Some(day("2026-11-23")), "tomorrow it is gone");
    assert_eq!(refusal.cite.articles, [15, 93], "the articles of its reason");
    record.applicant.blocks = vec![block("2025-11-21", Some("2026-11-21"))];
    assert_eq!(codes(&record, Subject::Two, NOW), [], "yesterday was its last day");
    record.applicant.blocks = vec![block("2020-01-01", None)];
    assert_eq!(only(&record, Subject::Two, NOW).possible_from, None, "a block for life does not end");
}

#[test]
fn a_block_that_begins_before_the_test_binds_it() {
    let mut record = record();
    record.applicant.blocks =
        vec![Block { reason: BlockReason::Revoked, from: day("2026-12-10"), until: Some(day("2027-12-10")) }];
    assert_eq!(codes(&record, Subject::Two, NOW), [], "today nothing is against an application");
    let site = sessions::site();
    for (starts_at, refused) in [("2026-12-09T08:30:00+08:00", false), ("2026-12-10T08:30:00+08:00", true)] {
        let session = sessions::session(1, starts_at);
        let wanted = Wanted { session: &session, site: &site, taken_sessions: &[] };
        let eligibility = check_eligibility(&record, Subject::Two, Some(wanted), at(NOW), &policy());
        assert_eq!(!eligibility.is_eligible(), refused, "a test on {starts_at}");
    }
}

#[test]
fn a_medical_certificate_is_valid_for_six_months_to_the_application_and_the_test() {
    let mut record = record();
    record.applicant.medical_on = Some(day("2026-05-22"));
    assert_eq!(codes(&record, Subject::Two, NOW), [], "six months today");
    record.applicant.medical_on = Some(day("2026-05-21"));
    let refusal = only(&record, Subject::Two, NOW);
    let code = RefusalCode::MedicalTooOld { medical_on: day("2026-05-21"), months: 6 };
    assert_eq!((refusal.code, refusal.judged), (code, Judged::Both), "six months yesterday");
    assert_eq!(refusal.cite.articles, [23], "by article 23");

    record.applicant.medical_on = Some(day("2026-06-10"));
    let site = sessions::site();
    for (starts_at, refused) in [("2026-12-10T08:30:00+08:00", false), ("2026-12-11T08:30:00+08:00", true)] {
        let session = sessions::session(1, starts_at);
        let wanted = Wanted { session: &session, site: &site, taken_sessions: &[] };
        let eligibility = check_eligibility(&record, Subject::Two, Some(wanted), at(NOW), &policy());
        assert_eq!(!eligibility.is_eligible(), refused, "a test on {starts_at}");
    }
    record.applicant.medical_on = None;
    assert_eq!(codes(&record, Subject::Two, NOW), [RefusalCode::MedicalMissing], "none at all");
}

#[test]
fn the_policy_may_judge_the_certificate_at_the_acceptance_alone() {
    let mut record = record();
    let mut policy = policy();
    policy.local.readings.medical_judged_on = MedicalJudged::Acceptance;
    record.applicant.medical_on = Some(day("2026-03-01"));
    assert_eq!(codes_under(&record, Subject::Two, NOW, &policy), [], "accepted on the last of six months");
    record.applicant.medical_on = Some(day("2026-02-28"));
    assert_eq!(
        codes_under(&record, Subject::Two, NOW, &policy),
        [RefusalCode::MedicalTooOld { medical_on: day("2026-02-28"), months: 6 }],
        "a day older is too old"
    );
    record.applicant.medical_on = Some(day("2026-11-01"));
    assert_eq!(codes_under(&record, Subject::Two, NOW, &policy), [], "one that was handed in later is good");
}

#[test]
fn twelve_points_need_no_certificate() {
    let mut record = record();
    record.tests.clear();
    record.applicant.medical_on = None;
    record.applicant.business = BusinessType::FullPoints;
    assert_eq!(codes(&record, Subject::One, NOW), [], "the licence is held already");
}
