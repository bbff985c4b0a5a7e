//! Windows, deadlines and extension of sessions, around holidays and make-up days above all.
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::*;
use crate::calendar::CalendarError;
use crate::seed;
use crate::time::Date;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn policy() -> Policy {
    seed::policy(day("2026-11-22")).unwrap()
}

fn session(starts_at: &str, published_on: &str) -> Session {
    let starts_at = at(starts_at);
    Session {
        id: SessionId(1),
        plan: "SAMPLE-1".to_owned(),
        site: SiteId(1),
        starts_at,
        ends_at: starts_at.plus_seconds(3 * 3600),
        subject: Subject::Two,
        classes: vec![LicenceClass::C1],
        places: 60,
        priority_places: 6,
        instants: SessionInstants::compute(starts_at, day(published_on), &policy()).unwrap(),
        extended: None,
        status: SessionStatus::Planned,
    }
}

/// Start, day of publication of the plan, then opens, closes, extended close, publication and cancel deadline.
#[track_caller]
fn assert_instants(rows: &[[&str; 7]]) {
    for [starts_at, published, opens, closes, extended, publication, cancel] in rows {
        let expected = SessionInstants {
            opens_at: at(opens),
            closes_at: at(closes),
            extended_closes_at: at(extended),
            publication_at: at(publication),
            cancel_by: at(cancel),
        };
        let computed = SessionInstants::compute(at(starts_at), day(published), &policy());
        assert_eq!(computed, Ok(expected), "the test at {starts_at}, published on {published}");
    }
}

#[test]
fn instants_are_counted_in_working_days_back_from_the_test() {
    assert_instants(&[
        [
            // An ordinary week.
            "2026-12-15T08:30:00+08:00",
            "2026-11-20",
            "2026-12-01T09:00:00+08:00",
            "2026-12-08T17:00:00+08:00",
            "2026-12-10T12:00:00+08:00",
            "2026-12-10T17:00:00+08:00",
            "2026-12-14T17:00:00+08:00",
        ],
        [
            // The first working day after National Day: Mid-Autumn lies on the way too, and Sunday 20 September is worked.
            "2026-10-08T08:30:00+08:00",
            "2026-09-10",
            "2026-09-17T09:00:00+08:00",
            "2026-09-23T17:00:00+08:00",
            "2026-09-28T12:00:00+08:00",
            "2026-09-28T17:00:00+08:00",
            "2026-09-30T17:00:00+08:00",
        ],
        [
            // Monday after the worked Saturday 10 October: that Saturday is its last day to cancel.
            "2026-10-12T08:30:00+08:00",
            "2026-09-10",
            "2026-09-21T09:00:00+08:00",
            "2026-09-29T17:00:00+08:00",
            "2026-10-08T12:00:00+08:00",
            "2026-10-08T17:00:00+08:00",
            "2026-10-10T17:00:00+08:00",
        ],
        [
            // The plan comes out after the tenth working day before: the window opens on the day of publication.
            "2026-12-15T08:30:00+08:00",
            "2026-12-04",
            "2026-12-04T09:00:00+08:00",
            "2026-12-08T17:00:00+08:00",
            "2026-12-10T12:00:00+08:00",
            "2026-12-10T17:00:00+08:00",
            "2026-12-14T17:00:00+08:00",
        ],
        [
            // Across the turn of the year.
            "2027-01-05T08:30:00+08:00",
            "2026-12-01",
            "2026-12-21T09:00:00+08:00",
            "2026-12-28T17:00:00+08:00",
            "2026-12-30T12:00:00+08:00",
            "2026-12-30T17:00:00+08:00",
            "2027-01-04T17:00:00+08:00",
        ],
    ]);
}

#[test]
fn instants_cross_spring_festival_and_its_make_up_days() {
    assert_instants(&[
        [
            // The first working day after Spring Festival: Saturday 14 February is worked and is its last day to cancel.
            "2026-02-24T08:30:00+08:00",
            "2026-02-01",
            "2026-02-03T09:00:00+08:00",
            "2026-02-10T17:00:00+08:00",
            "2026-02-12T12:00:00+08:00",
            "2026-02-12T17:00:00+08:00",
            "2026-02-14T17:00:00+08:00",
        ],
        [
            // Monday after the worked Saturday 28 February: its window lies on both sides of Spring Festival.
            "2026-03-02T08:30:00+08:00",
            "2026-02-01",
            "2026-02-10T09:00:00+08:00",
            "2026-02-24T17:00:00+08:00",
            "2026-02-26T12:00:00+08:00",
            "2026-02-26T17:00:00+08:00",
            "2026-02-28T17:00:00+08:00",
        ],
        [
            // Spring Festival of 2027 as assumed: no weekend is worked.
            "2027-02-11T08:30:00+08:00",
            "2027-01-04",
            "2027-01-22T09:00:00+08:00",
            "2027-01-29T17:00:00+08:00",
            "2027-02-02T12:00:00+08:00",
            "2027-02-02T17:00:00+08:00",
            "2027-02-04T17:00:00+08:00",
        ],
    ]);
}

#[test]
fn a_plan_is_published_at_least_ten_calendar_days_before_the_test() {
    let starts_at = at("2026-12-15T08:30:00+08:00");
    assert!(
        SessionInstants::compute(starts_at, day("2026-12-05"), &policy()).is_ok(),
        "ten days before is the last day that art. 52 allows"
    );
    assert_eq!(
        SessionInstants::compute(starts_at, day("2026-12-06"), &policy()),
        Err(PlanError::TooLate { latest: day("2026-12-05") }),
        "nine days before is too late and the error names the last day"
    );
}

#[test]
fn a_plan_whose_window_would_be_over_is_refused() {
    // Ten calendar days before 9 October, but the five working days before it reach back to 24 September.
    assert_eq!(
        SessionInstants::compute(at("2026-10-09T08:30:00+08:00"), day("2026-09-29"), &policy()),
        Err(PlanError::NoWindow { closes_at: at("2026-09-24T17:00:00+08:00") }),
        "nobody could apply for it"
    );
}

#[test]
fn a_test_outside_the_known_calendar_is_an_error() {
    let computed = SessionInstants::compute(at("2028-03-01T08:30:00+08:00"), day("2028-01-03"), &policy());
    assert_eq!(
        computed,
        Err(PlanError::Calendar(CalendarError::NotCovered(day("2028-02-29")))),
        "no calendar is known for 2028"
    );
}

#[test]
fn a_window_includes_its_opening_and_excludes_its_close() {
    let session = session("2026-12-15T08:30:00+08:00", "2026-11-20");
    let table = [
        ("2026-12-01T08:59:59+08:00", false),
        ("2026-12-01T09:00:00+08:00", true),
        ("2026-12-08T16:59:59+08:00", true),
        ("2026-12-08T17:00:00+08:00", false),
    ];
    for (now, open) in table {
        assert_eq!(session.is_open_at(at(now)), open, "open at {now}");
    }
}

#[test]
fn an_extended_window_stays_open_until_noon_of_the_third_working_day_before() {
    let mut session = session("2026-12-15T08:30:00+08:00", "2026-11-20");
    session.extended = Some(decide_extension(59, session.places));
    assert!(session.is_open_at(at("2026-12-10T11:59:59+08:00")), "59 applications for 60 places extend it");
    assert!(!session.is_open_at(at("2026-12-10T12:00:00+08:00")), "noon is the end");
    session.extended = Some(decide_extension(60, session.places));
    assert!(!session.is_open_at(at("2026-12-08T17:00:00+08:00")), "as many applications as places do not extend it");
}

#[test]
fn priority_booking_ends_at_publication_or_with_the_window_as_the_policy_says() {
    let session = session("2026-12-15T08:30:00+08:00", "2026-11-20");
    let mut policy = policy();
    assert!(session.is_priority_open_at(at("2026-12-10T16:59:59+08:00"), &policy), "until the publication");
    assert!(!session.is_priority_open_at(at("2026-12-10T17:00:00+08:00"), &policy), "not at it");
    assert!(!session.is_priority_open_at(at("2026-12-01T08:59:59+08:00"), &policy), "not before the window opens");
    policy.local.priority.closes = PriorityClose::Window;
    assert!(!session.is_priority_open_at(at("2026-12-08T17:00:00+08:00"), &policy), "the policy ends it earlier");
}

#[test]
fn a_cancelled_session_takes_no_applications() {
    let mut session = session("2026-12-15T08:30:00+08:00", "2026-11-20");
    session.status = SessionStatus::Cancelled;
    assert!(!session.is_open_at(at("2026-12-02T09:00:00+08:00")), "nothing can be booked in it");
    assert!(!session.is_priority_open_at(at("2026-12-02T09:00:00+08:00"), &policy()), "nor with priority");
}

#[test]
fn sessions_that_touch_do_not_overlap() {
    let one = session("2026-12-15T08:30:00+08:00", "2026-11-20");
    let next = session("2026-12-15T11:30:00+08:00", "2026-11-20");
    let between = session("2026-12-15T11:29:59+08:00", "2026-11-20");
    assert!(!one.overlaps(&next) && !next.overlaps(&one), "one ends when the other begins");
    assert!(one.overlaps(&between) && between.overlaps(&one), "one second is shared");
    assert!(one.overlaps(&one), "a session overlaps itself");
}

#[test]
fn the_daily_ceiling_of_a_site_counts_all_places_of_the_day_and_subject() {
    let mut site = Site {
        id: SiteId(1),
        code: "S1".to_owned(),
        name: "样例考场".to_owned(),
        district: "样例区".to_owned(),
        address: "样例路1号".to_owned(),
        near: vec![],
        subjects: vec![SiteSubject { subject: Subject::Two, classes: vec![LicenceClass::C1], daily_ceiling: 132 }],
        status: SiteStatus::Open,
    };
    let morning = session("2026-12-15T08:30:00+08:00", "2026-11-20");
    let mut noon = session("2026-12-15T13:00:00+08:00", "2026-11-20");
    let other_day = session("2026-12-16T08:30:00+08:00", "2026-11-20");
    let date = day("2026-12-15");
    assert_eq!(
        check_daily_ceiling(&site, Subject::Two, date, [&morning, &noon, &other_day]),
        Ok(()),
        "66 places twice are exactly the ceiling"
    );
    site.subjects[0].daily_ceiling = 131;
    assert_eq!(
        check_daily_ceiling(&site, Subject::Two, date, [&morning, &noon]),
        Err(CeilingError::Exceeded { site: SiteId(1), subject: Subject::Two, places: 132, ceiling: 131 }),
        "one place too many"
    );
    noon.status = SessionStatus::Cancelled;
    assert_eq!(
        check_daily_ceiling(&site, Subject::Two, date, [&morning, &noon]),
        Ok(()),
        "a cancelled session needs no places"
    );
    assert_eq!(
        check_daily_ceiling(&site, Subject::One, date, []),
        Err(CeilingError::NotOffered { site: SiteId(1), subject: Subject::One }),
        "the site does not test subject 1"
    );
}
