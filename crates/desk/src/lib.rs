//! The whole counter application without a window: cache, look-up, outbox, sync and use cases.

pub mod view;
