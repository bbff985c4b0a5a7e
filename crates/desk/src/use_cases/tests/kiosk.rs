//! 自助终端: who is there, what is done for them, and that nothing of it stays.

use super::Counter;
use crate::desk::{Desk, lock};
use crate::device::setting::find_setting;
use crate::error::DeskError;
use crate::follow::follow_once;
use crate::testing::{TestCentre, VISIT_CODE, run};
use crate::use_cases::applicant::open_applicant;
use crate::use_cases::code::send_code;
use crate::use_cases::ending::end_application;
use crate::use_cases::kiosk::{Watched, begin, keep_visit, open, open_by_card};
use crate::use_cases::outbox::deliver;
use crate::use_cases::printing::Printable;
use crate::use_cases::submit::submit;
use crate::view::app::Access;
use crate::view::booking::{FlowAction, StepBody};
use crate::view::kiosk::{Identified, KioskView, OpenSessionsQuery, VisitStage};
use crate::view::printing::DocumentKind;
use crate::view::progress::{EndKind, EndProof, ProgressQuery, ProgressTab};
use crate::view::reason::Page;
use crate::view::results::ResultsQuery;
use crate::view::submission::{CodePurpose, DoneKind};
use rusqlite::Connection;
use std::fmt::Write as _;
use std::sync::Mutex;
use yuyue_domain::application::StateKind;
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::licence::Subject;
use yuyue_domain::notice::NoticeKind;
use yuyue_domain::presence::Awaited;
use yuyue_protocol::centre::Visits;
use yuyue_protocol::error::{ErrorCode, Problem};
use yuyue_protocol::visit::{VisitAnswer, VisitCode, VisitCodeRequest, VisitOpening};
use yuyue_sample::CastRole;

impl Counter {
    fn number(&self, role: CastRole) -> String {
        self.person(role).applicant.document.number.reveal().to_owned()
    }

    /// Types the number and the code.
    fn visit(&self, role: CastRole) -> KioskView {
        run(begin(&self.desk, &self.centre, &self.number(role))).expect("a code is sent");
        run(open(&self.desk, &self.centre, VISIT_CODE.into())).expect("the visit opens")
    }

    /// From 科目确认 to 确认并提交 with a code.
    fn book_to_confirm(&self, role: CastRole, subject: Subject) {
        self.desk().booking_start(self.id(role), Some(subject), None).expect("a booking begins");
        let mut view = self.act(FlowAction::Next);
        loop {
            view = match &view.body {
                StepBody::Notice(step) => self.act(FlowAction::Agree { version: step.notice.version }),
                StepBody::PrioritySwitch(_) => self.act(FlowAction::Next),
                _ => break,
            };
        }
        self.choose_first(&view);
        self.act(FlowAction::Next);
        run(send_code(&self.desk, &self.centre, CodePurpose::Booking)).expect("sent");
    }

    fn progress(&self, role: CastRole) -> Result<Vec<crate::view::progress::ApplicationView>, DeskError> {
        let query = ProgressQuery {
            applicant: Some(self.id(role)),
            tab: ProgressTab::All,
            text: String::new(),
            subject: None,
            taken: None,
            page: Page { index: 0, size: 50 },
        };
        self.desk().progress(&query).map(|page| page.rows)
    }
}

fn is_no_visit<T>(result: &Result<T, DeskError>) -> bool {
    matches!(result, Err(DeskError::NoVisit))
}

fn is_offline<T>(result: &Result<T, DeskError>) -> bool {
    matches!(result, Err(DeskError::Centre(Problem { code: ErrorCode::Offline, .. })))
}

#[test]
fn a_person_is_known_by_the_number_and_the_code_and_nothing_personal_shows_before() {
    let kiosk = Counter::kiosk();
    assert_eq!(kiosk.desk().app_state().expect("there").access, Access::Kiosk, "nobody signs in at a kiosk");
    let number = kiosk.number(CastRole::RuleFour);
    let asked = run(begin(&kiosk.desk, &kiosk.centre, &number)).expect("a code is sent");
    let VisitStage::CodeSent { number_masked, code } = &asked.stage else { panic!("then the code") };
    assert!(!number_masked.contains(&number[6..14]), "the day of birth is covered");
    assert_eq!((code.valid_seconds, code.resend_seconds), (300, 60), "both counters run");
    assert!(is_no_visit(&run(open_applicant(&kiosk.desk, &kiosk.centre, kiosk.id(CastRole::RuleFour)))), "not yet");

    let wrong = run(open(&kiosk.desk, &kiosk.centre, "000000".into())).expect("a wrong code stays on the screen");
    let VisitStage::CodeSent { code, .. } = &wrong.stage else { panic!("still the code") };
    assert!(code.wrong && code.tries_left == 4, "and says so");

    let opened = run(open(&kiosk.desk, &kiosk.centre, VISIT_CODE.into())).expect("opens");
    let VisitStage::Open { applicant, identified } = opened.stage else { panic!("then the person") };
    assert_eq!((applicant.id, identified), (kiosk.id(CastRole::RuleFour), Identified::Code), "who was asked for");
    assert_eq!(kiosk.desk().token().map(|token| token.0).as_deref(), Some("visit-token"), "with the centre's token");
}

#[test]
fn whoever_goes_back_to_the_number_and_leaves_it_is_waited_for_while_the_code_is_good() {
    let kiosk = Counter::kiosk();
    let number = kiosk.number(CastRole::RuleFour);
    let ask = |number: &str| match run(begin(&kiosk.desk, &kiosk.centre, number)).expect("a code").stage {
        VisitStage::CodeSent { code, .. } => (code.valid_seconds, code.resend_seconds, code.wrong),
        other => panic!("no code: {other:?}"),
    };
    let ring = || kiosk.desk().kiosk_view().expect("a kiosk").presence.expect("somebody").left_seconds;
    ask(&number);
    assert_eq!(ring(), 300, "as long as the code is good");
    kiosk.world.pass(40);
    kiosk.desk().stop_waiting(Awaited::Code);
    assert_eq!(ring(), 90, "at the number nobody waits");
    assert_eq!(ask(&number), (260, 20, false), "it is the same one");
    assert_eq!(ring(), 260, "and it is waited for");
    run(open(&kiosk.desk, &kiosk.centre, "000000".into())).expect("a wrong code stays on the screen");
    assert_eq!(ask(&number), (260, 20, false), "what was wrong is not typed any more");
    kiosk.world.pass(200);
    assert_eq!(ask(&kiosk.number(CastRole::Queued)).0, 300, "another number has its own");
    kiosk.world.pass(299);
    assert_eq!(ask(&kiosk.number(CastRole::Queued)).0, 1, "to its last second");
    kiosk.world.pass(1);
    assert_eq!(ask(&kiosk.number(CastRole::Queued)), (300, 60, false), "after which a new one is sent");
    kiosk.desk().stop_waiting(Awaited::Code);
    kiosk.world.pass(91);
    assert_eq!(ask(&kiosk.number(CastRole::Queued)).0, 300, "and to whoever comes when that person has gone");
}

#[test]
fn another_form_of_number_and_a_dead_line_are_said_at_once() {
    let mut kiosk = Counter::kiosk();
    for typed in ["", "12345", "110105194912310021"] {
        let refused = run(begin(&kiosk.desk, &kiosk.centre, typed));
        assert!(matches!(refused, Err(DeskError::NumberInvalid)), "{typed:?}");
    }
    kiosk.cut();
    let number = kiosk.number(CastRole::RuleFour);
    assert!(is_offline(&run(begin(&kiosk.desk, &kiosk.centre, &number))), "no line, no visit");
    assert_eq!(kiosk.desk().kiosk_view().expect("a kiosk").stage, VisitStage::Nobody, "and nothing to wait for");
}

#[test]
fn everything_of_the_counter_works_for_the_person_of_the_visit_and_nobody_else() {
    let kiosk = Counter::kiosk();
    kiosk.visit(CastRole::RuleFour);
    let (own, other) = (kiosk.id(CastRole::RuleFour), kiosk.id(CastRole::Queued));
    assert!(run(open_applicant(&kiosk.desk, &kiosk.centre, own)).is_ok(), "the own record");
    assert!(is_no_visit(&run(open_applicant(&kiosk.desk, &kiosk.centre, other))), "nobody else's");
    assert!(is_no_visit(&kiosk.desk().booking_start(other, None, None)), "no booking for somebody else");
    assert!(is_no_visit(&kiosk.progress(CastRole::Queued)), "nor their progress");
    let theirs = kiosk.person(CastRole::Queued).applications[0].id;
    assert!(kiosk.desk().application(theirs).is_err(), "nor an application by its number");
    assert!(kiosk.desk().end_preview(theirs).is_err(), "nor what ending it would mean");
    assert!(kiosk.desk().printable(DocumentKind::AcceptanceSlip { application: theirs }).is_err(), "nor its slip");

    let clerks = "only clerks at counters do that";
    assert!(matches!(kiosk.desk().search_here("张例三"), Err(DeskError::NotSignedIn)), "{clerks}");
    assert!(matches!(kiosk.desk().reveal(own), Err(DeskError::NotSignedIn)), "{clerks}");
    assert!(kiosk.desk().check_identity(own, IdentityCheck::CardRead).is_err(), "{clerks}");
    assert!(kiosk.desk().outbox().is_err() && kiosk.desk().today().is_err(), "{clerks}");
    assert!(kiosk.desk().shift_summary().is_err(), "{clerks}");
}

#[test]
fn a_booking_goes_through_at_once_and_the_notice_is_read_once_at_this_kiosk() {
    let kiosk = Counter::kiosk();
    kiosk.visit(CastRole::RuleFour);
    kiosk.book_to_confirm(CastRole::RuleFour, Subject::Three);
    let view = run(submit(&kiosk.desk, &kiosk.centre, Some("123456".into()))).expect("accepted");
    let StepBody::Done(done) = &view.body else { panic!("then the answer") };
    assert_eq!(done.kind, DoneKind::Accepted, "已受理");
    let slip = done.slip.expect("a slip");
    let (_, by) = kiosk.desk().printable(slip).expect("it can be printed");
    assert_eq!(by.staff_number, None, "no clerk stands on it");
    let rows = kiosk.progress(CastRole::RuleFour).expect("网办进度");
    let own = rows.iter().find(|row| row.application.id == done.application).expect("the new application");
    assert_eq!(own.application.device, crate::testing::DEVICE, "taken here");
    assert_eq!(own.actions.end, Some(EndKind::Withdraw), "撤回申请 is offered");
    run(deliver(&kiosk.desk, &kiosk.centre)).expect("the agreement is sent");
    kiosk.desk().leave().expect("forgotten");

    kiosk.visit(CastRole::PriorityEligible);
    kiosk.desk().booking_start(kiosk.id(CastRole::PriorityEligible), Some(Subject::Two), None).expect("begins");
    let view = kiosk.act(FlowAction::Next);
    assert!(!matches!(view.body, StepBody::Notice(_)), "业务须知 was agreed to at this kiosk: {:?}", view.body);
}

#[test]
fn an_application_is_withdrawn_here_and_a_place_is_cancelled_at_a_counter() {
    let kiosk = Counter::kiosk();
    kiosk.visit(CastRole::Placed);
    let placed = kiosk.progress(CastRole::Placed).expect("网办进度");
    let placed = placed.iter().find(|row| row.application.state.kind() == StateKind::Placed).expect("a place");
    let voucher = DocumentKind::Voucher { application: placed.application.id, large: false };
    let is_public = |facts| matches!(facts, Printable::Voucher { is_public: true, .. });
    assert!(is_public(kiosk.desk().printable(voucher).expect("shown").0), "others may see the screen");
    assert!(!is_public(kiosk.desk().print_begin(voucher).expect("printed").1), "the paper is for the person alone");
    assert_eq!(placed.actions.end, None, "取消预约 is not offered");
    let why = placed.actions.end_refused.as_ref().expect("and it says why");
    assert_eq!(why.code, "cancel_at_counter", "已预约成功的，请到窗口取消");
    kiosk.visit(CastRole::Queued);
    let queued = kiosk.person(CastRole::Queued).applications.iter().find(|own| own.is_live()).expect("waits").id;
    run(send_code(&kiosk.desk, &kiosk.centre, CodePurpose::Cancel { application: queued })).expect("sent");
    kiosk.centre.lose_answers(2);
    let proof = || EndProof::Code { code: "123456".into() };
    run(end_application(&kiosk.desk, &kiosk.centre, queued, proof())).expect("the third answer arrives");
    assert_eq!(kiosk.centre.taken(), 1, "one command, whose answer was asked for again");
}

#[test]
fn without_line_a_kiosk_takes_nothing_and_shows_what_concerns_nobody() {
    let mut kiosk = Counter::kiosk();
    kiosk.visit(CastRole::RuleFour);
    kiosk.book_to_confirm(CastRole::RuleFour, Subject::Three);
    kiosk.cut();
    let view = kiosk.desk().booking().expect("readable").expect("the booking");
    let StepBody::Confirm(confirm) = &view.body else { panic!("at 确认并提交") };
    assert!(!confirm.registers && !confirm.submit.enabled, "nothing is registered to be sent later");
    assert!(is_offline(&run(submit(&kiosk.desk, &kiosk.centre, Some("123456".into())))), "and it says so");
    assert_eq!(kiosk.desk().app_state().expect("there").sync.unsent, 1, "only the agreement, in memory");
    kiosk.desk().leave().expect("forgotten");
    assert_eq!(kiosk.desk().app_state().expect("there").sync.unsent, 0, "which nobody sends any more");

    let desk = kiosk.desk();
    let everything = OpenSessionsQuery {
        subject: Subject::Two,
        class: kiosk.person(CastRole::RuleFour).applicant.class,
        dates: None,
        sites: None,
    };
    let sessions = desk.open_sessions(&everything).expect("sessions");
    assert!(!sessions.rows.is_empty() && !sessions.sites.is_empty(), "sites and sessions");
    assert!(sessions.ribbon.len() <= 31, "at most a month");
    assert!(!desk.offices().expect("offices").offices.is_empty(), "offices");
    desk.notice(NoticeKind::Booking).expect("the guide");
    let latest = ResultsQuery { day: None, session: None, text: String::new(), page: Page { index: 0, size: 10 } };
    desk.results(&latest).expect("published results");
    desk.printable(DocumentKind::Offices).expect("and a leaflet with them");
}

#[test]
fn a_lost_answer_is_asked_for_again_with_the_same_command() {
    let kiosk = Counter::kiosk();
    kiosk.visit(CastRole::RuleFour);
    kiosk.book_to_confirm(CastRole::RuleFour, Subject::Three);
    kiosk.centre.lose_answers(3);
    let awaited = run(submit(&kiosk.desk, &kiosk.centre, Some("123456".into())));
    assert!(matches!(awaited, Err(DeskError::AnswerAwaited)), "the centre may have decided: {awaited:?}");
    let taken = kiosk.centre.taken();
    let meanwhile = kiosk.try_act(FlowAction::Back);
    assert!(matches!(meanwhile, Err(DeskError::AnswerAwaited)), "what was sent can no longer be changed");
    let shown = kiosk.desk().booking().expect("readable").expect("the booking");
    assert!(matches!(shown.body, StepBody::Confirm(_)), "it stays at 确认并提交");
    let view = run(submit(&kiosk.desk, &kiosk.centre, Some("123456".into()))).expect("now it is heard");
    assert!(matches!(&view.body, StepBody::Done(done) if done.kind == DoneKind::Accepted), "已受理");
    assert_eq!(kiosk.centre.taken(), taken, "nothing was taken twice");
}

#[test]
fn a_lost_answer_that_the_follower_hears_is_shown_as_if_it_had_come_at_once() {
    let mut kiosk = Counter::kiosk();
    kiosk.visit(CastRole::RuleFour);
    kiosk.book_to_confirm(CastRole::RuleFour, Subject::Three);
    kiosk.centre.lose_answers(3);
    let awaited = run(submit(&kiosk.desk, &kiosk.centre, Some("123456".into())));
    assert!(matches!(awaited, Err(DeskError::AnswerAwaited)), "the centre may have decided: {awaited:?}");
    run(follow_once(&kiosk.desk, &mut kiosk.sync, &kiosk.centre)).expect("the line is back, and what waits is sent");
    let taken = kiosk.centre.taken();
    let view = kiosk.desk().booking().expect("readable").expect("the booking");
    let StepBody::Done(done) = &view.body else { panic!("not back at the start: {:?}", view.body) };
    assert_eq!(done.kind, DoneKind::Accepted, "已受理");
    assert!(done.slip.is_some(), "with its slip");
    assert_eq!(kiosk.centre.taken(), taken, "nothing was taken twice");
}

#[test]
fn whoever_is_gone_is_nobody_from_that_instant_on_whenever_somebody_looks() {
    let kiosk = Counter::kiosk();
    kiosk.visit(CastRole::RuleFour);
    kiosk.world.pass(91);
    assert_eq!(
        kiosk.desk().kiosk_view().expect("a kiosk").stage,
        VisitStage::Nobody,
        "nobody has looked at the ring yet"
    );
    assert!(is_no_visit(&kiosk.desk().booking()), "nothing is shown of them");
    let touched = kiosk.desk().touch(false).expect("a kiosk");
    assert_eq!((touched.stage, touched.presence), (VisitStage::Nobody, None), "and no touch brings them back");
    assert!(is_no_visit(&kiosk.desk().booking_start(kiosk.id(CastRole::RuleFour), None, None)), "nor does a command");
    assert!(matches!(kiosk.desk().watch().expect("a kiosk"), Watched::Gone(Some(_))), "then they are forgotten");
}

#[test]
fn whoever_lays_a_card_stays_there_with_the_time_that_they_need() {
    let kiosk = Counter::kiosk();
    kiosk.desk().touch(true).expect("a kiosk");
    let nobody = yuyue_domain::identity::DocumentNumber::parse("11010519491231002X").expect("a number");
    let unknown = run(open_by_card(&kiosk.desk, &kiosk.centre, &nobody));
    assert!(matches!(unknown, Err(DeskError::CardUnknown)), "nobody of this city: {unknown:?}");
    let ring = |view: KioskView| view.presence.map(|ring| ring.idle_seconds);
    assert_eq!(ring(kiosk.desk().kiosk_view().expect("a kiosk")), Some(150), "they are there all the same");
    let card = &kiosk.person(CastRole::Queued).applicant.document.number;
    let view = run(open_by_card(&kiosk.desk, &kiosk.centre, card)).expect("opens");
    assert_eq!(ring(view), Some(150), "长者模式 counts from the first page on");
}

#[test]
fn a_notice_counts_as_read_here_once_the_centre_knows_by_whom() {
    let kiosk = Counter::kiosk();
    let begins = |role, subject| {
        kiosk.visit(role);
        kiosk.desk().booking_start(kiosk.id(role), Some(subject), None).expect("begins");
        kiosk.act(FlowAction::Next)
    };
    let view = begins(CastRole::RuleFour, Subject::Three);
    let StepBody::Notice(step) = &view.body else { panic!("业务须知") };
    let version = step.notice.version;
    kiosk.act(FlowAction::Agree { version });
    // Before it was sent, the person is gone, and the command with them.
    kiosk.desk().leave().expect("forgotten");
    let view = begins(CastRole::RuleFour, Subject::Three);
    assert!(matches!(view.body, StepBody::Notice(_)), "nobody has agreed as far as anybody knows: {:?}", view.body);
    kiosk.act(FlowAction::Agree { version });
    run(deliver(&kiosk.desk, &kiosk.centre)).expect("sent");
    kiosk.desk().leave().expect("forgotten");
    let view = begins(CastRole::PriorityEligible, Subject::Two);
    assert!(!matches!(view.body, StepBody::Notice(_)), "the centre has it: {:?}", view.body);
}

#[test]
fn whoever_goes_is_forgotten_and_the_next_person_sees_nothing_of_them() {
    let kiosk = Counter::kiosk();
    kiosk.visit(CastRole::RuleFour);
    kiosk.book_to_confirm(CastRole::RuleFour, Subject::Three);
    let here = kiosk.desk().watch().expect("a kiosk");
    assert!(matches!(&here, Watched::Here(view) if view.presence.is_some()), "the ring runs");
    kiosk.world.pass(271);
    let Watched::Here(view) = kiosk.desk().watch().expect("a kiosk") else { panic!("a code is waited for") };
    assert!(view.presence.is_some_and(|ring| ring.asking && ring.left_seconds <= 30), "还在办理吗？");
    kiosk.world.pass(30);
    let gone = kiosk.desk().watch().expect("a kiosk");
    assert!(matches!(&gone, Watched::Gone(Some(_))), "the centre is to forget the token, too");
    assert_eq!(kiosk.desk().watch().expect("a kiosk"), Watched::Nobody, "once");

    let first = kiosk.id(CastRole::RuleFour);
    kiosk.visit(CastRole::Queued);
    assert!(kiosk.desk().booking().expect("readable").is_none(), "no booking of the one before");
    assert!(is_no_visit(&kiosk.desk().booking_start(first, None, None)), "nor any way to it");
    assert!(kiosk.desk().record(first).is_err(), "nor the record");
    assert!(kiosk.desk().codes.is_empty(), "nor a masked phone");
}

#[test]
fn whoever_leaves_the_page_with_the_code_is_waited_for_no_longer_than_anybody() {
    let kiosk = Counter::kiosk();
    kiosk.desk().stop_waiting(Awaited::Code);
    assert_eq!(kiosk.desk().watch().expect("a kiosk"), Watched::Nobody, "nobody comes by that");
    kiosk.visit(CastRole::RuleFour);
    kiosk.book_to_confirm(CastRole::RuleFour, Subject::Three);
    kiosk.desk().stop_waiting(Awaited::Code);
    kiosk.world.pass(91);
    assert!(matches!(kiosk.desk().watch().expect("a kiosk"), Watched::Gone(_)), "however long the code lives");
}

#[test]
fn an_answer_that_comes_when_its_person_has_left_is_nobodys() {
    /// A centre that answers when the person has left and somebody else is there.
    struct Late<'a> {
        desk: &'a Mutex<Desk>,
        centre: &'a TestCentre,
        next: String,
    }

    impl Visits for Late<'_> {
        async fn send_visit_code(&self, request: VisitCodeRequest) -> Result<VisitCode, Problem> {
            self.centre.send_visit_code(request).await
        }

        async fn open_visit(&self, opening: VisitOpening) -> Result<VisitAnswer, Problem> {
            lock(self.desk).leave().expect("the first person goes");
            run(begin(self.desk, self.centre, &self.next)).expect("the second comes");
            self.centre.open_visit(opening).await
        }

        async fn prolong_visit(&self) -> Result<u32, Problem> {
            self.centre.prolong_visit().await
        }

        async fn end_visit(&self) -> Result<(), Problem> {
            self.centre.end_visit().await
        }
    }

    let kiosk = Counter::kiosk();
    run(begin(&kiosk.desk, &kiosk.centre, &kiosk.number(CastRole::RuleFour))).expect("sent");
    let late = Late { desk: &kiosk.desk, centre: &kiosk.centre, next: kiosk.number(CastRole::Queued) };
    assert!(is_no_visit(&run(open(&kiosk.desk, &late, VISIT_CODE.into()))), "it opens nothing");
    let view = kiosk.desk().kiosk_view().expect("a kiosk");
    assert!(matches!(view.stage, VisitStage::CodeSent { .. }), "the second person has not shown a code");
}

#[test]
fn the_centre_is_told_that_somebody_is_there_and_can_end_the_visit() {
    let kiosk = Counter::kiosk();
    kiosk.visit(CastRole::RuleFour);
    assert!(!run(keep_visit(&kiosk.desk, &kiosk.centre)).expect("a kiosk"), "it goes on");
    kiosk.centre.end_visits();
    assert!(!run(keep_visit(&kiosk.desk, &kiosk.centre)).expect("a kiosk"), "the centre is not asked all the time");
    kiosk.world.pass(60);
    assert!(run(keep_visit(&kiosk.desk, &kiosk.centre)).expect("a kiosk"), "once a minute, and then it is over");
    assert!(is_no_visit(&kiosk.desk().booking()), "here as well");
}

#[test]
fn a_card_opens_the_visit_of_its_owner_and_ends_the_one_before() {
    let kiosk = Counter::kiosk();
    kiosk.visit(CastRole::RuleFour);
    let card = &kiosk.person(CastRole::Queued).applicant.document.number;
    let view = run(open_by_card(&kiosk.desk, &kiosk.centre, card)).expect("opens");
    let VisitStage::Open { applicant, identified } = view.stage else { panic!("the owner") };
    assert_eq!((applicant.id, identified), (kiosk.id(CastRole::Queued), Identified::Card), "by the card");
    let nobody = yuyue_domain::identity::DocumentNumber::parse("11010519491231002X").expect("a number");
    let unknown = run(open_by_card(&kiosk.desk, &kiosk.centre, &nobody));
    assert!(matches!(unknown, Err(DeskError::CardUnknown)), "nobody of this city: {unknown:?}");
    assert!(is_no_visit(&kiosk.desk().booking()), "and whoever was there is gone");
}

#[test]
fn staff_leave_with_the_code_of_the_enrolment_and_guessing_is_blocked() {
    let kiosk = Counter::kiosk();
    kiosk.desk().check_exit_code("13572468").expect("the right one");
    for _ in 0..4 {
        assert!(matches!(kiosk.desk().check_exit_code("00000000"), Err(DeskError::ExitCodeWrong)), "a wrong one");
    }
    assert!(matches!(kiosk.desk().check_exit_code("00000000"), Err(DeskError::SignInBlocked { .. })), "the fifth");
    kiosk.desk().leave().expect("somebody goes");
    let right = kiosk.desk().check_exit_code("13572468");
    assert!(matches!(right, Err(DeskError::SignInBlocked { .. })), "blocked, whoever comes and goes");
    kiosk.world.pass(15 * 60);
    kiosk.desk().check_exit_code("13572468").expect("and later it counts again");
    let counter = Counter::open();
    assert!(matches!(counter.desk().check_exit_code("13572468"), Err(DeskError::NotAKiosk)), "a counter has none");
}

#[test]
fn numbers_of_commands_go_on_over_visits_and_restarts() {
    let mut kiosk = Counter::kiosk();
    let mut numbers = Vec::new();
    for _ in 0..2 {
        kiosk.visit(CastRole::RuleFour);
        let id = kiosk.id(CastRole::RuleFour);
        let command =
            yuyue_protocol::command::Command::AgreeNotice { notice: NoticeKind::Booking, version: 1, applicant: id };
        let new_id = kiosk.desk().new_id();
        numbers.push(kiosk.desk().take(new_id, &command, Some(id), None, |_| Ok(())).expect("taken").number);
        kiosk.desk().leave().expect("forgotten");
    }
    let Counter { folder, keys, world, centre, city, desk, sync } = kiosk;
    drop((desk, sync));
    let (desk, sync) = super::open_desk(folder.path(), &keys, &world).expect("opens again");
    kiosk = Counter { folder, keys, world, centre, city, desk: std::sync::Mutex::new(desk), sync };
    assert!(kiosk.desk().is_kiosk(), "it is a kiosk again");
    kiosk.follow();
    kiosk.visit(CastRole::RuleFour);
    let (id, new_id) = (kiosk.id(CastRole::RuleFour), kiosk.desk().new_id());
    let command =
        yuyue_protocol::command::Command::AgreeNotice { notice: NoticeKind::Booking, version: 1, applicant: id };
    numbers.push(kiosk.desk().take(new_id, &command, Some(id), None, |_| Ok(())).expect("taken").number);
    assert_eq!(numbers, [1, 2, 3], "a number that stood twice would be refused by the centre");
}

/// Every value of every table of a file, as text.
fn everything_in(connection: &Connection) -> String {
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .expect("readable")
        .query_map([], |row| row.get(0))
        .expect("readable")
        .collect::<Result<_, _>>()
        .expect("names");
    let mut text = String::new();
    for table in tables {
        let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\"")).expect("readable");
        let columns = statement.column_count();
        let mut rows = statement.query([]).expect("readable");
        while let Some(row) = rows.next().expect("readable") {
            for column in 0..columns {
                let value: rusqlite::types::Value = row.get(column).expect("readable");
                writeln!(text, "{value:?}").expect("a text takes everything");
            }
        }
    }
    text
}

/// All bytes of all files below a folder.
fn all_bytes(folder: &std::path::Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            bytes.extend(all_bytes(&path));
        } else {
            bytes.extend(std::fs::read(&path).expect("readable"));
        }
    }
    bytes
}

#[test]
fn nothing_about_a_person_is_ever_in_a_file_of_a_kiosk() {
    let mut kiosk = Counter::kiosk();
    let roles = [(CastRole::RuleFour, Subject::Three), (CastRole::PriorityEligible, Subject::Two)];
    let mut secrets = Vec::new();
    for (role, subject) in roles {
        kiosk.visit(role);
        kiosk.book_to_confirm(role, subject);
        let view = run(submit(&kiosk.desk, &kiosk.centre, Some("123456".into()))).expect("accepted");
        let StepBody::Done(done) = &view.body else { panic!("then the answer") };
        let slip = done.slip.expect("a slip");
        let (job, ..) = kiosk.desk().print_begin(slip).expect("recorded");
        kiosk.desk().print_finished(&job, Ok(())).expect("recorded");
        let sent = run(follow_once(&kiosk.desk, &mut kiosk.sync, &kiosk.centre)).expect("in step");
        assert!(sent.wait.is_none(), "the line is there");
        let applicant = &kiosk.person(role).applicant;
        secrets.extend([
            applicant.name.reveal().to_owned(),
            applicant.name.masked(),
            applicant.document.number.reveal().to_owned(),
            applicant.document.number.masked(),
            applicant.phone.as_ref().map(|phone| phone.reveal().to_owned()).unwrap_or_default(),
            done.application.0.to_string(),
            done.application.0.simple().to_string(),
            format!("{:?}", done.application.0.as_bytes()),
            format!("\"applicant\":{}", applicant.id.0),
            "visit-token".to_owned(),
        ]);
        // Also while the person is there.
        check_files(&kiosk, &secrets);
        kiosk.desk().leave().expect("forgotten");
        check_files(&kiosk, &secrets);
    }
    assert!(
        find_setting::<serde_json::Value>(kiosk.desk().file(), "agreed").expect("readable").is_some(),
        "but the notice"
    );
}

fn check_files(kiosk: &Counter, secrets: &[String]) {
    let desk = lock(&kiosk.desk);
    let kept = [everything_in(desk.file()), everything_in(&desk.cache)];
    assert!(kept[1].len() > 10_000, "the cache has its sessions, so that this search would find something");
    let bytes = all_bytes(kiosk.folder.path());
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        assert!(kept.iter().all(|text| !text.contains(secret.as_str())), "{secret} stands in a table");
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} stands in a file");
    }
    let tables = ["outbox", "draft", "agreement", "served", "print_job"];
    for table in tables {
        let rows: u32 =
            desk.file().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("readable");
        assert_eq!(rows, 0, "{table} of the file stays empty");
    }
}
