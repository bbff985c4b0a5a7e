//! Whether the values of a policy document can be right, so that no rule ever meets a hole or a contradiction.

use super::{ContentError, Local, PolicyDocument, Regulation};
use crate::applicant::BlockReason;
use crate::calendar::CalendarYear;
use crate::licence::{LicenceClass, Subject};
use crate::time::TimeOfDay;
use chrono::{Datelike, Weekday};

fn require(condition: bool, key: &str, problem: &str) -> Result<(), ContentError> {
    if condition { Ok(()) } else { Err(ContentError { key: key.to_owned(), problem: problem.to_owned() }) }
}

/// That every class stands exactly once in these lists.
fn require_each_class_once<'a>(
    lists: &(impl Iterator<Item = &'a Vec<LicenceClass>> + Clone),
    key: &str,
) -> Result<(), ContentError> {
    for class in LicenceClass::ALL {
        let count = lists.clone().flatten().filter(|listed| **listed == class).count();
        require(count == 1, key, &format!("class {class} stands in {count} rows and must stand in one"))?;
    }
    Ok(())
}

/// That every weak citation says why: whoever replaces a default has to know what it stands for.
pub(super) fn check_notes(document: &PolicyDocument) -> Result<(), ContentError> {
    let table = toml::Value::try_from(document)
        .map_err(|error| ContentError { key: String::new(), problem: error.to_string() })?;
    match find_weak_without_note(&table) {
        Some(keys) => require(false, &keys.join("."), "a citation of trust W must say why in its note"),
        None => Ok(()),
    }
}

/// The keys down to the note that is missing.
fn find_weak_without_note(value: &toml::Value) -> Option<Vec<String>> {
    let inside = |key: String, inner: &toml::Value| {
        find_weak_without_note(inner).map(|keys| std::iter::once(key).chain(keys).collect())
    };
    match value {
        toml::Value::Table(table) => {
            let is_weak = table.get("trust").and_then(toml::Value::as_str) == Some("W");
            let has_note = table.get("note").and_then(toml::Value::as_str).is_some_and(|note| !note.trim().is_empty());
            if is_weak && !has_note {
                return Some(vec!["note".to_owned()]);
            }
            table.iter().find_map(|(key, inner)| inside(key.clone(), inner))
        }
        toml::Value::Array(array) => {
            array.iter().enumerate().find_map(|(index, inner)| inside(index.to_string(), inner))
        }
        _ => None,
    }
}

pub(super) fn check_regulation(regulation: &Regulation) -> Result<(), ContentError> {
    let Regulation { pass_marks, order, tracks, waits, ages, permit, bookings, blocks, medical, .. } = regulation;
    require(
        regulation.valid_until.is_none_or(|until| regulation.valid_from <= until),
        "valid_until",
        "lies before valid_from",
    )?;
    for subject in Subject::ALL {
        let rows = pass_marks.rows.iter().filter(move |row| row.subject == subject).map(|row| &row.classes);
        require_each_class_once(&rows, "pass_marks.rows")?;
        let rows = waits.rows.iter().filter(move |row| row.subject == subject).map(|row| &row.classes);
        if rows.clone().next().is_some() {
            require_each_class_once(&rows, "waits.rows")?;
        }
    }
    for (index, row) in pass_marks.rows.iter().enumerate() {
        require((1..=100).contains(&row.score), &format!("pass_marks.rows.{index}.score"), "must be 1 to 100")?;
    }
    for (index, row) in order.rows.iter().enumerate() {
        let earlier = row.after.iter().all(|before| *before < row.subject);
        require(earlier, &format!("order.rows.{index}.after"), "may name earlier subjects only")?;
    }
    for (index, track) in tracks.rows.iter().enumerate() {
        let ascending = track.subjects.is_sorted_by(|one, next| one < next);
        require(ascending, &format!("tracks.rows.{index}.subjects"), "must ascend without doubles")?;
    }
    require_each_class_once(&ages.rows.iter().map(|row| &row.classes), "ages.rows")?;
    for (index, row) in ages.rows.iter().enumerate() {
        let ascending = row.to_years.is_none_or(|to| row.from_years < to);
        require(ascending, &format!("ages.rows.{index}.to_years"), "must be above from_years")?;
    }
    require(permit.years > 0, "permit.years", "must be at least 1")?;
    require((1..=2).contains(&bookings.tries), "bookings.tries", "must be 1 or 2: a try and at most one make-up test")?;
    require(bookings.limit > 0, "bookings.limit", "must be at least 1")?;
    require(medical.months > 0, "medical.months", "must be at least 1")?;
    for reason in [BlockReason::Cheating, BlockReason::FalseMaterial, BlockReason::StandIn, BlockReason::Revoked] {
        let count = blocks.rows.iter().filter(|row| row.reason == reason).count();
        require(count == 1, "blocks.rows", "must name every reason exactly once")?;
    }
    Ok(())
}

pub(super) fn check_local(local: &Local) -> Result<(), ContentError> {
    let Local { window, publication, priority, applications, cancellation, code, .. } = local;
    require(local.valid_until.is_none_or(|until| local.valid_from <= until), "valid_until", "lies before valid_from")?;
    let opens = instant_before(window.opens_working_days_before, window.opens_at);
    let closes = instant_before(window.closes_working_days_before, window.closes_at);
    let extended = instant_before(window.extended_closes_working_days_before, window.extended_closes_at);
    let published = instant_before(publication.working_days_before, publication.at);
    let cancel_by = instant_before(cancellation.working_days_before, cancellation.at);
    require(opens < closes, "window.closes_at", "must come after the window opens")?;
    require(closes <= extended, "window.extended_closes_at", "must not come before the ordinary close")?;
    require(extended <= published, "publication.at", "must not come before the extended close")?;
    require(published < cancel_by, "cancellation.at", "must come after the publication")?;
    require(
        cancellation.working_days_before > 0,
        "cancellation.working_days_before",
        "must be at least 1, or a place could be given up after the test",
    )?;
    require(priority.permit_months_left_below > 0, "priority.permit_months_left_below", "must be at least 1")?;
    require(applications.sessions_max > 0, "applications.sessions_max", "must be at least 1")?;
    require((6..=9).contains(&code.digits), "code.digits", "must be 6 to 9")?;
    require((60..=600).contains(&code.life_seconds), "code.life_seconds", "must be 60 to 600")?;
    require(code.resend_seconds <= code.life_seconds, "code.resend_seconds", "must not exceed life_seconds")?;
    require(code.wrong_tries_max > 0, "code.wrong_tries_max", "must be at least 1")?;
    require(code.sends_per_day > 0, "code.sends_per_day", "must be at least 1")?;
    require(local.gauge.tight_percent <= 100, "gauge.tight_percent", "must not exceed 100")
}

/// A value that orders instants which are given as a working day before the test and a time of day.
fn instant_before(working_days: u8, at: TimeOfDay) -> (std::cmp::Reverse<u8>, TimeOfDay) {
    (std::cmp::Reverse(working_days), at)
}

pub(super) fn check_calendar(calendar: &CalendarYear) -> Result<(), ContentError> {
    for (index, holiday) in calendar.holidays.iter().enumerate() {
        let key = |name: &str| format!("holidays.{index}.{name}");
        require(holiday.days.first <= holiday.days.last, &key("days"), "ends before it begins")?;
        let inside = holiday.days.first.year() == calendar.year && holiday.days.last.year() == calendar.year;
        require(inside, &key("days"), "lies outside the year of the document")?;
        for day in &holiday.make_up_days {
            require(day.year() == calendar.year, &key("make_up_days"), "lies outside the year of the document")?;
            let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            require(weekend, &key("make_up_days"), "a make-up day falls on a weekend")?;
            let off = calendar.holidays.iter().any(|other| other.days.contains(*day));
            require(!off, &key("make_up_days"), "a make-up day cannot be a holiday")?;
        }
    }
    Ok(())
}
