//! Many devices and a centre in virtual time, under one seed. See `docs/simulation.md`.

pub mod bugs;
mod centre;
mod city;
mod clerk;
mod clocks;
mod device;
mod disk;
mod hash;
mod line;
mod model;
mod oracle;
pub mod real;
mod runner;
pub mod storage;
mod world;

pub use runner::{Summary, run_all, run_once_or_twice};
pub use world::{Config, Failure, Report};
