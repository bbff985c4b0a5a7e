//! What could not be written down counts as not taken, until it is.

use super::Counter;
use crate::device::outbox::list_batch;
use crate::follow::follow_once;
use crate::testing::run;
use crate::use_cases::submit::submit;
use crate::view::booking::{BookingView, FlowAction, StepBody};
use crate::view::submission::DoneKind;
use yuyue_domain::licence::Subject;
use yuyue_protocol::command::Command;
use yuyue_sample::CastRole;

/// The command is committed; that it stands in the journal cannot be.
const FULL: &str = "CREATE TRIGGER full BEFORE UPDATE OF in_journal ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END";
const ROOM: &str = "DROP TRIGGER full";

fn done(view: &BookingView) -> Option<DoneKind> {
    match &view.body {
        StepBody::Done(done) => Some(done.kind),
        _ => None,
    }
}

/// A booking without line whose saving broke off.
fn broken_off() -> Counter {
    let mut counter = Counter::open();
    counter.cut();
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    counter.desk().device.execute_batch(FULL).expect("the disk is full");
    run(submit(&counter.desk, &counter.centre, None)).expect_err("it is not saved");
    counter
}

#[test]
fn what_is_not_saved_is_not_shown_as_registered_and_pressing_again_saves_it() {
    let counter = broken_off();
    let view = counter.desk().booking().expect("readable").expect("on the screen");
    assert!(matches!(view.body, StepBody::Confirm(_)), "still at 确认并提交");
    let error = run(submit(&counter.desk, &counter.centre, None)).expect_err("still full");
    assert_ne!(error.code(), "no_booking", "the fault is the disk, not the booking");
    assert!(counter.try_act(FlowAction::Back).is_err(), "what is committed is not changed");
    counter.desk().device.execute_batch(ROOM).expect("there is room again");
    let view = run(submit(&counter.desk, &counter.centre, None)).expect("saved");
    assert_eq!(done(&view), Some(DoneKind::Registered), "now it counts as taken");
    let batch = list_batch(&counter.desk().device).expect("readable");
    let applications = batch.iter().filter(|envelope| matches!(envelope.command(), Ok(Command::Apply { .. })));
    assert_eq!(applications.count(), 1, "one application waits, and can be sent");
}

#[test]
fn the_next_round_saves_and_sends_what_was_not_saved() {
    let mut counter = broken_off();
    counter.desk().device.execute_batch(ROOM).expect("there is room again");
    counter.centre.set_line(true);
    run(follow_once(&counter.desk, &mut counter.sync, &counter.centre)).expect("the line is up");
    let view = counter.desk().booking().expect("readable").expect("on the screen");
    assert_eq!(done(&view), Some(DoneKind::AwaitingCode), "the centre has it, although nobody pressed again");
}
