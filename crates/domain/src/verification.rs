//! The code that confirms a booking, a withdrawal or a cancellation (domain §4), as pure state of one person's phone.
//!
//! The digits are not here: the centre keeps them hashed, compares, and tells whether they match. Two times are kept
//! apart because people confuse them: how long the code is good, and when another can be sent.

pub mod quota;

use crate::ids::{ApplicationId, DeviceId};
use crate::licence::Subject;
use crate::policy::local::CodeRule;
use crate::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

/// What a code confirms; it is good for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CodePurpose {
    /// 预约: an application for this subject, whichever sessions are chosen in the end. A command that is tried again with
    /// other sessions or digits has an identifier of its own, so the code cannot name one.
    Apply {
        /// The subject.
        subject: Subject,
    },
    /// An application that is held until its code is confirmed.
    Confirm {
        /// The application.
        application: ApplicationId,
    },
    /// Taking it back before the allocation.
    Withdraw {
        /// The application.
        application: ApplicationId,
    },
    /// Giving up its place.
    Cancel {
        /// The application.
        application: ApplicationId,
    },
    /// Saying at a kiosk who one is, at that kiosk only.
    Visit {
        /// The kiosk.
        device: DeviceId,
    },
}

/// A code that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct SentCode {
    /// What it confirms.
    pub purpose: CodePurpose,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Whether it has confirmed something; it does so once.
    pub used: bool,
}

/// Everything about codes that the centre keeps for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct CodeState {
    /// The day to which the two counts belong.
    pub day: Date,
    /// Codes sent on that day.
    pub sends: u8,
    /// Wrong tries since the last right one on that day; a new code does not reset them.
    pub wrong_tries: u8,
    /// The last code; the ones before it are good for nothing.
    pub last: Option<SentCode>,
}

/// Why no code is sent, or why a code confirms nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum CodeRefusal {
    /// Another one can be sent later.
    #[error("another code can be sent in {seconds} s")]
    CodeTooSoon {
        /// Seconds until then.
        seconds: u32,
    },
    /// No more today.
    #[error("no more codes today")]
    CodeLimit {
        /// When they can be sent again.
        possible_from: Timestamp,
    },
    /// Too many wrong tries: nothing can be sent or confirmed until the next day.
    #[error("too many wrong tries")]
    CodeLocked {
        /// When it goes on.
        possible_from: Timestamp,
    },
    /// None was sent for this.
    #[error("no code was sent for this")]
    CodeNotSent,
    /// It was used.
    #[error("the code was used")]
    CodeUsed,
    /// Its life is over; the centre holds a new application as 待验证 then.
    #[error("the code has expired")]
    CodeExpired,
    /// It is another one.
    #[error("wrong code, {tries_left} tries left")]
    CodeWrong {
        /// Wrong tries that are left, at least 1.
        tries_left: u8,
    },
}

/// What a screen shows beside the field for the code; all times are remaining times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct CodeRemaining {
    /// Seconds for which the code is good; 0 when there is none, or no longer.
    pub life_seconds: u32,
    /// Seconds until another can be sent; 0 when it can be sent now.
    pub resend_seconds: u32,
    /// Wrong tries that are left.
    pub tries_left: u8,
    /// Codes that can still be sent today.
    pub sends_left: u8,
}

impl CodeState {
    /// Nothing was sent yet.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { day: now.date(), sends: 0, wrong_tries: 0, last: None }
    }

    /// The state after a code was sent for `purpose`; the ones before it are void from now on.
    ///
    /// # Errors
    /// [`CodeRefusal::CodeLocked`], [`CodeRefusal::CodeLimit`] or [`CodeRefusal::CodeTooSoon`].
    pub fn issue(self, purpose: CodePurpose, now: Timestamp, rule: &CodeRule) -> Result<Self, CodeRefusal> {
        let state = self.on(now);
        state.check_lock(rule)?;
        if state.sends >= rule.sends_per_day {
            return Err(CodeRefusal::CodeLimit { possible_from: state.next_day() });
        }
        match state.remaining(now, rule).resend_seconds {
            0 => {
                let last = Some(SentCode { purpose, sent_at: now, used: false });
                Ok(Self { sends: state.sends + 1, last, ..state })
            }
            seconds => Err(CodeRefusal::CodeTooSoon { seconds }),
        }
    }

    /// A try to confirm `purpose`; `matches` says whether the digits are those of the last code.
    ///
    /// The state afterwards has to be kept in any case, also after a refusal. Tries that could not have succeeded, such
    /// as one of an expired code, do not count as wrong.
    pub fn confirm(
        self,
        purpose: CodePurpose,
        matches: bool,
        now: Timestamp,
        rule: &CodeRule,
    ) -> (Self, Result<(), CodeRefusal>) {
        let state = self.on(now);
        let sent = match state.check_usable(purpose, now, rule) {
            Ok(sent) => sent,
            Err(refusal) => return (state, Err(refusal)),
        };
        if matches {
            let last = Some(SentCode { used: true, ..sent });
            return (Self { wrong_tries: 0, last, ..state }, Ok(()));
        }
        let state = Self { wrong_tries: state.wrong_tries.saturating_add(1), ..state };
        let refusal = match state.tries_left(rule) {
            0 => CodeRefusal::CodeLocked { possible_from: state.next_day() },
            tries_left => CodeRefusal::CodeWrong { tries_left },
        };
        (state, Err(refusal))
    }

    /// Whether the last code was good for `purpose` at an earlier moment, when somebody typed it at a device without line.
    #[must_use]
    pub fn was_good_at(&self, purpose: CodePurpose, taken_at: Timestamp, rule: &CodeRule) -> bool {
        self.last.is_some_and(|sent| {
            sent.purpose == purpose
                && !sent.used
                && taken_at >= sent.sent_at
                && seconds_left(sent.sent_at, rule.life_seconds, taken_at) > 0
        })
    }

    /// What is left of life, wait, tries and sends.
    #[must_use]
    pub fn remaining(&self, now: Timestamp, rule: &CodeRule) -> CodeRemaining {
        let state = self.on(now);
        let left = |seconds: u32| state.last.map_or(0, |sent| seconds_left(sent.sent_at, seconds, now));
        let is_good = state.last.is_some_and(|sent| !sent.used) && state.tries_left(rule) > 0;
        CodeRemaining {
            life_seconds: if is_good { left(rule.life_seconds) } else { 0 },
            resend_seconds: left(rule.resend_seconds),
            tries_left: state.tries_left(rule),
            sends_left: rule.sends_per_day.saturating_sub(state.sends),
        }
    }

    /// The same state on the day of `now`: a new day counts anew. A clock that was set back changes nothing.
    fn on(self, now: Timestamp) -> Self {
        if now.date() > self.day { Self { last: self.last, ..Self::new(now) } } else { self }
    }

    fn check_usable(&self, purpose: CodePurpose, now: Timestamp, rule: &CodeRule) -> Result<SentCode, CodeRefusal> {
        self.check_lock(rule)?;
        let sent = self.last.filter(|sent| sent.purpose == purpose).ok_or(CodeRefusal::CodeNotSent)?;
        if sent.used {
            return Err(CodeRefusal::CodeUsed);
        }
        if seconds_left(sent.sent_at, rule.life_seconds, now) == 0 { Err(CodeRefusal::CodeExpired) } else { Ok(sent) }
    }

    fn check_lock(&self, rule: &CodeRule) -> Result<(), CodeRefusal> {
        if self.tries_left(rule) > 0 { Ok(()) } else { Err(CodeRefusal::CodeLocked { possible_from: self.next_day() }) }
    }

    const fn tries_left(&self, rule: &CodeRule) -> u8 {
        rule.wrong_tries_max.saturating_sub(self.wrong_tries)
    }

    fn next_day(&self) -> Timestamp {
        Timestamp::start_of(self.day).plus_days(1)
    }
}

/// Seconds that are left at `now` of `seconds` from `since`, never more than all of them.
fn seconds_left(since: Timestamp, seconds: u32, now: Timestamp) -> u32 {
    let passed = now.seconds_since(since).max(0);
    seconds.saturating_sub(u32::try_from(passed).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
