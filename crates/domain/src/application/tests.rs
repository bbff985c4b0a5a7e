#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use super::fixtures::{application, application_id, at};
use super::permission::{Action, ApplicationRefusal, CancellationParameters, PlaceTimes, check_action};
use super::transition::{Act, NewApplication, Proof};
use super::*;
use proptest::prelude::*;

const NOW: &str = "2026-11-27T10:00:00+08:00";
const DEADLINE: &str = "2026-11-30T17:00:00+08:00";
const START: &str = "2026-12-01T08:30:00+08:00";
const FROM_TAKING: CancellationParameters =
    CancellationParameters { counter_only: true, counts_from_taking: true, needs_proof: true };
const FROM_ARRIVAL: CancellationParameters = CancellationParameters { counts_from_taking: false, ..FROM_TAKING };

fn place_times() -> PlaceTimes {
    PlaceTimes { cancel_by: at(DEADLINE), starts_at: at(START) }
}

fn act(channel: Channel, moment: &str) -> Act {
    Act { channel, clerk: None, taken_at: at(moment), decided_at: at(moment) }
}

fn state(kind: StateKind) -> ApplicationState {
    let (session, moment) = (SessionId(1), at("2026-11-26T17:00:00+08:00"));
    match kind {
        StateKind::AwaitingCode => ApplicationState::AwaitingCode,
        StateKind::Queued => ApplicationState::Queued,
        StateKind::Placed => ApplicationState::Placed { session, placed_at: moment },
        StateKind::Unplaced => ApplicationState::Unplaced,
        StateKind::Withdrawn => ApplicationState::Withdrawn,
        StateKind::CancelledByApplicant => ApplicationState::CancelledByApplicant { session, cancelled_at: moment },
        StateKind::CancelledByOffice => ApplicationState::CancelledByOffice { session: Some(session) },
        StateKind::Superseded => ApplicationState::Superseded { by: application_id(9) },
        StateKind::Lapsed => ApplicationState::Lapsed,
        StateKind::Tested => ApplicationState::Tested { session },
    }
}

/// Which channels may act (Counter, Kiosk, Public page, System); `.` nobody. Columns are the live states and 已考试; in
/// all other states nothing can be done.
const TABLE: &str = "
    action            awaiting_code  queued  placed  tested
    verify            CKP            .       .       .
    place             .              S       .       .
    leave_unplaced    .              S       .       .
    withdraw          CKP            CKP     .       .
    cancel            .              .       C       .
    cancel_by_office  S              S       S       .
    supersede         S              S       .       .
    lapse             S              .       .       .
    record_test       .              .       S       S
    print_voucher     .              .       CK      .
";

fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn every_cell_of_the_table_of_permissions_holds() {
    let mut rows = TABLE.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let rows: Vec<_> = rows.collect();
    assert_eq!(rows.len(), Action::ON_EXISTING.len(), "every action has its row");
    let mut cells = 0;
    for kind in StateKind::ALL {
        let column = header.iter().position(|name| **name == word(kind));
        for (channel, letter) in Channel::ALL.into_iter().zip("CKPS".chars()) {
            // The test has begun only for the action that needs it; the deadline has its own test.
            for action in Action::ON_EXISTING {
                let moment = if action == Action::RecordTest { at(START) } else { at(NOW) };
                let row = rows.iter().find(|row| row[0] == word(action)).unwrap();
                let expected = column.is_some_and(|column| row[column].contains(letter));
                let checked = check_action(action, kind, channel, moment, Some(place_times()), FROM_TAKING);
                assert_eq!(checked.is_ok(), expected, "{action:?} in {kind:?} by {channel:?}: {checked:?}");
                cells += 1;
            }
        }
    }
    assert_eq!(cells, 400, "10 states, 4 channels, 10 actions");
}

#[test]
fn a_refusal_names_the_state_before_the_channel_and_the_channels_that_would_do() {
    let kiosk =
        check_action(Action::Cancel, StateKind::Placed, Channel::Kiosk, at(NOW), Some(place_times()), FROM_TAKING);
    let (action, channel) = (Action::Cancel, Channel::Kiosk);
    let wanted = ApplicationRefusal::WrongChannel { action, channel, allowed: vec![Channel::Counter] };
    assert_eq!(kiosk, Err(wanted), "the kiosk can say where to go");
    let queued = check_action(Action::Cancel, StateKind::Queued, Channel::Kiosk, at(NOW), None, FROM_TAKING);
    let wanted = ApplicationRefusal::WrongState { action, state: StateKind::Queued };
    assert_eq!(queued, Err(wanted), "a queued one has nothing to cancel anywhere");
}

#[test]
fn only_a_counter_is_believed_when_it_took_a_cancellation() {
    let parameters = CancellationParameters { counter_only: false, counts_from_taking: true, needs_proof: false };
    let (in_time, late) = (at(DEADLINE), at(DEADLINE).plus_seconds(60));
    for (channel, is_possible) in [(Channel::Counter, true), (Channel::Kiosk, false), (Channel::PublicPage, false)] {
        let mut application = application(1, state(StateKind::Placed));
        let act = Act { channel, clerk: None, taken_at: in_time, decided_at: late };
        let cancelled = application.cancel(Some(Proof::Code), act, place_times(), parameters);
        assert_eq!(cancelled.is_ok(), is_possible, "{channel:?} says that it took it in time");
    }
}

#[test]
fn cancelling_is_possible_to_the_second_of_the_deadline_that_was_printed() {
    let cancel = |moment: Timestamp, place| {
        check_action(Action::Cancel, StateKind::Placed, Channel::Counter, moment, place, FROM_TAKING)
    };
    assert_eq!(cancel(at(DEADLINE), Some(place_times())), Ok(()), "the deadline itself is still in time");
    let late = ApplicationRefusal::CancelDeadlinePassed { cancel_by: at(DEADLINE) };
    assert_eq!(cancel(at(DEADLINE).plus_seconds(1), Some(place_times())), Err(late), "one second later is not");
    assert_eq!(cancel(at(NOW), None), Err(ApplicationRefusal::SessionUnknown), "no deadline is never a free pass");
}

#[test]
fn a_cancellation_taken_without_line_counts_from_its_taking_when_the_policy_says_so() {
    let act = Act { channel: Channel::Counter, clerk: None, taken_at: at(NOW), decided_at: at(START) };
    let placed = || application(1, state(StateKind::Placed));
    let mut in_time = placed();
    in_time.cancel(Some(Proof::IdentityCheck(IdentityCheck::CardRead)), act, place_times(), FROM_TAKING).unwrap();
    let cancelled = ApplicationState::CancelledByApplicant { session: SessionId(1), cancelled_at: at(NOW) };
    assert_eq!(in_time.state, cancelled, "the taking counts, also for the rank");
    assert_eq!(in_time.timeline.last().unwrap().at, at(START), "the timeline keeps the centre's time");

    let mut late = placed();
    let refused = late.cancel(Some(Proof::Code), act, place_times(), FROM_ARRIVAL);
    let wanted = ApplicationRefusal::CancelDeadlinePassed { cancel_by: at(DEADLINE) };
    assert_eq!(refused, Err(wanted), "otherwise the arrival counts");
    assert_eq!(late, placed(), "a refused act changes nothing");
}

#[test]
fn a_device_clock_cannot_move_a_cancellation_before_its_place_or_after_its_arrival() {
    let mut early = application(1, state(StateKind::Placed));
    let old = Act { taken_at: at("2020-01-01T00:00:00+08:00"), ..act(Channel::Counter, NOW) };
    early.cancel(Some(Proof::Code), old, place_times(), FROM_TAKING).unwrap();
    let cancelled_at = at("2026-11-26T17:00:00+08:00");
    let wanted = ApplicationState::CancelledByApplicant { session: SessionId(1), cancelled_at };
    assert_eq!(early.state, wanted, "not before the place was given");

    let mut future = application(1, state(StateKind::Placed));
    let ahead = Act { taken_at: at(START), ..act(Channel::Counter, NOW) };
    future.cancel(Some(Proof::Code), ahead, place_times(), FROM_TAKING).unwrap();
    let wanted = ApplicationState::CancelledByApplicant { session: SessionId(1), cancelled_at: at(NOW) };
    assert_eq!(future.state, wanted, "not after it arrived");
}

#[test]
fn withdrawing_and_cancelling_need_the_code_or_the_check_at_the_counter() {
    let check = Proof::IdentityCheck(IdentityCheck::DocumentSeen);
    for (channel, proof, fine) in [
        (Channel::Counter, None, false),
        (Channel::Counter, Some(Proof::Code), true),
        (Channel::Counter, Some(check), true),
        (Channel::Kiosk, None, false),
        (Channel::Kiosk, Some(Proof::Code), true),
        (Channel::Kiosk, Some(check), false),
        (Channel::PublicPage, Some(Proof::Code), true),
        (Channel::PublicPage, Some(check), false),
    ] {
        let mut queued = application(1, ApplicationState::Queued);
        let wanted = if fine { Ok(()) } else { Err(ApplicationRefusal::NotConfirmed) };
        assert_eq!(
            queued.withdraw(proof, act(channel, NOW), FROM_TAKING),
            wanted,
            "withdrawing with {proof:?} by {channel:?}"
        );
    }
    let mut placed = application(1, state(StateKind::Placed));
    let refused = placed.cancel(None, act(Channel::Counter, NOW), place_times(), FROM_TAKING);
    assert_eq!(refused, Err(ApplicationRefusal::NotConfirmed), "cancelling needs it too");
}

#[test]
fn a_policy_may_open_cancelling_to_other_channels_and_do_without_proof() {
    let parameters = CancellationParameters { counter_only: false, needs_proof: false, ..FROM_TAKING };
    for channel in [Channel::Counter, Channel::Kiosk, Channel::PublicPage] {
        let mut placed = application(1, state(StateKind::Placed));
        let cancelled = placed.cancel(None, act(channel, NOW), place_times(), parameters);
        assert_eq!(cancelled, Ok(()), "open to {channel:?} without proof");
        let mut queued = application(1, ApplicationState::Queued);
        assert_eq!(queued.withdraw(None, act(channel, NOW), parameters), Ok(()), "withdrawing alike");
    }
    let by_system =
        check_action(Action::Cancel, StateKind::Placed, Channel::System, at(NOW), Some(place_times()), parameters);
    assert!(by_system.is_err(), "the centre never cancels in somebody's name");
}

fn new_application(wish: Wish, identity_check: Option<IdentityCheck>) -> NewApplication {
    let template = application(7, ApplicationState::Queued);
    NewApplication {
        id: template.id,
        applicant: template.applicant,
        subject: template.subject,
        class: template.class,
        accepts: vec![SessionId(1)],
        wish,
        office: template.office,
        device: template.device,
        identity_check,
    }
}

#[test]
fn an_application_without_its_code_is_held_and_one_with_it_queued() {
    let choose = || Wish::Choose { sessions: vec![SessionId(1)], ordered: false };
    let kiosk = act(Channel::Kiosk, NOW);
    let mut held = Application::accept(new_application(choose(), None), false, kiosk).unwrap();
    assert_eq!(held.state, ApplicationState::AwaitingCode, "no code yet");
    assert!(held.place(SessionId(1), Act::system(at(NOW))).is_err(), "a held one gets no place");
    held.verify(act(Channel::Counter, NOW)).unwrap();
    assert_eq!(held.state, ApplicationState::Queued, "confirmed at another office");
    let queued = Application::accept(new_application(choose(), None), true, kiosk).unwrap();
    assert_eq!(queued.state, ApplicationState::Queued, "the code came with it");
}

#[test]
fn accepting_checks_channel_identity_check_sessions_and_the_code_of_a_priority_booking() {
    let choose = || Wish::Choose { sessions: vec![SessionId(1)], ordered: false };
    let accept = |new, verified, channel| Application::accept(new, verified, act(channel, NOW)).map(|one| one.state);
    let seen = Some(IdentityCheck::DocumentSeen);
    let no_check = accept(new_application(choose(), None), true, Channel::Counter);
    assert_eq!(no_check, Err(ApplicationRefusal::IdentityCheckMissing), "required at a counter");
    let check = accept(new_application(choose(), seen), true, Channel::Kiosk);
    assert_eq!(check, Err(ApplicationRefusal::IdentityCheckNotHere), "nobody checks at a kiosk");
    for channel in [Channel::PublicPage, Channel::System] {
        let refused = accept(new_application(choose(), None), true, channel);
        assert!(matches!(refused, Err(ApplicationRefusal::WrongChannel { .. })), "{channel:?} takes no applications");
    }
    let priority = accept(new_application(Wish::Priority { session: SessionId(1) }, seen), false, Channel::Counter);
    assert_eq!(priority, Err(ApplicationRefusal::PriorityNeedsCode), "decided at once, so it cannot wait");
    let nothing = NewApplication { accepts: vec![], ..new_application(choose(), None) };
    assert_eq!(accept(nothing, true, Channel::Kiosk), Err(ApplicationRefusal::NoSession), "it could never be placed");
}

#[test]
fn a_place_is_only_given_in_an_accepted_session_and_a_test_only_recorded_in_the_placed_one() {
    let mut queued = application(1, ApplicationState::Queued);
    let system = Act::system(at(START));
    let foreign = SessionId(99);
    assert_eq!(queued.place(foreign, system), Err(ApplicationRefusal::NotItsSession { session: foreign }), "not asked");
    queued.place(SessionId(2), system).unwrap();
    let wrong = queued.record_test(SessionId(1), system, place_times());
    assert_eq!(wrong, Err(ApplicationRefusal::NotItsSession { session: SessionId(1) }), "its place is in another");
    let early = queued.record_test(SessionId(2), Act::system(at(NOW)), place_times());
    assert_eq!(early, Err(ApplicationRefusal::TestNotBegun { starts_at: at(START) }), "nothing happened yet");
    queued.record_test(SessionId(2), system, place_times()).unwrap();
    let steps = queued.timeline.len();
    queued.record_test(SessionId(2), system, place_times()).unwrap();
    assert_eq!(queued.timeline.len(), steps, "the make-up test of the same booking adds no step");
}

#[test]
fn refusals_have_stable_codes_with_parameters() {
    let refusal = ApplicationRefusal::CancelDeadlinePassed { cancel_by: at(DEADLINE) };
    let wire = serde_json::to_string(&refusal).unwrap();
    let wanted = r#"{"code":"cancel_deadline_passed","cancel_by":"2026-11-30T17:00:00+08:00"}"#;
    assert_eq!(wire, wanted, "the words on screens are made from this");
}

/// One of the things that can happen, with whatever channel and session chance gives it.
fn attempt(
    one: &mut Application,
    action: Action,
    channel: Channel,
    session: SessionId,
    moment: Timestamp,
) -> Result<(), ApplicationRefusal> {
    let act = Act { channel, clerk: None, taken_at: moment, decided_at: moment };
    match action {
        Action::Apply | Action::PrintVoucher => Ok(()),
        Action::Verify => one.verify(act),
        Action::Place => one.place(session, act),
        Action::LeaveUnplaced => one.leave_unplaced(act),
        Action::Withdraw => one.withdraw(Some(Proof::Code), act, FROM_TAKING),
        Action::Cancel => one.cancel(Some(Proof::Code), act, place_times(), FROM_TAKING),
        Action::CancelByOffice => one.cancel_by_office(act),
        Action::Supersede => one.supersede(application_id(2), act),
        Action::Lapse => one.lapse(act),
        Action::RecordTest => one.record_test(session, act, place_times()),
    }
}

/// The states that can follow each other; everything else is impossible.
const EDGES: [(StateKind, StateKind); 13] = [
    (StateKind::AwaitingCode, StateKind::Queued),
    (StateKind::AwaitingCode, StateKind::Withdrawn),
    (StateKind::AwaitingCode, StateKind::CancelledByOffice),
    (StateKind::AwaitingCode, StateKind::Superseded),
    (StateKind::AwaitingCode, StateKind::Lapsed),
    (StateKind::Queued, StateKind::Placed),
    (StateKind::Queued, StateKind::Unplaced),
    (StateKind::Queued, StateKind::Withdrawn),
    (StateKind::Queued, StateKind::CancelledByOffice),
    (StateKind::Queued, StateKind::Superseded),
    (StateKind::Placed, StateKind::CancelledByApplicant),
    (StateKind::Placed, StateKind::CancelledByOffice),
    (StateKind::Placed, StateKind::Tested),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn no_sequence_of_acts_reaches_an_impossible_state(
        begins_queued: bool,
        acts in prop::collection::vec((0_usize..10, 0_usize..4, 1_u32..4, 0_i64..300_000), 1..24),
    ) {
        let begin = if begins_queued { ApplicationState::Queued } else { ApplicationState::AwaitingCode };
        let mut one = application(1, begin);
        for (action, channel, session, seconds) in acts {
            let moment = at(NOW).plus_seconds(seconds);
            let (action, channel) = (Action::ON_EXISTING[action], Channel::ALL[channel]);
            let before = one.clone();
            let outcome = attempt(&mut one, action, channel, SessionId(session), moment);
            if outcome.is_err() || one.state == before.state {
                prop_assert_eq!(&one, &before, "a refused act, or one without effect, changes nothing");
            } else {
                let edge = (before.state.kind(), one.state.kind());
                prop_assert!(EDGES.contains(&edge), "{:?} is not a way that leads anywhere", edge);
                prop_assert!(before.is_live(), "what has ended stays as it ended");
                prop_assert_eq!(one.timeline.len(), before.timeline.len() + 1, "each change is one step");
            }
            prop_assert_eq!(one.timeline.last().map(|step| step.state), Some(one.state), "the last step is the state");
            prop_assert!(one.timeline.is_sorted_by_key(|step| step.at), "time never runs backwards");
            prop_assert!(one.session().is_none_or(|session| one.accepts.contains(&session)), "only accepted sessions");
        }
    }
}
