//! How days, times and subjects are written on paper: 12月1日 周二, half-width digits, 24 hours.

use chrono::{Datelike, Weekday};
use yuyue_domain::licence::Subject;
use yuyue_domain::time::{Date, Timestamp};

/// 周二
pub fn weekday(date: Date) -> &'static str {
    match date.weekday() {
        Weekday::Mon => "周一",
        Weekday::Tue => "周二",
        Weekday::Wed => "周三",
        Weekday::Thu => "周四",
        Weekday::Fri => "周五",
        Weekday::Sat => "周六",
        Weekday::Sun => "周日",
    }
}

/// 2026年12月1日
pub fn date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// 12月1日 周二
pub fn day(date: Date) -> String {
    format!("{}月{}日 {}", date.month(), date.day(), weekday(date))
}

/// 13:30
pub fn time(at: Timestamp) -> String {
    at.time_of_day().format("%H:%M").to_string()
}

/// 12月1日 周二 13:30
pub fn moment(at: Timestamp) -> String {
    format!("{} {}", day(at.date()), time(at))
}

/// 2026-11-24 10:49
pub fn stamp(at: Timestamp) -> String {
    format!("{} {}", at.date(), time(at))
}

/// The subject as the guide and the regulation name it.
pub const fn subject(subject: Subject) -> &'static str {
    match subject {
        Subject::One => "科目一",
        Subject::Two => "科目二",
        Subject::Three => "科目三（道路驾驶技能）",
        Subject::Four => "科目三（安全文明驾驶常识）",
    }
}
