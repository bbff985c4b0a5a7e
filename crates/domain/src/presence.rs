//! How long somebody counts as being at a kiosk (自助终端), and when a kiosk may begin anew.
//!
//! Every touch and key counts, and so does a card that is read. Whoever waits for a code or is read to is there as well,
//! although nothing is touched. All times are given as a clock that nobody can set, so the state can be asked at any
//! moment and nothing has to wake it.

use crate::time::Timestamp;
use chrono::Timelike as _;
use core::time::Duration;
use serde::{Deserialize, Serialize};

/// Without a sign for so long, in seconds, a visit ends.
pub const IDLE_SECONDS: u32 = 90;
/// The same in 长者模式.
pub const IDLE_ELDER_SECONDS: u32 = 150;
/// For so many seconds at the end the kiosk asks 还在办理吗？
pub const ASK_SECONDS: u32 = 30;
/// Waiting counts for as long as this, in seconds, whatever is waited for: no code lives longer than this.
pub const WAIT_SECONDS_MAX: u32 = 600;
/// The hour (Beijing time) in which nobody is at an office and a kiosk begins anew.
pub const QUIET_HOUR: u32 = 3;

/// What somebody at a kiosk waits for without touching anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// A code on its way to their phone.
    Code,
    /// The end of what is read aloud.
    Reading,
}

/// Somebody at a kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    last_sign: Duration,
    code_until: Duration,
    reading_until: Duration,
    is_elder: bool,
}

/// What the clock says of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresenceState {
    /// There.
    Here {
        /// Seconds until the visit ends, when there is no other sign.
        left_seconds: u32,
    },
    /// Perhaps gone: 还在办理吗？
    Asking {
        /// Seconds until the visit ends, when there is no other sign; at most [`ASK_SECONDS`].
        left_seconds: u32,
    },
    /// Gone. Nothing brings this visit back.
    Gone,
}

impl Presence {
    /// Somebody comes at `now`.
    #[must_use]
    pub const fn begin(now: Duration, is_elder: bool) -> Self {
        Self { last_sign: now, code_until: Duration::ZERO, reading_until: Duration::ZERO, is_elder }
    }

    /// A sign of somebody: a touch, a key, a card. After the end it changes nothing.
    #[must_use]
    pub fn sign(self, now: Duration, is_elder: bool) -> Self {
        if self.is_gone(now) { self } else { Self { last_sign: now.max(self.last_sign), is_elder, ..self } }
    }

    /// Somebody waits from `now` for at most so many seconds.
    #[must_use]
    pub fn wait(self, now: Duration, awaited: Awaited, seconds: u32) -> Self {
        if self.is_gone(now) {
            return self;
        }
        let until = now.saturating_add(Duration::from_secs(seconds.min(WAIT_SECONDS_MAX).into()));
        self.until(now, awaited, self.waits_until(awaited).max(until))
    }

    /// Whoever waited for this does so no more: they turn to something else. Where nobody waited it is no sign of anybody.
    #[must_use]
    pub fn turn_away(self, now: Duration, awaited: Awaited) -> Self {
        if self.waits_until(awaited) > now { self.arrive(now, awaited) } else { self }
    }

    const fn waits_until(&self, awaited: Awaited) -> Duration {
        match awaited {
            Awaited::Code => self.code_until,
            Awaited::Reading => self.reading_until,
        }
    }

    /// What was waited for is there. Whatever else is waited for still is.
    #[must_use]
    pub fn arrive(self, now: Duration, awaited: Awaited) -> Self {
        if self.is_gone(now) { self } else { self.until(now, awaited, Duration::ZERO) }
    }

    /// With a sign at `now`, waiting for this until then.
    fn until(self, now: Duration, awaited: Awaited, until: Duration) -> Self {
        let signed = Self { last_sign: now.max(self.last_sign), ..self };
        match awaited {
            Awaited::Code => Self { code_until: until, ..signed },
            Awaited::Reading => Self { reading_until: until, ..signed },
        }
    }

    /// How long this person may be idle, in seconds: the whole ring.
    #[must_use]
    pub const fn idle_seconds(&self) -> u32 {
        if self.is_elder { IDLE_ELDER_SECONDS } else { IDLE_SECONDS }
    }

    /// What the clock says.
    #[must_use]
    pub fn state(&self, now: Duration) -> PresenceState {
        let idle_ends = self.last_sign.saturating_add(Duration::from_secs(self.idle_seconds().into()));
        let left = idle_ends.max(self.code_until).max(self.reading_until).saturating_sub(now);
        // A begun second is shown as a whole one, so that the end comes when the ring is empty.
        let seconds = left.as_secs().saturating_add(u64::from(left.subsec_nanos() > 0));
        match u32::try_from(seconds).unwrap_or(u32::MAX) {
            0 => PresenceState::Gone,
            left_seconds @ 1..=ASK_SECONDS => PresenceState::Asking { left_seconds },
            left_seconds => PresenceState::Here { left_seconds },
        }
    }

    /// Whether the visit is over.
    #[must_use]
    pub fn is_gone(&self, now: Duration) -> bool {
        self.state(now) == PresenceState::Gone
    }
}

/// Whether a kiosk that was started at `started_at` begins anew at `now`: once a night, in the quiet hour.
#[must_use]
pub fn is_restart_due(started_at: Timestamp, now: Timestamp) -> bool {
    let hour = now.time_of_day().hour();
    hour == QUIET_HOUR && now.seconds_since(started_at) >= 3600
}

#[cfg(test)]
mod tests;
