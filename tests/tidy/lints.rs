//! Every package obeys the lints of the workspace. The nearest `clippy.toml` wins and does not merge, so one that stands
//! in a package must repeat the bans of the root.

use crate::metadata::Metadata;
use crate::repository::{File, files};
use crate::{assert_one_complaint, assert_tidy};
use std::collections::BTreeSet;
use toml::Table;

/// The paths that a `clippy.toml` bans, and those among them that have no reason.
fn bans(text: &str) -> (BTreeSet<String>, Vec<String>) {
    let table: Table = text.parse().unwrap();
    let lists = ["disallowed-methods", "disallowed-types", "disallowed-macros"];
    let entries = lists.iter().filter_map(|list| table.get(*list)?.as_array()).flatten();
    let mut paths = BTreeSet::new();
    let mut without_reason = Vec::new();
    for entry in entries {
        let path = entry.get("path").unwrap_or(entry).as_str().unwrap_or_default().to_owned();
        if entry.get("reason").is_none() {
            without_reason.push(path.clone());
        }
        paths.insert(path);
    }
    (paths, without_reason)
}

fn check_bans(root: &str, own: &File) -> Vec<String> {
    let (own_bans, without_reason) = bans(&own.text);
    let missing = bans(root).0.into_iter().filter(|ban| !own_bans.contains(ban));
    let missing =
        missing.map(|ban| format!("{}: the ban of {ban} is missing, and the root's does not reach here", own.path));
    let bare = without_reason.into_iter().map(|ban| format!("{}: the ban of {ban} gives no reason", own.path));
    missing.chain(bare).collect()
}

fn check_manifest(path: &str, manifest: &str) -> Option<String> {
    let table: Table = manifest.parse().unwrap();
    let obeys = table.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
    (obeys != Some(true)).then(|| format!("{path}: `[lints] workspace = true` is missing"))
}

#[test]
fn every_package_obeys_the_lints_of_the_workspace() {
    let metadata = Metadata::read();
    let manifests = metadata.members().map(|package| package.folder().join("Cargo.toml"));
    let complaints = manifests.filter_map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        check_manifest(&path.display().to_string(), &text)
    });
    assert_tidy(&complaints.collect::<Vec<_>>());
}

#[test]
fn no_clippy_file_drops_a_ban() {
    let files: Vec<File> = files().into_iter().filter(|file| file.name() == "clippy.toml").collect();
    let root = files.iter().find(|file| file.path == "clippy.toml").unwrap();
    assert!(bans(&root.text).0.len() > 5, "the root bans what every package must do without");
    assert_tidy(&files.iter().flat_map(|own| check_bans(&root.text, own)).collect::<Vec<_>>());
}

#[test]
fn a_dropped_ban_and_one_without_reason_are_found() {
    let root = "disallowed-methods = [{ path = \"a::now\", reason = \"time is an argument\" }]";
    assert_one_complaint(&check_bans(root, &File::new("crates/desk/clippy.toml", "")), "a::now is missing");
    let bare = File::new("crates/desk/clippy.toml", "disallowed-methods = [\"a::now\"]");
    assert_one_complaint(&check_bans(root, &bare), "no reason");
}

#[test]
fn a_package_that_goes_its_own_way_is_found() {
    let complaint = |manifest| Vec::from_iter(check_manifest("Cargo.toml", manifest));
    assert_one_complaint(&complaint("[package]\nname = \"a\"\n"), "missing");
    assert_tidy(&complaint("[lints]\nworkspace = true\n"));
}
