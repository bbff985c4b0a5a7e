//! Two counters with the same record open: each sees the other for as long as it is so.

use super::Counter;
use crate::testing::run;
use crate::use_cases::applicant::open_applicant;
use crate::use_cases::open_record::report_open_record;
use yuyue_domain::ids::{DeviceId, OfficeId};
use yuyue_protocol::open_record::OpenElsewhere;
use yuyue_sample::CastRole;

fn report(counter: &Counter) -> bool {
    run(report_open_record(&counter.desk, &counter.centre)).expect("the centre answers")
}

fn shown(counter: &Counter) -> Vec<(String, String)> {
    let state = counter.desk().app_state().expect("readable");
    state.elsewhere.into_iter().map(|other| (other.office, other.label)).collect()
}

#[test]
fn another_counter_with_the_same_record_is_shown_until_it_or_this_one_goes_on() {
    let counter = Counter::open();
    assert!(!report(&counter) && counter.centre.reported().is_empty(), "nothing is open, and nothing is said");
    let id = counter.id(CastRole::RuleFour);
    run(open_applicant(&counter.desk, &counter.centre, id)).expect("opens");
    let now = counter.desk().now();
    let other = OpenElsewhere { device: DeviceId(9), label: "YZ-W02".into(), office: OfficeId(1), since: now };
    counter.centre.open_elsewhere(vec![other]);
    assert!(report(&counter), "the frame has something to show");
    assert_eq!(shown(&counter), [("渝中车管所".to_owned(), "YZ-W02".to_owned())], "which office, which counter");
    assert!(!report(&counter), "the same again is no news");
    counter.centre.open_elsewhere(Vec::new());
    assert!(report(&counter) && shown(&counter).is_empty(), "the other one has gone on");
    counter.desk().close_applicant().expect("gone on");
    report(&counter);
    report(&counter);
    let said = counter.centre.reported();
    assert_eq!(said, [Some(id), Some(id), Some(id), None], "that nothing is open any more is said once");
}

#[test]
fn without_line_nobody_is_shown_and_an_answer_about_the_person_before_counts_for_nobody() {
    let counter = Counter::open();
    run(open_applicant(&counter.desk, &counter.centre, counter.id(CastRole::RuleFour))).expect("opens");
    let now = counter.desk().now();
    let other = OpenElsewhere { device: DeviceId(9), label: "YZ-W02".into(), office: OfficeId(1), since: now };
    counter.centre.open_elsewhere(vec![other]);
    report(&counter);
    counter.centre.set_line(false);
    assert!(report(&counter), "what is not known is not shown");
    assert!(shown(&counter).is_empty(), "nobody can say so without line");
    assert!(run(report_open_record(&counter.desk, &counter.centre)).is_err(), "nor is anything new to be had");
    counter.centre.set_line(true);
    report(&counter);
    run(open_applicant(&counter.desk, &counter.centre, counter.id(CastRole::PriorityEligible))).expect("opens");
    assert!(shown(&counter).is_empty(), "another record is another question");
}

#[test]
fn a_kiosk_and_a_locked_counter_say_nothing() {
    let kiosk = Counter::kiosk();
    assert!(!report(&kiosk) && kiosk.centre.reported().is_empty(), "a kiosk has no clerk");
    let counter = Counter::open();
    run(open_applicant(&counter.desk, &counter.centre, counter.id(CastRole::RuleFour))).expect("opens");
    counter.desk().lock_counter(false).expect("locked");
    assert!(!report(&counter) && counter.centre.reported().is_empty(), "nobody is there to look at it");
}
