//! Whose visit it is: what was checked, chosen or asked for one person by one clerk is nobody else's.

use super::Counter;
use crate::desk::Signed;
use crate::testing::{clerk, poll, run};
use crate::use_cases::code::send_code;
use crate::use_cases::submit::submit;
use crate::view::booking::{BookingView, FlowAction, StepBody};
use crate::view::submission::CodePurpose;
use std::pin::pin;
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::ClerkId;
use yuyue_domain::licence::Subject;
use yuyue_domain::verification::CodeRefusal;
use yuyue_protocol::account::Clerk;
use yuyue_protocol::outcome::Outcome;
use yuyue_sample::CastRole;

fn checked(view: &BookingView) -> Option<IdentityCheck> {
    match &view.body {
        StepBody::Subject(step) => step.identity_check,
        other => panic!("not at 科目确认: {other:?}"),
    }
}

#[test]
fn an_identity_check_is_over_with_the_visit_and_with_the_clerk() {
    let counter = Counter::open();
    let id = counter.id(CastRole::RuleFour);
    let begin = || counter.desk().booking_start(id, Some(Subject::Three), None).expect("a booking begins");
    counter.to_sessions(CastRole::RuleFour, Subject::Three);
    counter.desk().close_applicant().expect("下一位");
    assert_eq!(checked(&begin()), None, "who comes back shows the document again");
    let refused = counter.try_act(FlowAction::Next).expect_err("nobody was checked");
    assert_eq!(refused.code(), "identity_unchecked", "and 科目确认 is not passed without it");
    counter.act(FlowAction::CheckIdentity { check: IdentityCheck::DocumentSeen });
    counter.desk().sign_out().expect("gone");
    counter.sign_in();
    assert_eq!(checked(&begin()), None, "the next clerk has checked nobody");

    counter.act(FlowAction::CheckIdentity { check: IdentityCheck::DocumentSeen });
    counter.act(FlowAction::Next);
    let counter = counter.restart();
    let other = Clerk { id: ClerkId(2), staff_number: "0318".into(), ..clerk() };
    counter.desk().signed = Signed::In { clerk: other, token: None };
    let view = counter.desk().booking().expect("readable").expect("the booking is on the screen again");
    assert_eq!(checked(&view), None, "another clerk signs for what that clerk has seen");
}

#[test]
fn another_persons_page_takes_the_booking_off_the_screen() {
    let counter = Counter::open();
    counter.to_sessions(CastRole::RuleFour, Subject::Three);
    let other = counter.id(CastRole::FourFailures);
    run(crate::use_cases::applicant::open_applicant(&counter.desk, &counter.centre, other)).expect("opens");
    assert!(counter.desk().booking().expect("readable").is_none(), "it is kept as a draft");
    let id = counter.id(CastRole::RuleFour);
    let view = counter.desk().booking_start(id, None, None).expect("taken up again");
    assert_eq!((view.subject, checked(&view)), (Some(Subject::Three), None), "of a person who is checked again");
}

#[test]
fn another_subject_is_chosen_although_the_booking_stands_further_on() {
    let counter = Counter::open();
    let id = counter.id(CastRole::WithoutPhone);
    counter.to_sessions(CastRole::WithoutPhone, Subject::Three);
    let start = |subject| counter.desk().booking_start(id, Some(subject), None).expect("begun");
    assert!(matches!(start(Subject::Three).body, StepBody::Sessions(_)), "the same subject goes on where it was");
    let view = start(Subject::Two);
    assert_eq!(view.subject, Some(Subject::Two), "预约 of another subject is about that one");
    assert!(matches!(view.body, StepBody::Subject(_)), "and begins with 科目确认");
}

#[test]
fn an_answer_that_comes_late_touches_nobody_elses_booking() {
    let counter = Counter::open();
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    let first = counter.desk().open_draft().expect("a draft").command;
    let wrong = CodeRefusal::CodeWrong { tries_left: 4 };
    counter.centre.decide(first, Outcome::Refused { reasons: vec![wrong.into()], alternatives: Vec::new() });
    counter.centre.set_slow(true);
    let mut answer = pin!(submit(&counter.desk, &counter.centre, Some("000000".into())));
    assert!(poll(answer.as_mut()).is_pending(), "the centre takes its time");
    counter.desk().sign_out().expect("the clerk goes");
    counter.sign_in();
    counter.begin(CastRole::FourFailures, Subject::Two);
    let second = counter.desk().open_draft().expect("a draft");
    counter.centre.set_slow(false);
    assert_eq!(run(answer).expect_err("that booking is gone").code(), "no_booking", "nothing of it is shown");
    let now = counter.desk().open_draft().expect("a draft");
    assert_eq!((now.applicant, now.command), (second.applicant, second.command), "the booking on the screen stays");
    assert_eq!(now.body.flow.step, second.body.flow.step, "at its step");
    assert_eq!(counter.desk().outbox().expect("readable").refused.len(), 1, "and 待处理 names what was sent back");
}

#[test]
fn a_code_that_is_over_is_not_a_wrong_one() {
    let counter = Counter::open();
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    for (refusal, code) in [(CodeRefusal::CodeExpired, "code_expired"), (CodeRefusal::CodeUsed, "code_used")] {
        run(send_code(&counter.desk, &counter.centre, CodePurpose::Booking)).expect("sent");
        let command = counter.desk().open_draft().expect("a draft").command;
        counter.centre.decide(command, Outcome::Refused { reasons: vec![refusal.into()], alternatives: Vec::new() });
        let error = run(submit(&counter.desk, &counter.centre, Some("000000".into()))).expect_err("refused");
        assert_eq!(error.code(), code, "the sentence is that of the refusal");
        let status = counter.desk().code_status(CodePurpose::Booking).expect("readable");
        assert!(!status.wrong && status.tries_left == 5, "no try was spent");
        assert_eq!(status.valid_seconds, 0, "and another code is to be sent");
    }
}
