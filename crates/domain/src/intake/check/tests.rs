use super::*;
use crate::application::fixtures::{at, day, policy};
use crate::ids::SiteId;
use crate::licence::{LicenceClass, Subject};
use crate::session::SessionInstants;
use crate::time::{DateRange, Timestamp};

const OPENS: &str = "2026-11-17T09:00:00+08:00";
const CLOSES: &str = "2026-11-24T17:00:00+08:00";
const EXTENDED: &str = "2026-11-26T12:00:00+08:00";
const PUBLICATION: &str = "2026-11-26T17:00:00+08:00";

fn session() -> Session {
    Session {
        id: SessionId(1),
        plan: "样例1".to_owned(),
        site: SiteId(1),
        starts_at: at("2026-12-01T08:30:00+08:00"),
        ends_at: at("2026-12-01T11:30:00+08:00"),
        subject: Subject::Two,
        classes: vec![LicenceClass::C1],
        places: 60,
        priority_places: 3,
        instants: SessionInstants {
            opens_at: at(OPENS),
            closes_at: at(CLOSES),
            extended_closes_at: at(EXTENDED),
            publication_at: at(PUBLICATION),
            cancel_by: at("2026-11-30T17:00:00+08:00"),
        },
        extended: None,
        status: SessionStatus::Planned,
    }
}

fn act(channel: Channel, taken_at: &str, decided_at: &str) -> Act {
    Act { channel, clerk: None, taken_at: at(taken_at), decided_at: at(decided_at) }
}

fn second_before(moment: &str) -> Timestamp {
    at(moment).plus_seconds(-1)
}

#[test]
fn a_window_is_open_from_its_first_second_until_before_its_close() {
    let check = |moment: Timestamp| {
        let act = Act { channel: Channel::Kiosk, clerk: None, taken_at: moment, decided_at: moment };
        check_window(&session(), false, act, &policy())
    };
    let session = SessionId(1);
    let early = Err(IntakeRefusal::NotYetOpen { session, opens_at: at(OPENS) });
    let closed = Err(IntakeRefusal::Closed { session, closed_at: at(CLOSES) });
    let published = Err(IntakeRefusal::Published { session, published_at: at(PUBLICATION) });
    assert_eq!(check(second_before(OPENS)), early, "not yet");
    assert_eq!(check(at(OPENS)), Ok(()), "the first second");
    assert_eq!(check(second_before(CLOSES)), Ok(()), "the last second");
    assert_eq!(check(at(CLOSES)), closed, "the close itself is too late");
    assert_eq!(check(at(PUBLICATION)), published, "its places are given out");
}

#[test]
fn an_extended_session_stays_open_and_a_cancelled_one_takes_nothing() {
    let kiosk = act(Channel::Kiosk, CLOSES, CLOSES);
    let extended = Session { extended: Some(true), ..session() };
    assert_eq!(check_window(&extended, false, kiosk, &policy()), Ok(()), "fewer applications than places");
    let cancelled = Session { status: SessionStatus::Cancelled, ..session() };
    let refused = Err(IntakeRefusal::SessionCancelled { session: SessionId(1) });
    assert_eq!(check_window(&cancelled, false, kiosk, &policy()), refused, "whatever the time");
}

#[test]
fn what_a_counter_took_in_time_is_in_time_until_the_publication() {
    let taken = "2026-11-24T16:50:00+08:00";
    let late = act(Channel::Counter, taken, "2026-11-26T09:00:00+08:00");
    let closed = Err(IntakeRefusal::Closed { session: SessionId(1), closed_at: at(CLOSES) });
    assert_eq!(check_window(&session(), false, late, &policy()), Ok(()), "the line was down, nobody loses by it");
    let kiosk = Act { channel: Channel::Kiosk, ..late };
    assert_eq!(check_window(&session(), false, kiosk, &policy()), closed, "a kiosk takes nothing without line");
    let mut strict = policy();
    strict.local.applications.taken_in_time_counts = false;
    assert_eq!(check_window(&session(), false, late, &strict), closed, "the policy may say otherwise");
    let too_late = act(Channel::Counter, taken, PUBLICATION);
    let published = Err(IntakeRefusal::Published { session: SessionId(1), published_at: at(PUBLICATION) });
    assert_eq!(check_window(&session(), false, too_late, &policy()), published, "the allocation does not wait");
}

#[test]
fn priority_booking_goes_on_until_the_publication_and_counts_at_the_centre() {
    let last = second_before(PUBLICATION);
    let now = Act { channel: Channel::Counter, clerk: None, taken_at: last, decided_at: last };
    assert_eq!(check_window(&session(), true, now, &policy()), Ok(()), "the normal window closed before");
    let mut window = policy();
    window.local.priority.closes = crate::policy::local::PriorityClose::Window;
    let taken_before = Act { taken_at: at(OPENS), ..now };
    let closed = Err(IntakeRefusal::Closed { session: SessionId(1), closed_at: at(CLOSES) });
    assert_eq!(check_window(&session(), true, taken_before, &window), closed, "an earlier taking does not help");
}

#[test]
fn a_wish_asks_for_something_and_not_for_too_much() {
    let choose = |numbers: &[u32]| {
        let sessions = numbers.iter().copied().map(SessionId).collect();
        check_wish(&Wish::Choose { sessions, ordered: false }, &policy())
    };
    assert_eq!(choose(&[1, 2, 3, 4, 5]), Ok(()), "as many as allowed");
    assert_eq!(choose(&[1, 2, 3, 4, 5, 6]), Err(IntakeRefusal::TooManySessions { max: 5 }), "one too many");
    assert_eq!(choose(&[1, 2, 1]), Err(IntakeRefusal::SessionTwice { session: SessionId(1) }), "none twice");
    assert_eq!(choose(&[]), Err(IntakeRefusal::NothingChosen), "at least one");
    let assign = |first: &str, last: &str, sites: Vec<SiteId>| {
        check_wish(&Wish::Assign { dates: DateRange { first: day(first), last: day(last) }, sites }, &policy())
    };
    let nothing = Err(IntakeRefusal::NothingChosen);
    assert_eq!(assign("2026-12-01", "2026-12-01", vec![SiteId(1)]), Ok(()), "one day at one site");
    assert_eq!(assign("2026-12-02", "2026-12-01", vec![SiteId(1)]), nothing, "no day");
    assert_eq!(assign("2026-12-01", "2026-12-01", vec![]), nothing, "no site");
    assert_eq!(check_wish(&Wish::Priority { session: SessionId(1) }, &policy()), Ok(()), "one session");
}
