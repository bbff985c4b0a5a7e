//! The centre's clock as this computer knows it: the time that was last heard, carried on by a clock that nobody can set.

use crate::world::World;
use std::time::Duration;
use yuyue_domain::time::Timestamp;

/// The centre's clock. Before the first contact since the start, this computer's clock and the last known offset serve.
#[derive(Debug, Clone, Copy)]
pub struct CentreClock {
    heard: Option<(Duration, Timestamp)>,
    offset_seconds: i64,
}

impl CentreClock {
    /// A clock that has not heard the centre yet; `offset_seconds` is how far this computer was ahead when it last did.
    #[must_use]
    pub const fn new(offset_seconds: i64) -> Self {
        Self { heard: None, offset_seconds }
    }

    /// The centre said that it is `centre` now.
    pub fn hear(&mut self, world: &dyn World, centre: Timestamp) {
        self.heard = Some((world.elapsed(), centre));
        self.offset_seconds = world.wall().seconds_since(centre);
    }

    /// Whether the centre was heard since the start.
    #[must_use]
    pub const fn has_heard(&self) -> bool {
        self.heard.is_some()
    }

    /// What the centre's clock shows now.
    #[must_use]
    pub fn now(&self, world: &dyn World) -> Timestamp {
        match self.heard {
            Some((at, centre)) => {
                let passed = world.elapsed().saturating_sub(at).as_secs();
                centre.plus_seconds(i64::try_from(passed).unwrap_or(i64::MAX))
            }
            None => world.wall().plus_seconds(-self.offset_seconds),
        }
    }

    /// Seconds by which this computer's clock is ahead of the centre's.
    #[must_use]
    pub fn offset_seconds(&self, world: &dyn World) -> i64 {
        world.wall().seconds_since(self.now(world))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestWorld, today};

    #[test]
    fn a_clock_that_somebody_sets_is_not_obeyed() {
        let noon = Timestamp::start_of(today()).plus_seconds(12 * 3600);
        let world = TestWorld::at(noon);
        let mut clock = CentreClock::new(0);
        clock.hear(&*world, noon);
        world.pass(60);
        world.set_wall(noon.plus_days(-400));
        assert_eq!(clock.now(&*world), noon.plus_seconds(60), "the time that was heard goes on");
        assert_eq!(clock.offset_seconds(&*world), -400 * 86_400 - 60, "and the difference can be shown");
    }

    #[test]
    fn before_the_first_contact_the_last_known_difference_counts() {
        let noon = Timestamp::start_of(today());
        let world = TestWorld::at(noon.plus_seconds(300));
        assert_eq!(CentreClock::new(300).now(&*world), noon, "this computer was five minutes ahead");
    }
}
