//! Where the city's chance comes from: one stream of random numbers per purpose and index, all from one seed.
//!
//! Because no stream depends on how much another one was read, any single applicant can be made without the others.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream is for; streams of different purposes never overlap.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// Who an applicant is and what happened before the recorded sessions.
    Person = 1,
    /// The plan of sessions.
    Plan = 2,
    /// Who asks for which session and how it ends.
    Bookings = 3,
    /// The details of one booking: mode, channel, accepted sessions.
    Wish = 4,
    /// Names of clerks.
    Staff = 5,
    /// The name of an applicant.
    Name = 6,
    /// The random part of an application's id.
    Id = 7,
    /// Where an application was taken.
    Desk = 8,
}

/// The stream of `purpose` and `index`.
pub(crate) fn stream(seed: u64, purpose: Purpose, index: u32) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream((purpose as u64) << 32 | u64::from(index));
    rng
}

/// Whether something that happens `permille` times in a thousand happens now.
pub(crate) fn chance(rng: &mut ChaCha8Rng, permille: u32) -> bool {
    rng.random_ratio(permille.min(1000), 1000)
}

/// One of `choices`, each as often as its weight says; the first one when all weights are 0.
pub(crate) fn weighted<T: Copy>(rng: &mut ChaCha8Rng, choices: &[(T, u32)]) -> Option<T> {
    let total: u32 = choices.iter().map(|(_, weight)| weight).sum();
    let mut ticket = if total == 0 { 0 } else { rng.random_range(0..total) };
    for (choice, weight) in choices {
        if ticket < *weight {
            return Some(*choice);
        }
        ticket -= weight;
    }
    choices.first().map(|(choice, _)| *choice)
}

/// One of `choices`, none when there are none.
pub(crate) fn one_of<T: Copy>(rng: &mut ChaCha8Rng, choices: &[T]) -> Option<T> {
    let last = u32::try_from(choices.len()).ok()?.checked_sub(1)?;
    choices.get(rng.random_range(0..=last) as usize).copied()
}
