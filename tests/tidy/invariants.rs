//! The invariants in ARCHITECTURE.md name the tests that hold them, and those tests exist.

use crate::repository::{File, files};
use crate::{assert_one_complaint, assert_tidy};
use std::collections::BTreeSet;

/// Lints that hold an invariant; they have names like tests.
const LINTS: &[&str] = &["disallowed_methods", "float_arithmetic", "iter_over_hash_type"];

fn check(architecture: &str, tests: &BTreeSet<&str>) -> Vec<String> {
    let invariants = architecture.split("## What must stay true").nth(1).unwrap_or_default();
    let quoted = invariants.split('`').skip(1).step_by(2);
    let is_name = |text: &&str| {
        text.contains('_') && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let missing = quoted.filter(is_name).filter(|name| !tests.contains(name) && !LINTS.contains(name));
    let mut complaints: Vec<String> = missing
        .map(|name| format!("ARCHITECTURE.md: no test has the name `{name}` that should hold an invariant"))
        .collect();
    // Every invariant begins with its number and a sentence in bold type.
    let count = invariants
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(". **"))
        .count();
    let held = invariants.matches("*Held by*").count();
    if count != held {
        complaints.push(format!("ARCHITECTURE.md: {count} invariants, and {held} say what holds them"));
    }
    complaints
}

/// The names of all functions of the repository, tests among them.
fn test_names(files: &[File]) -> BTreeSet<&str> {
    let lines = files.iter().filter(|file| file.has_extension("rs")).flat_map(|file| file.text.lines());
    lines
        .filter_map(|line| line.trim_start().trim_start_matches("async ").strip_prefix("fn ")?.split('(').next())
        .collect()
}

#[test]
fn every_invariant_is_held_by_a_test_that_exists() {
    let files = files();
    let architecture = files.iter().find(|file| file.path == "ARCHITECTURE.md").unwrap();
    assert!(architecture.text.matches("*Held by*").count() > 10, "the invariants are there");
    assert_tidy(&check(&architecture.text, &test_names(&files)));
}

#[test]
fn an_invariant_that_nothing_holds_is_found() {
    let tests = BTreeSet::from(["it_is_held"]);
    let text = |rest: &str| format!("## What must stay true\n\n1. **Something.**\n   {rest}\n");
    assert_tidy(&check(&text("*Held by* `it_is_held`, the lint `disallowed_methods`, `clippy.toml`."), &tests));
    assert_one_complaint(&check(&text("*Held by* `it_is_gone`."), &tests), "it_is_gone");
    assert_one_complaint(&check(&text("Trust me."), &tests), "1 invariants, and 0 say");
}
