//! The whole counter application without a window: cache, look-up, outbox, sync and use cases.

pub mod backoff;
pub mod cache;
pub mod centre_clock;
pub mod client;
pub mod desk;
pub mod device;
pub mod error;
pub mod files;
pub mod folder;
pub mod follow;
pub mod journal;
pub mod keys;
pub mod line;
pub mod lookup;
pub mod opening;
pub mod sync;
#[cfg(test)]
mod testing;
pub mod upkeep;
pub mod use_cases;
pub mod view;
pub mod world;
