//! 目前推算: where the chosen sessions would end, with and without the centre.

use super::Counter;
use crate::testing::run;
use crate::use_cases::booking::booking_outlook;
use crate::view::booking::{BookingView, FlowAction, StepBody};
use crate::view::sessions::Outlook;
use yuyue_domain::ids::SessionId;
use yuyue_domain::licence::Subject;
use yuyue_sample::CastRole;

fn outlook(view: &BookingView) -> Outlook {
    let outlook = match &view.body {
        StepBody::Sessions(step) => step.outlook.clone(),
        StepBody::Confirm(confirm) => confirm.outlook.clone(),
        other => panic!("neither 选择场次 nor 确认并提交: {other:?}"),
    };
    outlook.expect("there is an outlook")
}

fn ask(counter: &Counter) -> Option<BookingView> {
    run(booking_outlook(&counter.desk, &counter.centre)).expect("nothing fails")
}

/// At 选择场次 with two sessions chosen in their own order.
fn choose_two(counter: &Counter) -> (BookingView, [SessionId; 2]) {
    let view = counter.to_sessions(CastRole::RuleFour, Subject::Three);
    let (view, _) = counter.choose_first(&view);
    let StepBody::Sessions(step) = &view.body else { panic!("at 选择场次") };
    let rows = &step.list.as_ref().expect("查询 was pressed").rows;
    let can = rows.iter().filter(|row| row.refused.is_none()).map(|row| row.session.id);
    let [first, second] = can.take(2).collect::<Vec<_>>()[..] else { panic!("two can be chosen") };
    let chosen = [second, first];
    (counter.act(FlowAction::Choose { sessions: chosen.to_vec(), ordered: true }), chosen)
}

#[test]
fn the_centre_says_where_the_chosen_sessions_would_end() {
    let counter = Counter::open();
    let (view, [_, second]) = choose_two(&counter);
    assert_eq!(outlook(&view).as_of, None, "as far as the counts that are here can say");
    let view = ask(&counter).expect("there is an answer");
    let found = outlook(&view);
    assert_eq!((found.session, found.preference), (Some(second), Some(2)), "the centre knows better");
    assert_eq!(found.as_of, Some(counter.desk().now()), "with the time of its data");
    assert!(ask(&counter).is_none(), "nothing new to show");
    assert_eq!(counter.centre.outlooks(), 1, "it is not asked again about the same within a moment");
    let view = counter.act(FlowAction::Next);
    assert_eq!(outlook(&view).session, Some(second), "确认并提交 says the same");
    counter.world.pass(31);
    counter.centre.set_now(counter.desk().now());
    assert!(ask(&counter).is_some(), "later it is asked anew");
}

#[test]
fn without_a_place_it_says_how_much_is_missing() {
    let counter = Counter::open();
    choose_two(&counter);
    counter.centre.fill_up(3);
    let found = outlook(&ask(&counter).expect("there is an answer"));
    assert_eq!((found.session, found.missing), (None, Some(3)), "three ranks short");
}

#[test]
fn another_choice_is_not_judged_by_the_answer_about_the_last_one() {
    let counter = Counter::open();
    let (_, [first, second]) = choose_two(&counter);
    counter.centre.fill_up(3);
    ask(&counter).expect("there is an answer");
    let view = counter.act(FlowAction::Choose { sessions: vec![first, second], ordered: false });
    assert_eq!(outlook(&view).missing, None, "what the counts say, until the centre was asked about this one");
}

#[test]
fn without_line_the_last_answer_stands_with_its_time() {
    let mut counter = Counter::open();
    let (_, [first, second]) = choose_two(&counter);
    let asked_at = counter.desk().now();
    let told = outlook(&ask(&counter).expect("there is an answer"));
    counter.cut();
    counter.world.pass(3600);
    assert!(ask(&counter).is_none(), "nobody is asked");
    let view = counter.desk().booking().expect("readable").expect("a booking");
    assert_eq!(outlook(&view), told, "the same as before");
    assert_eq!(told.as_of, Some(asked_at), "which says how old it is");
    let view = counter.act(FlowAction::Choose { sessions: vec![first], ordered: false });
    assert_eq!(outlook(&view).session, Some(first), "for another wish the counts of the cache say what they can");
    let view = counter.act(FlowAction::Choose { sessions: vec![first, second], ordered: true });
    assert_eq!(outlook(&view), told, "and the first wish again");
}

#[test]
fn nothing_is_asked_before_something_is_chosen() {
    let counter = Counter::open();
    assert!(ask(&counter).is_none(), "no booking");
    counter.to_sessions(CastRole::RuleFour, Subject::Three);
    assert!(ask(&counter).is_none(), "nothing is chosen");
    assert_eq!(counter.centre.outlooks(), 0, "the centre was left in peace");
}
