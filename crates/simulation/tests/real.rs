//! The real programs, killed, stopped and starved for a minute, keep every promise; and deliberate bugs are found.

use std::path::Path;
use yuyue_simulation::bugs::Bug;
use yuyue_simulation::real::{Counts, RealConfig, RealFailure, Until, run};

/// Runs within which each bug must show: what a run hits is up to the operating system.
const RUNS: u64 = 6;

fn run_real(seed: u64, until: Until, bug: Option<Bug>) -> Result<Counts, String> {
    let program = Path::new(env!("CARGO_BIN_EXE_yuyue-simulation"));
    match run(program, RealConfig { seed, until, bug }, |_| ()) {
        Ok(counts) => Ok(counts),
        Err(RealFailure::Broken(promise)) => Err(format!("seed {seed}: {promise}")),
        Err(failure @ RealFailure::NotRun(_)) => panic!("{failure}"),
    }
}

#[test]
fn a_minute_of_kills_stops_full_disks_and_cut_lines_loses_and_doubles_nothing() {
    let counts = run_real(20_261_122, Until::Seconds(60), None).unwrap_or_else(|promise| panic!("{promise}"));
    for what in ["kills of the centre", "kills of counters", "disks full", "stops", "exchanges cut inside", "acts"] {
        let count = counts.get(what).copied().unwrap_or(0);
        assert!(count > 0, "a minute in which nothing happens shows nothing: no {what} in {counts:?}");
    }
    let commands = counts.get("commands").copied().unwrap_or(0);
    assert!(commands >= 20, "a minute in which nobody books shows nothing: {counts:?}");
}

macro_rules! is_found {
    ($($name:ident: $bug:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            let is_found = |seed| run_real(seed, Until::Kills(8), Some(Bug::$bug)).is_err();
            assert!((1..=RUNS).any(is_found), "nobody notices that {}", stringify!($name).replace('_', " "));
        })+
    };
}

is_found! {
    effects_are_lost: EffectsAreLost,
    outcomes_are_forgotten: OutcomesAreForgotten,
    saved_is_said_too_early: SavedIsSaidTooEarly,
    commands_are_given_up: CommandsAreGivenUp,
    numbers_are_given_twice: NumbersAreGivenTwice,
}
