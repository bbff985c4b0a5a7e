//! `cargo xtask simulate`: as many seeds as one wants, or one of them with everything that happened in it; and `cargo xtask
//! chaos`: the real programs under faults, whose parts this program plays itself.
#![expect(clippy::print_stdout, reason = "a command line tool talks to its user through standard output")]

use std::process::ExitCode;
use yuyue_simulation::bugs::Bug;
use yuyue_simulation::real::{self, RealConfig, Until};
use yuyue_simulation::{Config, run_all};

const HELP: &str = "\
Simulate devices and a centre in virtual time

Usage: cargo xtask simulate [OPTIONS]

  --seeds N      How many seeds (200)
  --first S      The first of them (1)
  --seed S       Only this one, with everything that happens in it
  --steps N      Steps of each (150)
  --crashes N    Crashes of each (4)
  --bug NAME     With a deliberate bug, such as RefusalsAreHidden
  --once         Run each seed once; without it every seed runs twice and must end in the same state

The exit code is 0 only when every seed kept every promise.
";

const CHAOS_HELP: &str = "\
Run the real programs, a centre and three counters, under kills, stops, full disks and a bad line, and check the promises

Usage: cargo xtask chaos [OPTIONS]

  --kills N      Until so many programs were killed (200)
  --seconds N    For so many seconds instead
  --seed S       Decides the faults (from the clock)
  --bug NAME     With a deliberate bug in the tables, such as EffectsAreLost

The exit code is 0 only when every promise was kept.
";

struct Arguments {
    first: u64,
    seeds: u64,
    only: bool,
    once: bool,
    like: Config,
}

fn main() -> ExitCode {
    let all: Vec<_> = std::env::args_os().collect();
    if let Some(ended) = real::play_a_part(&all) {
        return ended;
    }
    let mut args = std::env::args().skip(1).peekable();
    if args.next_if(|word| word == "chaos").is_some() {
        return chaos(&mut args);
    }
    let arguments = match parse(&mut args) {
        Ok(arguments) => arguments,
        Err(text) => {
            println!("{text}");
            return if text == HELP { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    let Arguments { first, seeds, only, once, like } = arguments;
    let configs: Vec<Config> = (first..first + seeds).map(|seed| Config { seed, ..like }).collect();
    let summary = run_all(
        &configs,
        |_| !once,
        |config, result| match result {
            Ok(report) if only => println!("seed {}: every promise is kept, state {}", config.seed, report.hash),
            Ok(_) => {}
            Err(failure) if only => println!("{failure}"),
            Err(failure) => println!("seed {}: {}", config.seed, failure.promise),
        },
    );
    for (what, count) in &summary.counts {
        println!("{count:>9} {what}");
    }
    println!("{} seeds kept every promise, {} did not", summary.kept, summary.failures.len());
    if let Some(failure) = summary.failures.first().filter(|_| !only) {
        println!("\nThe first of them:\n{failure}");
    }
    if summary.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn chaos(args: &mut impl Iterator<Item = String>) -> ExitCode {
    let begun = parse_chaos(args).and_then(|config| {
        println!("seed {}", config.seed);
        let program = std::env::current_exe().map_err(|error| format!("this program cannot be found: {error}"))?;
        real::run(&program, config, |text| println!("{text}")).map_err(|failure| failure.to_string())
    });
    match begun {
        Ok(counts) => {
            for (what, count) in &counts {
                println!("{count:>9} {what}");
            }
            println!("every promise is kept");
            ExitCode::SUCCESS
        }
        Err(text) => {
            println!("{text}");
            if text == CHAOS_HELP { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
    }
}

fn parse_chaos(args: &mut impl Iterator<Item = String>) -> Result<RealConfig, String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever names no seed gets another one each time, and is told which"
    )]
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let mut config = RealConfig { seed: since.as_secs(), until: Until::Kills(200), bug: None };
    while let Some(option) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{option} needs a value\n\n{CHAOS_HELP}"));
        match option.as_str() {
            "--help" | "-h" => return Err(CHAOS_HELP.to_owned()),
            "--kills" => config.until = Until::Kills(number(&value()?)?),
            "--seconds" => config.until = Until::Seconds(number(&value()?)?),
            "--seed" => config.seed = number(&value()?)?,
            "--bug" => config.bug = Some(bug_of(&value()?)?),
            other => return Err(format!("there is no option `{other}`\n\n{CHAOS_HELP}")),
        }
    }
    Ok(config)
}

fn bug_of(name: &str) -> Result<Bug, String> {
    let bug = Bug::ALL.into_iter().find(|bug| format!("{bug:?}") == name);
    bug.ok_or_else(|| format!("no bug is called {name}; there are {:?}", Bug::ALL))
}

fn parse(args: &mut impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments { first: 1, seeds: 200, only: false, once: false, like: Config::new(0) };
    while let Some(option) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{option} needs a value\n\n{HELP}"));
        match option.as_str() {
            "--help" | "-h" => return Err(HELP.to_owned()),
            "--once" => arguments.once = true,
            "--seeds" => arguments.seeds = number(&value()?)?,
            "--first" => arguments.first = number(&value()?)?,
            "--seed" => (arguments.first, arguments.seeds, arguments.only) = (number(&value()?)?, 1, true),
            "--steps" => arguments.like.steps = number(&value()?)?,
            "--crashes" => arguments.like.crashes = number(&value()?)?,
            "--bug" => arguments.like.bug = Some(bug_of(&value()?)?),
            other => return Err(format!("there is no option `{other}`\n\n{HELP}")),
        }
    }
    Ok(arguments)
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is no number\n\n{HELP}"))
}
