//! The play of the recorded weeks, from the oldest session to the last open one.

use super::{Booking, End, Mode, World, wish};
use crate::outcome::Tries;
use crate::plan::Phase;
use crate::random::{Purpose, chance, stream, weighted};
use crate::start::{Start, forward};
use chrono::{Months, NaiveTime, Timelike};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use yuyue_domain::licence::{LicenceClass, Subject};
use yuyue_domain::session::{Session, SessionStatus};
use yuyue_domain::time::{Date, Timestamp};

/// An application is made at the latest so many seconds before the window closes.
const MARGIN_SECONDS: i64 = 3600;
/// A line that was down is back within so many seconds.
const OUTAGE_SECONDS: i64 = 3 * 3600;

/// How an applicant stands while the weeks are played.
#[derive(Debug, Clone, Copy)]
struct Learner {
    course: u16,
    position: u8,
    three_first: bool,
    bookings: [u8; 4],
    /// The last day of the permit, or of the time for all tests.
    last_day: Option<Date>,
    permit_issued: Option<Date>,
    birth: Date,
    /// Whether the permit ends soon enough for priority booking.
    expiring: bool,
}

/// The people who wait for one subject and class: when each became ready, and who.
type Queue = BinaryHeap<Reverse<(Timestamp, u32)>>;

pub(super) struct Play<'a> {
    world: &'a World<'a>,
    rng: ChaCha8Rng,
    learners: Vec<Learner>,
    queues: Vec<Queue>,
    priority_queues: Vec<Queue>,
    taken: Vec<(u16, u16)>,
    bookings: Vec<Booking>,
}

const fn queue_number(subject: Subject, class: LicenceClass) -> usize {
    (subject.number() as usize - 1) * LicenceClass::ALL.len() + class as usize
}

impl<'a> Play<'a> {
    /// Everybody at the start.
    pub fn new(world: &'a World<'a>, taken: Vec<(u16, u16)>) -> Self {
        let count = Subject::ALL.len() * LicenceClass::ALL.len();
        let mut play = Self {
            world,
            rng: stream(world.seed, Purpose::Bookings, 0),
            learners: Vec::with_capacity(world.applicants as usize),
            queues: vec![Queue::new(); count],
            priority_queues: vec![Queue::new(); count],
            taken,
            bookings: Vec::new(),
        };
        for index in 0..world.applicants {
            let start = Start::draw(world.seed, index, world.rules, world.frame);
            let course = &world.rules.courses[start.course];
            let priority_from = start
                .permit
                .and_then(|permit| permit.expires_on.checked_sub_months(Months::new(world.rules.priority_months)));
            play.learners.push(Learner {
                course: u16::try_from(start.course).unwrap_or_default(),
                position: u8::try_from(start.position).unwrap_or_default(),
                three_first: start.three_first,
                bookings: start.bookings,
                last_day: start
                    .permit
                    .map(|permit| permit.expires_on)
                    .or_else(|| course.last_day_without_permit(start.accepted_at.date())),
                permit_issued: start.permit.map(|permit| permit.issued_on),
                birth: start.birth,
                expiring: priority_from.is_some_and(|day| day < world.frame.today),
            });
            if let Some(ready_at) = start.ready_at {
                play.wait(index, ready_at);
            }
        }
        play
    }

    /// Plays every session in order.
    pub fn run(mut self) -> Vec<Booking> {
        let world = self.world;
        for (index, session) in (0..).zip(world.sessions) {
            match world.phase(session) {
                Phase::Past | Phase::Published => {
                    self.fill_priority(index, session);
                    self.fill(index, session);
                }
                Phase::Closed | Phase::Open => {
                    self.fill_priority(index, session);
                    self.gather(index, session);
                }
                Phase::Future => {}
            }
        }
        self.bookings
    }

    /// Puts somebody into the queue for the next subject, if there is one that may still be booked.
    fn wait(&mut self, learner: u32, ready_at: Timestamp) {
        let state = &self.learners[learner as usize];
        let course = &self.world.rules.courses[usize::from(state.course)];
        let Some(subject) = course.subject_at(usize::from(state.position), state.three_first) else { return };
        let limited = self.world.rules.limit_subjects.contains(&subject);
        if limited && state.bookings[usize::from(subject.number() - 1)] >= self.world.rules.bookings_limit {
            return;
        }
        let queues = if state.expiring { &mut self.priority_queues } else { &mut self.queues };
        queues[queue_number(subject, course.class)].push(Reverse((ready_at, learner)));
    }

    /// Takes whoever has been ready longest for a session, if somebody was so before `by`.
    fn next(&mut self, session: &Session, priority: bool, by: Timestamp) -> Option<(u32, Timestamp)> {
        let queues = if priority { &mut self.priority_queues } else { &mut self.queues };
        loop {
            let heads = session.classes.iter().filter_map(|class| {
                let number = queue_number(session.subject, *class);
                queues[number].peek().map(|Reverse(head)| (*head, number))
            });
            let ((ready_at, learner), number) = heads.min()?;
            if ready_at > by {
                return None;
            }
            queues[number].pop();
            let last_day = self.learners[learner as usize].last_day;
            if last_day.is_none_or(|day| session.starts_at.date() <= day) {
                return Some((learner, ready_at));
            }
        }
    }

    /// The places of a session whose results are published, and the people who got none.
    fn fill(&mut self, index: u32, session: &Session) {
        let instants = &session.instants;
        let free = session.places.saturating_sub(self.taken[index as usize].0);
        let share = weighted(&mut self.rng, &[(100, 80), (90, 6), (60, 8), (25, 6)]).unwrap_or(100);
        let by = instants.closes_at.plus_seconds(-MARGIN_SECONDS);
        let wanted = u32::from(free) * share / 100;
        let mut placed = 0;
        while placed < wanted {
            let Some((learner, ready_at)) = self.next(session, false, by) else { break };
            let (taken_at, accepted_at) = self.moment(ready_at.max(instants.opens_at), by);
            let mode = if chance(&mut self.rng, 600) { Mode::Choose } else { Mode::Assign };
            let booking = self.booking(learner, index, mode, (taken_at, accepted_at));
            self.settle(booking, session, instants.publication_at);
            placed += 1;
        }
        if free > 0 && placed == u32::from(free) && session.status == SessionStatus::Planned {
            let rest = self.rng.random_range(0..=placed / 3);
            for _ in 0..rest {
                let Some((learner, ready_at)) = self.next(session, false, by) else { break };
                let moment = self.moment(ready_at.max(instants.opens_at), by);
                let mut booking = self.booking(learner, index, Mode::ChooseOne, moment);
                booking.end = if chance(&mut self.rng, 40) { End::Lapsed } else { End::Unplaced };
                booking.changed_at = instants.publication_at;
                self.bookings.push(booking);
                let later = instants.publication_at.plus_seconds(self.rng.random_range(3600..200_000));
                self.wait(learner, later);
            }
        }
    }

    /// The priority places of a session, for people whose permit ends soon. After one priority booking they wait like
    /// everybody else.
    fn fill_priority(&mut self, index: u32, session: &Session) {
        let instants = &session.instants;
        let free = session.priority_places.saturating_sub(self.taken[index as usize].1);
        let by = instants.publication_at.min(self.world.as_of).plus_seconds(-MARGIN_SECONDS);
        for _ in 0..free {
            if chance(&mut self.rng, 400) || session.status == SessionStatus::Cancelled {
                continue;
            }
            let Some((learner, ready_at)) = self.next(session, true, by) else { break };
            let from = ready_at.max(instants.opens_at).max(self.priority_from(learner));
            if from >= by {
                self.learners[learner as usize].expiring = false;
                self.wait(learner, ready_at);
                continue;
            }
            self.learners[learner as usize].expiring = false;
            let earlier = self.moment(from, by);
            let moment = self.moment(earlier.1.plus_seconds(60).min(by), by);
            // Some had a normal application, which the priority place replaces.
            if chance(&mut self.rng, 250) && earlier.1 < moment.0 && earlier.1 < instants.closes_at {
                let mut booking = self.booking(learner, index, Mode::ChooseOne, earlier);
                booking.end = End::Superseded;
                booking.changed_at = moment.1;
                self.bookings.push(booking);
            }
            let booking = self.booking(learner, index, Mode::Priority, moment);
            self.settle(booking, session, moment.1);
        }
    }

    /// When the permit of somebody began to allow priority booking.
    fn priority_from(&self, learner: u32) -> Timestamp {
        let months = Months::new(self.world.rules.priority_months);
        let last_day = self.learners[learner as usize].last_day;
        last_day
            .and_then(|day| day.checked_sub_months(months))
            .map_or(Timestamp::MIN, |day| Timestamp::start_of(forward(day, 1)))
    }

    /// A booking got its place at `placed_at`: what became of it.
    fn settle(&mut self, mut booking: Booking, session: &Session, placed_at: Timestamp) {
        let world = self.world;
        let learner = booking.learner;
        let until = session.instants.cancel_by.min(world.as_of);
        let cancelled_at = self.moment(placed_at.plus_seconds(1), until).0;
        booking.end = End::Placed;
        booking.changed_at = placed_at;
        if session.status == SessionStatus::Cancelled {
            booking.end = End::CancelledByOffice;
            booking.changed_at = cancelled_at;
            self.wait(learner, cancelled_at.plus_seconds(3600));
        } else if placed_at < until && chance(&mut self.rng, 40) {
            booking.end = End::CancelledByApplicant;
            booking.changed_at = cancelled_at;
            if chance(&mut self.rng, 600) {
                self.wait(learner, cancelled_at.plus_seconds(3600));
            }
        } else if world.phase(session) == Phase::Past {
            let mark = world.rules.courses[usize::from(booking.course)].pass_mark(session.subject);
            let tries = Tries::draw(&mut self.rng, mark);
            booking.end = End::Tested(tries);
            booking.changed_at = session.ends_at;
            self.go_on(learner, session, tries.is_pass(mark));
        }
        self.bookings.push(booking);
    }

    /// After a test: on to the next subject, or back to the same one after the wait.
    fn go_on(&mut self, learner: u32, session: &Session, passed: bool) {
        let rules = self.world.rules;
        let date = session.starts_at.date();
        let state = &mut self.learners[learner as usize];
        let course = &rules.courses[usize::from(state.course)];
        let used = &mut state.bookings[usize::from(session.subject.number() - 1)];
        *used = used.saturating_add(1);
        let mut ready_on = forward(date, if passed { 1 } else { rules.retry_days + 1 });
        if passed {
            state.position += 1;
            if session.subject == Subject::One && course.permit {
                let issued_on = forward(date, 1);
                state.permit_issued = Some(issued_on);
                state.last_day = Some(course.permit_expiry(issued_on, state.birth));
            }
            let next = course.subject_at(usize::from(state.position), state.three_first);
            if let (Some(next), Some(issued_on)) = (next, state.permit_issued) {
                ready_on = ready_on.max(forward(issued_on, course.wait_days(next) + 1));
            }
        }
        if chance(&mut self.rng, 800) {
            let ready_on = forward(ready_on, self.rng.random_range(0..14));
            self.wait(learner, Timestamp::at(ready_on, NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default()));
        }
    }

    /// The applications that wait for the publication of a session.
    fn gather(&mut self, index: u32, session: &Session) {
        let instants = &session.instants;
        let by = instants.closes_at.min(self.world.as_of).plus_seconds(-MARGIN_SECONDS);
        let percent = weighted(&mut self.rng, &[(40, 20), (90, 15), (150, 25), (250, 25), (400, 15)]).unwrap_or(100);
        if session.status == SessionStatus::Cancelled || by <= instants.opens_at {
            return;
        }
        for _ in 0..u32::from(session.places) * percent / 100 {
            let Some((learner, ready_at)) = self.next(session, false, by) else { break };
            let moment = self.moment(ready_at.max(instants.opens_at), by);
            let mode = if chance(&mut self.rng, 600) { Mode::Choose } else { Mode::Assign };
            let mut booking = self.booking(learner, index, mode, moment);
            let open = instants.closes_at > self.world.as_of;
            if open && chance(&mut self.rng, 20) {
                booking.end = End::AwaitingCode;
            } else if chance(&mut self.rng, 25) {
                booking.end = End::Withdrawn;
                booking.changed_at = self.moment(moment.1.plus_seconds(1), by.plus_seconds(MARGIN_SECONDS)).0;
            }
            self.bookings.push(booking);
            if booking.end == End::Queued && chance(&mut self.rng, 120) {
                self.gather_second(&booking, session);
            }
        }
    }

    /// Somebody who waits for subject 2 may wait for subject 3 at the same time, on another day.
    fn gather_second(&mut self, first: &Booking, session: &Session) {
        let world = self.world;
        let state = &self.learners[first.learner as usize];
        let course = &world.rules.courses[usize::from(state.course)];
        let ready_on = state.permit_issued.map(|issued| forward(issued, course.wait_days(Subject::Three) + 1));
        let next = course.subject_at(usize::from(state.position) + 1, state.three_first);
        let (Subject::Two, Some(Subject::Three), Some(ready_on)) = (session.subject, next, ready_on) else { return };
        let busy: Vec<Date> = wish::accepted(world, first)
            .into_iter()
            .map(|accepted| world.sessions[accepted as usize].starts_at.date())
            .collect();
        let open = world.index.of_class(Subject::Three, course.class).iter().copied().find(|index| {
            let other = &world.sessions[*index as usize];
            world.phase(other) == Phase::Open
                && other.status == SessionStatus::Planned
                && !busy.contains(&other.starts_at.date())
        });
        let Some(open) = open else { return };
        let instants = &world.sessions[open as usize].instants;
        let from = Timestamp::start_of(ready_on).max(instants.opens_at).max(first.accepted_at.plus_seconds(60));
        let by = world.as_of.plus_seconds(-MARGIN_SECONDS);
        let last_day = state.last_day.is_none_or(|day| world.sessions[open as usize].starts_at.date() <= day);
        let (used, learner) = (state.bookings[2], first.learner);
        if from < by && last_day && used < world.rules.bookings_limit {
            let moment = self.moment(from, by);
            let booking = self.booking(learner, open, Mode::ChooseOne, moment);
            self.bookings.push(booking);
        }
    }

    fn booking(&self, learner: u32, session: u32, mode: Mode, moment: (Timestamp, Timestamp)) -> Booking {
        Booking {
            number: u32::try_from(self.bookings.len()).unwrap_or(u32::MAX),
            learner,
            course: self.learners[learner as usize].course,
            session,
            mode,
            taken_at: moment.0,
            accepted_at: moment.1,
            changed_at: moment.1,
            end: End::Queued,
        }
    }

    /// When something was taken at a device and accepted by the centre, between `from` and `by`: in office hours where
    /// the span has any, and a while later when the line was down.
    fn moment(&mut self, from: Timestamp, by: Timestamp) -> (Timestamp, Timestamp) {
        let span = by.seconds_since(from).max(0);
        let drawn = from.plus_seconds(self.rng.random_range(0..=span));
        let minute = self.rng.random_range(0..8 * 3600);
        let hour = drawn.time_of_day().hour();
        let in_hours = Timestamp::start_of(drawn.date()).plus_seconds(9 * 3600 + minute);
        let taken_at = if (9..17).contains(&hour) || in_hours < from || in_hours > by { drawn } else { in_hours };
        let delay = if chance(&mut self.rng, 15) { self.rng.random_range(600..OUTAGE_SECONDS) } else { 2 };
        let accepted_at = taken_at.plus_seconds(delay).min(by.plus_seconds(2));
        (taken_at, accepted_at)
    }
}
