//! The central server's program.

use std::process::ExitCode;
use yuyue_central::cli::run_from;

fn main() -> ExitCode {
    run_from(std::env::args_os())
}
