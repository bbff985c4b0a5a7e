//! Signing in with and without line, locking, and that nothing is shown in full without a trace.

use super::{Counter, PASSWORD, wall};
use crate::error::DeskError;
use crate::testing::run;
use crate::use_cases::access::{sign_in, unlock};
use crate::use_cases::applicant::open_applicant;
use crate::view::app::{Access, Language, Line, Settings, Theme};
use yuyue_domain::identity::IdentityCheck;
use yuyue_sample::CastRole;

#[test]
fn a_clerk_who_was_here_may_sign_in_without_line_until_it_expires() {
    let mut counter = Counter::open();
    counter.desk().sign_out().expect("gone");
    assert!(matches!(counter.desk().search_here("张"), Err(DeskError::NotSignedIn)), "nobody works here");
    counter.cut();
    counter.world.pass(3 * 24 * 3600 - 60);
    run(sign_in(&counter.desk, &counter.centre, "0317", PASSWORD)).expect("without line too, for three days");
    counter.desk().sign_out().expect("gone");
    let error = run(sign_in(&counter.desk, &counter.centre, "9999", PASSWORD)).expect_err("never was here");
    assert_eq!(error.code(), "offline_sign_in_expired", "somebody else may not");
    counter.world.pass(60);
    let error = run(sign_in(&counter.desk, &counter.centre, "0317", PASSWORD)).expect_err("too long ago");
    assert_eq!(error.code(), "offline_sign_in_expired", "and signing in without line makes it no longer");
}

#[test]
fn wrong_passwords_without_line_block_for_a_while() {
    let mut counter = Counter::open();
    counter.desk().sign_out().expect("gone");
    counter.cut();
    let tried = |password| run(sign_in(&counter.desk, &counter.centre, "0317", password)).map(drop);
    let codes: Vec<String> = (0..5).map(|_| tried("错").expect_err("wrong").code().to_owned()).collect();
    assert_eq!(codes[3], "wrong_password", "four wrong ones are told");
    assert_eq!(codes[4], "sign_in_blocked", "the fifth blocks");
    assert_eq!(tried(PASSWORD).expect_err("blocked").code(), "sign_in_blocked", "even the right one");
    counter.world.pass(301);
    tried(PASSWORD).expect("after five minutes it counts again");
}

#[test]
fn whom_the_centre_refuses_does_not_come_in_when_the_line_is_cut() {
    let mut counter = Counter::open();
    counter.desk().sign_out().expect("gone");
    let error = run(sign_in(&counter.desk, &counter.centre, "0317", "旧密码")).expect_err("wrong");
    assert_eq!(error.code(), "wrong_password", "the centre decides");
    counter.cut();
    run(sign_in(&counter.desk, &counter.centre, "0317", PASSWORD)).expect("a mistyped password forgets nobody");
}

#[test]
fn locking_covers_what_was_revealed_and_keeps_what_was_typed() {
    let counter = Counter::open();
    let id = counter.id(CastRole::RuleFour);
    counter.begin(CastRole::RuleFour, yuyue_domain::licence::Subject::Three);
    assert!(counter.desk().applicant_view(id).expect("readable").revealed.is_some(), "open after the check");
    let state = counter.desk().lock_counter(true).expect("locked");
    let Access::Locked { kept, idle_minutes, .. } = state.access else { panic!("locked") };
    assert!(kept.is_some() && idle_minutes == Some(10), "the booking waits, and it is said why it locked");
    assert!(matches!(counter.desk().booking(), Err(DeskError::Locked)), "nothing works meanwhile");
    assert!(counter.desk().unlock_here("错").is_err(), "a wrong password opens nothing");
    counter.world.pass(4 * 24 * 3600);
    counter.desk().unlock_here(PASSWORD).expect("the clerk is back, however long the line was away");
    assert!(counter.desk().applicant_view(id).expect("readable").revealed.is_none(), "covered again");
    assert!(counter.desk().booking().expect("readable").is_some(), "and the booking is there");
}

#[test]
fn people_are_masked_and_every_unmasking_is_a_command() {
    let counter = Counter::open();
    let person = counter.person(CastRole::RuleFour).applicant.clone();
    let view = run(open_applicant(&counter.desk, &counter.centre, person.id)).expect("opens");
    assert!(view.revealed.is_none(), "masked by default");
    let text = serde_json::to_string(&view).expect("a view is JSON");
    for secret in
        [person.name.reveal(), person.document.number.reveal(), person.phone.as_ref().expect("a phone").reveal()]
    {
        assert!(!text.contains(secret), "nothing personal is in a view that was not revealed");
    }
    let sent = || counter.desk().outbox().expect("readable").waiting.len();
    assert_eq!(sent(), 0, "looking at the masked page is no unmasking");
    let revealed = counter.desk().reveal(person.id).expect("revealed");
    assert_eq!(revealed.name, person.name.reveal(), "in full");
    assert_eq!(sent(), 1, "with one line of the log");
    counter.desk().reveal(person.id).expect("revealed again");
    assert_eq!(sent(), 2, "each look is one");
    let view = counter.desk().applicant_view(person.id).expect("readable");
    assert!(view.revealed.is_none(), "and a look is over when the key is let go");
    for _ in 0..2 {
        let view = counter.desk().check_identity(person.id, IdentityCheck::DocumentSeen).expect("checked");
        assert!(view.revealed.is_some(), "whoever was checked is shown in full");
        assert_eq!(sent(), 3, "one line for the whole visit");
    }
    counter.desk().close_applicant().expect("下一位");
    counter.desk().check_identity(person.id, IdentityCheck::DocumentSeen).expect("checked");
    assert_eq!(sent(), 4, "and one for the next");
    assert!(!format!("{revealed:?}").contains(person.name.reveal()), "and none of it in a log");
}

#[test]
fn the_frame_tells_who_works_where_with_which_clock() {
    let counter = Counter::open();
    let settings = Settings { theme: Theme::HighContrast, language: Language::English };
    counter.desk().save_settings(settings).expect("kept");
    let now = counter.desk().now();
    counter.desk().hear_time(now).expect("heard");
    counter.world.set_wall(wall(&counter).plus_days(400));
    let counter = {
        let state = counter.desk().app_state().expect("readable");
        assert_eq!(state.sync.clock_offset_seconds, 400 * 86_400, "a wrong clock is shown");
        assert_eq!(state.now, now, "and not obeyed");
        counter
    };
    let state = counter.desk().app_state().expect("readable");
    assert_eq!(state.settings, settings, "the settings are kept");
    assert_eq!(state.device.as_ref().map(|device| device.counter), Some(3), "the number of the counter");
    assert!(matches!(state.access, Access::Open { clerk, .. } if clerk.number == "0317"), "and who works at it");
    assert!(state.sync.next_publication.is_some_and(|at| at > now), "and when the next publication is");
}

#[test]
fn a_quiet_line_keeps_the_data_fresh_and_a_cut_one_does_not() {
    let mut counter = Counter::open();
    let filled = counter.desk().app_state().expect("readable").sync.data_as_of;
    counter.world.pass(900);
    counter.desk().hear_quiet();
    let state = counter.desk().app_state().expect("readable");
    assert!(state.sync.data_as_of > filled, "nothing is new, so what is here is what the centre has");
    assert_eq!(state.sync.line, Line::Synced { at: state.now }, "and the clerk sees since when");
    counter.cut();
    counter.world.pass(900);
    counter.desk().hear_quiet();
    let offline = counter.desk().app_state().expect("readable");
    assert_eq!(offline.sync.data_as_of, state.sync.data_as_of, "an echo of a line that is gone says nothing");
}

#[test]
fn a_line_that_falls_silent_counts_as_cut_until_the_centre_answers_again() {
    let mut counter = Counter::open();
    let line = |counter: &Counter| counter.desk().app_state().expect("readable").sync.line;
    counter.desk().hear_silence();
    assert!(matches!(line(&counter), Line::Offline { .. }), "nobody waits for a request that hangs");
    counter.follow();
    assert!(matches!(line(&counter), Line::Synced { .. }), "it comes back by itself");
}

#[test]
fn who_came_in_without_line_signs_in_again_when_it_is_back_and_keeps_the_booking() {
    let mut counter = Counter::open();
    counter.desk().sign_out().expect("gone");
    counter.cut();
    counter.sign_in();
    let asks = |counter: &Counter| {
        let access = counter.desk().app_state().expect("readable").access;
        matches!(access, Access::Open { sign_in_again: true, .. })
    };
    assert!(!asks(&counter), "without line nothing is asked");
    counter.begin(CastRole::RuleFour, yuyue_domain::licence::Subject::Three);
    counter.mend();
    assert!(asks(&counter) && counter.desk().token().is_none(), "the centre does not know who works here");
    counter.desk().lock_counter(false).expect("locked");
    assert!(run(unlock(&counter.desk, &counter.centre, "错")).is_err(), "not with a wrong password");
    run(unlock(&counter.desk, &counter.centre, PASSWORD)).expect("signed in");
    assert!(!asks(&counter) && counter.desk().token().is_some(), "now it does");
    assert!(counter.desk().booking().expect("readable").is_some(), "and the booking is still there");
    let lost = yuyue_protocol::error::Problem::new(yuyue_protocol::error::ErrorCode::SignedOut, "expired");
    counter.desk().note_signed_out(&lost);
    assert!(asks(&counter), "a token that the centre has forgotten is asked for again");
}

#[test]
fn the_number_of_a_counter_stands_before_its_character() {
    for (label, number) in [("YB-W03", 3), ("2楼3号窗口", 3), ("12 号窗口", 12), ("3号窗口（2楼）", 3), ("大厅", 0)]
    {
        assert_eq!(crate::use_cases::access::counter_number(label), number, "of {label}");
    }
}
