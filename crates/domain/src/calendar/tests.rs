//! Working days around the holidays of the seed.
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::*;
use crate::policy::Trust;
use crate::seed;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn calendar() -> Calendar {
    seed::policy(day("2026-11-22")).unwrap().calendar
}

#[test]
fn holidays_rest_and_make_up_days_work() {
    let table = [
        ("2026-09-20", true, "调休 Sunday before National Day"),
        ("2026-09-25", false, "Mid-Autumn Friday"),
        ("2026-09-30", true, "Wednesday before National Day"),
        ("2026-10-01", false, "National Day"),
        ("2026-10-07", false, "the last day off"),
        ("2026-10-08", true, "Thursday after it"),
        ("2026-10-10", true, "调休 Saturday"),
        ("2026-10-11", false, "an ordinary Sunday"),
        ("2026-01-04", true, "调休 Sunday after New Year"),
        ("2026-02-14", true, "调休 Saturday before Spring Festival"),
        ("2026-02-23", false, "the ninth day of Spring Festival"),
        ("2027-01-01", false, "New Year 2027"),
    ];
    for (date, works, why) in table {
        assert_eq!(calendar().is_working_day(day(date)), Ok(works), "{date}: {why}");
    }
}

#[test]
fn counting_working_days_crosses_holidays() {
    let calendar = calendar();
    let before = [("2026-10-08", 1, "2026-09-30"), ("2026-10-12", 1, "2026-10-10"), ("2026-10-12", 4, "2026-09-30")];
    for (from, count, expected) in before {
        assert_eq!(calendar.nth_working_day_before(day(from), count), Ok(day(expected)), "{count} before {from}");
    }
    assert_eq!(calendar.nth_working_day_before(day("2026-10-03"), 0), Ok(day("2026-10-03")), "0 is the day itself");
}

#[test]
fn a_day_outside_the_covered_years_is_an_error_and_never_a_guess() {
    let calendar = calendar();
    assert_eq!(
        calendar.is_working_day(day("2025-12-31")),
        Err(CalendarError::NotCovered(day("2025-12-31"))),
        "2025 is not in the seed"
    );
    assert_eq!(
        calendar.nth_working_day_before(day("2026-01-05"), 3),
        Err(CalendarError::NotCovered(day("2025-12-31"))),
        "the count walks out of the covered years: 4 January is worked, 1 to 3 January rest"
    );
}

#[test]
fn a_later_document_of_the_same_year_replaces_the_assumed_one() {
    let assumed = calendar().years().iter().find(|year| year.year == 2027).unwrap().clone();
    assert!(
        assumed.cite.trust == Trust::Weak
            && assumed.holidays.iter().all(|holiday| holiday.status == DayListStatus::Assumed),
        "2027 says that it is assumed"
    );
    let mut published = assumed.clone();
    published.version = "calendar-2027-2".to_owned();
    published.valid_from = day("2026-12-01");
    published.holidays[1].make_up_days = vec![day("2027-01-31")];
    let calendar = Calendar::new(vec![published, assumed]);
    assert_eq!(calendar.years().len(), 1, "one document for a year");
    assert_eq!(calendar.is_working_day(day("2027-01-31")), Ok(true), "the newer list counts");
}
