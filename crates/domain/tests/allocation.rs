//! The allocation against an obvious implementation that looks at every arrangement, and against what it promises.

#[path = "allocation/city.rs"]
mod city;
#[path = "allocation/matching.rs"]
mod matching;
#[path = "allocation/publications.rs"]
mod publications;

use city::{City, cities, timestamp};
use matching::preference;
use proptest::prelude::*;
use std::collections::BTreeMap;
use yuyue_domain::allocation::{Allocation, AllocationError, CutOff, OpenSession, allocate};
use yuyue_domain::ids::{ApplicationId, SessionId};

/// For each application in rank order, the position of its session in its own preference; none when it goes without.
type Arrangement = Vec<Option<usize>>;

/// Every way to give the applications places, the sessions' places respected.
fn every_arrangement(wishes: &[Vec<u32>], places: &mut BTreeMap<u32, u32>) -> Vec<Arrangement> {
    let Some((first, rest)) = wishes.split_first() else { return vec![Vec::new()] };
    let mut arrangements = Vec::new();
    for choice in (0..first.len()).map(Some).chain([None]) {
        if let Some(position) = choice {
            let left = places.entry(first[position]).or_default();
            if *left == 0 {
                continue;
            }
            *left -= 1;
        }
        for tail in every_arrangement(rest, places) {
            arrangements.push([choice].into_iter().chain(tail).collect());
        }
        if let Some(position) = choice {
            *places.entry(first[position]).or_default() += 1;
        }
    }
    arrangements
}

/// What is wanted, word for word: (1) an application goes without only if no arrangement seats it and all higher-ranked
/// placed ones; (2) among the arrangements that seat exactly those, by rank, each gets its earliest preference.
fn obvious(city: &City) -> BTreeMap<ApplicationId, Option<SessionId>> {
    let ranked = city.ranked();
    let wishes: Vec<Vec<u32>> = ranked.iter().map(|application| preference(city, application)).collect();
    let mut places = city.sessions.iter().map(|session| (session.id.0, session.places)).collect();
    let mut arrangements = every_arrangement(&wishes, &mut places);
    for position in 0..ranked.len() {
        if arrangements.iter().any(|arrangement| arrangement[position].is_some()) {
            arrangements.retain(|arrangement| arrangement[position].is_some());
        }
    }
    for position in 0..ranked.len() {
        let best = arrangements.iter().filter_map(|arrangement| arrangement[position]).min();
        arrangements.retain(|arrangement| arrangement[position] == best);
    }
    assert_eq!(arrangements.len(), 1, "both wishes together leave exactly one arrangement");
    let outcome = ranked.iter().zip(&wishes).zip(&arrangements[0]);
    outcome
        .map(|((application, wish), choice)| (application.key.id, choice.map(|position| SessionId(wish[position]))))
        .collect()
}

fn outcome(city: &City) -> Allocation {
    allocate(&city.sessions, &city.live()).expect("a generated city does not contradict itself")
}

fn seats(allocation: &Allocation) -> BTreeMap<ApplicationId, Option<SessionId>> {
    let placed = allocation.placed.iter().map(|placement| (placement.application, Some(placement.session)));
    placed.chain(allocation.unplaced.iter().map(|application| (*application, None))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn the_outcome_is_the_one_that_the_two_wishes_leave(city in cities(1..=5, 0..=7, 4)) {
        prop_assert_eq!(seats(&outcome(&city)), obvious(&city), "looking at every arrangement gives the answer");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn many_sessions_of_one_place_are_exchanged_as_the_two_wishes_say(city in cities(6..=7, 6..=7, 7)) {
        prop_assert_eq!(seats(&outcome(&city)), obvious(&city), "long chains of moves give the answer too");
    }

    #[test]
    fn the_slow_way_agrees_with_looking_at_every_arrangement(city in cities(1..=5, 0..=7, 4)) {
        prop_assert_eq!(matching::slow(&city), obvious(&city), "or it could not stand for it in larger cities");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn long_lists_and_many_applications_end_as_the_slow_way_says(city in cities(1..=30, 0..=70, 30)) {
        prop_assert_eq!(seats(&outcome(&city)), matching::slow(&city), "trying each choice in turn gives the answer");
    }

    #[test]
    fn short_lists_and_many_applications_end_as_the_slow_way_says(city in cities(20..=40, 20..=90, 3)) {
        prop_assert_eq!(seats(&outcome(&city)), matching::slow(&city), "trying each choice in turn gives the answer");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_order_of_the_input_changes_nothing(city in cities(1..=30, 0..=120, 12), turn in any::<usize>()) {
        let mut turned = city.clone();
        turned.sessions.reverse();
        let length = turned.applications.len().max(1);
        turned.applications.rotate_left(turn % length);
        turned.applications.chunks_mut(3).for_each(<[_]>::reverse);
        prop_assert_eq!(outcome(&city), outcome(&turned), "the same input in another order has the same outcome");
    }

    #[test]
    fn nobody_is_placed_twice_or_elsewhere_and_no_session_is_overfull(city in cities(1..=30, 0..=120, 12)) {
        let allocation = outcome(&city);
        prop_assert_eq!(
            allocation.placed.len() + allocation.unplaced.len(), city.applications.len(), "each has one outcome"
        );
        let seats = seats(&allocation);
        prop_assert_eq!(seats.len(), city.applications.len(), "and only one");
        for session in &city.sessions {
            let taken = seats.values().filter(|seat| **seat == Some(session.id)).count();
            prop_assert!(taken <= session.places as usize, "a session gives no more places than it has");
        }
        for application in &city.applications {
            let seat = seats[&application.key.id];
            prop_assert!(seat.is_none_or(|seat| application.accepts.contains(&seat)), "a place was accepted");
        }
    }

    #[test]
    fn placed_and_unplaced_come_in_rank_order(city in cities(1..=20, 0..=80, 8)) {
        let allocation = outcome(&city);
        let ranked: Vec<_> = city.ranked().iter().map(|application| application.key.id).collect();
        let placed: Vec<_> = allocation.placed.iter().map(|placement| placement.application).collect();
        let among = |some: &[ApplicationId]| ranked.iter().copied().filter(|id| some.contains(id)).collect::<Vec<_>>();
        prop_assert_eq!(among(&placed), placed, "the placed are in rank order");
        prop_assert_eq!(among(&allocation.unplaced), allocation.unplaced, "the unplaced are in rank order");
    }

    #[test]
    fn an_explanation_names_only_better_ranked_applications_and_full_sessions(city in cities(1..=20, 0..=80, 8)) {
        let allocation = outcome(&city);
        let seats = seats(&allocation);
        for application in city.ranked().iter().filter(|application| seats[&application.key.id].is_none()) {
            let explained = allocation.explain(&application.accepts);
            prop_assert_eq!(explained.len(), application.accepts.len(), "every accepted session is explained");
            for CutOff { session, last_admitted } in explained {
                let members: Vec<_> = city
                    .applications
                    .iter()
                    .filter(|member| seats[&member.key.id] == Some(session))
                    .map(|member| member.key)
                    .collect();
                let places = city.sessions.iter().find(|open| open.id == session).map_or(0, |open| open.places);
                prop_assert_eq!(members.len(), places as usize, "a session that refuses is full");
                prop_assert!(members.iter().all(|key| *key < application.key), "of better ranked applications");
                prop_assert_eq!(
                    last_admitted, members.iter().max().map(|key| key.id), "the last of which is named"
                );
            }
        }
    }

    #[test]
    fn more_places_never_unseat_anybody(city in cities(1..=20, 0..=80, 8), which in any::<prop::sample::Index>()) {
        let before = outcome(&city);
        let mut larger = city.clone();
        let index = which.index(larger.sessions.len());
        larger.sessions[index].places += 1;
        let after = seats(&outcome(&larger));
        for placement in &before.placed {
            prop_assert!(after[&placement.application].is_some(), "one more place takes nobody's place away");
        }
    }

    #[test]
    fn a_further_application_never_unseats_a_better_ranked_one(city in cities(1..=20, 1..=80, 8)) {
        let after = seats(&outcome(&city));
        let mut smaller = city.clone();
        let last = smaller.applications.pop().expect("there is at least one");
        for placement in &outcome(&smaller).placed {
            let is_better = city.key_of(placement.application) < last.key;
            prop_assert!(
                !is_better || after[&placement.application].is_some(), "only worse ranked ones can lose their place"
            );
        }
    }

    #[test]
    fn nobody_would_rather_have_a_place_that_is_vacant(city in cities(1..=20, 0..=80, 8)) {
        let seats = seats(&outcome(&city));
        let vacant = |session: u32| {
            let taken = seats.values().filter(|seat| **seat == Some(SessionId(session))).count();
            city.sessions.iter().any(|open| open.id.0 == session && open.places as usize > taken)
        };
        for application in &city.applications {
            let better = preference(&city, application).into_iter()
                .take_while(|session| seats[&application.key.id] != Some(SessionId(*session)));
            prop_assert!(better.into_iter().all(|session| !vacant(session)), "a vacant place is taken by who wants it");
        }
    }
}

#[test]
fn a_flexible_application_moves_over_for_one_that_has_no_choice() {
    let city = City::new(&[(1, 1, 10), (2, 1, 20)], &[(1, &[1, 2], true), (2, &[1], true)]);
    let seats = seats(&outcome(&city));
    assert_eq!(seats[&City::id(2)], Some(SessionId(1)), "the second one could only come here");
    assert_eq!(seats[&City::id(1)], Some(SessionId(2)), "so the first one takes its second choice");
}

#[test]
fn without_an_order_of_its_own_an_application_gets_the_earliest_start_then_the_smaller_identifier() {
    let city = City::new(&[(3, 1, 20), (2, 1, 10), (1, 1, 10)], &[(1, &[3, 2, 1], false), (2, &[3, 2, 1], true)]);
    let seats = seats(&outcome(&city));
    assert_eq!(seats[&City::id(1)], Some(SessionId(1)), "1 and 2 begin first, and 1 is the smaller");
    assert_eq!(seats[&City::id(2)], Some(SessionId(3)), "the other one has an order of its own");
}

#[test]
fn a_session_without_places_has_no_last_admitted() {
    let city = City::new(&[(1, 0, 10)], &[(1, &[1], true)]);
    let cut_offs = outcome(&city).explain(&[SessionId(1)]);
    assert_eq!(cut_offs, [CutOff { session: SessionId(1), last_admitted: None }], "nobody was admitted");
}

#[test]
fn input_that_contradicts_itself_is_refused() {
    let allocated = |city: &City| allocate(&city.sessions, &city.live());
    let sessions = [(1, 1, 10), (2, 1, 20)];

    let unknown = City::new(&sessions, &[(1, &[1, 3], true)]);
    let expected = AllocationError::UnknownSession { application: City::id(1), session: SessionId(3) };
    assert_eq!(allocated(&unknown), Err(expected), "session 3 was not given");

    let repeated = City::new(&sessions, &[(1, &[2, 1, 2], true)]);
    let expected = AllocationError::RepeatedSession { application: City::id(1), session: SessionId(2) };
    assert_eq!(allocated(&repeated), Err(expected), "session 2 is accepted twice");

    let mut twice = City::new(&sessions, &[(1, &[1], true), (2, &[2], true)]);
    twice.applications[1].applicant = twice.applications[0].applicant;
    assert_eq!(allocated(&twice), Err(AllocationError::SecondApplication(City::id(2))), "one applicant, two wishes");
    twice.applications[1] = twice.applications[0].clone();
    assert_eq!(allocated(&twice), Err(AllocationError::DuplicateApplication(City::id(1))), "one application, twice");

    let mut same = City::new(&sessions, &[]);
    same.sessions.push(OpenSession { id: SessionId(1), places: 5, starts_at: timestamp(30) });
    assert_eq!(allocated(&same), Err(AllocationError::DuplicateSession(SessionId(1))), "session 1 is given twice");
}
