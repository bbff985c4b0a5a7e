//! The centre's tests: its store, its decisions, its clock's work and its wire. What stands on a store runs on every engine.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::duplicate_mod, reason = "one suite, two engines")]
#![allow(clippy::disallowed_methods, reason = "here several callers work at once")]
#![allow(clippy::large_futures, reason = "a test runs one of them")]

mod alike;
mod cli;
mod conformance;
mod connecting;
mod in_postgres;
mod in_sqlite;
mod invariants;
mod kit;
mod lease;
mod limits;
mod processes;
mod restore;
mod takeover;
mod training;
mod upgrade;
mod wire;
