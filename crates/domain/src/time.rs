//! Instants of the product: whole seconds, shown and written in Chongqing's time (Asia/Shanghai, always +08:00).
//!
//! China has had no daylight saving time since 1991 and none of our instants is older, so a fixed offset is exact.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// Seconds east of UTC of Asia/Shanghai.
const OFFSET_SECONDS: i32 = 8 * 3600;
const SECONDS_PER_DAY: i64 = 24 * 3600;

/// A day of the calendar in Asia/Shanghai.
pub type Date = NaiveDate;

/// A time of day in Asia/Shanghai.
pub type TimeOfDay = NaiveTime;

/// An instant in whole seconds since 1970-01-01T00:00:00Z; on the wire RFC 3339 with `+08:00`.
///
/// Every value lies in the years 1900 to 9999, so that arithmetic and printing cannot fail. Reading drops fractions of a
/// second; a leap second counts as the second before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A text or number that is no [`Timestamp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time between the years 1900 and 9999")]
pub struct TimestampError;

impl Timestamp {
    /// 1900-01-01T00:00:00+08:00.
    pub const MIN: Self = Self(-2_209_017_600);
    /// 9999-12-31T23:59:59+08:00.
    pub const MAX: Self = Self(253_402_271_999);

    /// The instant `seconds` after the Unix epoch.
    ///
    /// # Errors
    /// When it lies outside the years 1900 to 9999.
    pub fn from_unix(seconds: i64) -> Result<Self, TimestampError> {
        let value = Self(seconds);
        if value < Self::MIN || value > Self::MAX { Err(TimestampError) } else { Ok(value) }
    }

    /// Seconds since the Unix epoch.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// The instant at which a clock in Chongqing shows this day and time.
    #[must_use]
    pub fn at(date: Date, time: TimeOfDay) -> Self {
        Self(date.and_time(time).and_utc().timestamp() - i64::from(OFFSET_SECONDS)).clamped()
    }

    /// The first second of a day in Chongqing.
    #[must_use]
    pub fn start_of(date: Date) -> Self {
        Self::at(date, NaiveTime::MIN)
    }

    /// The day that a calendar in Chongqing shows.
    #[must_use]
    pub fn date(self) -> Date {
        self.local().date()
    }

    /// The time of day that a clock in Chongqing shows.
    #[must_use]
    pub fn time_of_day(self) -> TimeOfDay {
        self.local().time()
    }

    /// This instant moved by `seconds`, staying inside the years 1900 to 9999.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds)).clamped()
    }

    /// This instant moved by whole days of 24 hours.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(SECONDS_PER_DAY))
    }

    /// Seconds from `earlier` to this instant; negative when `earlier` is later.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    fn clamped(self) -> Self {
        self.clamp(Self::MIN, Self::MAX)
    }

    fn local(self) -> NaiveDateTime {
        DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::seconds(self.0 + i64::from(OFFSET_SECONDS))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = FixedOffset::east_opt(OFFSET_SECONDS).ok_or(fmt::Error)?;
        f.write_str(&offset.from_utc_datetime(&(self.local() - offset)).to_rfc3339_opts(SecondsFormat::Secs, false))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| TimestampError)?;
        Self::from_unix(parsed.timestamp())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time such as 2026-12-01T08:30:00+08:00")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(feature = "bindings")]
impl specta::Type for Timestamp {
    fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
        String::definition(types)
    }
}

/// A span of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct DateRange {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

impl DateRange {
    /// Whether `date` is one of its days.
    #[must_use]
    pub fn contains(&self, date: Date) -> bool {
        self.first <= date && date <= self.last
    }
}

#[cfg(test)]
mod tests;
