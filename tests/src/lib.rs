//! The kit of the suites across the packages: the real window, driven from outside as a person would.

#![allow(clippy::unwrap_used, reason = "a test whose surroundings fail can only fail itself")]
#![allow(clippy::print_stderr, reason = "a failing test tells what it can")]
#![allow(clippy::missing_panics_doc, reason = "every function of the kit panics when the test cannot go on")]

pub mod centre;
pub mod computer;
pub mod counter;
pub mod drop;
mod frame;
mod processes;
pub mod reader;
pub mod screen;
mod traces;
pub mod window;
