//! The cast keeps its promises: ids, names and properties on which end-to-end tests and screenshots stand.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::application::{StateKind, Wish};
use yuyue_domain::identity::DocumentType;
use yuyue_domain::ids::ApplicantId;
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::policy::Policy;
use yuyue_domain::seed;
use yuyue_domain::sort_time::{SortRule, sort_time};
use yuyue_domain::time::Date;
use yuyue_sample::{CastRole, City, CityConfig};

fn today() -> Date {
    "2026-11-24".parse().unwrap()
}

fn policy() -> Policy {
    seed::policy(today()).unwrap()
}

fn city(seed: u64, applicants: u32) -> City {
    City::generate(&CityConfig::new(seed, applicants, today()), &policy()).unwrap()
}

fn record(city: &City, role: CastRole) -> &ApplicantRecord {
    city.find_cast(role).unwrap()
}

fn states(record: &ApplicantRecord) -> Vec<StateKind> {
    record.applications.iter().map(|application| application.state.kind()).collect()
}

#[test]
fn ids_serials_names_and_documents_do_not_depend_on_seed_or_size() {
    let (small, large) = (city(1, 0), city(2, 3_000));
    let fixed = |city: &City| -> Vec<_> {
        let person = |record: &ApplicantRecord| {
            let who = record.applicant.clone();
            (who.id, who.serial, who.name, who.document, who.phone, who.office)
        };
        city.cast().iter().map(|member| (member.role, person(&member.record))).collect()
    };
    assert_eq!(fixed(&small), fixed(&large), "tests can name them");
    assert_eq!(small.cast().len(), 29, "everybody is there");
    assert_eq!(record(&small, CastRole::RuleFour).applicant.id, ApplicantId(1), "张例三 is the first");
    assert_eq!(record(&small, CastRole::RuleFour).applicant.name.reveal(), "张例三", "as on the screens");
}

#[test]
fn generated_applicants_and_the_cast_share_nothing() {
    let city = city(2, 3_000);
    for other in city.applicants().map(Result::unwrap) {
        for member in city.cast() {
            let (mine, theirs) = (&member.record.applicant, &other.applicant);
            assert_ne!(mine.id, theirs.id, "ids differ");
            assert_ne!(mine.serial, theirs.serial, "serials differ");
            assert_ne!(mine.document, theirs.document, "documents differ");
            assert!(mine.phone.is_none() || mine.phone != theirs.phone, "phones differ");
        }
    }
}

#[test]
fn zhang_lisan_is_ranked_in_subject_3_by_rule_4() {
    let city = city(1, 100);
    let time = sort_time(record(&city, CastRole::RuleFour), Subject::Three, &policy());
    let rules: Vec<_> = time.rules.iter().map(|rule| rule.rule).collect();
    assert!(rules.contains(&SortRule::LastTest) && rules.contains(&SortRule::Cancelled), "rules 2 and 3 apply");
    assert!(rules.contains(&SortRule::Latest), "so rule 4 decides");
    assert_eq!(states(record(&city, CastRole::RuleFour)), [StateKind::CancelledByApplicant], "after a cancellation");
}

#[test]
fn somebody_before_subject_1_is_ranked_by_rule_1() {
    let city = city(1, 100);
    let time = sort_time(record(&city, CastRole::BeforeSubjectOne), Subject::One, &policy());
    assert_eq!(time.rules.iter().map(|rule| rule.rule).collect::<Vec<_>>(), [SortRule::First], "only rule 1");
}

#[test]
fn namesakes_differ_in_number_and_office() {
    let city = city(1, 100);
    let (one, other) = (record(&city, CastRole::Namesake), record(&city, CastRole::OtherNamesake));
    assert_eq!(one.applicant.name, other.applicant.name, "the names are the same");
    assert_ne!(one.applicant.document, other.applicant.document, "the numbers are not");
    assert_ne!(one.applicant.office, other.applicant.office, "nor the offices");
}

#[test]
fn applications_of_the_cast_stand_in_their_states() {
    let city = city(1, 5_000);
    for (role, state) in [
        (CastRole::Queued, StateKind::Queued),
        (CastRole::Placed, StateKind::Placed),
        (CastRole::Unplaced, StateKind::Unplaced),
        (CastRole::AwaitingCode, StateKind::AwaitingCode),
        (CastRole::Withdrawn, StateKind::Withdrawn),
        (CastRole::PriorityUsed, StateKind::Placed),
    ] {
        assert_eq!(states(record(&city, role)), [state], "{role:?} shows this state");
    }
    let priority = &record(&city, CastRole::PriorityUsed).applications[0];
    assert!(matches!(priority.wish, Wish::Priority { .. }), "the place is a priority place");
}

#[test]
fn the_unplaced_one_lost_the_only_place_to_the_placed_one() {
    let city = city(1, 5_000);
    let placed = &record(&city, CastRole::Placed).applications[0];
    let unplaced = &record(&city, CastRole::Unplaced).applications[0];
    assert_eq!(placed.accepts, unplaced.accepts, "both wanted the same session");
    let session = &city.sessions()[placed.accepts[0].0 as usize - 1];
    assert_eq!(session.places, 1, "it has one place");
    assert!(
        city.applicants().map(Result::unwrap).flat_map(|record| record.applications).all(|application| {
            application.session() != Some(session.id) || matches!(application.wish, Wish::Priority { .. })
        }),
        "nobody else has it"
    );
}

#[test]
fn all_nine_documents_are_in_the_cast() {
    let city = city(1, 0);
    let all = [
        DocumentType::ResidentCard,
        DocumentType::Officer,
        DocumentType::Soldier,
        DocumentType::RetiredOfficer,
        DocumentType::Abroad,
        DocumentType::Diplomat,
        DocumentType::ForeignResident,
        DocumentType::TemporaryCard,
        DocumentType::HongKongMacauTaiwan,
    ];
    for kind in all {
        assert!(city.cast().iter().any(|member| member.record.applicant.document.kind == kind), "{kind:?} is there");
    }
    assert_eq!(record(&city, CastRole::NearAgeLimit).applicant.class, LicenceClass::A2, "a class with an age limit");
    assert!(record(&city, CastRole::WithoutPhone).applicant.phone.is_none(), "no code can be sent");
}
