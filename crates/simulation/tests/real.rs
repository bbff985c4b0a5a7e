//! The real programs, killed, stopped and starved for a minute, keep every promise; and deliberate bugs are found.

use std::path::Path;
use yuyue_simulation::bugs::Bug;
use yuyue_simulation::real::{Counts, RealConfig, RealFailure, Until, run};

fn run_real(until: Until, bug: Option<Bug>) -> Result<Counts, RealFailure> {
    let program = Path::new(env!("CARGO_BIN_EXE_yuyue-simulation"));
    run(program, RealConfig { seed: 20_261_122, until, bug }, |_| ())
}

#[test]
fn a_minute_of_kills_stops_full_disks_and_cut_lines_loses_and_doubles_nothing() {
    let counts = run_real(Until::Seconds(60), None).unwrap_or_else(|promise| panic!("seed 20261122: {promise}"));
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
            let found = run_real(Until::Kills(8), Some(Bug::$bug));
            let is_found = matches!(found, Err(RealFailure::Broken(_)));
            assert!(is_found, "nobody notices that {}: {found:?}", stringify!($name).replace('_', " "));
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
