//! The central server's program.

use clap::Parser;
use std::process::ExitCode;
use yuyue_central::cli::{Cli, run};

fn main() -> ExitCode {
    run(Cli::parse())
}
