//! Who booked which session and how it ended: the recorded weeks, played forward session by session.
//!
//! Learners wait in one queue per subject and class, in the order in which they became ready. Each session that has been
//! published takes its people from there, gives them results and sends them on; each session that is open or closed
//! gathers the applications that wait for its publication. Only a compact row per booking is kept, so that a million
//! applicants need tens of megabytes; whole records are built from it one at a time.

mod play;
pub(crate) mod wish;

use crate::outcome::Tries;
use crate::plan::Phase;
use crate::rulebook::Rulebook;
use crate::session_index::SessionIndex;
use crate::start::Frame;
use yuyue_domain::session::Session;
use yuyue_domain::time::Timestamp;

/// How a booking ended, or how it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    AwaitingCode,
    Queued,
    Placed,
    Unplaced,
    Withdrawn,
    CancelledByApplicant,
    CancelledByOffice,
    /// By the booking that was made next.
    Superseded,
    Lapsed,
    Tested(Tries),
}

/// How the sessions of a booking are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Chosen: the session and others like it.
    Choose,
    /// Chosen: the session alone.
    ChooseOne,
    /// Left to the system: every fitting session of some days and sites.
    Assign,
    /// A priority place of the session.
    Priority,
}

/// One application, as small as it can be kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Booking {
    /// Which one it is, in the order in which they were made up.
    pub number: u32,
    /// Index of the applicant.
    pub learner: u32,
    /// Index of the course among the rulebook's.
    pub course: u16,
    /// Index of the session that it got, waits for first, or did not get.
    pub session: u32,
    pub mode: Mode,
    pub taken_at: Timestamp,
    pub accepted_at: Timestamp,
    /// When it ended or got its place; the acceptance for one that waits.
    pub changed_at: Timestamp,
    pub end: End,
}

/// What the generator looks at all the time.
pub(crate) struct World<'a> {
    pub seed: u64,
    pub applicants: u32,
    pub frame: Frame,
    pub as_of: Timestamp,
    pub rules: &'a Rulebook,
    pub sessions: &'a [Session],
    pub index: &'a SessionIndex,
}

/// All bookings.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Ordered by applicant, then as they were made.
    bookings: Vec<Booking>,
}

impl Ledger {
    /// Plays the recorded weeks. `cast` holds bookings that exist already and keep their places.
    pub fn play(world: &World<'_>, cast: &[Booking]) -> Self {
        let mut taken = vec![(0, 0); world.sessions.len()];
        for booking in cast {
            let (normal, priority): &mut (u16, u16) = &mut taken[booking.session as usize];
            match (booking.mode, booking.end) {
                (Mode::Priority, _) => *priority += 1,
                (_, End::Placed | End::Tested(_) | End::CancelledByApplicant) => *normal += 1,
                _ => {}
            }
        }
        let mut bookings = play::Play::new(world, taken).run();
        bookings.sort_by_key(|booking| (booking.learner, booking.number));
        Self { bookings }
    }

    /// The bookings of one applicant, oldest first.
    pub fn of(&self, learner: u32) -> &[Booking] {
        let first = self.bookings.partition_point(|booking| booking.learner < learner);
        let count = self.bookings[first..].iter().take_while(|booking| booking.learner == learner).count();
        &self.bookings[first..first + count]
    }

    /// For every session how many applications for normal places waited for it when it closed, those of the cast included.
    pub fn count_at_close(&self, world: &World<'_>, cast: &[Booking]) -> Vec<u32> {
        let mut counts = vec![0; world.sessions.len()];
        for booking in self.bookings.iter().chain(cast) {
            let Some(until) = booking.queued_until(world.sessions) else { continue };
            for session in wish::accepted(world, booking) {
                let closes_at = world.sessions[session as usize].instants.closes_at;
                if booking.accepted_at <= closes_at && closes_at < until {
                    counts[session as usize] += 1;
                }
            }
        }
        counts
    }
}

impl Booking {
    /// Until when it waited for a normal place; none when it never did.
    fn queued_until(&self, sessions: &[Session]) -> Option<Timestamp> {
        let publication_at = sessions[self.session as usize].instants.publication_at;
        match (self.mode, self.end) {
            (Mode::Priority, _) | (_, End::AwaitingCode | End::Lapsed) => None,
            (_, End::Queued) => Some(Timestamp::MAX),
            (_, End::Withdrawn | End::Superseded) => Some(self.changed_at),
            (_, End::CancelledByOffice) => Some(publication_at.min(self.changed_at)),
            (_, End::Placed | End::Unplaced | End::CancelledByApplicant | End::Tested(_)) => Some(publication_at),
        }
    }
}

impl World<'_> {
    /// Where a session stands today.
    pub fn phase(&self, session: &Session) -> Phase {
        Phase::of(session, self.as_of)
    }
}
