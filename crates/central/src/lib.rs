//! The central server: it decides, allocates and publishes.

pub mod audit;
pub mod authority;
pub mod cli;
pub mod clock;
pub mod core;
pub mod entropy;
pub mod password;
pub mod secret;
pub mod store;
