//! 待处理: what is left to the next clerk, what must not come too late, and who booked the same person elsewhere.

use super::Counter;
use crate::device::outbox::find_item;
use crate::error::DeskError;
use crate::testing::run;
use crate::use_cases::outbox::deliver;
use crate::use_cases::printing::Printable;
use crate::use_cases::submit::submit;
use crate::view::booking::StepBody;
use crate::view::printing::DocumentKind;
use uuid::Uuid;
use yuyue_domain::application::{Application, StateKind};
use yuyue_domain::eligibility::check_eligibility;
use yuyue_domain::ids::{ApplicationId, OfficeId};
use yuyue_domain::licence::Subject;
use yuyue_domain::refusal::{IntakeRefusal, Refusal};
use yuyue_protocol::change::Row;
use yuyue_protocol::outcome::Outcome;
use yuyue_sample::CastRole;

/// Registers an application without line; gives its command.
fn register(counter: &mut Counter) -> Uuid {
    counter.cut();
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    let view = run(submit(&counter.desk, &counter.centre, None)).expect("registered");
    let StepBody::Done(done) = view.body else { panic!("the answer") };
    done.application.0
}

fn deliver_all(counter: &mut Counter) {
    counter.mend();
    while run(deliver(&counter.desk, &counter.centre)).expect("the line is up").more {}
    counter.follow();
}

/// Another application of the same person and subject, taken at another office.
fn elsewhere(counter: &Counter) -> Application {
    let queued = counter.person(CastRole::Queued).applications.iter().find(|own| own.state.kind() == StateKind::Queued);
    Application {
        id: ApplicationId(Uuid::from_u128(77)),
        applicant: counter.id(CastRole::RuleFour),
        subject: Subject::Three,
        office: OfficeId(1),
        ..queued.expect("周例候 waits").clone()
    }
}

#[test]
fn what_is_handed_over_stays_with_the_words_of_the_clerk_until_it_is_done() {
    let mut counter = Counter::open();
    let command = register(&mut counter);
    let refused = Outcome::Refused { reasons: vec![IntakeRefusal::ApplicantUnknown.into()], alternatives: Vec::new() };
    counter.centre.decide(command, refused);
    deliver_all(&mut counter);
    counter.desk().outbox_hand_over(command, "下午再打一次电话").expect("left to the next one");
    let counter = counter.restart();
    let view = counter.desk().outbox().expect("readable");
    let handover = view.refused[0].handover.as_ref().expect("it is still to do, with the words");
    assert_eq!((handover.clerk.as_str(), handover.note.as_str()), ("周例九", "下午再打一次电话"), "whose, and which");
    let shift = counter.desk().shift_summary().expect("readable");
    assert_eq!(shift.open.len(), 1, "the end of the shift names it");
    counter.desk().outbox_acknowledge(command, "已电话告知").expect("dealt with");
    let again = counter.desk().outbox_hand_over(command, "还有");
    assert!(matches!(again, Err(DeskError::NotFound)), "nothing is left of it to hand over");
}

#[test]
fn what_closes_within_an_hour_and_does_not_get_through_raises_the_alarm() {
    let mut counter = Counter::open();
    let command = register(&mut counter);
    let alarm = |counter: &Counter| counter.desk().app_state().expect("readable").sync.alarm;
    let item = find_item(&counter.desk().device, command).expect("readable").expect("taken");
    let closes_at = item.closes_at.expect("it closes");
    let ahead = u64::try_from(closes_at.seconds_since(counter.desk().now())).expect("it is open");
    assert!(ahead > 3600 && alarm(&counter).is_none(), "there is time");
    counter.world.pass(ahead - 3600);
    let told = alarm(&counter).expect("an hour is left");
    assert_eq!((told.count, told.closes_at, told.closes_in_seconds), (1, closes_at, 3600), "what, until when");
    let view = counter.desk().outbox().expect("readable");
    let row = view.waiting.iter().find(|row| row.id == command).expect("it waits");
    assert!(row.urgent && row.next_try_seconds.is_some(), "its row says so, and when it is tried again");
    counter.centre.set_now(counter.desk().now());
    deliver_all(&mut counter);
    assert!(alarm(&counter).is_none(), "what has arrived is in no danger");
}

#[test]
fn the_same_person_booked_elsewhere_is_shown_beside_what_was_chosen_here() {
    let mut counter = Counter::open();
    let view = counter.to_sessions(CastRole::RuleFour, Subject::Three);
    let (view, chosen) = counter.choose_first(&view);
    assert!(view.other.is_none(), "nobody else has booked for this person");
    let other = elsewhere(&counter);
    counter.centre.set(Row::Application(Box::new(other.clone())));
    counter.follow();
    let view = counter.desk().booking().expect("readable").expect("the booking is still there");
    assert!(matches!(view.body, StepBody::Subject(_)), "where the subject is chosen, which cannot be booked any more");
    let both = view.other.expect("both are shown");
    assert_eq!(both.here.iter().map(|named| named.session.id).collect::<Vec<_>>(), [chosen], "what was chosen here");
    assert_eq!(
        (both.elsewhere.application, both.elsewhere.state),
        (other.id, StateKind::Queued),
        "what was taken there"
    );
    assert_eq!(both.elsewhere.office, "渝中车管所", "and where");
}

#[test]
fn what_the_centre_refused_for_another_application_names_it() {
    let mut counter = Counter::open();
    let command = register(&mut counter);
    let other = elsewhere(&counter);
    let mut record = counter.person(CastRole::RuleFour).clone();
    record.applications.push(other.clone());
    let now = counter.desk().now();
    let policy = counter.desk().policy().expect("filled");
    let verdict = check_eligibility(&record, Subject::Three, None, now, &policy);
    let reasons: Vec<Refusal> = verdict.refusals().iter().cloned().map(Refusal::Eligibility).collect();
    counter.centre.set(Row::Application(Box::new(other.clone())));
    counter.centre.decide(command, Outcome::Refused { reasons, alternatives: Vec::new() });
    deliver_all(&mut counter);
    let view = counter.desk().outbox().expect("readable");
    let row = &view.refused[0];
    assert_eq!(row.reasons[0].code, "live_application", "the answer of the centre");
    assert_eq!(row.other.as_ref().map(|shown| shown.application), Some(other.id), "beside what was sent from here");
    assert!(!row.sessions.is_empty(), "which is shown as well");
}

#[test]
fn the_end_of_a_shift_is_printed_and_counted_by_day() {
    let mut counter = Counter::open();
    register(&mut counter);
    let (facts, by) = counter.desk().printable(DocumentKind::ShiftEnd).expect("it can be printed at any time");
    let Printable::ShiftEnd(shift) = facts else { panic!("the end of a shift") };
    assert_eq!((shift.taken, shift.received, shift.missing.len()), (1, 0, 1), "1 taken, 0 received");
    assert!(shift.from <= by.at, "since the clerk signed in");
    for copy in [1, 2] {
        let (job, ..) = counter.desk().print_begin(DocumentKind::ShiftEnd).expect("recorded");
        assert_eq!(job.copy, copy, "another print of a day says so");
        counter.desk().print_finished(&job, Ok(())).expect("printed");
    }
    counter.world.pass(24 * 3600);
    let (job, ..) = counter.desk().print_begin(DocumentKind::ShiftEnd).expect("recorded");
    assert_eq!(job.copy, 1, "the next day has a slip of its own");
}
