//! How long somebody counts as being at a kiosk (自助终端), and when a kiosk may begin anew.
//!
//! Every touch and key counts, and so does a card that is read. Whoever waits for a code or is read to is there as well,
//! although nothing is touched. All times are given as a clock that nobody can set, so the state can be asked at any
//! moment and nothing has to wake it.

use crate::time::Timestamp;
use chrono::Timelike as _;
use core::time::Duration;

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

/// Somebody at a kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    last_sign: Duration,
    waits_until: Duration,
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
        Self { last_sign: now, waits_until: Duration::ZERO, is_elder }
    }

    /// A sign of somebody: a touch, a key, a card. After the end it changes nothing.
    #[must_use]
    pub fn sign(self, now: Duration, is_elder: bool) -> Self {
        if self.is_gone(now) { self } else { Self { last_sign: now.max(self.last_sign), is_elder, ..self } }
    }

    /// Somebody waits from `now` for at most so many seconds: for a code, or for the end of what is read aloud.
    #[must_use]
    pub fn wait(self, now: Duration, seconds: u32) -> Self {
        if self.is_gone(now) {
            return self;
        }
        let until = now.saturating_add(Duration::from_secs(seconds.min(WAIT_SECONDS_MAX).into()));
        Self { last_sign: now.max(self.last_sign), waits_until: self.waits_until.max(until), ..self }
    }

    /// What was waited for is there, or nobody waits for it any more.
    #[must_use]
    pub fn arrive(self, now: Duration) -> Self {
        if self.is_gone(now) {
            return self;
        }
        Self { last_sign: now.max(self.last_sign), waits_until: Duration::ZERO, ..self }
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
        let left = idle_ends.max(self.waits_until).saturating_sub(now);
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
