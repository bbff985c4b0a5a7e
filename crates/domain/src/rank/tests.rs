#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use super::*;
use crate::application::fixtures::{ACCEPTED, at, record};
use proptest::prelude::*;

const AS_OF: &str = "2026-11-22T10:42:08+08:00";

/// A standing whose sort time is so many hours after everybody's acceptance.
fn after(hours: i64, serial: u64) -> Standing {
    let accepted_at = at(ACCEPTED);
    Standing { sort_time: accepted_at.plus_seconds(hours * 3600), accepted_at, serial, id: () }
}

fn ladder(standings: Vec<Standing>) -> Ladder {
    let standings = Standings::new(standings).unwrap();
    Ladder { subject: Subject::Three, class: LicenceClass::C1, as_of: at(AS_OF), standings }
}

#[test]
fn the_rank_counts_those_before_and_includes_the_person_once() {
    let ladder = ladder(vec![after(1, 1), after(2, 2), after(3, 3)]);
    let rank = |standing: &Standing| {
        let rank = ladder.rank_of(standing);
        (rank.position, rank.of)
    };
    assert_eq!(rank(&after(2, 2)), (2, 3), "somebody with an application stands on the ladder already");
    assert_eq!(rank(&after(2, 9)), (3, 4), "somebody without would join; the tie is broken by the serial");
    assert_eq!(rank(&after(0, 9)), (1, 4), "first");
    assert_eq!(rank(&after(9, 9)), (4, 4), "last");
}

#[test]
fn a_tie_is_broken_by_acceptance_time_before_the_serial() {
    let other = after(2, 5);
    let ladder = ladder(vec![other]);
    let earlier = Standing { accepted_at: other.accepted_at.plus_seconds(-1), serial: 9, ..other };
    let later = Standing { accepted_at: other.accepted_at.plus_seconds(1), serial: 1, ..other };
    assert_eq!(ladder.rank_of(&earlier).position, 1, "accepted a second earlier");
    assert_eq!(ladder.rank_of(&later).position, 2, "accepted a second later");
}

#[test]
fn a_standing_is_made_of_the_person_and_the_sort_time() {
    let record = record();
    let made = standing(&record.applicant, at(ACCEPTED).plus_seconds(3600));
    assert_eq!(made, after(1, record.applicant.serial), "sort time, acceptance time and serial");
}

#[test]
fn the_wire_form_is_compact_and_tells_nobody_who_it_is() {
    let ladder = ladder(vec![after(1, 17), after(1, 18), after(3, 2)]);
    let wire = serde_json::to_string(&ladder).unwrap();
    let wanted = r#"{"subject":3,"class":"C1","as_of":"2026-11-22T10:42:08+08:00","standings":[[1788231600,3600,17],[0,3600,18],[7200,10800,2]]}"#;
    assert_eq!(wire, wanted, "seconds from one to the next, no identifiers");
}

#[test]
fn a_list_out_of_order_or_with_impossible_instants_is_refused() {
    for wire in ["[[10,0,1],[0,0,1]]", "[[10,0,2],[0,0,1]]", "[[10,0,1],[-1,0,1]]", "[[9223372036854775807,0,1]]"] {
        assert!(serde_json::from_str::<Standings>(wire).is_err(), "{wire} is no ladder");
    }
}

#[test]
fn a_queue_knows_how_many_stand_before_somebody_and_says_when_it_was_cut() {
    let session = SessionId(1);
    let all: Vec<_> = (0..700).map(|hour| after(hour, 1)).collect();
    let queue = SessionQueue::new(session, 60, all.clone(), at(AS_OF)).unwrap();
    assert_eq!((queue.applications, queue.first.len()), (700, 500), "bounded, but all are counted");
    assert_eq!(queue.ahead_of(&after(88, 1)), Ahead { count: 88, at_least: false }, "one of them");
    assert_eq!(queue.ahead_of(&after(88, 9)), Ahead { count: 89, at_least: false }, "somebody who would join");
    assert_eq!(queue.ahead_of(&after(650, 1)), Ahead { count: 500, at_least: true }, "beyond the cut");
    let whole = SessionQueue::new(session, 400, all, at(AS_OF)).unwrap();
    assert_eq!(whole.ahead_of(&after(800, 1)), Ahead { count: 700, at_least: false }, "a big session is not cut there");
}

fn percent(tight_percent: u8) -> GaugeRule {
    GaugeRule { tight_percent, ..crate::application::fixtures::policy().local.gauge }
}

#[test]
fn the_gauge_compares_those_before_with_the_places_and_keeps_a_margin() {
    let queue = |applications| {
        let all = (0..applications).map(|hour| after(hour, 1)).collect();
        SessionQueue::new(SessionId(1), 60, all, at(AS_OF)).unwrap()
    };
    for (ahead, state) in [
        (0, GaugeState::Fits),
        (53, GaugeState::Fits),
        (54, GaugeState::Tight),
        (59, GaugeState::Tight),
        (60, GaugeState::Over),
        (88, GaugeState::Over),
    ] {
        let gauge = gauge(60, &queue(142), &after(ahead, 1), &percent(10));
        let read = (gauge.ahead.count, gauge.state, gauge.applications);
        assert_eq!(read, (u32::try_from(ahead).unwrap(), state, 142), "{ahead} before somebody, 60 places, 10 %");
    }
    assert_eq!(
        gauge(0, &queue(0), &after(1, 1), &percent(10)).state,
        GaugeState::Over,
        "no place, nothing to fit into"
    );
    assert_eq!(gauge(1, &queue(0), &after(1, 1), &percent(10)).state, GaugeState::Tight, "the margin is rounded up");
    assert_eq!(gauge(1, &queue(0), &after(1, 1), &percent(0)).state, GaugeState::Fits, "no margin wanted");
}

fn standings() -> impl Strategy<Value = Vec<Standing>> {
    prop::collection::btree_set((0_i64..200, 0_i64..50, 0_u64..50), 0..60).prop_map(|set| {
        let begin = at(ACCEPTED);
        set.into_iter()
            .map(|(sorted, accepted, serial)| Standing {
                sort_time: begin.plus_days(sorted),
                accepted_at: begin.plus_seconds(accepted),
                serial,
                id: (),
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn standings_survive_the_wire(standings in standings()) {
        let sent = Standings::new(standings).unwrap();
        let wire = serde_json::to_string(&sent).unwrap();
        prop_assert_eq!(serde_json::from_str::<Standings>(&wire).unwrap(), sent, "nothing is lost by the compact form");
    }

    #[test]
    fn the_rank_is_one_more_than_those_with_a_smaller_key(standings in standings(), day in 0_i64..200) {
        let me = after(day * 24, 25);
        let smaller = standings.iter().filter(|other| **other < me).count();
        let rank = ladder(standings).rank_of(&me);
        prop_assert_eq!(rank.position, u32::try_from(smaller + 1).unwrap(), "counted by hand");
    }
}
