//! Reading, writing and moving instants, at the edges above all.
#![allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]

use super::*;
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn any_offset_is_read_and_chongqing_time_is_written() {
    let table = [
        ("2026-12-01T08:30:00+08:00", "2026-12-01T08:30:00+08:00"),
        ("2026-12-01T00:30:00Z", "2026-12-01T08:30:00+08:00"),
        ("2026-12-01t00:30:00z", "2026-12-01T08:30:00+08:00"),
        ("2026-11-30T16:30:00-08:00", "2026-12-01T08:30:00+08:00"),
        // Instants are whole seconds: what is finer is dropped, also before 1970.
        ("2026-12-01T08:30:00.999999999+08:00", "2026-12-01T08:30:00+08:00"),
        ("1969-12-31T23:59:59.5Z", "1970-01-01T07:59:59+08:00"),
        // A leap second counts as the second before it, so that no day has a second too many.
        ("2016-12-31T23:59:60Z", "2017-01-01T07:59:59+08:00"),
        ("2016-12-31T23:59:60.7Z", "2017-01-01T07:59:59+08:00"),
        ("2024-02-29T23:59:59+08:00", "2024-02-29T23:59:59+08:00"),
        // The first and the last instant.
        ("1900-01-01T00:00:00+08:00", "1900-01-01T00:00:00+08:00"),
        ("9999-12-31T23:59:59.9+08:00", "9999-12-31T23:59:59+08:00"),
    ];
    for (text, written) in table {
        assert_eq!(at(text).to_string(), written, "{text}");
    }
}

#[test]
fn what_is_no_instant_of_the_years_1900_to_9999_is_refused() {
    for text in [
        "",
        "2026-12-01",
        "2026-12-01T08:30:00",
        "2026-12-01T08:30+08:00",
        "2026-02-29T08:30:00+08:00",
        "2026-12-01T24:00:00+08:00",
        "2026-12-01T08:30:61+08:00",
        "1899-12-31T23:59:59+08:00",
        "9999-12-31T23:59:59Z",
        "+10000-01-01T00:00:00+08:00",
        "-0001-01-01T00:00:00Z",
        "1764549000",
        " 2026-12-01T08:30:00+08:00 ",
        "２０２６-12-01T08:30:00+08:00",
    ] {
        assert_eq!(text.parse::<Timestamp>(), Err(TimestampError), "{text:?}");
    }
    for unix in [i64::MIN, Timestamp::MIN.unix() - 1, Timestamp::MAX.unix() + 1, i64::MAX] {
        assert_eq!(Timestamp::from_unix(unix), Err(TimestampError), "{unix} s");
    }
}

#[test]
fn the_wire_form_is_text_and_never_a_number() {
    let json = serde_json::to_value(at("2026-12-01T00:30:00Z")).unwrap();
    assert_eq!(json, "2026-12-01T08:30:00+08:00", "RFC 3339 with +08:00");
    assert!(serde_json::from_str::<Timestamp>("1764549000").is_err(), "a number would not say its unit");
    let error = serde_json::from_str::<Timestamp>("\"tomorrow\"").unwrap_err().to_string();
    assert!(error.contains("2026-12-01T08:30:00+08:00"), "the error shows how to write it: {error}");
}

#[test]
fn a_day_begins_at_midnight_in_chongqing() {
    let last_second = at("2026-11-30T15:59:59Z");
    assert_eq!(last_second.date(), Date::from_ymd_opt(2026, 11, 30).unwrap(), "23:59:59 there");
    let midnight = last_second.plus_seconds(1);
    assert_eq!(midnight.date(), Date::from_ymd_opt(2026, 12, 1).unwrap(), "the next day there, not in Greenwich");
    assert_eq!(midnight, Timestamp::start_of(midnight.date()), "the first second of the day");
    assert_eq!(midnight.time_of_day(), NaiveTime::MIN, "midnight");
}

#[test]
fn moving_stays_inside_the_bounds() {
    assert_eq!(Timestamp::MAX.plus_seconds(i64::MAX), Timestamp::MAX, "not past the end");
    assert_eq!(Timestamp::MIN.plus_days(i64::MIN), Timestamp::MIN, "not before the beginning");
    assert_eq!(Timestamp::start_of(Date::MAX), Timestamp::MAX, "a day beyond the years is the last instant");
    assert_eq!(Timestamp::start_of(Date::MIN), Timestamp::MIN, "a day before the years is the first instant");
}

#[test]
fn a_range_has_both_its_ends_and_a_reversed_one_has_no_day() {
    let day = |day| Date::from_ymd_opt(2026, 12, day).unwrap();
    let range = DateRange { first: day(1), last: day(3) };
    let contained: Vec<bool> = (1..=4).map(|number| range.contains(day(number))).collect();
    assert_eq!(contained, [true, true, true, false], "the last day belongs to it");
    assert!(!DateRange { first: day(3), last: day(1) }.contains(day(2)), "nothing lies in a reversed range");
}

proptest! {
    #[test]
    fn every_instant_survives_its_text_and_its_day(unix in Timestamp::MIN.unix()..=Timestamp::MAX.unix()) {
        let instant = Timestamp::from_unix(unix).unwrap();
        prop_assert_eq!(at(&instant.to_string()), instant, "text");
        prop_assert_eq!(Timestamp::at(instant.date(), instant.time_of_day()), instant, "day and time of day");
    }

    #[test]
    fn no_text_makes_reading_panic(text in any::<String>()) {
        if let Ok(instant) = text.parse::<Timestamp>() {
            prop_assert_eq!(at(&instant.to_string()), instant, "whatever is read can be written");
        }
    }

    #[test]
    fn nearly_right_texts_do_not_panic(
        text in "[0-9+-]{1,6}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,12})?(Z|z|[+-][0-9]{2}:?[0-9]{2})",
    ) {
        if let Ok(instant) = text.parse::<Timestamp>() {
            prop_assert!(Timestamp::MIN <= instant && instant <= Timestamp::MAX, "inside the bounds");
        }
    }
}
