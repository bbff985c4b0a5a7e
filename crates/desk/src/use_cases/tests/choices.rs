//! What is offered, chosen and promised is what holds: windows, dates, closings, and who can be found.

use super::Counter;
use crate::cache::session::find_session;
use crate::device::outbox::find_item;
use crate::follow::follow_once;
use crate::testing::run;
use crate::use_cases::submit::submit;
use crate::view::app::{Access, Edition};
use crate::view::booking::{BookingMode, FlowAction, StepBody};
use crate::view::outbox::OutboxKind;
use crate::view::progress::{ProgressQuery, ProgressTab};
use crate::view::reason::Page;
use yuyue_domain::application::{Application, ApplicationState};
use yuyue_domain::identity::IdentityCheck;
use yuyue_domain::licence::Subject;
use yuyue_domain::refusal::IntakeRefusal;
use yuyue_protocol::change::Row;
use yuyue_protocol::outcome::Outcome;
use yuyue_sample::CastRole;

#[test]
fn the_same_choices_again_are_those_whose_window_is_open() {
    let counter = Counter::open();
    let (_, session) = counter.to_confirm(CastRole::RuleFour, Subject::Three);
    let command = counter.desk().open_draft().expect("a draft").command;
    let refusal = IntakeRefusal::NothingFits;
    counter.centre.decide(command, Outcome::Refused { reasons: vec![refusal.into()], alternatives: Vec::new() });
    run(submit(&counter.desk, &counter.centre, Some("123456".into()))).expect("answered");
    let session = find_session(&counter.desk().cache, session).expect("readable").expect("it was chosen");
    let now = counter.desk().now();
    counter.world.pass(u64::try_from(session.closes_at().seconds_since(now)).expect("it was open"));
    assert!(counter.desk().now() < session.instants.publication_at, "closed, and not yet published");
    let id = counter.id(CastRole::RuleFour);
    counter.desk().booking_start(id, None, Some(command)).expect("改选场次");
    let chosen = counter.desk().open_draft().expect("a draft").body.flow.draft().expect("a subject").chosen;
    assert!(chosen.is_empty(), "what has closed is not chosen again");
}

#[test]
fn a_priority_booking_comes_too_late_when_its_places_close() {
    let counter = Counter::open();
    counter.to_sessions(CastRole::PriorityEligible, Subject::Two);
    counter.act(FlowAction::Back);
    counter.act(FlowAction::SwitchToPriority);
    let view = counter.act(FlowAction::Agree { version: 1 });
    let (_, session) = counter.choose_first(&view);
    counter.act(FlowAction::Next);
    let command = counter.desk().open_draft().expect("a draft").command;
    run(submit(&counter.desk, &counter.centre, Some("123456".into()))).expect("placed");
    let desk = counter.desk();
    let session = find_session(&desk.cache, session).expect("readable").expect("it was chosen");
    let item = find_item(&desk.device, command).expect("readable").expect("kept");
    let policy = desk.policy().expect("known");
    assert_eq!(item.closes_at, Some(session.priority_closes_at(&policy)), "the instant of the policy");
}

#[test]
fn a_registration_says_until_when_it_counts_for_all_sessions_and_when_it_lapses() {
    let mut counter = Counter::open();
    counter.cut();
    let view = counter.to_sessions(CastRole::RuleFour, Subject::Three);
    counter.choose_first(&view);
    let view = counter.act(FlowAction::SetMode { mode: BookingMode::Assign });
    let StepBody::Sessions(step) = &view.body else { panic!("at 选择场次") };
    let listed = step.list.as_ref().expect("查询 lists");
    let is_accepted = |row: &&crate::view::sessions::SessionRow| {
        row.refused.is_none() && step.accepted_sites.contains(&row.session.site)
    };
    let closings: Vec<_> = listed.rows.iter().filter(is_accepted).map(|row| row.closes_at).collect();
    assert!(closings.len() > 1, "服从系统安排 accepts several");
    let (earliest, latest) = (closings.iter().min().copied(), closings.iter().max().copied());
    let view = counter.act(FlowAction::Next);
    let StepBody::Confirm(confirm) = &view.body else { panic!("at 确认并提交") };
    assert_eq!((confirm.closes_first, confirm.closes_last), (earliest, latest), "of all sessions that are accepted");
    let outlook = confirm.outlook.as_ref().expect("as the counts say");
    assert_eq!(usize::try_from(outlook.accepted).ok(), Some(closings.len()), "and the outlook is about them");
}

#[test]
fn dates_beyond_one_query_are_refused_and_not_silently_cut() {
    let counter = Counter::open();
    let view = counter.to_sessions(CastRole::RuleFour, Subject::Three);
    let StepBody::Sessions(step) = &view.body else { panic!("at 选择场次") };
    let mut query = step.query.clone();
    query.dates.last = query.dates.first + chrono::Days::new(30);
    counter.act(FlowAction::Query { query: query.clone() });
    query.dates.last = query.dates.first + chrono::Days::new(31);
    let error = counter.try_act(FlowAction::Query { query }).expect_err("32 days");
    assert_eq!(error.code(), "dates_too_many", "with its sentence");
}

#[test]
fn who_got_no_place_is_offered_the_same_choices_on_the_page() {
    let counter = Counter::open();
    let id = counter.id(CastRole::Unplaced);
    let application = counter.person(CastRole::Unplaced).applications.last().expect("an application").clone();
    let view = counter.desk().applicant_view(id).expect("readable");
    let row = view.live.iter().find(|row| row.application.id == application.id).expect("it is on the page");
    assert!(row.actions.again, "再次预约");
    counter.desk().check_identity(id, IdentityCheck::DocumentSeen).expect("checked");
    let view = counter.desk().booking_start(id, None, Some(application.id.0)).expect("begun");
    assert_eq!(view.subject, Some(application.subject), "and begins the same");
}

#[test]
fn whose_session_the_office_cancelled_hears_why_and_is_offered_the_same_choices() {
    let mut counter = Counter::open();
    let id = counter.id(CastRole::Unplaced);
    let application = counter.person(CastRole::Unplaced).applications.last().expect("an application").clone();
    let state = ApplicationState::CancelledByOffice { session: None };
    counter.centre.set(Row::Application(Box::new(Application { state, ..application.clone() })));
    counter.follow();
    let view = counter.desk().applicant_view(id).expect("readable");
    let row = view.live.iter().find(|row| row.application.id == application.id).expect("it is on the page");
    let reasons: Vec<_> = row.reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(reasons, ["cancelled_by_office"], "the applicant did nothing");
    assert!(row.actions.again, "再次预约");
    counter.desk().check_identity(id, IdentityCheck::DocumentSeen).expect("checked");
    let view = counter.desk().booking_start(id, None, Some(application.id.0)).expect("begun");
    assert_eq!(view.subject, Some(application.subject), "and begins the same");
}

#[test]
fn a_name_finds_whoever_is_listed_however_many_share_it() {
    let counter = Counter::open();
    let page = |text: &str| {
        let page = Page { index: 0, size: 100 };
        let query = ProgressQuery {
            applicant: None,
            tab: ProgressTab::All,
            text: text.into(),
            subject: None,
            taken: None,
            page,
        };
        counter.desk().progress(&query).expect("readable")
    };
    let all = page("");
    let number = &all.rows.first().expect("something was taken here").number;
    assert_eq!(page(number).rows.len(), 1, "the number of an application finds it");
    let found = page("例").rows.len();
    let named: Vec<_> = all
        .rows
        .iter()
        .filter(|row| {
            let row = crate::cache::applicant::find_applicant(&counter.desk().cache, row.applicant.id);
            row.expect("readable").expect("known").applicant.name.reveal().contains('例')
        })
        .collect();
    assert_eq!(found, named.len(), "everybody listed who has the character in the name");
}

#[test]
fn a_command_of_another_version_has_its_row_and_stands_in_nobodys_way() {
    let mut counter = Counter::open();
    counter.cut();
    let id = counter.id(CastRole::RuleFour);
    counter.desk().reveal(id).expect("recorded");
    counter.desk().reveal(id).expect("recorded");
    let spoil =
        "UPDATE outbox SET envelope = json_set(envelope, '$.body', '{\"kind\":\"of_tomorrow\"}') WHERE number = 1";
    counter.desk().device.execute(spoil, []).expect("a command that this version does not know");
    let waiting = counter.desk().outbox().expect("readable").waiting;
    let kinds: Vec<_> = waiting.iter().map(|row| (row.number, row.kind)).collect();
    assert_eq!(kinds, [(1, OutboxKind::Unreadable), (2, OutboxKind::Reveal)], "each with its number");
    assert_eq!(counter.desk().shift_summary().expect("readable").taken, 1, "it may have been somebody's application");
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_could_read_is_tightened() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("loosened");
    let _kept = crate::folder::Folder::open(folder.path()).expect("opens");
    let mode = std::fs::metadata(folder.path()).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "nobody but the owner");
}

#[test]
fn a_new_training_city_hears_nothing_of_the_old_one() {
    let mut counter = Counter::open();
    counter.desk().edition = Edition::Training;
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    run(submit(&counter.desk, &counter.centre, Some("123456".into()))).expect("accepted");
    run(follow_once(&counter.desk, &mut counter.sync, &counter.centre)).expect("the line is up");
    counter.desk().forget_training().expect("forgotten");
    assert!(counter.desk().booking().expect("readable").is_none(), "nothing is on the screen");
    counter.centre.restore();
    for _ in 0..9 {
        run(follow_once(&counter.desk, &mut counter.sync, &counter.centre)).expect("the line is up");
    }
    assert_eq!(counter.centre.taken(), 0, "nothing is sent again");
    counter.begin(CastRole::BeforeSubjectFour, Subject::Four);
    let view = counter.act(FlowAction::Next);
    assert!(matches!(view.body, StepBody::Notice(_)), "and the notice is read anew");
    counter.desk().edition = Edition::Production;
    assert!(counter.desk().forget_training().is_err(), "the real one forgets nothing");
}

#[test]
fn a_feed_that_cannot_be_used_keeps_nothing_from_being_sent() {
    let mut counter = Counter::open();
    let id = counter.id(CastRole::RuleFour);
    counter.desk().reveal(id).expect("recorded");
    counter.centre.spoil_feed();
    run(follow_once(&counter.desk, &mut counter.sync, &counter.centre)).expect("a wait");
    assert_eq!(counter.centre.taken(), 1, "what was taken is at the centre");
    let sync = counter.desk().app_state().expect("readable").sync;
    assert_eq!(sync.refused_by_centre.expect("why").code, "centre_failed", "and it is not called a missing line only");
}

#[test]
fn what_was_submitted_is_no_booking_that_waits_behind_the_lock() {
    let counter = Counter::open();
    counter.to_confirm(CastRole::RuleFour, Subject::Three);
    run(submit(&counter.desk, &counter.centre, Some("123456".into()))).expect("accepted");
    let access = counter.desk().lock_counter(false).expect("locked").access;
    assert!(matches!(access, Access::Locked { kept: None, .. }), "nothing has to be gone on with");
}
