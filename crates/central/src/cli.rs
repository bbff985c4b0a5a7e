//! The command line of the centre: one module per subcommand.
//!
//! The exit code is 0 only on success, 2 when what was given is wrong, 1 when something else failed.

pub mod allocate;

use clap::{Parser, Subcommand};
use std::io::Write;
use std::process::ExitCode;

/// The central server of 渝约: it decides, allocates and publishes.
#[derive(Debug, Parser)]
#[command(name = "yuyue-central", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Allocate(allocate::Arguments),
}

/// Runs a command and says on the standard error what went wrong.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let (outcome, code) = match cli.command {
        Command::Allocate(arguments) => {
            let outcome = allocate::run(&arguments);
            let code = outcome.as_ref().err().map_or(0, allocate::AllocateError::exit_code);
            (outcome.map_err(anyhow::Error::from), code)
        }
    };
    if let Err(error) = outcome {
        // Nobody is left to tell when the standard error is closed.
        let _ = writeln!(std::io::stderr(), "yuyue-central: {error:#}");
    }
    ExitCode::from(code)
}
