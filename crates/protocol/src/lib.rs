//! What crosses the wire between a device and the centre: commands out, outcomes and changes back.
//!
//! A type that the domain owns travels as it is; this crate adds only what the journey itself needs. The [`centre::Centre`]
//! trait is implemented by the centre's core and by the client of every device, so that a test or a simulation can put
//! them face to face without a network.

pub mod account;
pub mod centre;
pub mod change;
pub mod code;
pub mod command;
pub mod cursor;
pub mod envelope;
pub mod error;
pub mod open_record;
pub mod outcome;
pub mod query;
pub mod signature;
pub mod visit;
pub mod witness;
