//! How often something may be asked for in a span of time, whoever asks: codes of one phone, codes at one device.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How often it was asked for since some instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// When the present span began.
    pub since: Timestamp,
    /// How often since then.
    pub count: u32,
}

/// How often it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaRule {
    /// So often.
    pub max: u32,
    /// In so many seconds, which begin with the first time.
    pub span_seconds: u32,
}

impl Quota {
    /// Asks once more.
    ///
    /// # Errors
    /// When it was asked for as often as it may be: the instant from which it may be again.
    pub fn take(before: Option<Self>, now: Timestamp, rule: QuotaRule) -> Result<Self, Timestamp> {
        let ends = |quota: &Self| quota.since.plus_seconds(rule.span_seconds.into());
        match before.filter(|quota| now < ends(quota)) {
            None => Ok(Self { since: now, count: 1 }),
            Some(quota) if quota.count < rule.max => Ok(Self { count: quota.count + 1, ..quota }),
            Some(quota) => Err(ends(&quota)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: QuotaRule = QuotaRule { max: 2, span_seconds: 3_600 };

    #[test]
    fn a_span_begins_with_the_first_time_and_then_anew() {
        let begin: Timestamp = "2026-11-23T09:00:00+08:00".parse().expect("a valid time");
        let first = Quota::take(None, begin, RULE).expect("the first");
        let second = Quota::take(Some(first), begin.plus_seconds(10), RULE).expect("the second");
        let refused = Quota::take(Some(second), begin.plus_seconds(3_599), RULE);
        assert_eq!(refused, Err(begin.plus_seconds(3_600)), "the third comes when the span is over");
        let again = Quota::take(Some(second), begin.plus_seconds(3_600), RULE);
        assert_eq!(again, Ok(Quota { since: begin.plus_seconds(3_600), count: 1 }), "and begins another one");
    }
}
