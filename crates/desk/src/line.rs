//! What is known of the line to the centre. It counts as up only while the centre really answers.

use crate::view::app::Line;
use std::time::Duration;
use yuyue_domain::time::Timestamp;

/// What is known of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineState {
    phase: Phase,
    tries: u32,
    /// When this computer last knew everything that the centre knew.
    in_step_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Up { at: Timestamp },
    Syncing { done: u32, total: u32 },
    Down { since: Timestamp, next_try: Duration },
}

impl LineState {
    /// Before anything was heard.
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self { phase: Phase::Down { since: now, next_try: Duration::ZERO }, tries: 0, in_step_at: None }
    }

    /// The centre answered, and everything that it has is here.
    pub const fn hear(&mut self, at: Timestamp) {
        *self = Self { phase: Phase::Up { at }, tries: 0, in_step_at: Some(at) };
    }

    /// The centre answered, and more is coming.
    pub const fn hear_part(&mut self, done: u32, total: u32) {
        (self.phase, self.tries) = (Phase::Syncing { done, total }, 0);
    }

    /// The centre is there and has nothing new, which says nothing while it was away or more is coming.
    pub const fn hear_quiet(&mut self, at: Timestamp) {
        if matches!(self.phase, Phase::Up { .. }) {
            self.hear(at);
        }
    }

    /// When this computer last knew everything that the centre knew; none since the program was started.
    #[must_use]
    pub const fn in_step_at(&self) -> Option<Timestamp> {
        self.in_step_at
    }

    /// The centre did not answer. Tries so far in a row, for the wait before the next.
    pub fn fail(&mut self, now: Timestamp) -> u32 {
        let since = match self.phase {
            Phase::Down { since, .. } => since,
            Phase::Up { .. } | Phase::Syncing { .. } => now,
        };
        self.tries = self.tries.saturating_add(1);
        self.phase = Phase::Down { since, next_try: Duration::ZERO };
        self.tries
    }

    /// When the next try comes, on the clock of [`crate::world::World::elapsed`].
    pub const fn plan_try(&mut self, at: Duration) {
        if let Phase::Down { since, .. } = self.phase {
            self.phase = Phase::Down { since, next_try: at };
        }
    }

    /// Whether the centre answers.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        !matches!(self.phase, Phase::Down { .. })
    }

    /// Seconds until the next try on the clock of [`crate::world::World::elapsed`]; none while the centre answers.
    #[must_use]
    pub fn next_try_seconds(&self, elapsed: Duration) -> Option<u16> {
        match self.phase {
            Phase::Down { next_try, .. } => {
                Some(u16::try_from(next_try.saturating_sub(elapsed).as_secs()).unwrap_or(u16::MAX))
            }
            Phase::Up { .. } | Phase::Syncing { .. } => None,
        }
    }

    /// For the window. `closes_at` is the next closing for which something waits here.
    #[must_use]
    pub fn view(&self, elapsed: Duration, closes_at: Option<Timestamp>) -> Line {
        match self.phase {
            Phase::Up { at } => Line::Synced { at },
            Phase::Syncing { done, total } => Line::Syncing { done, total },
            Phase::Down { since, .. } => {
                let next_try_seconds = self.next_try_seconds(elapsed).unwrap_or(0);
                Line::Offline { since, next_try_seconds, closes_at }
            }
        }
    }
}
