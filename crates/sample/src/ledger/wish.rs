//! What a booking asks for and which sessions it accepts, drawn again whenever it is needed instead of being kept.

use super::{Booking, Mode, World};
use crate::random::{Purpose, chance, stream, weighted};
use crate::start::forward;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use yuyue_domain::application::Wish;
use yuyue_domain::ids::SessionId;
use yuyue_domain::licence::LicenceClass;
use yuyue_domain::session::{Session, SessionStatus};
use yuyue_domain::time::DateRange;

/// How far ahead of the first session further choices lie.
const CHOICES_AHEAD: usize = 24;

/// The indices of the sessions that a booking accepts, in its order of preference.
pub(crate) fn accepted(world: &World<'_>, booking: &Booking) -> Vec<u32> {
    draw(world, booking).1
}

/// What a booking asks for, and the ids of the sessions that it accepts.
pub(crate) fn wish(world: &World<'_>, booking: &Booking) -> (Wish, Vec<SessionId>) {
    let (wish, accepts) = draw(world, booking);
    (wish, accepts.into_iter().map(|index| world.sessions[index as usize].id).collect())
}

fn draw(world: &World<'_>, booking: &Booking) -> (Wish, Vec<u32>) {
    let mut rng = stream(world.seed, Purpose::Wish, booking.number);
    let session = &world.sessions[booking.session as usize];
    let class = world.rules.courses[usize::from(booking.course)].class;
    match booking.mode {
        Mode::Priority => (Wish::Priority { session: session.id }, vec![booking.session]),
        Mode::ChooseOne => (Wish::Choose { sessions: vec![session.id], ordered: false }, vec![booking.session]),
        Mode::Choose => {
            let ordered = chance(&mut rng, 500);
            let accepts = choose(world, booking, class, ordered, &mut rng);
            let sessions = accepts.iter().map(|index| world.sessions[*index as usize].id).collect();
            (Wish::Choose { sessions, ordered }, accepts)
        }
        Mode::Assign => {
            let first = session.starts_at.date();
            let dates = DateRange { first, last: forward(first, rng.random_range(0..4)) };
            let mut accepts: Vec<u32> = fitting(world, booking, class, dates);
            if !accepts.contains(&booking.session) {
                accepts.push(booking.session);
                accepts.sort_unstable();
            }
            (Wish::Assign { dates, sites: vec![session.site] }, accepts)
        }
    }
}

/// The booking's session and up to four later ones; its own first when the order is the applicant's, else the earliest.
fn choose(world: &World<'_>, booking: &Booking, class: LicenceClass, ordered: bool, rng: &mut ChaCha8Rng) -> Vec<u32> {
    let more = weighted(rng, &[(0, 35), (1, 25), (2, 20), (3, 12), (4, 8)]).unwrap_or(0);
    let session = &world.sessions[booking.session as usize];
    let list = world.index.of_class(session.subject, class);
    let after = list.partition_point(|index| *index <= booking.session);
    let near = &list[after..list.len().min(after + CHOICES_AHEAD)];
    let mut accepts = vec![booking.session];
    for _ in 0..more {
        if near.is_empty() || accepts.len() >= world.rules.sessions_max {
            break;
        }
        let candidate = near[rng.random_range(0..near.len())];
        if !accepts.contains(&candidate) && can_be_chosen(&world.sessions[candidate as usize], booking) {
            accepts.push(candidate);
        }
    }
    if !ordered {
        accepts.sort_unstable();
    }
    accepts
}

/// Every session at the booking's site on these days that takes the class and was open at the acceptance.
fn fitting(world: &World<'_>, booking: &Booking, class: LicenceClass, dates: DateRange) -> Vec<u32> {
    let session = &world.sessions[booking.session as usize];
    let list = world.index.of_site(session.subject, session.site);
    let first = list.partition_point(|index| world.sessions[*index as usize].starts_at.date() < dates.first);
    list[first..]
        .iter()
        .copied()
        .take_while(|index| world.sessions[*index as usize].starts_at.date() <= dates.last)
        .filter(|index| {
            let session = &world.sessions[*index as usize];
            session.classes.contains(&class) && can_be_chosen(session, booking)
        })
        .collect()
}

fn can_be_chosen(session: &Session, booking: &Booking) -> bool {
    session.status == SessionStatus::Planned
        && session.instants.opens_at <= booking.taken_at
        && booking.accepted_at < session.instants.closes_at
}
