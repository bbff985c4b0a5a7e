#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use super::*;
use crate::application::fixtures::{application_id, at};
use proptest::prelude::*;

const BEGIN: &str = "2026-11-22T10:00:00+08:00";
const MIDNIGHT: &str = "2026-11-23T00:00:00+08:00";

fn rule() -> CodeRule {
    crate::application::fixtures::policy().local.code
}

fn apply() -> CodePurpose {
    CodePurpose::Apply { subject: Subject::Two }
}

fn after(seconds: i64) -> Timestamp {
    at(BEGIN).plus_seconds(seconds)
}

fn sent() -> CodeState {
    CodeState::new(at(BEGIN)).issue(apply(), at(BEGIN), &rule()).unwrap()
}

fn wrong(mut state: CodeState, times: u8) -> CodeState {
    for _ in 0..times {
        let (next, outcome) = state.confirm(apply(), false, after(1), &rule());
        assert!(outcome.is_err(), "a wrong code confirms nothing");
        state = next;
    }
    state
}

#[test]
fn life_and_resend_wait_are_two_times() {
    let state = sent();
    let times = |seconds| {
        let left = state.remaining(after(seconds), &rule());
        (left.life_seconds, left.resend_seconds)
    };
    assert_eq!(times(0), (300, 60), "just sent");
    assert_eq!(times(12), (288, 48), "both run");
    assert_eq!(times(60), (240, 0), "another can be sent while this one is still good");
    assert_eq!(times(300), (0, 0), "its life is over");
    assert_eq!(CodeState::new(at(BEGIN)).remaining(at(BEGIN), &rule()).life_seconds, 0, "nothing was sent");
}

#[test]
fn a_code_confirms_until_the_last_second_of_its_life_and_once() {
    let (used, outcome) = sent().confirm(apply(), true, after(299), &rule());
    assert_eq!(outcome, Ok(()), "the last second");
    assert_eq!(
        used.confirm(apply(), true, after(299), &rule()).1,
        Err(CodeRefusal::CodeUsed),
        "a second time it is void"
    );
    assert_eq!(used.remaining(after(299), &rule()).life_seconds, 0, "and shows no life");
    let (state, outcome) = sent().confirm(apply(), true, after(300), &rule());
    assert_eq!(outcome, Err(CodeRefusal::CodeExpired), "one second later");
    assert_eq!(state.wrong_tries, 0, "which is no wrong try");
}

#[test]
fn a_code_is_good_for_what_it_was_sent_for_only() {
    for other in [
        CodePurpose::Apply { subject: Subject::Three },
        CodePurpose::Confirm { application: application_id(1) },
        CodePurpose::Withdraw { application: application_id(1) },
        CodePurpose::Cancel { application: application_id(1) },
    ] {
        let (state, outcome) = sent().confirm(other, true, after(1), &rule());
        assert_eq!(outcome, Err(CodeRefusal::CodeNotSent), "{other:?} was never asked about");
        assert_eq!(state, sent(), "and the code stays good for its own purpose");
    }
    assert_eq!(
        CodeState::new(at(BEGIN)).confirm(apply(), true, after(1), &rule()).1,
        Err(CodeRefusal::CodeNotSent),
        "none"
    );
}

#[test]
fn a_new_code_makes_the_old_one_void_but_forgets_no_wrong_try() {
    let state = wrong(sent(), 2);
    let refused = state.issue(apply(), after(59), &rule());
    assert_eq!(refused, Err(CodeRefusal::CodeTooSoon { seconds: 1 }), "the wait counts down");
    let cancel = CodePurpose::Cancel { application: application_id(1) };
    let next = state.issue(cancel, after(60), &rule()).unwrap();
    assert_eq!(next.remaining(after(60), &rule()).tries_left, 3, "wrong tries are kept");
    assert_eq!(next.confirm(apply(), true, after(61), &rule()).1, Err(CodeRefusal::CodeNotSent), "the old one is void");
    let (right, outcome) = next.confirm(cancel, true, after(61), &rule());
    assert_eq!((outcome, right.wrong_tries), (Ok(()), 0), "a right one proves who it is");
}

#[test]
fn the_last_wrong_try_locks_until_the_next_day() {
    let state = wrong(sent(), 3);
    let (state, outcome) = state.confirm(apply(), false, after(2), &rule());
    assert_eq!(outcome, Err(CodeRefusal::CodeWrong { tries_left: 1 }), "one is left");
    let (state, outcome) = state.confirm(apply(), false, after(3), &rule());
    let locked = CodeRefusal::CodeLocked { possible_from: at(MIDNIGHT) };
    assert_eq!(outcome, Err(locked), "the fifth wrong try");
    assert_eq!(state.confirm(apply(), true, after(4), &rule()).1, Err(locked), "even the right digits come too late");
    assert_eq!(state.issue(apply(), after(100), &rule()), Err(locked), "nor is a new one sent");
    assert_eq!(state.remaining(after(4), &rule()).life_seconds, 0, "the code shows no life");
    let tomorrow = state.issue(apply(), at(MIDNIGHT), &rule()).unwrap();
    assert_eq!(tomorrow.remaining(at(MIDNIGHT), &rule()).tries_left, 5, "the next day begins anew");
}

#[test]
fn ten_codes_a_day_and_no_more() {
    let mut state = CodeState::new(at(BEGIN));
    for number in 0..10 {
        state = state.issue(apply(), after(number * 60), &rule()).unwrap();
    }
    assert_eq!(state.remaining(after(600), &rule()).sends_left, 0, "all are used");
    let refused = state.issue(apply(), after(3600), &rule());
    assert_eq!(refused, Err(CodeRefusal::CodeLimit { possible_from: at(MIDNIGHT) }), "until tomorrow");
    assert_eq!(state.confirm(apply(), true, after(600), &rule()).1, Ok(()), "the last one is good all the same");
}

#[test]
fn a_code_lives_on_over_midnight() {
    let late = at(MIDNIGHT).plus_seconds(-10);
    let state = CodeState::new(late).issue(apply(), late, &rule()).unwrap();
    assert_eq!(state.confirm(apply(), true, at(MIDNIGHT).plus_seconds(10), &rule()).1, Ok(()), "20 seconds old");
    let early = state.issue(apply(), at(MIDNIGHT), &rule());
    assert_eq!(early, Err(CodeRefusal::CodeTooSoon { seconds: 50 }), "the wait does not end with the day");
}

#[test]
fn a_clock_that_was_set_back_gives_no_extra_life_and_no_extra_tries() {
    let state = wrong(sent(), 4);
    let yesterday = after(-86_400);
    let left = state.remaining(yesterday, &rule());
    assert_eq!((left.life_seconds, left.resend_seconds, left.tries_left), (300, 60, 1), "never more than all of it");
}

#[test]
fn refusals_have_stable_codes_with_parameters() {
    let wire = |refusal: CodeRefusal| serde_json::to_string(&refusal).unwrap();
    assert_eq!(wire(CodeRefusal::CodeWrong { tries_left: 4 }), r#"{"code":"code_wrong","tries_left":4}"#, "with tries");
    assert_eq!(wire(CodeRefusal::CodeTooSoon { seconds: 48 }), r#"{"code":"code_too_soon","seconds":48}"#, "with wait");
}

proptest! {
    #[test]
    fn nobody_gets_more_wrong_tries_or_codes_in_a_day_than_the_policy_allows(
        acts in prop::collection::vec((any::<bool>(), 0_i64..90), 1..200),
    ) {
        let rule = rule();
        let mut state = CodeState::new(at(BEGIN));
        let (mut now, mut wrong_tries, mut sends) = (at(BEGIN), 0_u8, 0_u8);
        for (send, seconds) in acts {
            now = now.plus_seconds(seconds);
            if send {
                if let Ok(next) = state.issue(apply(), now, &rule) {
                    state = next;
                    sends += 1;
                }
            } else {
                let could = state.remaining(now, &rule).life_seconds > 0;
                let (next, outcome) = state.confirm(apply(), false, now, &rule);
                prop_assert!(outcome.is_err(), "wrong digits never confirm");
                prop_assert_eq!(could, next.wrong_tries > state.wrong_tries, "what shows life can be tried");
                wrong_tries += next.wrong_tries - state.wrong_tries;
                state = next;
            }
            prop_assert!(wrong_tries <= rule.wrong_tries_max && sends <= rule.sends_per_day, "limits of one day hold");
        }
    }
}

#[test]
fn a_code_that_ran_out_on_the_way_was_good_while_it_lived_and_for_its_purpose_only() {
    let (state, life) = (sent(), i64::from(rule().life_seconds));
    let used = state.confirm(apply(), true, after(1), &rule()).0;
    let other = CodePurpose::Apply { subject: Subject::Three };
    for (state, purpose, taken_at, expected) in [
        (state, apply(), after(0), true),
        (state, apply(), after(life - 1), true),
        (state, apply(), after(life), false),
        (state, apply(), after(-1), false),
        (state, other, after(1), false),
        (used, apply(), after(2), false),
        (CodeState::new(at(BEGIN)), apply(), after(1), false),
    ] {
        assert_eq!(state.was_good_at(purpose, taken_at, &rule()), expected, "{purpose:?} typed at {taken_at}");
    }
}
