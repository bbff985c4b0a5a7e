use super::*;
use yuyue_domain::seed;
use yuyue_protocol::change::Row;
use yuyue_protocol::cursor::Revision;
use yuyue_sample::{City, CityConfig};

fn catalogue() -> Catalogue {
    let today = "2026-11-23".parse().expect("a day");
    let policy = seed::policy(today).expect("in force");
    let city = City::generate(&CityConfig::new(1, 10, today), &policy).expect("a city");
    let mut catalogue = Catalogue::default();
    let mut rows = vec![Row::Policy(Box::new(policy))];
    rows.extend(city.sites().iter().cloned().map(Row::Site));
    catalogue.apply(rows, Revision(1));
    catalogue
}

fn now() -> Timestamp {
    "2026-11-23T08:00:00+08:00".parse().expect("a time")
}

/// A line for the first site and subject of the city, in the words of the exchange format.
fn line(catalogue: &Catalogue, plan: &str, places: u16) -> PlanLine {
    let site = catalogue.sites.values().next().expect("a site");
    let offer = site.subjects.first().expect("an offer");
    let text = serde_json::json!({
        "jhxh": plan, "kcdddh": site.code, "ksrq": "2026-12-16", "kssj": "09:00:00", "jssj": "11:00:00",
        "kskm": offer.subject, "kscx": [offer.classes[0]], "kkrs": places,
    });
    serde_json::from_value(text).expect("the column names are known")
}

#[test]
fn a_plan_gets_its_instants_when_it_is_published() {
    let catalogue = catalogue();
    let made = sessions(&catalogue, vec![line(&catalogue, "P1", 10)], now()).expect("a good plan");
    assert_eq!(made[0].id, SessionId(1), "numbers are the centre's");
    assert!(made[0].instants.opens_at < made[0].instants.closes_at, "the window is computed");
    assert!(made[0].instants.publication_at < made[0].starts_at, "the publication is not the day of the test");
}

/// The line of a plan on another day.
fn moved(mut line: PlanLine, date: &str) -> PlanLine {
    line.date = date.parse().expect("a day");
    line
}

#[test]
fn a_session_is_moved_before_its_publication_only_and_its_window_then_begins_anew() {
    let mut catalogue = catalogue();
    let made = sessions(&catalogue, vec![line(&catalogue, "P1", 10)], now()).expect("a good plan").remove(0);
    let extended = Session { extended: Some(true), ..made.clone() };
    catalogue.apply(vec![Row::Session(extended)], Revision(2));
    let same = sessions(&catalogue, vec![line(&catalogue, "P1", 12)], now()).expect("a change").remove(0);
    assert_eq!((same.instants, same.extended, same.places), (made.instants, Some(true), 12), "its window stays");
    let later = vec![moved(line(&catalogue, "P1", 10), "2026-12-23")];
    let other = sessions(&catalogue, later, now()).expect("a new day").remove(0);
    assert_eq!((other.id, other.extended), (made.id, None), "what was decided for another day does not count");
    assert!(other.instants.closes_at > made.instants.closes_at, "it has a window of its own");
    let published = made.instants.publication_at;
    let later = vec![moved(line(&catalogue, "P1", 10), "2027-01-13")];
    let refused = sessions(&catalogue, later, published);
    assert!(matches!(refused, Err(PlanError::Published(_))), "people have places there: {refused:?}");
    let cancelled = vec![PlanLine { cancelled: true, ..line(&catalogue, "P1", 10) }];
    let cancelled = sessions(&catalogue, cancelled, published).expect("it can be called off").remove(0);
    assert_eq!(cancelled.status, SessionStatus::Cancelled, "as long as it is not moved");
}

#[test]
fn a_plan_above_the_ceiling_or_with_a_number_twice_or_too_late_is_refused() {
    let catalogue = catalogue();
    let many = sessions(&catalogue, vec![line(&catalogue, "P1", u16::MAX)], now());
    assert!(matches!(many, Err(PlanError::Ceiling { .. })), "article 54: {many:?}");
    let twice = vec![line(&catalogue, "P1", 1), line(&catalogue, "P1", 1)];
    assert!(matches!(sessions(&catalogue, twice, now()), Err(PlanError::Twice(_))), "one number, one session");
    let late = "2026-12-12T08:00:00+08:00".parse().expect("a time");
    let refused = sessions(&catalogue, vec![line(&catalogue, "P1", 1)], late);
    assert!(matches!(refused, Err(PlanError::Instants { .. })), "article 52: {refused:?}");
}
