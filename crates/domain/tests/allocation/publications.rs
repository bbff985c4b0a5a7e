//! Several publication days in a row.

use crate::city::{City, cities, timestamp};
use proptest::prelude::*;
use std::collections::BTreeSet;
use yuyue_domain::allocation::{PlannedSession, Publication, SparePriority, allocate_day, allocate_days};
use yuyue_domain::ids::SessionId;

const DAY: i64 = 24 * 3600;

/// The sessions of the city, each published on the day that `day` says, with one unused priority place each.
fn plan(city: &City, day: impl Fn(u32) -> i64) -> Vec<PlannedSession> {
    city.sessions
        .iter()
        .map(|session| PlannedSession {
            id: session.id,
            places: session.places,
            unused_priority_places: 1,
            starts_at: session.starts_at,
            publication_at: timestamp(day(session.id.0) * DAY),
        })
        .collect()
}

fn publish(city: &City, plan: &[PlannedSession]) -> Vec<Publication> {
    allocate_days(plan, &city.live(), SparePriority::Kept).expect("the city does not contradict itself")
}

#[test]
fn who_is_not_placed_stays_queued_while_it_accepts_a_later_session() {
    let city =
        City::new(&[(1, 1, 10), (2, 1, 20)], &[(1, &[1], true), (2, &[1], true), (3, &[1, 2], true), (4, &[2], true)]);
    let days = publish(&city, &plan(&city, i64::from));
    let [first, second] = &days[..] else { panic!("there are two publication days") };
    assert_eq!(first.allocation.unplaced, [City::id(2)], "the second has nothing to wait for");
    assert_eq!(first.stays_queued, [City::id(3)], "the third accepts a session of the next day");
    assert_eq!(second.allocation.placed[0].application, City::id(3), "and gets its place there");
    assert_eq!(second.allocation.unplaced, [City::id(4)], "before the fourth, which took no part in the first day");
}

#[test]
fn the_first_publication_that_can_seat_an_application_does_whatever_it_prefers() {
    let city = City::new(&[(1, 1, 10), (2, 1, 20)], &[(1, &[2, 1], true)]);
    let days = publish(&city, &plan(&city, i64::from));
    assert_eq!(days[0].allocation.placed[0].session, SessionId(1), "the first day has a place, though the last choice");
    assert!(days[1].allocation.placed.is_empty(), "and the application is gone by the second");
}

#[test]
fn unused_priority_places_go_to_normal_applications_if_the_policy_says_so() {
    let city = City::new(&[(1, 1, 10)], &[(1, &[1], true), (2, &[1], true)]);
    let plan = plan(&city, |_| 0);
    let day = plan[0].publication_at.date();
    let placed = |spare| allocate_day(day, &plan, &city.live(), spare).map(|outcome| outcome.allocation.placed.len());
    assert_eq!(placed(SparePriority::Kept), Ok(1), "kept, the session has one place");
    assert_eq!(placed(SparePriority::Released), Ok(2), "released, it has two");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_application_ends_once_and_waits_only_for_a_later_session(city in cities(1..=12, 0..=40, 6)) {
        let plan = plan(&city, |session| i64::from(session % 3));
        let published = |session: &SessionId| {
            plan.iter().find(|planned| planned.id == *session).map(|planned| planned.publication_at.date())
        };
        let mut ended = BTreeSet::new();
        for publication in publish(&city, &plan) {
            let allocation = &publication.allocation;
            let gone = allocation.placed.iter().map(|placement| &placement.application).chain(&allocation.unplaced);
            for application in gone {
                prop_assert!(ended.insert(*application), "an application ends once");
            }
            for application in &city.applications {
                let waits = application.accepts.iter().any(|session| published(session) > Some(publication.day));
                if allocation.unplaced.contains(&application.key.id) {
                    prop_assert!(!waits, "who fails accepts nothing later");
                }
                if publication.stays_queued.contains(&application.key.id) {
                    prop_assert!(waits, "who stays queued accepts something later");
                }
            }
            for placement in &allocation.placed {
                prop_assert_eq!(published(&placement.session), Some(publication.day), "only sessions of the day are given");
            }
        }
        prop_assert_eq!(ended.len(), city.applications.len(), "in the end every application has an outcome");
    }
}
