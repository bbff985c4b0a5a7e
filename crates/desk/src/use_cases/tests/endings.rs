//! What ends or completes an application without line is registered, once, and said to be no more than that.

use super::Counter;
use crate::testing::{DEVICE, run};
use crate::use_cases::ending::{confirm_code, end_application};
use crate::use_cases::outbox::deliver;
use crate::use_cases::printing::Printable;
use crate::use_cases::submit::submit;
use crate::view::booking::StepBody;
use crate::view::outbox::OutboxKind;
use crate::view::printing::DocumentKind;
use crate::view::progress::{EndProof, Registered};
use yuyue_domain::application::ApplicationState;
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::ids::{ApplicationId, DeviceId};
use yuyue_domain::licence::Subject;
use yuyue_domain::refusal::{IntakeRefusal, Refusal};
use yuyue_protocol::change::Row;
use yuyue_protocol::outcome::Outcome;
use yuyue_sample::CastRole;

const SEEN: EndProof = EndProof::Identity { check: IdentityCheck::DocumentSeen };

fn end(
    counter: &Counter,
    id: ApplicationId,
) -> Result<crate::view::progress::ApplicationView, crate::error::DeskError> {
    run(end_application(&counter.desk, &counter.centre, id, SEEN))
}

#[test]
fn a_withdrawal_without_line_is_registered_once_and_has_its_slip() {
    let mut counter = Counter::open();
    let queued = counter.person(CastRole::Queued).applications.last().expect("an application").id;
    counter.cut();
    let view = end(&counter, queued).expect("registered");
    assert_eq!(view.registered, Some(Registered::Withdraw), "the answer says that it waits to be sent");
    assert_eq!(view.reasons[0].code, "withdrawal_registered", "and so does the page");
    let slip = DocumentKind::EndingSlip { application: queued };
    assert_eq!((view.actions.end, view.actions.document), (None, Some(slip)), "with a slip, and not a second time");
    assert_eq!(end(&counter, queued).expect_err("once").code(), "ending_registered", "and says why");
    let preview = counter.desk().end_preview(queued).expect_err("nothing to preview");
    assert_eq!(preview.code(), "ending_registered", "it does not come too late");
    let waiting = counter.desk().outbox().expect("readable").waiting;
    assert_eq!(waiting.len(), 1, "one withdrawal waits");
    let (printable, _) = counter.desk().printable(slip).expect("a slip");
    let Printable::Ending { number, place, .. } = printable else { panic!("of the withdrawal") };
    assert!(u64::from(waiting[0].number) == number && place.is_none(), "with this counter's number");

    let refusal: Refusal = IntakeRefusal::ApplicantUnknown.into();
    counter.centre.decide(waiting[0].id, Outcome::Refused { reasons: vec![refusal], alternatives: Vec::new() });
    counter.mend();
    run(deliver(&counter.desk, &counter.centre)).expect("the line is up");
    let view = counter.desk().application(queued).expect("shown");
    assert!(view.registered.is_none() && view.actions.end.is_some(), "what was refused ends nothing");
}

#[test]
fn a_cancellation_slip_names_the_place_that_is_given_up() {
    let mut counter = Counter::open();
    let placed = counter.placed_and_cancellable();
    counter.cut();
    let view = end(&counter, placed.id).expect("registered");
    assert_eq!(view.registered, Some(Registered::Cancel), "it waits to be sent");
    let slip = DocumentKind::EndingSlip { application: placed.id };
    let (job, printable, _) = counter.desk().print_begin(slip).expect("recorded");
    let Printable::Ending { place, .. } = printable else { panic!("of the cancellation") };
    assert_eq!(place.map(|place| place.session.id), placed.session(), "which place");
    counter.desk().print_finished(&job, Ok(())).expect("printed");
    let kinds: Vec<_> = counter.desk().outbox().expect("readable").waiting.iter().map(|row| row.kind).collect();
    assert!(kinds.contains(&OutboxKind::Print) && kinds.contains(&OutboxKind::Cancel), "and the print is recorded");
}

#[test]
fn a_code_without_line_is_registered_once() {
    let mut counter = Counter::open();
    counter.to_confirm(CastRole::WithoutPhone, Subject::Two);
    let view = run(submit(&counter.desk, &counter.centre, None)).expect("held by the centre");
    let StepBody::Done(done) = &view.body else { panic!("the answer") };
    counter.follow();
    counter.cut();
    let confirm = || run(confirm_code(&counter.desk, &counter.centre, done.application, "123456".into()));
    let view = confirm().expect("registered");
    assert_eq!(view.registered, Some(Registered::ConfirmCode), "it waits to be sent");
    assert!(!view.actions.confirm_code && view.actions.end.is_some(), "it can be withdrawn, and not confirmed again");
    assert_eq!(confirm().expect_err("once").code(), "ending_registered", "one code is enough");
}

#[test]
fn a_registration_slip_says_what_is_missing_where_it_is_and_who_took_it() {
    let mut counter = Counter::open();
    counter.cut();
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    let view = run(submit(&counter.desk, &counter.centre, None)).expect("registered");
    let StepBody::Done(done) = &view.body else { panic!("the answer") };
    let facts = |counter: &Counter, application| {
        let (printable, _) = counter.desk().printable(DocumentKind::RegistrationSlip { application }).expect("a slip");
        let Printable::Receipt { request, number, is_delivered, awaits_code } = printable else { panic!("a slip") };
        (is_delivered, awaits_code, number.is_some(), request.application.device)
    };
    assert_eq!(facts(&counter, done.application), (false, true, true, DEVICE), "kept here, without its code");
    counter.mend();
    while run(deliver(&counter.desk, &counter.centre)).expect("the line is up").more {}
    counter.follow();
    assert_eq!(facts(&counter, done.application), (true, true, true, DEVICE), "held by the centre, without its code");
    let mut elsewhere = counter.person(CastRole::Queued).applications.last().expect("an application").clone();
    elsewhere.device = DeviceId(77);
    elsewhere.state = ApplicationState::AwaitingCode;
    elsewhere.timeline.iter_mut().for_each(|step| step.state = ApplicationState::AwaitingCode);
    counter.centre.set(Row::Application(Box::new(elsewhere.clone())));
    counter.follow();
    assert_eq!(facts(&counter, elsewhere.id), (true, true, false, DeviceId(77)), "taken at another counter");
}
