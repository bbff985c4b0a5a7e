//! The two flows of the guide, with the line up.

use super::Counter;
use crate::testing::run;
use crate::use_cases::code::send_code;
use crate::use_cases::outbox::deliver;
use crate::use_cases::submit::submit;
use crate::view::applicant::Standing;
use crate::view::booking::{FlowAction, FlowKind, StepBody, StepMark};
use crate::view::printing::DocumentKind;
use crate::view::sessions::SessionRow;
use crate::view::submission::{CodePurpose, DoneKind};
use uuid::Uuid;
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::licence::Subject;
use yuyue_domain::refusal::IntakeRefusal;
use yuyue_domain::verification::CodeRefusal;
use yuyue_protocol::outcome::Outcome;
use yuyue_sample::CastRole;

#[test]
fn a_normal_booking_goes_from_the_subject_to_its_acceptance() {
    let mut counter = Counter::open();
    let view = counter.begin(CastRole::RuleFour, Subject::Three);
    let StepBody::Subject(step) = &view.body else { panic!("begins with 科目确认") };
    assert_eq!(step.subjects[2].standing, Standing::Bookable, "subject 3 can be booked");
    assert!(view.next.enabled, "subject and identity are there");
    let view = counter.act(FlowAction::Next);
    assert!(matches!(view.body, StepBody::Notice(_)), "the notice is shown the first time on this computer");
    let view = counter.act(FlowAction::Agree { version: 1 });
    let StepBody::Sessions(step) = &view.body else { panic!("then 选择场次") };
    assert!(step.list.is_none(), "nothing is listed before 查询");
    assert_eq!(step.rank.as_ref().map(|rank| rank.sort_time.subject), Some(Subject::Three), "the rank card is there");
    let (view, session) = counter.choose_first(&view);
    assert!(view.next.enabled, "a session is chosen");
    let view = counter.act(FlowAction::Next);
    let StepBody::Confirm(confirm) = &view.body else { panic!("then 确认并提交") };
    assert_eq!(confirm.sessions[0].session.id, session, "the booking once more");
    assert!(confirm.consequences.is_empty(), "the notice was read just now");
    assert!(!confirm.submit.enabled, "预约 needs the code");

    let code = run(send_code(&counter.desk, &counter.centre, CodePurpose::Booking)).expect("sent");
    assert_eq!((code.valid_seconds, code.resend_seconds), (300, 60), "life and resend are two counters");
    counter.world.pass(61);
    let view = counter.act(FlowAction::Back);
    assert!(matches!(view.body, StepBody::Sessions(_)), "返回 goes one step back");
    let view = counter.act(FlowAction::Next);
    let StepBody::Confirm(confirm) = &view.body else { panic!("and 下一步 forth") };
    assert_eq!((confirm.code.valid_seconds, confirm.code.resend_seconds), (239, 0), "leaving the step spent nothing");
    assert_eq!(counter.centre.codes(), 1, "one code was sent");

    let view = run(submit(&counter.desk, &counter.centre, Some("123456".into()))).expect("accepted");
    let StepBody::Done(done) = &view.body else { panic!("then the answer") };
    assert_eq!(done.kind, DoneKind::Accepted, "已受理, not yet 预约成功");
    assert_eq!(done.slip, Some(DocumentKind::AcceptanceSlip { application: done.application }), "a 受理回执");
    assert!(run(submit(&counter.desk, &counter.centre, Some("123456".into()))).is_err(), "a second press does nothing");
    run(deliver(&counter.desk, &counter.centre)).expect("the rest is sent");
    assert_eq!(counter.centre.taken(), 3, "the reveal, the agreement and one application");

    let id = counter.id(CastRole::RuleFour);
    let before_sync = counter.desk().applicant_view(id).expect("readable");
    counter.follow();
    let after_sync = counter.desk().applicant_view(id).expect("readable");
    for view in [before_sync, after_sync] {
        assert_eq!(view.subjects[2].standing, Standing::Queued, "the page knows it before the feed does, and after");
        assert!(!view.subjects[2].can_book, "and offers no second application");
    }
    assert!(counter.desk().booking().expect("readable").is_some(), "the answer stays until the next person");
    counter.desk().close_applicant().expect("下一位");
    assert!(counter.desk().booking().expect("readable").is_none(), "then it is over");
}

#[test]
fn a_booking_without_a_named_subject_begins_with_the_first_that_can_be_booked() {
    let counter = Counter::open();
    let begin = |role, subject| {
        let id = counter.id(role);
        counter.desk().booking_start(id, subject, None).expect("begun")
    };
    let view = begin(CastRole::RuleFour, None);
    let StepBody::Subject(step) = &view.body else { panic!("at 科目确认") };
    assert_eq!(step.subjects.iter().find(|row| row.can_book).map(|row| row.subject), view.subject, "the first");
    assert_eq!(view.subject, Some(Subject::Three), "subjects 1 and 2 are passed");
    assert_eq!(begin(CastRole::Ineligible, None).subject, None, "nothing can be booked, nothing is chosen");
    begin(CastRole::WithoutPhone, Some(Subject::Three));
    let view = begin(CastRole::WithoutPhone, None);
    assert_eq!(view.subject, Some(Subject::Three), "what was chosen stays, although subject 2 comes first");
}

#[test]
fn a_session_whose_window_was_extended_shows_the_closing_that_counts() {
    let counter = Counter::open();
    let view = counter.to_sessions(CastRole::RuleFour, Subject::Three);
    let (view, _) = counter.choose_first(&view);
    let StepBody::Sessions(step) = &view.body else { panic!("at 选择场次") };
    let rows = &step.list.as_ref().expect("查询 lists").rows;
    let extended = |row: &&SessionRow| row.session.extended == Some(true);
    assert!(rows.iter().any(|row| extended(&row)), "some had too few applications");
    assert!(!rows.iter().all(|row| extended(&row)), "and others not");
    for row in rows {
        let instants = &row.session.instants;
        let closes_at = if extended(&row) { instants.extended_closes_at } else { instants.closes_at };
        assert_eq!(row.closes_at, closes_at, "an extended window closes later");
        let left = closes_at.seconds_since(counter.desk().now());
        assert_eq!(i64::from(row.closes_in_seconds), left, "and is counted down to that");
    }
}

#[test]
fn the_notice_is_asked_for_once_on_a_computer_and_again_when_its_text_changes() {
    let counter = Counter::open();
    counter.to_sessions(CastRole::RuleFour, Subject::Three);
    counter.desk().close_applicant().expect("下一位");
    let mut counter = counter.restart();
    let view = counter.begin(CastRole::BeforeSubjectFour, Subject::Four);
    assert!(view.steps.iter().any(|step| step.mark == StepMark::Skipped), "本电脑已阅读, over a restart");
    let (view, _) = counter.to_confirm(CastRole::BeforeSubjectFour, Subject::Four);
    let StepBody::Confirm(confirm) = &view.body else { panic!("at 确认并提交") };
    assert_eq!(confirm.consequences.len(), 3, "what was skipped is shown as three lines");
    counter.desk().close_applicant().expect("下一位");
    let changed = crate::testing::notice(yuyue_domain::notice::NoticeKind::Booking, 2);
    counter.centre.set(yuyue_protocol::change::Row::Notice(changed));
    counter.follow();
    counter.begin(CastRole::BeforeSubjectOne, Subject::One);
    let view = counter.act(FlowAction::Next);
    let StepBody::Notice(step) = &view.body else { panic!("the new text is asked for") };
    assert!(step.changed, "and it is said that it is new");
}

#[test]
fn an_agreement_that_the_centre_remembers_survives_a_new_installation() {
    let mut counter = Counter::open();
    let agreement = yuyue_domain::notice::Agreement {
        kind: yuyue_domain::notice::NoticeKind::Booking,
        version: 1,
        device: crate::testing::DEVICE,
        clerk: None,
        applicant: counter.id(CastRole::Queued),
        agreed_at: super::start_of_today(),
    };
    counter.centre.set(yuyue_protocol::change::Row::Agreement(agreement));
    counter.follow();
    counter.begin(CastRole::RuleFour, Subject::Three);
    let view = counter.act(FlowAction::Next);
    assert!(matches!(view.body, StepBody::Sessions(_)), "the notice was agreed to on this computer before");
}

#[test]
fn a_wrong_code_stays_and_the_next_try_is_a_command_of_its_own() {
    let counter = Counter::open();
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    run(send_code(&counter.desk, &counter.centre, CodePurpose::Booking)).expect("sent");
    let first = counter.desk().open_draft().expect("a draft").command;
    let wrong = CodeRefusal::CodeWrong { tries_left: 4 };
    counter.centre.decide(first, Outcome::Refused { reasons: vec![wrong.into()], alternatives: Vec::new() });
    let view = run(submit(&counter.desk, &counter.centre, Some("000000".into()))).expect("the step stays");
    let StepBody::Confirm(confirm) = &view.body else { panic!("still at 确认并提交") };
    assert!(confirm.code.wrong && confirm.code.tries_left == 4, "and says how many tries are left");
    assert_ne!(counter.desk().open_draft().expect("a draft").command, first, "the next try is another command");
    assert!(counter.desk().outbox().expect("readable").refused.is_empty(), "a mistyped code is no work for 待处理");
    let view = run(submit(&counter.desk, &counter.centre, Some("123456".into()))).expect("accepted");
    assert!(matches!(view.body, StepBody::Done(done) if done.kind == DoneKind::Accepted), "the right one is taken");
}

#[test]
fn somebody_without_a_phone_applies_and_gives_the_code_once_one_is_bound() {
    let counter = Counter::open();
    let (view, _) = counter.to_confirm(CastRole::WithoutPhone, Subject::Two);
    let StepBody::Confirm(confirm) = &view.body else { panic!("at 确认并提交") };
    assert!(!confirm.code.send.enabled && confirm.submit.enabled, "there is nowhere to send a code to");
    let view = run(submit(&counter.desk, &counter.centre, None)).expect("taken");
    let StepBody::Done(done) = &view.body else { panic!("the answer") };
    assert_eq!(done.kind, DoneKind::AwaitingCode, "the centre holds it");
}

#[test]
fn a_code_of_another_length_is_not_even_sent() {
    let counter = Counter::open();
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    let taken = counter.centre.taken();
    for code in ["", "12345", "1234567", "12345a", "１２３４５６"] {
        let error = run(submit(&counter.desk, &counter.centre, Some(code.into()))).expect_err("six digits");
        assert_eq!(error.code(), "code_incomplete", "{code:?} has not six digits");
    }
    assert_eq!(counter.centre.taken(), taken, "and no try was spent");
}

#[test]
fn priority_is_a_step_of_the_flow_for_those_who_qualify() {
    let counter = Counter::open();
    counter.begin(CastRole::PriorityEligible, Subject::Two);
    counter.act(FlowAction::Next);
    let view = counter.act(FlowAction::Agree { version: 1 });
    let StepBody::PrioritySwitch(step) = &view.body else { panic!("切换优先预约") };
    assert!(step.eligible && step.priority_sessions.is_some_and(|sessions| sessions > 0), "offered, with places");
    let view = counter.act(FlowAction::SwitchToPriority);
    assert!(matches!(view.body, StepBody::Notice(_)), "优先预约业务须知");
    let view = counter.act(FlowAction::Agree { version: 1 });
    assert!(matches!(view.body, StepBody::PrioritySessions(_)), "选择场次 of the priority flow");
    let (view, session) = counter.choose_first(&view);
    assert_eq!(view.kind, FlowKind::Priority, "still the priority flow");
    counter.act(FlowAction::Next);

    let command = counter.desk().open_draft().expect("a draft").command;
    let taken = IntakeRefusal::PriorityTaken { session };
    counter.centre.decide(command, Outcome::Refused { reasons: vec![taken.into()], alternatives: Vec::new() });
    let view = run(submit(&counter.desk, &counter.centre, Some("123456".into()))).expect("somebody was faster");
    let StepBody::PrioritySessions(step) = &view.body else { panic!("back to the list") };
    assert_eq!(step.lost.as_ref().map(|lost| lost.code.as_str()), Some("priority_taken"), "and it is said why");
    assert!(step.chosen.is_none() && !view.next.enabled, "and what is gone is chosen no more");
    let (view, session) = counter.choose_first(&view);
    let StepBody::PrioritySessions(step) = &view.body else { panic!("still at the list") };
    assert!(step.lost.is_none(), "until the next act");
    counter.act(FlowAction::Next);
    let view = run(submit(&counter.desk, &counter.centre, Some("123456".into()))).expect("placed");
    let StepBody::Done(done) = &view.body else { panic!("the answer") };
    assert_eq!(done.kind, DoneKind::Placed, "immediate success");
    assert_eq!(done.session.as_ref().map(|row| row.session.id), Some(session), "with its place");
    assert!(matches!(done.slip, Some(DocumentKind::Voucher { .. })), "and its voucher");
}

#[test]
fn without_line_priority_is_not_offered_and_the_normal_flow_is() {
    let mut counter = Counter::open();
    counter.cut();
    let view = counter.to_sessions(CastRole::PriorityEligible, Subject::Two);
    assert!(matches!(view.body, StepBody::Sessions(_)), "the step 切换优先预约 is passed over");
    assert!(view.offline, "and it is said that the line is down");
    let verdict = view.applicant.priority.expect("a verdict");
    let codes: Vec<&str> = verdict.reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(
        (verdict.eligible, codes),
        (true, vec!["permit_ending", "no_line"]),
        "who qualifies hears what is missing"
    );
}

#[test]
fn the_step_before_the_first_leaves_the_booking_as_a_draft() {
    let counter = Counter::open();
    let id = counter.id(CastRole::RuleFour);
    counter.begin(CastRole::RuleFour, Subject::Three);
    assert!(counter.try_act(FlowAction::Back).expect("left").is_none(), "返回 at 科目确认 leaves the flow");
    assert!(counter.desk().booking().expect("readable").is_none(), "nothing is on the screen");
    let view = counter.desk().booking_start(id, None, None).expect("taken up again");
    assert_eq!(view.subject, Some(Subject::Three), "what was entered is there");
}

#[test]
fn everything_entered_survives_a_restart_at_every_step() {
    let counter = Counter::open();
    let (_, session) = counter.to_confirm(CastRole::RuleFour, Subject::Three);
    let counter = counter.restart();
    let view = counter.desk().booking().expect("readable").expect("the booking is on the screen again");
    let StepBody::Confirm(confirm) = &view.body else { panic!("at the same step") };
    assert_eq!(confirm.sessions[0].session.id, session, "with the same choice");
    let view = counter.act(FlowAction::Back);
    let StepBody::Sessions(step) = &view.body else { panic!("and the step before") };
    assert!(step.list.is_some(), "with its list");
    let view = counter.act(FlowAction::SetMode { mode: crate::view::booking::BookingMode::Assign });
    let StepBody::Sessions(step) = &view.body else { panic!("the other mode") };
    assert_eq!(step.chosen.len(), 1, "loses nothing of this one");
    assert!(!step.accepted_sites.is_empty(), "and begins with sites");
    let view = counter.act(FlowAction::Next);
    let StepBody::Confirm(confirm) = &view.body else { panic!("服从系统安排 can be submitted") };
    assert!(confirm.dates.is_some() && !confirm.sites.is_empty(), "with its range and sites");
}

#[test]
fn the_next_person_finds_the_last_query_in_the_fields() {
    let counter = Counter::open();
    let view = counter.to_sessions(CastRole::RuleFour, Subject::Three);
    let StepBody::Sessions(step) = &view.body else { panic!("at 选择场次") };
    let mut query = step.query.clone();
    query.dates.last = query.dates.first;
    counter.act(FlowAction::Query { query: query.clone() });
    counter.desk().close_applicant().expect("下一位");
    let view = counter.to_sessions(CastRole::FourFailures, Subject::Two);
    let StepBody::Sessions(step) = &view.body else { panic!("at 选择场次") };
    assert_eq!(step.query.dates, query.dates, "the dates are kept for the next person");
    assert!(step.list.is_none(), "but nothing is listed before 查询");
}

#[test]
fn the_same_choices_again_after_a_refusal() {
    let counter = Counter::open();
    let (_, session) = counter.to_confirm(CastRole::RuleFour, Subject::Three);
    let command = counter.desk().open_draft().expect("a draft").command;
    let closed = IntakeRefusal::NothingFits;
    counter.centre.decide(command, Outcome::Refused { reasons: vec![closed.into()], alternatives: Vec::new() });
    let view = run(submit(&counter.desk, &counter.centre, Some("123456".into()))).expect("answered");
    let StepBody::Done(done) = &view.body else { panic!("the answer") };
    assert_eq!((done.kind, done.reasons[0].code.as_str()), (DoneKind::Refused, "nothing_fits"), "with its reason");
    let outbox = counter.desk().outbox().expect("readable");
    assert!(outbox.refused[0].can_rebook && !outbox.refused[0].steps.is_empty(), "with what to do");
    let id = counter.id(CastRole::RuleFour);
    counter.desk().booking_start(id, None, Some(command)).expect("改选场次");
    assert_eq!(
        counter.desk().open_draft().expect("a draft").body.flow.draft().expect("a subject").chosen,
        [session],
        "the choices were taken over"
    );
    assert_ne!(counter.desk().open_draft().expect("a draft").command, command, "as another command");
    counter.act(FlowAction::CheckIdentity { check: IdentityCheck::CardRead });
    counter.act(FlowAction::Next);
    counter.act(FlowAction::Next);
    run(submit(&counter.desk, &counter.centre, Some("123456".into()))).expect("accepted");
    assert!(counter.desk().outbox().expect("readable").refused.is_empty(), "what it stands for is dealt with");
    assert!(counter.desk().outbox_acknowledge(Uuid::nil(), "").is_err(), "nothing else is");
}
