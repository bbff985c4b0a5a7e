use super::*;

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(1_000 + seconds)
}

#[test]
fn a_visit_ends_when_nobody_gives_a_sign_and_asks_before_it_does() {
    let presence = Presence::begin(at(0), false);
    assert_eq!(presence.state(at(0)), PresenceState::Here { left_seconds: 90 }, "the whole ring");
    assert_eq!(presence.state(at(59)), PresenceState::Here { left_seconds: 31 }, "not yet asking");
    assert_eq!(presence.state(at(60)), PresenceState::Asking { left_seconds: 30 }, "the last thirty seconds");
    assert_eq!(presence.state(at(89)), PresenceState::Asking { left_seconds: 1 }, "the last second");
    assert_eq!(presence.state(at(90)), PresenceState::Gone, "and then it is over");
}

#[test]
fn every_sign_begins_the_ring_anew() {
    let presence = Presence::begin(at(0), false).sign(at(80), false);
    assert_eq!(presence.state(at(80)), PresenceState::Here { left_seconds: 90 }, "in the middle of the question, too");
    assert!(presence.is_gone(at(170)), "and the ring is no longer than before");
}

#[test]
fn whoever_turns_away_from_what_they_waited_for_is_there_and_where_nobody_waited_it_says_nothing() {
    let listening = Presence::begin(at(0), false).wait(at(10), Awaited::Reading, 300);
    let turned = listening.turn_away(at(200), Awaited::Reading);
    assert_eq!(turned.state(at(200)), PresenceState::Here { left_seconds: 90 }, "somebody pressed something");
    assert_eq!(turned.turn_away(at(250), Awaited::Reading), turned, "a screen that changes by itself is nobody");
    assert_eq!(turned.turn_away(at(250), Awaited::Code), turned, "nor is what was never waited for");
}

#[test]
fn whoever_is_gone_never_comes_back() {
    let presence = Presence::begin(at(0), false);
    for late in [
        presence.sign(at(90), false),
        presence.wait(at(90), Awaited::Code, 300),
        presence.arrive(at(91), Awaited::Code),
    ] {
        assert!(late.is_gone(at(91)), "the next touch is another person's");
    }
}

#[test]
fn elderly_people_get_more_time() {
    let presence = Presence::begin(at(0), true);
    assert_eq!(presence.state(at(90)), PresenceState::Here { left_seconds: 60 }, "more than others have in all");
    let switched = Presence::begin(at(0), false).sign(at(10), true);
    assert_eq!(switched.state(at(10)), PresenceState::Here { left_seconds: 150 }, "from when it is switched on");
}

#[test]
fn waiting_for_a_code_counts_up_to_its_life_and_no_longer() {
    let presence = Presence::begin(at(0), false).wait(at(10), Awaited::Code, 300);
    assert_eq!(presence.state(at(200)), PresenceState::Here { left_seconds: 110 }, "nobody touches anything meanwhile");
    assert_eq!(presence.state(at(285)), PresenceState::Asking { left_seconds: 25 }, "it asks before the code is dead");
    assert!(presence.is_gone(at(310)), "and ends with the code");
    let arrived = presence.arrive(at(200), Awaited::Code);
    assert_eq!(arrived.state(at(200)), PresenceState::Here { left_seconds: 90 }, "with the code the usual ring begins");
}

#[test]
fn what_is_read_aloud_to_its_end_ends_no_wait_for_a_code() {
    let presence = Presence::begin(at(0), false).wait(at(0), Awaited::Code, 300).wait(at(10), Awaited::Reading, 300);
    let heard = presence.arrive(at(20), Awaited::Reading);
    assert_eq!(heard.state(at(20)), PresenceState::Here { left_seconds: 280 }, "the code is on its way all the same");
    let typed = presence.arrive(at(20), Awaited::Code);
    assert_eq!(typed.state(at(20)), PresenceState::Here { left_seconds: 290 }, "and is read to");
}

#[test]
fn nobody_waits_for_ever() {
    let presence = Presence::begin(at(0), false).wait(at(0), Awaited::Code, u32::MAX);
    assert!(presence.is_gone(at(WAIT_SECONDS_MAX.into())), "whatever is waited for");
}

#[test]
fn a_clock_that_steps_back_ends_nothing_early() {
    let presence = Presence::begin(at(50), false).sign(at(0), false);
    assert_eq!(presence.state(at(50)), PresenceState::Here { left_seconds: 90 }, "the latest sign counts");
}

#[test]
fn a_kiosk_begins_anew_once_in_the_quiet_hour() {
    let instant = |text: &str| -> Timestamp { text.parse().expect("a time") };
    let started = instant("2026-11-22T08:00:00+08:00");
    assert!(!is_restart_due(started, instant("2026-11-23T02:59:59+08:00")), "not before the hour");
    assert!(is_restart_due(started, instant("2026-11-23T03:00:00+08:00")), "in it");
    assert!(!is_restart_due(started, instant("2026-11-23T04:00:00+08:00")), "not after it");
    let again = instant("2026-11-23T03:00:05+08:00");
    assert!(!is_restart_due(again, instant("2026-11-23T03:59:59+08:00")), "once a night");
}
