#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use super::*;
use crate::application::fixtures::day;
use crate::application::permission::ApplicationRefusal;
use crate::ids::{SessionId, SiteId};
use crate::refusal::IntakeRefusal;
use crate::time::DateRange;
use proptest::prelude::*;

const BOOKING: NoticeVersion = NoticeVersion { kind: NoticeKind::Booking, version: 3 };
const PRIORITY: NoticeVersion = NoticeVersion { kind: NoticeKind::Priority, version: 2 };

fn context(channel: Channel, agreed: &[NoticeVersion], is_priority_open: bool) -> FlowContext {
    FlowContext {
        channel,
        booking_notice: BOOKING.version,
        priority_notice: PRIORITY.version,
        agreed: agreed.to_vec(),
        offers: vec![
            SubjectOffer { subject: Subject::One, is_open: false, is_priority_open: false },
            SubjectOffer { subject: Subject::Two, is_open: true, is_priority_open: false },
            SubjectOffer { subject: Subject::Three, is_open: true, is_priority_open },
        ],
        sessions_max: 5,
    }
}

fn start(context: FlowContext) -> Flow {
    Flow::start(ApplicantId(1), context, None).unwrap()
}

fn query() -> SessionQuery {
    let dates = DateRange { first: day("2026-12-01"), last: day("2026-12-14") };
    SessionQuery { dates, sites: vec![SiteId(1), SiteId(2)] }
}

fn choose(sessions: &[u32]) -> FlowAction {
    FlowAction::Choose { sessions: sessions.iter().copied().map(SessionId).collect(), ordered: true }
}

/// What a person does at this step to go on; at 切换优先预约 by what they want.
fn go_on(flow: &Flow, wants_priority: bool) -> Flow {
    let actions = match flow.step {
        FlowStep::Subject if flow.context.channel == Channel::Counter => vec![
            FlowAction::ChooseSubject { subject: Subject::Three },
            FlowAction::CheckIdentity { check: IdentityCheck::CardRead },
            FlowAction::Next,
        ],
        FlowStep::Subject => vec![FlowAction::ChooseSubject { subject: Subject::Three }, FlowAction::Next],
        FlowStep::Notice => vec![FlowAction::Agree { version: BOOKING.version }],
        FlowStep::PrioritySwitch if wants_priority => vec![FlowAction::SwitchToPriority],
        FlowStep::PriorityNotice => vec![FlowAction::Agree { version: PRIORITY.version }],
        FlowStep::Sessions => vec![FlowAction::Query { query: query() }, choose(&[7]), FlowAction::Next],
        FlowStep::PrioritySwitch | FlowStep::Confirm => vec![FlowAction::Next],
    };
    actions.into_iter().fold(flow.clone(), |flow, action| flow.advance(action).unwrap())
}

fn names(steps: &[FlowStep]) -> String {
    steps.iter().map(|step| step.name()).collect::<Vec<_>>().join(" ")
}

/// 业务须知 known, 优先预约业务须知 known, priority open, priority wanted | the pages that are shown | the stepper at the
/// end, with skipped steps in brackets.
const FLOWS: &str = "
    no  no  no  no  | 科目确认 业务须知 选择场次 确认并提交 | 科目确认 业务须知 选择场次 确认并提交
    yes no  no  no  | 科目确认 选择场次 确认并提交 | 科目确认 (业务须知) 选择场次 确认并提交
    no  no  yes no  | 科目确认 业务须知 切换优先预约 选择场次 确认并提交 | 科目确认 业务须知 选择场次 确认并提交
    yes yes yes no  | 科目确认 切换优先预约 选择场次 确认并提交 | 科目确认 (业务须知) 选择场次 确认并提交
    no  no  yes yes | 科目确认 业务须知 切换优先预约 优先预约业务须知 选择场次 确认并提交 | 科目确认 业务须知 切换优先预约 优先预约业务须知 选择场次 确认并提交
    yes no  yes yes | 科目确认 切换优先预约 优先预约业务须知 选择场次 确认并提交 | 科目确认 (业务须知) 切换优先预约 优先预约业务须知 选择场次 确认并提交
    no  yes yes yes | 科目确认 业务须知 切换优先预约 选择场次 确认并提交 | 科目确认 业务须知 切换优先预约 (优先预约业务须知) 选择场次 确认并提交
    yes yes yes yes | 科目确认 切换优先预约 选择场次 确认并提交 | 科目确认 (业务须知) 切换优先预约 (优先预约业务须知) 选择场次 确认并提交
";

#[test]
fn every_flow_shows_the_steps_of_the_guide_in_its_order() {
    for (row, channel) in FLOWS.trim().lines().flat_map(|row| [(row, Channel::Counter), (row, Channel::Kiosk)]) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let answers: Vec<bool> = cells[0].split_whitespace().map(|word| word == "yes").collect();
        let agreed: Vec<_> =
            [BOOKING, PRIORITY].into_iter().zip(&answers).filter(|(_, known)| **known).map(|(one, _)| one).collect();
        let mut flow = start(context(channel, &agreed, answers[2]));
        let mut shown = vec![flow.step];
        while flow.step != FlowStep::Confirm {
            flow = go_on(&flow, answers[3]);
            shown.push(flow.step);
        }
        assert_eq!(names(&shown), cells[1], "the pages of {row} at {channel:?}");
        let stepper: Vec<String> = flow
            .steps()
            .into_iter()
            .map(|view| match view.mark {
                StepMark::Skipped => format!("({})", view.step.name()),
                _ => view.step.name().to_owned(),
            })
            .collect();
        assert_eq!(stepper.join(" "), cells[2], "the stepper of {row} at {channel:?}");
        let skipped = flow.steps().iter().any(|view| view.mark == StepMark::Skipped);
        assert_eq!(flow.consequences().len(), if skipped { 3 } else { 0 }, "who skipped reads the consequences");
        let kind = if answers[3] { FlowKind::Priority } else { FlowKind::Normal };
        let wish = flow.submission().unwrap().wish;
        assert_eq!(matches!(wish, Wish::Priority { .. }), kind == FlowKind::Priority, "asks for what was wanted");

        // All the way back and forward again, nothing is lost.
        let mut back = flow.clone();
        for step in shown.iter().rev().skip(1) {
            back = back.advance(FlowAction::Back).unwrap();
            assert_eq!(back.step, *step, "返回 shows the pages that were shown");
        }
        assert_eq!(back.advance(FlowAction::Back), Err(FlowRefusal::AtFirstStep), "there is nothing before 科目确认");
        assert_eq!(back.drafts, flow.drafts, "everything that was entered is still there");
    }
}

#[test]
fn the_page_of_the_switch_shows_where_it_would_lead() {
    use FlowKind::{Normal, Priority};
    use StepMark::{Done, Next, Now, Skipped};
    let flow = go_on(&start(context(Channel::Kiosk, &[BOOKING], true)), false);
    assert_eq!(flow.step, FlowStep::PrioritySwitch, "offered because it is open");
    let marks: Vec<_> = flow.steps().iter().map(|view| (view.mark, view.kind)).collect();
    let wanted = [(Done, Normal), (Skipped, Normal), (Now, Priority), (Next, Priority), (Next, Normal), (Next, Normal)];
    assert_eq!(marks, wanted, "six steps, the flow itself still the normal one");
}

#[test]
fn the_identity_check_is_required_at_a_counter_and_absent_at_a_kiosk() {
    let check = FlowAction::CheckIdentity { check: IdentityCheck::TemporaryDocument };
    let subject = FlowAction::ChooseSubject { subject: Subject::Two };
    let counter = start(context(Channel::Counter, &[], false)).advance(subject.clone()).unwrap();
    assert_eq!(counter.advance(FlowAction::Next), Err(FlowRefusal::IdentityCheckMissing), "required");
    let checked = counter.advance(check.clone()).unwrap();
    assert_eq!(checked.advance(FlowAction::Next).unwrap().step, FlowStep::Notice, "then it goes on");
    let kiosk = start(context(Channel::Kiosk, &[], false));
    assert_eq!(kiosk.advance(check), Err(FlowRefusal::IdentityCheckNotHere), "nobody checks at a kiosk");
    assert_eq!(kiosk.advance(FlowAction::Next), Err(FlowRefusal::SubjectMissing), "a subject is needed anywhere");
    assert!(kiosk.advance(subject).unwrap().advance(FlowAction::Next).is_ok(), "and enough at a kiosk");
    let page = Flow::start(ApplicantId(1), context(Channel::PublicPage, &[], false), None);
    assert_eq!(page, Err(FlowRefusal::ChannelNotHere), "the public page takes no bookings");
}

#[test]
fn a_subject_that_is_not_open_cannot_be_chosen() {
    let flow = start(context(Channel::Kiosk, &[], false));
    for subject in [Subject::One, Subject::Four] {
        let refused = flow.advance(FlowAction::ChooseSubject { subject });
        assert_eq!(refused, Err(FlowRefusal::SubjectNotOpen { subject }), "closed, or not listed at all");
    }
}

fn at_sessions(kind: FlowKind) -> Flow {
    let mut flow = start(context(Channel::Kiosk, &[BOOKING, PRIORITY], kind == FlowKind::Priority));
    while flow.step != FlowStep::Sessions {
        flow = go_on(&flow, kind == FlowKind::Priority);
    }
    flow
}

#[test]
fn switching_to_priority_and_back_keeps_both_drafts() {
    let mut flow = start(context(Channel::Kiosk, &[BOOKING, PRIORITY], true));
    flow = go_on(&go_on(&flow, false), false);
    flow = flow.advance(FlowAction::Query { query: query() }).unwrap().advance(choose(&[3, 1, 2])).unwrap();
    let switched = flow.advance(FlowAction::Back).unwrap().advance(FlowAction::SwitchToPriority).unwrap();
    assert_eq!((switched.step, switched.kind), (FlowStep::Sessions, FlowKind::Priority), "now in the other flow");
    assert_eq!(switched.draft().unwrap().query, Some(query()), "dates and sites need not be entered again");
    let chosen = switched.advance(choose(&[9])).unwrap();
    let returned = chosen.advance(FlowAction::ReturnToNormal).unwrap();
    assert_eq!((returned.step, returned.kind), (FlowStep::Sessions, FlowKind::Normal), "and back");
    let draft = returned.draft().unwrap();
    assert_eq!(draft.chosen, [SessionId(3), SessionId(1), SessionId(2)], "the normal draft in its order");
    assert_eq!(draft.priority, Some(SessionId(9)), "the priority draft beside it");
}

#[test]
fn another_subject_has_its_own_entries_and_the_first_ones_come_back() {
    let flow = at_sessions(FlowKind::Normal).advance(choose(&[7])).unwrap();
    let other =
        flow.advance(FlowAction::Back).unwrap().advance(FlowAction::ChooseSubject { subject: Subject::Two }).unwrap();
    assert!(other.draft().unwrap().chosen.is_empty(), "sessions of one subject are none of another");
    let again = other.advance(FlowAction::ChooseSubject { subject: Subject::Three }).unwrap();
    assert_eq!(again.draft().unwrap().chosen, [SessionId(7)], "still there");
}

#[test]
fn the_query_of_the_counter_is_offered_to_the_next_person() {
    let flow = Flow::start(ApplicantId(2), context(Channel::Kiosk, &[BOOKING], false), Some(query())).unwrap();
    let flow = flow.advance(FlowAction::ChooseSubject { subject: Subject::Two }).unwrap();
    assert_eq!(flow.draft().unwrap().query, Some(query()), "dates and sites need not be entered again");
}

#[test]
fn a_notice_of_a_new_version_is_shown_again_even_in_the_middle() {
    let old = NoticeVersion { version: BOOKING.version - 1, ..BOOKING };
    let flow = go_on(&start(context(Channel::Kiosk, &[old], false)), false);
    assert_eq!(flow.step, FlowStep::Notice, "an older version is not enough");
    assert!(flow.is_changed(NoticeKind::Booking), "and the page can say that the text is new");

    let confirm = go_on(&at_sessions(FlowKind::Normal), false);
    let newer = FlowContext { booking_notice: BOOKING.version + 1, ..confirm.context.clone() };
    let refreshed = confirm.refresh(newer);
    assert_eq!(refreshed.step, FlowStep::Notice, "back to the notice that nobody has read");
    assert_eq!(refreshed.drafts, confirm.drafts, "with everything that was entered");
    let stale = refreshed.advance(FlowAction::Agree { version: BOOKING.version });
    assert_eq!(stale, Err(FlowRefusal::NoticeChanged { version: BOOKING.version + 1 }), "the old text does not count");
    let read = refreshed.advance(FlowAction::Agree { version: BOOKING.version + 1 }).unwrap();
    assert_eq!(read.step, FlowStep::Sessions, "and on");
    assert!(read.consequences().is_empty(), "read in this flow, so nothing has to be repeated");
}

#[test]
fn an_agreement_that_was_recorded_meanwhile_does_not_turn_a_read_notice_into_a_skipped_one() {
    let flow = go_on(&go_on(&start(context(Channel::Kiosk, &[], false)), false), false);
    let recorded = flow.refresh(context(Channel::Kiosk, &[BOOKING], false));
    assert_eq!(recorded.steps()[1].mark, StepMark::Done, "it was shown here");
    assert_eq!(recorded.step, FlowStep::Sessions, "and the flow stays where it is");
}

#[test]
fn a_priority_booking_that_closes_leads_back_to_the_normal_draft() {
    let flow = at_sessions(FlowKind::Priority).advance(choose(&[9])).unwrap();
    let confirm = flow.advance(FlowAction::Next).unwrap();
    let closed = confirm.refresh(context(Channel::Kiosk, &[BOOKING, PRIORITY], false));
    assert_eq!((closed.step, closed.kind), (FlowStep::Sessions, FlowKind::Normal), "no longer open");
    assert_eq!(closed.drafts, confirm.drafts, "nothing is lost");
    let mut without = confirm.context.clone();
    without.offers.clear();
    let gone = confirm.refresh(without);
    assert_eq!((gone.step, gone.kind), (FlowStep::Subject, FlowKind::Normal), "no subject, back to the choice");
}

#[test]
fn choosing_sessions_has_limits() {
    let normal = at_sessions(FlowKind::Normal);
    let many = normal.advance(choose(&[1, 2, 3, 4, 5, 6]));
    assert_eq!(many, Err(FlowRefusal::TooManySessions { max: 5 }), "as many as the policy allows");
    let twice = normal.advance(choose(&[1, 2, 1]));
    assert_eq!(twice, Err(FlowRefusal::SessionTwice { session: SessionId(1) }), "none twice");
    assert_eq!(normal.advance(FlowAction::Next), Err(FlowRefusal::SessionsMissing), "at least one");
    let priority = at_sessions(FlowKind::Priority);
    assert_eq!(priority.advance(choose(&[1, 2])), Err(FlowRefusal::TooManySessions { max: 1 }), "one with priority");
    assert_eq!(priority.advance(FlowAction::Next), Err(FlowRefusal::SessionsMissing), "and not none");
    let mode = priority.advance(FlowAction::SetMode { mode: BookingMode::Assign });
    assert_eq!(mode, Err(FlowRefusal::ActionNotHere { step: FlowStep::Sessions }), "优先预约模式下，只提供自选模式");
}

#[test]
fn leaving_the_choice_to_the_system_needs_days_and_sites() {
    let assign = at_sessions(FlowKind::Normal).advance(FlowAction::SetMode { mode: BookingMode::Assign }).unwrap();
    assert_eq!(assign.advance(FlowAction::Next), Err(FlowRefusal::DatesMissing), "no days yet");
    let reversed = DateRange { first: day("2026-12-02"), last: day("2026-12-01") };
    let wrong = assign.advance(FlowAction::Query { query: SessionQuery { dates: reversed, ..query() } });
    assert_eq!(wrong, Err(FlowRefusal::DatesReversed), "days in order");
    let nowhere = assign.advance(FlowAction::Query { query: SessionQuery { sites: vec![], ..query() } });
    assert_eq!(nowhere, Err(FlowRefusal::SitesMissing), "a query names sites");
    let asked = assign.advance(FlowAction::Query { query: query() }).unwrap();
    assert_eq!(asked.advance(FlowAction::Next), Err(FlowRefusal::SitesMissing), "which sites the system may use");
    let sites = vec![SiteId(2)];
    let ready = asked.advance(FlowAction::AcceptSites { sites: sites.clone() }).unwrap();
    let confirm = ready.advance(FlowAction::Next).unwrap();
    let wanted = Wish::Assign { dates: query().dates, sites };
    assert_eq!(confirm.submission().unwrap().wish, wanted, "the range and the sites");
    assert!(ready.submission().is_err(), "only 确认并提交 hands over");
}

#[test]
fn a_flow_survives_being_kept_as_a_draft() {
    let flow = go_on(&at_sessions(FlowKind::Normal), false);
    let kept = serde_json::to_string(&flow).unwrap();
    assert_eq!(serde_json::from_str::<Flow>(&kept).unwrap(), flow, "nothing is lost on disk");
}

#[test]
fn the_codes_are_those_of_the_centre_where_the_reason_is_the_same() {
    fn wire(value: impl serde::Serialize) -> serde_json::Value {
        serde_json::to_value(value).unwrap()
    }
    let session = SessionId(1);
    let pairs = [
        (wire(FlowRefusal::SessionsMissing), wire(IntakeRefusal::NothingChosen)),
        (wire(FlowRefusal::TooManySessions { max: 5 }), wire(IntakeRefusal::TooManySessions { max: 5 })),
        (wire(FlowRefusal::SessionTwice { session }), wire(IntakeRefusal::SessionTwice { session })),
        (wire(FlowRefusal::NoticeChanged { version: 3 }), wire(IntakeRefusal::NoticeOutdated { version: 3 })),
        (wire(FlowRefusal::IdentityCheckMissing), wire(ApplicationRefusal::IdentityCheckMissing)),
        (wire(FlowRefusal::IdentityCheckNotHere), wire(ApplicationRefusal::IdentityCheckNotHere)),
    ];
    for (flow, centre) in pairs {
        assert_eq!(flow, centre, "one reason, one code");
    }
}

fn action() -> impl Strategy<Value = FlowAction> {
    let sessions = prop::collection::vec((1_u32..9).prop_map(SessionId), 0..7);
    prop_oneof![
        (0_usize..4).prop_map(|index| FlowAction::ChooseSubject { subject: Subject::ALL[index] }),
        Just(FlowAction::CheckIdentity { check: IdentityCheck::CardRead }),
        // Twice, so that sequences get far.
        Just(FlowAction::Next),
        Just(FlowAction::Next),
        (2_u32..4).prop_map(|version| FlowAction::Agree { version }),
        Just(FlowAction::SwitchToPriority),
        Just(FlowAction::ReturnToNormal),
        Just(FlowAction::SetMode { mode: BookingMode::Assign }),
        Just(FlowAction::SetMode { mode: BookingMode::Choose }),
        Just(FlowAction::Query { query: query() }),
        Just(FlowAction::AcceptSites { sites: vec![SiteId(1)] }),
        (sessions, any::<bool>()).prop_map(|(sessions, ordered)| FlowAction::Choose { sessions, ordered }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn going_on_and_back_restores_the_same_entries(
        counter: bool,
        knows: (bool, bool),
        is_priority_open: bool,
        actions in prop::collection::vec(action(), 1..60),
    ) {
        let agreed: Vec<_> = [(BOOKING, knows.0), (PRIORITY, knows.1)]
            .into_iter().filter(|(_, known)| *known).map(|(one, _)| one).collect();
        let channel = if counter { Channel::Counter } else { Channel::Kiosk };
        let mut flow = start(context(channel, &agreed, is_priority_open));
        for action in actions {
            let Ok(next) = flow.advance(action.clone()) else { continue };
            // Returning to the normal flow is a jump between two flows and no step of one.
            if next.step > flow.step && action != FlowAction::ReturnToNormal {
                let back = next.advance(FlowAction::Back).unwrap();
                prop_assert_eq!(back.step, flow.step, "one step on and one back is the same page, after {:?}", action);
                prop_assert_eq!(back.kind, flow.kind, "of the same flow");
                prop_assert_eq!(&back.drafts, &flow.drafts, "with the same entries");
                prop_assert_eq!((back.subject, back.identity_check), (flow.subject, flow.identity_check), "all of them");
            }
            prop_assert_eq!(&next.refresh(next.context.clone()), &next, "a world that did not change changes nothing");
            prop_assert!(next.steps().iter().filter(|view| view.mark == StepMark::Now).count() == 1, "one present step");
            prop_assert!(next.kind == FlowKind::Normal || is_priority_open, "priority only when it is open");
            prop_assert!(next.step <= FlowStep::PrioritySwitch || next.is_agreed(NoticeKind::Booking),
                "nobody gets past a notice that was not agreed to");
            if next.step == FlowStep::Confirm {
                prop_assert!(next.submission().is_ok(), "whoever is at 确认并提交 can submit");
            }
            flow = next;
        }
    }
}
