//! A slow way to the same answer for cities in which nobody can look at every arrangement: seat or move one application
//! at a time and ask after each choice, from nothing, whether everybody else can still be seated.

use crate::city::{Application, City};
use std::collections::BTreeMap;
use yuyue_domain::ids::{ApplicationId, SessionId};

/// Whether all these applications can be seated at once.
fn can_all_be_seated(wishes: &[&[u32]], places: &BTreeMap<u32, u32>) -> bool {
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    (0..wishes.len()).all(|application| make_room(application, wishes, places, &mut members, &mut Vec::new()))
}

/// Seats one more application by moving others, the textbook way.
fn make_room(
    application: usize,
    wishes: &[&[u32]],
    places: &BTreeMap<u32, u32>,
    members: &mut BTreeMap<u32, Vec<usize>>,
    tried: &mut Vec<u32>,
) -> bool {
    for &session in wishes[application] {
        if tried.contains(&session) {
            continue;
        }
        tried.push(session);
        let seated = members.entry(session).or_default().clone();
        if seated.len() < places[&session] as usize {
            members.entry(session).or_default().push(application);
            return true;
        }
        for (slot, other) in seated.into_iter().enumerate() {
            if make_room(other, wishes, places, members, tried) {
                members.entry(session).or_default()[slot] = application;
                return true;
            }
        }
    }
    false
}

/// The sessions that an application accepts in its order of preference.
pub fn preference(city: &City, application: &Application) -> Vec<u32> {
    let mut accepts: Vec<u32> = application.accepts.iter().map(|session| session.0).collect();
    if !application.ordered {
        let start = |id: u32| city.sessions.iter().find(|session| session.id.0 == id).map(|session| session.starts_at);
        accepts.sort_by_key(|id| (start(*id), *id));
    }
    accepts
}

/// The outcome of an allocation.
pub fn slow(city: &City) -> BTreeMap<ApplicationId, Option<SessionId>> {
    let places = city.sessions.iter().map(|session| (session.id.0, session.places)).collect();
    let ranked = city.ranked();
    let preferences: Vec<Vec<u32>> = ranked.iter().map(|application| preference(city, application)).collect();
    let mut seated: Vec<usize> = Vec::new();
    for application in 0..ranked.len() {
        seated.push(application);
        let wishes: Vec<&[u32]> = seated.iter().map(|&application| &preferences[application][..]).collect();
        if !can_all_be_seated(&wishes, &places) {
            seated.pop();
        }
    }
    let mut wishes: Vec<&[u32]> = seated.iter().map(|&application| &preferences[application][..]).collect();
    for position in 0..wishes.len() {
        let choices = wishes[position];
        for choice in 0..choices.len() {
            wishes[position] = &choices[choice..=choice];
            if can_all_be_seated(&wishes, &places) {
                break;
            }
        }
    }
    let mut outcome: BTreeMap<_, _> = ranked.iter().map(|application| (application.key.id, None)).collect();
    for (application, wish) in seated.into_iter().zip(wishes) {
        outcome.insert(ranked[application].key.id, Some(SessionId(wish[0])));
    }
    outcome
}
