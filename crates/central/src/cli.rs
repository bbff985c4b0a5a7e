//! The command line of the centre: one module per subcommand.
//!
//! The exit code is 0 only on success, 2 when what was given is wrong, 1 when something else failed.

pub mod allocate;
mod audit;
mod backup;
mod clerk;
mod device;
mod generate;
mod import;
mod init;
mod openapi;
mod output;
mod place;
mod publish;
mod record;
mod serve;

use clap::{Parser, Subcommand};
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

/// What a command ends with.
type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// The central server of 渝约: it decides, allocates and publishes.
#[derive(Debug, Parser)]
#[command(name = "yuyue-central", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Arguments),
    Serve(serve::Arguments),
    Import(import::Arguments),
    Allocate(allocate::Arguments),
    Publish(publish::Arguments),
    Record(record::Arguments),
    Device(device::Arguments),
    Clerk(clerk::Arguments),
    Audit(audit::Arguments),
    Backup(backup::Arguments),
    Generate(generate::Arguments),
    Openapi(openapi::Arguments),
}

/// Runs the command of these arguments, the first of which is the program's name.
#[must_use]
pub fn run_from(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> ExitCode {
    run(Cli::parse_from(arguments))
}

/// Runs a command and says on the standard error what went wrong.
fn run(cli: Cli) -> ExitCode {
    let outcome = match cli.command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Allocate(arguments) => allocate::run(&arguments).map_err(Into::into),
        Command::Publish(arguments) => publish::run(&arguments),
        Command::Record(arguments) => record::run(&arguments),
        Command::Device(arguments) => device::run(&arguments),
        Command::Clerk(arguments) => clerk::run(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Openapi(arguments) => openapi::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when the standard error is closed.
            let _ = writeln!(std::io::stderr(), "yuyue-central: {}", with_causes(&*error));
            ExitCode::from(exit_code(&*error))
        }
    }
}

/// An error with everything that led to it.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| std::error::Error::source(error));
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// 2 when what was given is wrong, 1 when something else failed.
fn exit_code(error: &(dyn Error + 'static)) -> u8 {
    if let Some(error) = error.downcast_ref::<allocate::AllocateError>() {
        return error.exit_code();
    }
    let is_input = error.is::<crate::config::ConfigError>() || error.is::<import::InputError>();
    if is_input { 2 } else { 1 }
}
