//! Two hundred seeds keep every promise, and the same seed gives the same run.

use yuyue_simulation::{Config, run_all};

#[test]
fn two_hundred_seeds_keep_every_promise_and_every_tenth_runs_twice_alike() {
    let configs: Vec<Config> = (1..=200).map(Config::new).collect();
    let summary = run_all(&configs, |config| config.seed.is_multiple_of(10), |_, _| ());
    let failed: Vec<String> = summary.failures.iter().map(|failure| format!("{failure}\n")).collect();
    assert!(failed.is_empty(), "{} of 200 seeds broke a promise:\n{}", failed.len(), failed.concat());
    assert_eq!(summary.kept, 200, "every seed ran");
    // A simulation in which nothing happens keeps every promise, too.
    for (what, least) in [
        ("commands", 5_000),
        ("places given", 100),
        ("crashes", 800),
        ("restores", 20),
        ("groups decided", 20),
        ("disks full", 100),
        ("clocks set", 100),
        ("requests dropped", 1_000),
        ("replies lost", 1_000),
        ("requests duplicated", 1_000),
        ("requests late", 1_000),
        ("acts of the operator", 500),
    ] {
        let count = summary.counts.get(what).copied().unwrap_or(0);
        assert!(count >= least, "too little happened: {count} {what}, at least {least} are expected");
    }
}
