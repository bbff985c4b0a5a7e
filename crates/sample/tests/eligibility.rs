//! That the domain's own eligibility agrees with the city: whoever waits was allowed to, and the cast is refused for the
//! reasons that it stands for.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use std::collections::BTreeMap;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::{StateKind, Wish};
use yuyue_domain::eligibility::{Eligibility, RefusalCode, Wanted, check_eligibility, check_priority};
use yuyue_domain::licence::Subject;
use yuyue_domain::policy::Policy;
use yuyue_domain::seed;
use yuyue_domain::time::Date;
use yuyue_sample::{CastRole, City, CityConfig};

fn today() -> Date {
    "2026-11-25".parse().unwrap()
}

fn policy() -> Policy {
    seed::policy(today()).unwrap()
}

fn city(applicants: u32) -> City {
    City::generate(&CityConfig::new(9, applicants, today()), &policy()).unwrap()
}

fn codes(city: &City, role: CastRole, subject: Subject) -> Vec<RefusalCode> {
    let verdict = check_eligibility(city.find_cast(role).unwrap(), subject, None, city.as_of(), &policy());
    verdict.refusals().iter().map(|refusal| refusal.code.clone()).collect()
}

#[test]
fn whoever_waits_for_a_session_is_allowed_to() {
    let (city, policy) = (city(5_000), policy());
    let mut checked = 0;
    let everybody = city.cast().iter().map(|member| member.record.clone());
    for record in everybody.chain(city.applicants().map(Result::unwrap)) {
        for application in record.applications.iter().filter(|application| application.state.is_live()) {
            let mut before: ApplicantRecord = record.clone();
            before.applications.retain(|other| other.id != application.id);
            let taken: Vec<_> = before
                .applications
                .iter()
                .filter(|other| other.state.is_live())
                .flat_map(|other| other.accepts.iter().map(|id| (other.id, &city.sessions()[id.0 as usize - 1])))
                .collect();
            for id in &application.accepts {
                let session = &city.sessions()[id.0 as usize - 1];
                let site = city.sites().iter().find(|site| site.id == session.site).unwrap();
                let wanted = Wanted { session, site, taken_sessions: &taken };
                let subject = application.subject;
                let verdict = check_eligibility(&before, subject, Some(wanted), application.accepted_at, &policy);
                assert_eq!(verdict, Eligibility::Eligible, "{:?} was allowed to wait", record.applicant.id);
            }
            if matches!(application.wish, Wish::Priority { .. }) {
                let verdict = check_priority(&before, application.subject, application.accepted_at, &policy);
                assert_eq!(verdict, Eligibility::Eligible, "{:?} was allowed priority", record.applicant.id);
            }
            checked += 1;
        }
    }
    assert!(checked > 300, "the city has enough applications to say something: {checked}");
}

#[test]
fn people_without_an_application_are_refused_for_many_reasons() {
    let (city, policy) = (city(5_000), policy());
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for record in city.applicants().map(Result::unwrap) {
        for subject in Subject::ALL {
            let verdict = check_eligibility(&record, subject, None, city.as_of(), &policy);
            if verdict.is_eligible() {
                *counts.entry("eligible".to_owned()).or_default() += 1;
            }
            for refusal in verdict.refusals() {
                let code = serde_json::to_value(&refusal.code).unwrap()["code"].as_str().unwrap().to_owned();
                *counts.entry(code).or_default() += 1;
            }
            if check_priority(&record, subject, city.as_of(), &policy).is_eligible() {
                *counts.entry("priority".to_owned()).or_default() += 1;
            }
        }
    }
    for code in [
        "eligible",
        "priority",
        "subject_not_needed",
        "already_passed",
        "earlier_subject_missing",
        "permit_missing",
        "permit_expired",
        "wait_after_permit",
        "wait_after_failure",
        "blocked",
        "medical_too_old",
        "live_application",
    ] {
        assert!(counts.get(code).is_some_and(|count| *count > 0), "{code} is among {counts:?}");
    }
}

#[test]
fn the_cast_may_book_what_its_roles_say() {
    let city = city(0);
    for (role, subject) in [
        (CastRole::RuleFour, Subject::Three),
        (CastRole::PriorityEligible, Subject::Two),
        (CastRole::PriorityRival, Subject::Two),
        (CastRole::WithoutPhone, Subject::Two),
        (CastRole::Namesake, Subject::Two),
        (CastRole::Unplaced, Subject::Two),
        (CastRole::Withdrawn, Subject::Two),
        (CastRole::FourFailures, Subject::Two),
        (CastRole::NearAgeLimit, Subject::Two),
        (CastRole::BeforeSubjectFour, Subject::Four),
        (CastRole::BeforeSubjectOne, Subject::One),
        (CastRole::Foreigner, Subject::One),
        (CastRole::HongKongMacauTaiwan, Subject::One),
    ] {
        assert_eq!(codes(&city, role, subject), [], "{role:?} may book subject {}", subject.number());
    }
}

#[test]
fn priority_is_open_to_two_of_the_cast_and_used_by_another() {
    let (city, policy) = (city(0), policy());
    let check = |role| check_priority(city.find_cast(role).unwrap(), Subject::Two, city.as_of(), &policy);
    assert_eq!(check(CastRole::PriorityEligible), Eligibility::Eligible, "the permit ends soon");
    assert_eq!(check(CastRole::PriorityRival), Eligibility::Eligible, "and so does another one");
    let used = check(CastRole::PriorityUsed);
    assert!(
        used.refusals().iter().any(|refusal| matches!(refusal.code, RefusalCode::PriorityUsed { .. })),
        "once for each subject"
    );
    assert!(!check(CastRole::WithoutPhone).is_eligible(), "a permit with years left opens no priority booking");
}

#[test]
fn the_ineligible_one_hears_every_reason_at_once() {
    let city = city(0);
    let two = codes(&city, CastRole::Ineligible, Subject::Two);
    assert!(two.iter().any(|code| matches!(code, RefusalCode::WaitAfterPermit { .. })), "the wait is not over");
    assert!(two.iter().any(|code| matches!(code, RefusalCode::Blocked { .. })), "a block is in force");
    let four = codes(&city, CastRole::Ineligible, Subject::Four);
    assert!(
        four.iter().any(|code| matches!(code, RefusalCode::EarlierSubjectMissing { .. })),
        "subjects 2 and 3 come first"
    );
    let medical = codes(&city, CastRole::MedicalExpired, Subject::Two);
    assert!(matches!(medical[..], [RefusalCode::MedicalTooOld { .. }]), "the certificate was too old: {medical:?}");
    let expired = codes(&city, CastRole::PermitExpired, Subject::Two);
    assert!(
        expired.iter().any(|code| matches!(code, RefusalCode::PermitExpired { .. })),
        "the permit has ended: {expired:?}"
    );
    let queued = codes(&city, CastRole::Queued, Subject::Three);
    assert!(matches!(queued[..], [RefusalCode::LiveApplication { .. }]), "one live application: {queued:?}");
    let states: Vec<_> =
        city.find_cast(CastRole::Queued).unwrap().applications.iter().map(|one| one.state.kind()).collect();
    assert_eq!(states, [StateKind::Queued], "which waits in the queue");
}
