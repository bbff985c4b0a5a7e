//! The centre's tests: its store, its decisions, its clock's work and its wire.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod api;
mod cli;
mod codes;
mod commands;
mod conformance;
mod due;
mod feed;
mod kit;
mod messages;
mod open_records;
mod outlook;
mod publication;
mod race;
mod results;
mod sign_in;
mod training;
mod visits;
