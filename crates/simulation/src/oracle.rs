//! The promises, checked from outside over the files themselves.

pub mod cache;
pub mod effects;
pub mod order;
pub mod outbox;
pub mod places;
pub mod truth;
pub mod waiting;
