//! The commands of this repository: `cargo xtask run`, `test`, `simulate`, `chaos`, `storage`, `bench`, `bindings` and
//! `package`.
//!
//! They start from a machine that has Rust and Node and nothing else, and say what they install. This package has few
//! dependencies on purpose: it is compiled before anything else can happen.

#![expect(clippy::print_stdout, reason = "a command line tool talks to its user through standard output")]

mod api;
mod bench;
mod report;
mod shell;
mod system;
mod test;
mod ui;
mod window;

use anyhow::{Result, bail};
use std::process::ExitCode;

const HELP: &str = "\
Commands of this repository

Usage: cargo xtask <COMMAND>

Commands:
  run       Build and open the window of the training edition
  test      Check and test everything, the real window included
  simulate  Run devices and a centre in virtual time, for as many seeds as one wants
  chaos     Run the real programs under kills, full disks and a bad line, and check what they promise
  storage   Fail every operation of the disk, lose power and flip bits, and check what is left
  bench     Measure the benchmarks of all packages
  bindings  Write the TypeScript bindings of the window's commands
  package   Build installable packages of the windows of both editions

`cargo xtask <COMMAND> --help` tells more about one of them.
";

const BINDINGS_HELP: &str = "\
Write the TypeScript types of what the host gives to the window to ui/src/ipc/bindings.ts

Usage: cargo xtask bindings

The file is kept in the repository; `cargo xtask test` fails when it no longer fits the commands.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(code) => code,
        Err(error) => {
            println!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<ExitCode> {
    let (command, rest) = match args.split_first() {
        None => ("--help", args),
        Some((command, rest)) => (command.as_str(), rest),
    };
    let simulation: Option<(&str, &[&str])> = match command {
        "simulate" => Some(("yuyue-simulation", &[])),
        "chaos" => Some(("yuyue-simulation", &["chaos"])),
        "storage" => Some(("storage", &[])),
        _ => None,
    };
    if let Some((program, part)) = simulation {
        std::env::set_current_dir(shell::root())?;
        return simulate(program, part, rest);
    }
    let (own, passed_on) = split_at_dashes(rest);
    let wants_help = own.iter().any(|arg| arg == "--help" || arg == "-h");
    let help = match command {
        "--help" | "-h" | "help" => HELP,
        "run" => window::RUN_HELP,
        "test" => test::HELP,
        "bench" => bench::HELP,
        "bindings" => BINDINGS_HELP,
        "package" => window::PACKAGE_HELP,
        other => bail!("there is no command `{other}`\n\n{HELP}"),
    };
    if wants_help || help == HELP {
        println!("{help}");
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(unknown) = own.first() {
        bail!("`{command}` does not take `{unknown}`\n\n{help}");
    }
    std::env::set_current_dir(shell::root())?;
    match command {
        "run" => window::run(passed_on)?,
        "test" => return Ok(test::run()),
        "bench" => bench::run(passed_on)?,
        "bindings" => window::write_bindings()?,
        _ => window::package()?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What stands before the first `--` is for us, what follows is for the program that we start.
fn split_at_dashes(args: &[String]) -> (&[String], &[String]) {
    match args.iter().position(|arg| arg == "--") {
        None => (args, &[]),
        Some(at) => (&args[..at], &args[at + 1..]),
    }
}

/// The options are the simulation's own; `--help` tells them.
fn simulate(program: &str, part: &[&str], options: &[String]) -> Result<ExitCode> {
    system::install_packages(system::BUILD_PACKAGES)?;
    shell::cargo(&["run", "--quiet", "--release", "--package", "yuyue-simulation", "--bin", program, "--"])
        .args(part)
        .args(options)
        .run()?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::split_at_dashes;

    #[test]
    fn what_follows_the_dashes_is_passed_on() {
        let args = ["--help", "--", "--kiosk"].map(String::from);
        let (own, passed_on) = split_at_dashes(&args);
        assert_eq!(own, ["--help"], "words before the dashes are ours");
        assert_eq!(passed_on, ["--kiosk"], "words after the dashes belong to the window");
    }
}
