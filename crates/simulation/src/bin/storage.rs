//! `cargo xtask storage`: every operation of the disk fails, the power fails and bits flip, as often as one wants.
#![expect(clippy::print_stdout, reason = "a command line tool talks to its user through standard output")]

use std::process::ExitCode;
use yuyue_simulation::storage::{CacheSweep, CentreSweep, DeskSweep, flip_bits, lose_power, sweep};

const HELP: &str = "\
Fail every operation of the disk, lose power at any moment and flip bits, and check what is left

Usage: cargo xtask storage [OPTIONS]

  --images N     Power losses (10000)
  --flips N      Flipped bits (10000)
  --stride N     Only every so many operations fail (1)
  --seed S       The seed of the power losses and bits (1)

The exit code is 0 only when every promise was kept.
";

struct Arguments {
    images: u64,
    flips: u64,
    stride: u64,
    seed: u64,
}

fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(text) => {
            println!("{text}");
            return if text == HELP { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    let Arguments { images, flips, stride, seed } = arguments;
    let told = |what: &str, result: Result<String, String>| {
        let (verdict, text) = match &result {
            Ok(text) => ("kept", text),
            Err(broken) => ("BROKEN", broken),
        };
        println!("{verdict:<7}{what}: {text}");
        result.is_ok()
    };
    let kept = [
        told("counter", sweep(&DeskSweep { bug: None }, stride).map(|swept| format!("{swept:?}"))),
        told("cache", sweep(&CacheSweep { bug: None }, stride).map(|swept| format!("{swept:?}"))),
        told("centre", sweep(&CentreSweep { bug: None }, stride).map(|swept| format!("{swept:?}"))),
        told("power", lose_power(images, seed, None).map(|told| format!("{images} images, {told} told commands"))),
        told("bits", flip_bits(flips, seed, None).map(|flipped| format!("{flips} flips, {flipped:?}"))),
    ];
    if kept.iter().all(|kept| *kept) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn parse(mut args: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments { images: 10_000, flips: 10_000, stride: 1, seed: 1 };
    while let Some(option) = args.next() {
        let place = match option.as_str() {
            "--help" | "-h" => return Err(HELP.to_owned()),
            "--images" => &mut arguments.images,
            "--flips" => &mut arguments.flips,
            "--stride" => &mut arguments.stride,
            "--seed" => &mut arguments.seed,
            other => return Err(format!("there is no option `{other}`\n\n{HELP}")),
        };
        let value = args.next().ok_or_else(|| format!("{option} needs a value\n\n{HELP}"))?;
        *place = value.parse().map_err(|_| format!("`{value}` is no number\n\n{HELP}"))?;
    }
    if arguments.stride == 0 { Err(format!("--stride begins with 1\n\n{HELP}")) } else { Ok(arguments) }
}
