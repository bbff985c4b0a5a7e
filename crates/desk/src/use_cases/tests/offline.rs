//! Without line: registered, printed, sent later; nothing is lost and nothing counts twice.

use super::{Counter, open_desk, wall};
use crate::cache::session::find_session;
use crate::device::outbox::{find_item, list_batch};
use crate::error::DeskError;
use crate::folder::FolderError;
use crate::follow::follow_once;
use crate::testing::run;
use crate::use_cases::applicant::open_applicant;
use crate::use_cases::ending::{confirm_code, end_application};
use crate::use_cases::outbox::deliver;
use crate::use_cases::printing::Printable;
use crate::use_cases::submit::submit;
use crate::view::app::Line;
use crate::view::applicant::Standing;
use crate::view::booking::StepBody;
use crate::view::outbox::OutboxState;
use crate::view::printing::DocumentKind;
use crate::view::progress::{EndKind, EndProof};
use crate::view::submission::DoneKind;
use crate::world::World as _;
use yuyue_domain::application::{Application, ApplicationState, StateKind};
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::licence::Subject;
use yuyue_domain::refusal::IntakeRefusal;
use yuyue_protocol::change::Row;
use yuyue_protocol::outcome::{Effect, Outcome};
use yuyue_sample::CastRole;

#[test]
fn an_application_taken_without_line_is_saved_shown_and_sent_later() {
    let mut counter = Counter::open();
    counter.cut();
    let (view, _) = counter.to_confirm(CastRole::RuleFour, Subject::Three);
    let StepBody::Confirm(confirm) = &view.body else { panic!("at 确认并提交") };
    assert!(confirm.registers && confirm.submit.enabled, "it can be registered without a code");
    assert!(!confirm.code.send.enabled, "no code can be sent");
    let view = run(submit(&counter.desk, &counter.centre, None)).expect("registered");
    let StepBody::Done(done) = &view.body else { panic!("the answer") };
    assert_eq!(done.kind, DoneKind::Registered, "saved here, not accepted");
    let application = done.application;
    assert_eq!(done.slip, Some(DocumentKind::RegistrationSlip { application }), "with a 登记回执");
    assert_eq!(view.applicant.subjects[2].standing, Standing::Registered, "the page says so");

    let mut counter = counter.restart_offline();
    let outbox = counter.desk().outbox().expect("readable");
    let row = outbox.waiting.iter().find(|row| row.application == Some(application)).expect("it waits");
    assert_eq!(row.reasons[0].code, "waits_for_line", "and says why");
    assert!(
        row.closes_at.is_some() && row.name_masked.is_some() && !row.steps.is_empty(),
        "for whom, until when, what now"
    );
    let shift = counter.desk().shift_summary().expect("readable");
    assert_eq!(
        (shift.taken, shift.received),
        (1, 0),
        "the application is missing; looking and reading are no business"
    );
    assert!(
        counter.desk().search_here("zhanglisan").expect("readable").hits[0].standing == Some(Standing::Registered),
        "found"
    );
    let number = counter.desk().application(application).expect("shown").number;
    assert_eq!(counter.desk().search_here(&number).expect("readable").hits.len(), 1, "its slip finds unsent work");

    counter.mend();
    while run(deliver(&counter.desk, &counter.centre)).expect("the line is up").more {}
    counter.follow();
    let shift = counter.desk().shift_summary().expect("readable");
    assert_eq!((shift.taken, shift.received, shift.missing.len()), (1, 1, 0), "1 taken = 1 received");
    let view = counter.desk().application(application).expect("shown");
    assert_eq!(view.application.state.kind(), StateKind::AwaitingCode, "held until the code is confirmed");
    assert!(view.actions.confirm_code, "which can be done now");
    let outbox = counter.desk().outbox().expect("readable");
    assert_eq!(outbox.awaiting_code.len(), 1, "补验证码 is listed by itself");
    let confirmed = Application { state: ApplicationState::Queued, ..view.application };
    let view = run(confirm_code(&counter.desk, &counter.centre, application, "123456".into()));
    assert!(view.is_ok(), "the code is confirmed");
    counter.centre.set(Row::Application(Box::new(confirmed)));
    counter.follow();
    let view = counter.desk().booking().expect("readable").expect("still on the screen");
    let StepBody::Done(done) = &view.body else { panic!("the answer") };
    assert_eq!(done.kind, DoneKind::Accepted, "what was registered says that it counts now");
    assert_eq!(done.slip, Some(DocumentKind::AcceptanceSlip { application }), "with a 受理回执");
}

#[test]
fn what_is_taken_after_a_closing_is_urgent_until_the_publication() {
    let mut counter = Counter::open();
    let (_, session) = counter.to_confirm(CastRole::RuleFour, Subject::Three);
    let session = find_session(&counter.desk().cache, session).expect("readable").expect("it was chosen");
    counter.cut();
    let behind = session.closes_at().seconds_since(wall(&counter)) + 60;
    counter.world.pass(u64::try_from(behind).expect("it was open"));
    let view = run(submit(&counter.desk, &counter.centre, None)).expect("registered");
    let StepBody::Done(done) = &view.body else { panic!("the answer") };
    let item = find_item(&counter.desk().device, done.application.0).expect("readable").expect("kept");
    let later = [session.instants.extended_closes_at, session.instants.publication_at];
    assert!(item.closes_at.is_some_and(|at| later.contains(&at)), "it may be extended, or count as taken in time");
}

#[test]
fn what_ends_an_application_takes_it_along_when_the_line_is_back() {
    let mut counter = Counter::open();
    counter.cut();
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    let view = run(submit(&counter.desk, &counter.centre, None)).expect("registered");
    let StepBody::Done(done) = &view.body else { panic!("the answer") };
    counter.mend();
    let waiting = |counter: &Counter| list_batch(&counter.desk().device).expect("readable").len();
    assert_eq!(waiting(&counter), 3, "the reveal, the agreement and the application");
    run(confirm_code(&counter.desk, &counter.centre, done.application, "123456".into())).expect("confirmed");
    assert_eq!(waiting(&counter), 2, "the application went with its code, the others wait for their turn");
}

#[test]
fn a_lost_answer_is_no_second_application() {
    let mut counter = Counter::open();
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    counter.cut();
    let view = run(submit(&counter.desk, &counter.centre, Some("123456".into()))).expect("taken");
    assert!(matches!(view.body, StepBody::Done(done) if done.kind == DoneKind::Registered), "no answer came");
    counter.mend();
    run(follow_once(&counter.desk, &mut counter.sync, &counter.centre)).expect("sent");
    let taken = counter.centre.taken();
    counter.centre.restore();
    for _ in 0..9 {
        run(follow_once(&counter.desk, &mut counter.sync, &counter.centre)).expect("sent again");
    }
    assert_eq!(counter.centre.taken(), taken, "each command once");
}

#[test]
fn a_crash_before_the_fill_of_a_new_feed_forgets_nothing_that_was_delivered() {
    let mut counter = Counter::open();
    let id = counter.id(CastRole::RuleFour);
    counter.desk().reveal(id).expect("recorded");
    run(deliver(&counter.desk, &counter.centre)).expect("sent");
    let taken = counter.centre.taken();
    run(follow_once(&counter.desk, &mut counter.sync, &counter.centre)).expect("the line is up");
    counter.centre.restore();
    let rename = |from: &str, to: &str| format!("ALTER TABLE {from} RENAME TO {to}");
    counter.desk().device.execute_batch(&rename("outbox", "gone")).expect("the outbox cannot be marked");
    let broken = run(follow_once(&counter.desk, &mut counter.sync, &counter.centre));
    assert!(broken.is_err(), "the program ends there");
    counter.desk().device.execute_batch(&rename("gone", "outbox")).expect("and starts again");
    for _ in 0..9 {
        run(follow_once(&counter.desk, &mut counter.sync, &counter.centre)).expect("the line is up");
    }
    assert_eq!(counter.centre.taken(), taken, "what the restored centre had lost was sent again");
}

#[test]
fn a_computer_that_starts_with_a_wrong_clock_drops_nothing_that_was_delivered() {
    let counter = Counter::open();
    let id = counter.id(CastRole::RuleFour);
    counter.desk().reveal(id).expect("recorded");
    run(deliver(&counter.desk, &counter.centre)).expect("sent");
    let taken = counter.centre.taken();
    let ahead = counter.world.wall().plus_days(400);
    counter.world.set_wall(ahead);
    let mut counter = counter.restart();
    run(follow_once(&counter.desk, &mut counter.sync, &counter.centre)).expect("the line is up");
    counter.centre.restore();
    for _ in 0..9 {
        run(follow_once(&counter.desk, &mut counter.sync, &counter.centre)).expect("the line is up");
    }
    assert_eq!(counter.centre.taken(), taken, "it is still here, to be sent again to a restored centre");
}

#[test]
fn a_lost_cache_hides_no_restored_centre() {
    let mut counter = Counter::open();
    let id = counter.id(CastRole::RuleFour);
    counter.desk().reveal(id).expect("recorded");
    run(follow_once(&counter.desk, &mut counter.sync, &counter.centre)).expect("sent");
    let taken = counter.centre.taken();
    counter.centre.restore();
    counter.sync.refill().expect("the cache begins anew without having heard of it");
    for _ in 0..9 {
        run(follow_once(&counter.desk, &mut counter.sync, &counter.centre)).expect("the line is up");
    }
    assert_eq!(counter.centre.taken(), taken, "what the centre had lost is sent again all the same");
}

#[test]
fn a_refusal_stands_although_the_centre_was_restored() {
    let mut counter = Counter::open();
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    let command = counter.desk().open_draft().expect("a draft").command;
    let reasons = vec![IntakeRefusal::NothingFits.into()];
    counter.centre.decide(command, Outcome::Refused { reasons, alternatives: Vec::new() });
    run(submit(&counter.desk, &counter.centre, Some("123456".into()))).expect("answered");
    assert_eq!(counter.desk().outbox().expect("readable").refused.len(), 1, "the applicant is told");
    run(follow_once(&counter.desk, &mut counter.sync, &counter.centre)).expect("the line is up");
    counter.centre.restore();
    counter.centre.decide(command, Outcome::Accepted { effect: Effect::Recorded });
    for _ in 0..9 {
        run(follow_once(&counter.desk, &mut counter.sync, &counter.centre)).expect("the line is up");
    }
    assert_eq!(counter.desk().outbox().expect("readable").refused.len(), 1, "and is not told otherwise later");
}

#[test]
fn one_bad_command_never_blocks_the_others() {
    let counter = Counter::open();
    let id = counter.id(CastRole::RuleFour);
    counter.desk().reveal(id).expect("recorded");
    counter.desk().reveal(id).expect("recorded");
    counter
        .desk()
        .device
        .execute(
            "UPDATE outbox SET envelope = replace(envelope, '\"number\":1,', '\"number\":77,') WHERE number = 1",
            [],
        )
        .expect("the first envelope is damaged, so that its signature is wrong");
    let delivered = run(deliver(&counter.desk, &counter.centre)).expect("the line is up");
    assert_eq!(delivered.answered, 1, "the sound one got through");
    let outbox = counter.desk().outbox().expect("readable");
    assert_eq!(outbox.waiting.len(), 1, "the bad one waits");
    assert_eq!(outbox.waiting[0].reasons[0].code, "centre_failed", "and says why");
}

#[test]
fn withdrawing_keeps_the_rank_and_says_so_first() {
    let mut counter = Counter::open();
    let queued = counter.person(CastRole::Queued).applications.last().expect("an application").id;
    let preview = counter.desk().end_preview(queued).expect("it can be withdrawn");
    assert_eq!(preview.kind, EndKind::Withdraw, "before allocation it is a withdrawal");
    assert_eq!(preview.consequences[0].code, "withdraw_keeps_rank", "the consequence comes first");
    counter.cut();
    let proof = EndProof::Identity { check: IdentityCheck::DocumentSeen };
    let view = run(end_application(&counter.desk, &counter.centre, queued, proof)).expect("taken without line");
    assert_eq!(view.application.state.kind(), StateKind::Queued, "it stays what it is until the centre answers");
    let waiting = counter.desk().outbox().expect("readable").waiting;
    assert_eq!((waiting.len(), waiting[0].state), (1, OutboxState::Waiting), "and the withdrawal waits");
}

#[test]
fn cancelling_moves_the_rank_and_is_refused_after_its_deadline() {
    let counter = Counter::open();
    let placed = counter.placed_and_cancellable();
    let preview = counter.desk().end_preview(placed.id).expect("it can be cancelled");
    assert_eq!(preview.kind, EndKind::Cancel, "after success it is a cancellation");
    assert!(preview.consequences.iter().any(|row| row.code == "rank_moves_to_cancellation"), "which moves the rank");
    let until = preview.until.expect("it has a deadline");
    let seconds = u64::try_from(until.seconds_since(counter.desk().now())).expect("ahead");
    counter.world.pass(seconds + 1);
    assert!(matches!(counter.desk().end_preview(placed.id), Err(DeskError::TooLate)), "after it, no more");
    let view = counter.desk().application(placed.id).expect("shown");
    assert_eq!(
        view.actions.end_refused.map(|reason| reason.code).as_deref(),
        Some("cancel_deadline_passed"),
        "with why"
    );
}

#[test]
fn a_voucher_is_printed_only_after_success_and_a_reprint_says_that_it_is_one() {
    let counter = Counter::open();
    let placed =
        counter.person(CastRole::Placed).applications.iter().find(|row| row.is_live()).expect("placed").clone();
    let ApplicationState::Placed { session, .. } = placed.state else { panic!("a place was given") };
    let queued = counter.person(CastRole::Queued).applications.last().expect("an application").id;
    let early = DocumentKind::Voucher { application: queued, large: false };
    assert!(matches!(counter.desk().printable(early), Err(DeskError::NotYet)), "no voucher before 预约成功");
    let kind = DocumentKind::Voucher { application: placed.id, large: false };
    let (job, printable, by) = counter.desk().print_begin(kind).expect("recorded");
    let Printable::Voucher { place, request, booking_count, .. } = printable else { panic!("a voucher") };
    assert_eq!((place.session.id, by.copy, job.copy), (session, 1, 1), "the first copy, with its place");
    assert_eq!(request.applicant.id, placed.applicant, "and its person");
    let page = run(open_applicant(&counter.desk, &counter.centre, placed.applicant)).expect("the page opens");
    let used = page.subjects.iter().find(|row| row.subject == placed.subject).and_then(|row| row.bookings_used);
    assert_eq!(Some(booking_count), used.map(u32::from), "and as many bookings as the page of the person says");
    assert!(counter.desk().print_finished(&job, Err("缺纸".into())).is_err(), "the printer complained");
    assert_eq!(counter.desk().printable(kind).expect("shown").1.copy, 2, "the preview counts it, too");
    let (job, _, by) = counter.desk().print_begin(kind).expect("recorded");
    assert_eq!(by.copy, 2, "paper may have come out: the next one is a reprint");
    counter.desk().print_finished(&job, Ok(())).expect("printed");
    counter.desk().print_finished(&job, Ok(())).expect("told twice");
    run(deliver(&counter.desk, &counter.centre)).expect("sent");
    assert_eq!(counter.centre.taken(), 1, "the centre hears of one print");
}

#[test]
fn two_programs_never_share_a_folder() {
    let counter = Counter::open();
    let other = open_desk(counter.folder.path(), &counter.keys, &counter.world).map(drop);
    assert!(matches!(other, Err(DeskError::Folder(FolderError::InUse))), "the second one is refused");
}

#[test]
fn a_refusal_says_why_and_leaves_when_somebody_dealt_with_it() {
    let mut counter = Counter::open();
    counter.cut();
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    run(submit(&counter.desk, &counter.centre, None)).expect("registered");
    let command = counter.desk().booking().expect("readable").map(|view| match view.body {
        StepBody::Done(done) => done.application.0,
        other => panic!("the answer, not {other:?}"),
    });
    let command = command.expect("the page after 预约");
    let closed = IntakeRefusal::ApplicantUnknown;
    counter.centre.decide(command, Outcome::Refused { reasons: vec![closed.into()], alternatives: Vec::new() });
    counter.mend();
    run(deliver(&counter.desk, &counter.centre)).expect("sent");
    let outbox = counter.desk().outbox().expect("readable");
    assert_eq!(outbox.refused[0].reasons[0].code, "applicant_unknown", "the answer of the centre");
    assert_eq!(counter.desk().app_state().expect("readable").sync.refused, 1, "the frame counts it");
    let view = counter.desk().applicant_view(counter.id(CastRole::RuleFour)).expect("readable");
    assert_eq!(view.subjects[2].standing, Standing::Bookable, "the person can book again");
    let outbox = counter.desk().outbox_acknowledge(command, "已电话告知").expect("dealt with");
    assert!(outbox.refused.is_empty(), "and it is gone from the list");
}

impl Counter {
    /// Somebody's place whose deadline lies ahead.
    pub(super) fn placed_and_cancellable(&self) -> Application {
        let now = self.desk().now();
        let is_ahead = |application: &&Application| {
            let place = matches!(application.state, ApplicationState::Placed { .. }).then(|| application.session());
            let session = self.city.sessions().iter().find(|session| Some(session.id) == place.flatten());
            session.is_some_and(|session| session.instants.cancel_by > now)
        };
        let people = self.city.applicants().map(|record| record.expect("a made-up person"));
        let mut rows = people.flat_map(|record| record.applications).filter(|row| is_ahead(&row));
        rows.next().expect("some place can still be cancelled")
    }

    fn restart_offline(self) -> Self {
        let counter = self.restart();
        assert!(matches!(counter.desk().app_state().expect("readable").sync.line, Line::Offline { .. }), "still cut");
        counter
    }
}
