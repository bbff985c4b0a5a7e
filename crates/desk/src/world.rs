//! The only door to clocks, randomness and plain files, so that a simulation can own them.

use crate::files::{Files, SystemFiles};
use std::time::Duration;
use uuid::Uuid;
use yuyue_domain::time::Timestamp;

/// What the desk needs of the world around it.
pub trait World: Send + Sync {
    /// What this computer's clock shows. It may be wrong; [`crate::centre_clock::CentreClock`] is what counts.
    fn wall(&self) -> Timestamp;

    /// Time since some fixed moment. It never goes back and goes on while the computer sleeps.
    fn elapsed(&self) -> Duration;

    /// Fills `bytes` with randomness fit for keys.
    fn fill(&self, bytes: &mut [u8]);

    /// What a hash of a password costs: the recommendation of OWASP, 19 MiB and two passes. Only a world in which nobody
    /// has anything to hide may make it cheap.
    fn password_cost(&self) -> argon2::Params {
        argon2::Params::default()
    }

    /// The disk, for everything that is no database.
    fn files(&self) -> &dyn Files {
        &SystemFiles
    }
}

/// A new identifier: a `UUIDv7` of the given instant.
#[must_use]
pub fn new_id(world: &dyn World, now: Timestamp) -> Uuid {
    let mut random = [0; 10];
    world.fill(&mut random);
    let millis = u64::try_from(now.unix()).unwrap_or(0).saturating_mul(1000);
    // The clock counts whole seconds; the sub-second part only spreads the identifiers of one second.
    let spread = u64::from(u16::from_be_bytes([random[8], random[9]]) % 1000);
    uuid::Builder::from_unix_timestamp_millis(millis + spread, &random).into_uuid()
}

/// The operating system's clocks and randomness.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemWorld;

impl World for SystemWorld {
    fn wall(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is where the programs of a device read the clock")]
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)).unwrap_or(Timestamp::MAX)
    }

    #[cfg(target_os = "linux")]
    fn elapsed(&self) -> Duration {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
    }

    #[cfg(not(target_os = "linux"))]
    fn elapsed(&self) -> Duration {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }

    fn fill(&self, bytes: &mut [u8]) {
        #[expect(clippy::disallowed_methods, reason = "this is where the programs of a device draw randomness")]
        // Without randomness no key and no identifier is safe, and nothing can go on.
        getrandom::fill(bytes).expect("the operating system has randomness");
    }
}
