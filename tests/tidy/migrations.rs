//! Migrations are numbered without gaps, named alike in every engine, and never change once they are released.

use crate::assert_one_complaint;
use crate::assert_tidy;
use crate::repository::{File, files};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// The checksums of released migrations, one `checksum  path` per line. A release adds lines and never changes one.
const RELEASED: &str = include_str!("migrations.sha256");

fn check(migrations: &[&File], released: &str) -> Vec<String> {
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in migrations {
        let (folder, name) = file.path.rsplit_once('/').unwrap();
        folders.entry(folder).or_default().push(name);
    }
    let mut complaints: Vec<String> = folders.iter().flat_map(|(folder, names)| check_numbers(folder, names)).collect();
    complaints.extend(check_engines(&folders));
    complaints.extend(check_released(migrations, released));
    complaints
}

/// `V1__applicants.sql`, `V2__…`: every number from 1 on is there once.
fn check_numbers(folder: &str, names: &[&str]) -> Vec<String> {
    let number = |name: &str| -> Option<usize> {
        let (number, words) = name.strip_prefix('V')?.strip_suffix(".sql")?.split_once("__")?;
        let is_word =
            !words.is_empty() && words.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if is_word { number.parse().ok() } else { None }
    };
    let misnamed = names.iter().filter(|name| number(name).is_none());
    let mut complaints: Vec<String> =
        misnamed.map(|name| format!("{folder}/{name}: a migration is named like V3__some_words.sql")).collect();
    let mut numbers: Vec<usize> = names.iter().filter_map(|name| number(name)).collect();
    numbers.sort_unstable();
    if !numbers.iter().copied().eq(1..=numbers.len()) {
        complaints.push(format!("{folder}: the numbers {numbers:?} have a gap or stand twice"));
    }
    complaints
}

/// Store engines: their folders `migrations/<engine>`, side by side, hold files of the same names.
const ENGINES: &[&str] = &["sqlite", "postgres"];

/// Whether the engines of each store go through the same steps.
fn check_engines(folders: &BTreeMap<&str, Vec<&str>>) -> Vec<String> {
    let mut sets: BTreeMap<&str, Vec<(&str, BTreeSet<&str>)>> = BTreeMap::new();
    for (folder, names) in folders {
        if let Some((parent, _)) = folder.rsplit_once('/').filter(|(_, engine)| ENGINES.contains(engine)) {
            sets.entry(parent).or_default().push((folder, names.iter().copied().collect()));
        }
    }
    let differing = sets.values().flat_map(|engines| engines.windows(2)).filter(|pair| pair[0].1 != pair[1].1);
    differing.map(|pair| format!("{} and {} hold migrations of different names", pair[0].0, pair[1].0)).collect()
}

fn check_released(migrations: &[&File], released: &str) -> Vec<String> {
    let lines = released.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let Some((checksum, path)) = line.split_once("  ") else {
                return Some(format!("migrations.sha256: `{line}` is no checksum and path"));
            };
            match migrations.iter().find(|file| file.path == path) {
                None => Some(format!("{path}: a released migration is gone")),
                Some(file) if checksum_of(&file.text) != checksum => {
                    Some(format!("{path}: a released migration changed; write a new one instead"))
                }
                Some(_) => None,
            }
        })
        .collect()
}

fn checksum_of(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[test]
fn migrations_are_numbered_alike_and_never_change() {
    let files = files();
    let is_migration = |file: &&File| file.has_extension("sql") && file.path.contains("/migrations/");
    assert_tidy(&check(&files.iter().filter(is_migration).collect::<Vec<_>>(), RELEASED));
}

#[test]
fn a_gap_a_double_number_and_an_odd_name_are_found() {
    let named = |names: &[&str]| {
        let files: Vec<File> = names.iter().map(|name| File::new(&format!("a/migrations/{name}"), "")).collect();
        check(&files.iter().collect::<Vec<_>>(), "")
    };
    assert_one_complaint(&named(&["V1__a.sql", "V3__b.sql"]), "gap");
    assert_one_complaint(&named(&["V1__a.sql", "V1__b.sql"]), "twice");
    assert_one_complaint(&named(&["V1__a.sql", "V2_b.sql"]), "named like");
    assert_tidy(&named(&["V1__a.sql", "V2__b_c.sql"]));
}

#[test]
fn engines_that_drift_apart_are_found() {
    let one = File::new("a/migrations/sqlite/V1__a.sql", "");
    let other = File::new("a/migrations/postgres/V1__b.sql", "");
    assert_one_complaint(&check(&[&one, &other], ""), "different names");
}

#[test]
fn a_released_migration_that_changed_or_went_is_found() {
    let file = File::new("a/migrations/V1__a.sql", "CREATE TABLE a (b);");
    let line = format!("{}  {}\n", checksum_of(&file.text), file.path);
    assert_tidy(&check(&[&file], &line));
    let changed = File::new(&file.path, "CREATE TABLE a (c);");
    assert_one_complaint(&check(&[&changed], &line), "changed");
    assert_one_complaint(&check(&[], &line), "gone");
    assert_one_complaint(&check(&[], "nonsense"), "no checksum");
}
