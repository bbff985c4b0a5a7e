//! Tracks and the order of subjects (art. 30, 36, 37, 38, 39).

use super::*;
use crate::licence::BusinessType;

#[test]
fn subject_one_comes_first() {
    let mut record = record();
    record.tests.clear();
    record.applicant.permit = None;
    assert_eq!(codes(&record, Subject::One, NOW), [], "nothing comes before subject 1");
    for subject in [Subject::Two, Subject::Three] {
        let found = codes(&record, subject, NOW);
        assert!(
            found.contains(&RefusalCode::EarlierSubjectMissing { missing: vec![Subject::One] }),
            "subject {} waits for subject 1: {found:?}",
            subject.number()
        );
    }
}

#[test]
fn subject_four_comes_after_two_and_three_in_either_order() {
    let mut record = record();
    let missing = |subjects: &[Subject]| vec![RefusalCode::EarlierSubjectMissing { missing: subjects.to_vec() }];
    assert_eq!(codes(&record, Subject::Four, NOW), missing(&[Subject::Two, Subject::Three]), "both are missing");
    record.tests.push(scored(Subject::Three, "2026-11-01T09:00:00+08:00", 90));
    assert_eq!(codes(&record, Subject::Four, NOW), missing(&[Subject::Two]), "3 may be passed before 2");
    record.tests.push(scored(Subject::Two, "2026-11-05T09:00:00+08:00", 80));
    assert_eq!(codes(&record, Subject::Four, NOW), [], "both are passed");
    let refusal = only(&super::record(), Subject::Four, NOW);
    assert_eq!(refusal.cite.articles, [39], "the order is article 39");
}

#[test]
fn a_score_below_the_pass_mark_of_the_class_does_not_pass() {
    let mut record = record();
    for (class, score, passes) in [
        (LicenceClass::C1, 79, false),
        (LicenceClass::C1, 80, true),
        (LicenceClass::B2, 89, false),
        (LicenceClass::B2, 90, true),
    ] {
        record.applicant.class = class;
        record.tests.truncate(1);
        record.tests.push(scored(Subject::Two, "2026-11-05T09:00:00+08:00", score));
        let passed = find_passed(&record, Subject::Two, at(NOW), &policy());
        assert_eq!(passed.is_some(), passes, "{score} points in subject 2 of {class}");
    }
}

#[test]
fn a_passed_subject_is_not_booked_again() {
    let refusal = only(&record(), Subject::One, NOW);
    assert_eq!(refusal.code, RefusalCode::AlreadyPassed { passed_on: day("2026-09-14") }, "passed with 95");
}

#[test]
fn tests_from_before_the_acceptance_say_nothing() {
    let mut record = record();
    record.tests = vec![scored(Subject::One, "2026-08-31T09:00:00+08:00", 100)];
    let found = codes(&record, Subject::Two, NOW);
    assert_eq!(
        found,
        [RefusalCode::EarlierSubjectMissing { missing: vec![Subject::One] }],
        "they belong to an earlier licence application"
    );
}

#[test]
fn a_restart_by_twelve_points_voids_earlier_passes_but_a_change_of_place_does_not() {
    let mut record = record();
    record.applicant.restarted_at = Some(at("2026-10-01T09:00:00+08:00"));
    assert!(find_passed(&record, Subject::One, at(NOW), &policy()).is_some(), "a change of place keeps the tests");
    record.applicant.business = BusinessType::FullPoints;
    assert!(find_passed(&record, Subject::One, at(NOW), &policy()).is_none(), "subject 1 is taken anew");
}

#[test]
fn reduced_tracks_skip_what_is_not_part_of_them() {
    let mut record = record();
    record.tests.clear();
    record.applicant.business = BusinessType::Addition;
    record.applicant.held_classes = vec![LicenceClass::C1];
    record.applicant.class = LicenceClass::C6;
    let needed = vec![Subject::Two, Subject::Four];
    assert_eq!(
        codes(&record, Subject::One, NOW),
        [RefusalCode::SubjectNotNeeded { needed: needed.clone() }],
        "C6 has no subject 1"
    );
    assert_eq!(codes(&record, Subject::Three, NOW), [RefusalCode::SubjectNotNeeded { needed }], "nor subject 3");
    assert_eq!(codes(&record, Subject::Two, NOW), [], "subject 2 comes first there");
    assert_eq!(
        codes(&record, Subject::Four, NOW),
        [RefusalCode::EarlierSubjectMissing { missing: vec![Subject::Two] }],
        "subject 4 waits for 2 only"
    );
}

#[test]
fn a_military_licence_asks_for_subjects_one_and_three_or_for_none() {
    let mut record = record();
    record.tests.clear();
    record.applicant.permit = None;
    record.applicant.business = BusinessType::Military;
    assert_eq!(
        codes(&record, Subject::One, NOW),
        [RefusalCode::SubjectNotNeeded { needed: vec![] }],
        "a car class is exchanged without a test"
    );
    record.applicant.class = LicenceClass::B2;
    assert_eq!(codes(&record, Subject::One, NOW), [], "B2 begins with subject 1");
    assert_eq!(
        codes(&record, Subject::Three, NOW),
        [RefusalCode::EarlierSubjectMissing { missing: vec![Subject::One] }],
        "then subject 3, without permit or wait"
    );
}

#[test]
fn a_class_that_the_business_cannot_lead_to_is_refused() {
    let mut record = record();
    record.applicant.class = LicenceClass::A1;
    let code = RefusalCode::ClassNotOffered { business: BusinessType::First, class: LicenceClass::A1 };
    assert_eq!(codes(&record, Subject::Two, NOW), [code], "a first licence cannot be of class A1");
    record.applicant.class = LicenceClass::A3;
    assert!(
        !codes(&record, Subject::Two, NOW).iter().any(|code| matches!(code, RefusalCode::ClassNotOffered { .. })),
        "A3 can be a first licence"
    );
}
