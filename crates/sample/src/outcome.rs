//! How a booking's tests end: one try and, after a failed one, a make-up test (art. 47).

use crate::random::chance;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use yuyue_domain::applicant::{Attempt, Test, TestOutcome};
use yuyue_domain::ids::ApplicationId;
use yuyue_domain::licence::Subject;
use yuyue_domain::time::Timestamp;

/// Seconds from the first try to the make-up test.
const MAKE_UP_SECONDS: i64 = 40 * 60;

/// The results of a booking's tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tries {
    /// Did not come.
    Missed,
    /// One try, which passed.
    First(u8),
    /// A failed try and a make-up test.
    MakeUp(u8, u8),
    /// A failed try and a missed make-up test.
    MissedMakeUp(u8),
}

impl Tries {
    /// A passed first try.
    pub const fn passed(mark: u8) -> Self {
        Self::First(if mark > 95 { mark } else { mark + 3 })
    }

    /// A result as they are spread in reality.
    pub fn draw(rng: &mut ChaCha8Rng, mark: u8) -> Self {
        let pass = rng.random_range(mark.min(100)..=100);
        let fail = rng.random_range(mark.saturating_sub(40)..mark.clamp(1, 100));
        let second = rng.random_range(mark.saturating_sub(30)..mark.clamp(1, 100));
        if chance(rng, 35) {
            Self::Missed
        } else if chance(rng, 720) {
            Self::First(pass)
        } else if chance(rng, 30) {
            Self::MissedMakeUp(fail)
        } else if chance(rng, 480) {
            Self::MakeUp(fail, pass)
        } else {
            Self::MakeUp(fail, second)
        }
    }

    /// Whether the booking ended with a pass.
    pub const fn is_pass(self, mark: u8) -> bool {
        match self {
            Self::First(score) | Self::MakeUp(_, score) => score >= mark,
            Self::Missed | Self::MissedMakeUp(_) => false,
        }
    }

    /// The tests of which the first begins at `taken_at`.
    pub fn tests(self, subject: Subject, taken_at: Timestamp, application: Option<ApplicationId>) -> Vec<Test> {
        let scored = |score| TestOutcome::Scored { score };
        let (first, make_up) = match self {
            Self::Missed => (TestOutcome::Missed, None),
            Self::First(score) => (scored(score), None),
            Self::MakeUp(first, second) => (scored(first), Some(scored(second))),
            Self::MissedMakeUp(first) => (scored(first), Some(TestOutcome::Missed)),
        };
        let mut tests = vec![Test { subject, taken_at, attempt: Attempt::First, outcome: first, application }];
        if let Some(outcome) = make_up {
            let taken_at = taken_at.plus_seconds(MAKE_UP_SECONDS);
            tests.push(Test { subject, taken_at, attempt: Attempt::MakeUp, outcome, application });
        }
        tests
    }
}
