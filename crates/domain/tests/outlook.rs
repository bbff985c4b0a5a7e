//! The outlook against the allocation that it stands for.

#[path = "allocation/city.rs"]
mod city;

use city::{City, cities, timestamp};
use proptest::prelude::*;
use yuyue_domain::allocation::{Allocation, PlannedSession, SparePriority, allocate, allocate_days};
use yuyue_domain::ids::SessionId;
use yuyue_domain::outlook::{DayOutlooks, Edge, Outlook, Outlooks, UnknownSession};
use yuyue_domain::rank_key::RankKey;

/// The outlook of the last application of the city among the others, and the allocation of all.
fn asked_and_allocated(city: &City) -> (Outlook, Allocation) {
    let mut others = city.clone();
    let asker = others.applications.pop().expect("there is at least one");
    let outlooks = Outlooks::new(&others.sessions, &others.live()).expect("the city does not contradict itself");
    let outlook = outlooks.find(asker.key, &asker.accepts, asker.ordered).expect("it accepts sessions of the city");
    (outlook, allocate(&city.sessions, &city.live()).expect("the city does not contradict itself"))
}

fn agrees(city: &City) -> Result<(), TestCaseError> {
    let (outlook, allocation) = asked_and_allocated(city);
    let asker = city.applications.last().expect("there is at least one");
    let placed = allocation.placed.iter().find(|placement| placement.application == asker.key.id);
    prop_assert_eq!(
        outlook.session,
        placed.map(|placement| placement.session),
        "the outlook is the allocation's answer"
    );
    let ahead = city.applications.iter().filter(|other| other.key < asker.key).count();
    prop_assert_eq!(outlook.ahead as usize, ahead, "it counts who ranks before");

    let mut others = city.clone();
    others.applications.pop();
    let before = allocate(&others.sessions, &others.live()).expect("the city does not contradict itself");
    let has_lost = before.unplaced.len() < allocation.unplaced.len() && placed.is_some();
    match outlook.edge {
        Edge::Vacant => prop_assert!(placed.is_some() && !has_lost, "with places to spare nobody goes without"),
        Edge::NoPlaces => prop_assert!(placed.is_none(), "without places nobody is placed"),
        Edge::Inside { ranks } => {
            prop_assert!(placed.is_some() && has_lost && ranks > 0, "inside the edge somebody behind loses the place");
            let loser = before.placed.iter().find(|seat| allocation.unplaced.contains(&seat.application));
            let loser = others.key_of(loser.expect("somebody lost the place").application);
            let between =
                others.applications.iter().filter(|other| other.key > asker.key && other.key <= loser).count();
            prop_assert_eq!(ranks as usize, between, "and stands so many ranks behind");
        }
        Edge::Outside { ranks } => {
            prop_assert!(placed.is_none() && ranks > 0, "outside the edge there is no place");
            let mut better = city.clone();
            let mut ranked: Vec<RankKey> = others.ranked().iter().map(|other| other.key).collect();
            ranked.truncate(outlook.ahead as usize);
            let asker = better.applications.last_mut().expect("there is at least one");
            let overtaken = ranked[ranked.len() - ranks as usize];
            asker.key = RankKey { id: asker.key.id, ..overtaken };
            let is_before = asker.key < overtaken;
            let (outlook, _) = asked_and_allocated(&better);
            prop_assert!(!is_before || outlook.session.is_some(), "with so many ranks more there would be one");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn the_outlook_is_the_allocation_with_the_asker_added(city in cities(1..=8, 1..=20, 4)) {
        agrees(&city)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn it_is_so_where_many_ask_for_many(city in cities(10..=40, 20..=120, 15)) {
        agrees(&city)?;
    }

    #[test]
    fn it_is_so_where_everybody_is_placed_or_nearly(city in cities(30..=40, 15..=50, 3)) {
        agrees(&city)?;
    }
}

/// The sessions of the city, spread over three publication days.
fn planned(city: &City) -> Vec<PlannedSession> {
    let publication_at = |id: SessionId| timestamp(i64::from(id.0 % 3) * 24 * 3600);
    city.sessions
        .iter()
        .map(|session| PlannedSession {
            id: session.id,
            places: session.places,
            unused_priority_places: 0,
            starts_at: session.starts_at,
            publication_at: publication_at(session.id),
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn over_several_days_it_is_the_first_day_with_a_place(city in cities(3..=12, 1..=25, 6)) {
        let mut others = city.clone();
        let asker = others.applications.pop().expect("there is at least one");
        let (sessions, spare) = (planned(&city), SparePriority::Kept);
        let outlooks = DayOutlooks::new(&sessions, &others.live(), spare).expect("the city does not contradict itself");
        let outlook = outlooks.find(asker.key, &asker.accepts, asker.ordered).expect("sessions of the city");
        let days = allocate_days(&sessions, &city.live(), spare).expect("the city does not contradict itself");
        let placed = days.iter().flat_map(|day| &day.allocation.placed).find(|one| one.application == asker.key.id);
        prop_assert_eq!(outlook.session, placed.map(|one| one.session), "as all days one after the other give it");
        let is_inside = matches!(outlook.edge, Edge::Vacant | Edge::Inside { .. });
        prop_assert_eq!(is_inside, outlook.session.is_some(), "the edge says the same");
    }
}

#[test]
fn without_a_place_the_day_is_told_on_which_least_is_missing() -> Result<(), UnknownSession> {
    let city = City::new(
        &[(3, 1, 10), (1, 1, 20)],
        &[(10, &[3], true), (11, &[3], true), (12, &[1], true), (20, &[3, 1], true)],
    );
    let outlooks = DayOutlooks::new(&planned(&city), &city.live(), SparePriority::Kept).expect("no contradiction");
    let outlook = outlooks.find(key(15), &[SessionId(3), SessionId(1)], true)?;
    assert_eq!(outlook, Outlook { session: None, edge: Edge::Outside { ranks: 1 }, ahead: 1 }, "the second day");
    let first_only = outlooks.find(key(15), &[SessionId(3)], true)?;
    assert_eq!(first_only.edge, Edge::Outside { ranks: 2 }, "two stand before on the first day, one has the place");
    assert_eq!(outlooks.find(key(1), &[SessionId(9)], true), Err(UnknownSession(SessionId(9))), "9 does not exist");
    Ok(())
}

fn key(rank: i64) -> RankKey {
    RankKey { sort_time: timestamp(rank), accepted_at: timestamp(0), serial: 0, id: City::id(u32::MAX) }
}

#[test]
fn a_better_ranked_application_makes_room_and_the_edge_is_told() -> Result<(), UnknownSession> {
    let city = City::new(&[(1, 1, 10), (2, 1, 20)], &[(10, &[1, 2], true), (20, &[2], true), (30, &[2], true)]);
    let outlooks = Outlooks::new(&city.sessions, &city.live()).expect("the city does not contradict itself");
    let first = outlooks.find(key(15), &[SessionId(1)], true)?;
    let expected = Outlook { session: Some(SessionId(1)), edge: Edge::Inside { ranks: 1 }, ahead: 1 };
    assert_eq!(first, expected, "the first makes room, the second goes without");
    let late = outlooks.find(key(35), &[SessionId(1)], true)?;
    let expected = Outlook { session: None, edge: Edge::Outside { ranks: 2 }, ahead: 3 };
    assert_eq!(late, expected, "the second is the last that gets a place, two ranks before");
    assert_eq!(outlooks.find(key(1), &[SessionId(9)], true), Err(UnknownSession(SessionId(9))), "9 does not exist");
    Ok(())
}
