//! The working-day calendar: weekdays, public holidays and the make-up days (调休) on which a weekend is worked.
//!
//! The days come from yearly documents that the centre serves and an office can replace. A day of a year without a
//! document is an error and never guessed, because every window and deadline hangs on it.

#[cfg(test)]
mod tests;

use crate::policy::Citation;
use crate::time::{Date, DateRange};
use chrono::{Datelike, Days, Weekday};
use serde::{Deserialize, Serialize};

/// Whether a day list was published by the State Council or is our assumption until it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum DayListStatus {
    /// Published by the General Office of the State Council.
    Official,
    /// Derived from the statutory holidays; to be replaced when the arrangement is published.
    Assumed,
}

/// A public holiday: the days off and the weekend days that are worked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Holiday {
    /// Its name, such as 国庆节.
    pub name: String,
    /// The days off, weekends between them included.
    pub days: DateRange,
    /// 调休: weekend days that are worked.
    #[serde(default)]
    pub make_up_days: Vec<Date>,
    /// Whether the list is published or assumed.
    pub status: DayListStatus,
}

/// The document of one year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct CalendarYear {
    /// Which version of the document this is.
    pub version: String,
    /// The first day on which this document is used; a later document of the same year replaces it.
    pub valid_from: Date,
    /// The year whose days it lists.
    pub year: i32,
    /// Where the list comes from.
    pub cite: Citation,
    /// The holidays with their make-up days.
    pub holidays: Vec<Holiday>,
}

impl CalendarYear {
    fn is_working_day(&self, date: Date) -> bool {
        if self.holidays.iter().any(|holiday| holiday.make_up_days.contains(&date)) {
            return true;
        }
        let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        !weekend && !self.holidays.iter().any(|holiday| holiday.days.contains(date))
    }
}

/// The calendar in force: at most one document for each year, in the order of the years.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Calendar {
    years: Vec<CalendarYear>,
}

/// A question that the calendar cannot answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The day lies in a year for which no document is known.
    #[error("no calendar is known for {0}: load the calendar of that year")]
    NotCovered(Date),
}

impl Calendar {
    /// A calendar of these years; of two documents for one year the one that is valid later counts.
    #[must_use]
    pub fn new(mut years: Vec<CalendarYear>) -> Self {
        years.sort_by_key(|year| (year.year, std::cmp::Reverse(year.valid_from)));
        years.dedup_by_key(|year| year.year);
        Self { years }
    }

    /// The documents in the order of their years.
    #[must_use]
    pub fn years(&self) -> &[CalendarYear] {
        &self.years
    }

    /// Whether offices work on `date`.
    ///
    /// # Errors
    /// When no document covers the year.
    pub fn is_working_day(&self, date: Date) -> Result<bool, CalendarError> {
        self.years
            .iter()
            .find(|year| year.year == date.year())
            .map(|year| year.is_working_day(date))
            .ok_or(CalendarError::NotCovered(date))
    }

    /// The `count`-th working day before `date`, which itself does not count; `date` itself for 0.
    ///
    /// # Errors
    /// When a day on the way lies outside the covered years.
    pub fn nth_working_day_before(&self, date: Date, count: u8) -> Result<Date, CalendarError> {
        let (mut day, mut left) = (date, count);
        while left > 0 {
            day = day.checked_sub_days(Days::new(1)).ok_or(CalendarError::NotCovered(day))?;
            if self.is_working_day(day)? {
                left -= 1;
            }
        }
        Ok(day)
    }
}
