//! What a city contains, and that its seed alone decides it.
#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use yuyue_domain::application::{StateKind, Wish};
use yuyue_domain::identity::DocumentType;
use yuyue_domain::licence::{BusinessType, LicenceClass, Subject};
use yuyue_domain::seed;
use yuyue_domain::session::SiteStatus;
use yuyue_domain::time::Date;
use yuyue_sample::{City, CityConfig, SampleError};

fn today() -> Date {
    "2026-11-25".parse().unwrap()
}

fn city(seed: u64, applicants: u32) -> City {
    City::generate(&CityConfig::new(seed, applicants, today()), &seed::policy(today()).unwrap()).unwrap()
}

/// A hash over everything that a city holds.
fn hash(city: &City) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut add = |text: String| text.hash(&mut hasher);
    add(serde_json::to_string(city.offices()).unwrap());
    add(serde_json::to_string(city.sites()).unwrap());
    add(serde_json::to_string(city.sessions()).unwrap());
    for clerk in city.clerks() {
        add(format!("{clerk:?}{}", clerk.name.reveal()));
    }
    add(format!("{:?}", city.devices()));
    for member in city.cast() {
        add(serde_json::to_string(&member.record).unwrap());
    }
    for record in city.applicants() {
        add(serde_json::to_string(&record.unwrap()).unwrap());
    }
    hasher.finish()
}

#[test]
fn the_same_seed_gives_the_same_city() {
    assert_eq!(hash(&city(11, 500)), hash(&city(11, 500)), "one seed decides everything");
}

#[test]
fn another_seed_gives_another_city() {
    assert_ne!(hash(&city(11, 500)), hash(&city(12, 500)), "seeds differ");
}

#[test]
fn any_applicant_can_be_made_without_the_others() {
    let city = city(11, 500);
    for index in [499, 0, 250] {
        let streamed = city.applicants().nth(index as usize).unwrap().unwrap();
        assert_eq!(city.applicant(index).unwrap().unwrap(), streamed, "the order of asking changes nothing");
    }
    assert_eq!(city.applicant(500).unwrap(), None, "past the last one there is nobody");
}

#[test]
fn a_city_that_is_too_large_for_distinct_numbers_is_refused() {
    let config = CityConfig::new(1, 3_000_001, today());
    let refused = City::generate(&config, &seed::policy(today()).unwrap());
    assert!(matches!(refused, Err(SampleError::TooManyApplicants { limit: 3_000_000 })), "numbers would repeat");
}

#[test]
fn a_plan_without_coming_sessions_is_refused_by_name() {
    let config = CityConfig { coming_days: 0, ..CityConfig::new(1, 10, today()) };
    let refused = City::generate(&config, &seed::policy(today()).unwrap());
    assert!(matches!(refused, Err(SampleError::PlanTooShort { .. })), "the cast needs open sessions");
}

#[test]
fn ten_thousand_applicants_show_every_class_business_document_and_state() {
    let city = city(5, 10_000);
    let records: Vec<_> = city.applicants().map(Result::unwrap).collect();
    let classes: BTreeSet<_> = records.iter().map(|record| record.applicant.class).collect();
    assert_eq!(classes.len(), LicenceClass::ALL.len(), "every class");
    let business: BTreeSet<_> = records.iter().map(|record| record.applicant.business).collect();
    assert_eq!(business.len(), BusinessType::ALL.len(), "every kind of business");
    let documents: BTreeSet<_> = records.iter().map(|record| record.applicant.document.kind).collect();
    assert_eq!(documents.len(), 9, "every type of document");
    let applications = || records.iter().flat_map(|record| &record.applications);
    let states: BTreeSet<_> = applications().map(|application| application.state.kind()).collect();
    assert_eq!(states.into_iter().collect::<Vec<_>>(), StateKind::ALL, "every state");
    let any = |what: &str, holds: &dyn Fn(&yuyue_domain::applicant::ApplicantRecord) -> bool| {
        assert!(records.iter().any(holds), "somebody {what}");
    };
    any("is without a phone", &|record| record.applicant.phone.is_none());
    any("is blocked", &|record| {
        record.applicant.blocks.iter().any(|block| block.until.is_none_or(|day| day > today()))
    });
    any("has changed the place", &|record| record.applicant.place_changes == 3);
    any("waits for two subjects", &|record| {
        record.applications.iter().filter(|application| application.state.is_live()).count() == 2
    });
    any("has used priority booking", &|record| {
        record.applications.iter().any(|application| matches!(application.wish, Wish::Priority { .. }))
    });
    any("has an expired permit", &|record| record.applicant.permit.is_some_and(|permit| permit.expires_on < today()));
    any("failed several times", &|record| record.tests.iter().filter(|test| test.subject == Subject::Two).count() >= 4);
    for mark in ["·", "EXAMPLE", "𠮷", "㐂", "䶮"] {
        any("has a name that is hard to show", &|record| record.applicant.name.reveal().contains(mark));
    }
    let names: BTreeSet<_> = records.iter().map(|record| record.applicant.name.reveal()).collect();
    assert!(names.len() < records.len(), "there are namesakes");
}

#[test]
fn a_city_has_the_demand_of_the_real_one() {
    let city = city(5, 40_000);
    let mut seats = 0;
    let mut days = BTreeSet::new();
    let mut waiting = vec![0_u32; city.sessions().len()];
    for session in city.sessions() {
        seats += u32::from(session.places) + u32::from(session.priority_places);
        days.insert(session.starts_at.date());
    }
    let seats_a_day = seats / u32::try_from(days.len()).unwrap();
    assert!(
        (400..500).contains(&seats_a_day),
        "the twenty-fifth part of a million has that part of 10 to 12 thousand tests: {seats_a_day}"
    );
    let mut applications = 0;
    for record in city.applicants().map(Result::unwrap) {
        for application in record.applications.iter().filter(|one| one.state.kind() == StateKind::Queued) {
            applications += 1;
            for id in &application.accepts {
                waiting[id.0 as usize - 1] += 1;
            }
        }
    }
    let open = |session: &&yuyue_domain::session::Session| {
        session.instants.opens_at <= city.as_of() && city.as_of() < session.instants.publication_at
    };
    let places: u32 = city.sessions().iter().filter(open).map(|session| u32::from(session.places)).sum();
    assert!(applications >= places && applications <= 5 * places, "1 to 5 applications for each place");
    let (over, under): (Vec<_>, Vec<_>) = city
        .sessions()
        .iter()
        .filter(open)
        .partition(|session| waiting[session.id.0 as usize - 1] > session.places.into());
    assert!(!over.is_empty() && !under.is_empty(), "some sessions have too many applications, some too few");
}

#[test]
fn every_subject_and_class_has_an_open_site_near_some_office() {
    for applicants in [0, 20_000] {
        let city = city(5, applicants);
        for site in city.sites() {
            assert!(
                site.code.starts_with("YL") && site.address.ends_with("（样例）"),
                "sites say that they are samples"
            );
            assert!(!site.near.is_empty(), "a site is near some office");
        }
        for subject in Subject::ALL {
            for class in LicenceClass::ALL {
                let offered = city
                    .sites()
                    .iter()
                    .filter(|site| site.status == SiteStatus::Open)
                    .any(|site| site.find_subject(subject).is_some_and(|offer| offer.classes.contains(&class)));
                assert!(offered, "{class} can be tested in subject {}", subject.number());
            }
        }
    }
}

#[test]
fn the_clerk_of_the_sign_in_screen_works_at_the_third_counter_of_yubei() {
    let city = city(5, 0);
    let device = city.devices().iter().find(|device| device.code == "YB-W03").unwrap();
    let clerk = city.clerks().iter().find(|clerk| clerk.staff_number == "0317").unwrap();
    assert_eq!(clerk.name.reveal(), "周例九", "the clerk is the one on the sign-in screen");
    assert_eq!(clerk.office, device.office, "both are at the same office");
    assert_eq!(city.offices().find(device.office).unwrap().name, "渝北车管所", "which is Yubei");
    let staff: BTreeSet<_> = city.clerks().iter().map(|clerk| &clerk.staff_number).collect();
    assert_eq!(staff.len(), city.clerks().len(), "staff numbers are distinct");
}

#[test]
fn documents_other_than_the_resident_card_are_rare() {
    let city = city(5, 5_000);
    let others = city
        .applicants()
        .map(Result::unwrap)
        .filter(|record| record.applicant.document.kind != DocumentType::ResidentCard)
        .count();
    assert_eq!(others, 100, "two in a hundred");
}
