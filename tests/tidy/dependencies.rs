//! Who may depend on whom. A layer that cannot see another one cannot leak into it.

use crate::metadata::{Dependency, Metadata, Package};
use crate::{assert_one_complaint, assert_tidy};

/// A package and which of our own packages its code may use.
const LAYERS: &[(&str, &[&str])] = &[
    ("yuyue-domain", &[]),
    ("yuyue-protocol", &["yuyue-domain"]),
    ("yuyue-sqlite", &[]),
    ("yuyue-desk", &["yuyue-domain", "yuyue-protocol", "yuyue-sqlite"]),
    // `yuyue-central generate` writes a synthetic city.
    ("yuyue-central", &["yuyue-domain", "yuyue-protocol", "yuyue-sqlite", "yuyue-sample"]),
    ("yuyue-devices", &["yuyue-domain"]),
    ("yuyue-sample", &["yuyue-domain"]),
    // It passes on their types and lends the desk its line and its key store. The centre only in the training edition.
    ("yuyue", &["yuyue-desk", "yuyue-devices", "yuyue-domain", "yuyue-protocol", "yuyue-sqlite", "yuyue-central"]),
    // It plays the world around both ends, and looks into their files.
    (
        "yuyue-simulation",
        &["yuyue-desk", "yuyue-central", "yuyue-domain", "yuyue-protocol", "yuyue-sqlite", "yuyue-sample"],
    ),
    // Its kit plays another counter and looks into the files of this one.
    ("yuyue-tests", &["yuyue-desk", "yuyue-domain", "yuyue-protocol", "yuyue-sqlite"]),
    ("xtask", &[]),
];

/// All that the rules may use: data types, but nothing that reads a clock, draws a number or touches the world.
const PURE: &[&str] = &[
    "chrono",
    "pinyin",
    "serde",
    "specta",
    "thiserror",
    "toml",
    "uuid",
    // Tables whose order depends on nothing but their content; they are looked up, never walked.
    "hashbrown",
    "rustc-hash",
];

/// A library and the only packages of ours whose code may name it.
const PLACES: &[(&str, &[&str])] = &[
    ("rusqlite", &["yuyue-sqlite", "yuyue-desk", "yuyue-central", "yuyue-simulation"]),
    ("refinery", &["yuyue-sqlite", "yuyue-desk", "yuyue-central"]),
    ("tokio-postgres", &["yuyue-central"]),
    ("tokio-postgres-rustls", &["yuyue-central"]),
    ("deadpool-postgres", &["yuyue-central"]),
    ("axum", &["yuyue-central"]),
    ("utoipa", &["yuyue-central"]),
    ("clap", &["yuyue-central"]),
    ("rcgen", &["yuyue-central", "yuyue-desk"]),
    ("reqwest", &["yuyue-desk"]),
    ("keyring", &["yuyue"]),
    ("serialport", &["yuyue-devices"]),
    ("krilla", &["yuyue-devices"]),
    ("tauri", &["yuyue"]),
    ("tauri-specta", &["yuyue"]),
    ("rand", &["yuyue-sample", "yuyue-simulation"]),
    ("anyhow", &["xtask", "yuyue-central"]),
    // One `links = "sqlite3"` per lock file, and it is rusqlite's.
    ("sqlx", &[]),
];

fn check(package: &Package) -> Vec<String> {
    let name = package.name.as_str();
    let Some((_, layers)) = LAYERS.iter().find(|(layer, _)| *layer == name) else {
        return vec![format!("{name}: a new package needs a line in the table of layers")];
    };
    let used = package.dependencies.iter().filter(|dependency| dependency.kind.as_deref() != Some("dev"));
    used.filter_map(|Dependency { name: used, .. }| {
        let is_ours = LAYERS.iter().any(|(layer, _)| layer == used);
        let place = PLACES.iter().find(|(library, _)| library == used);
        if is_ours && !layers.contains(&used.as_str()) {
            Some(format!("{name} uses {used}, a layer that it must not see"))
        } else if name == "yuyue-domain" && !PURE.contains(&used.as_str()) {
            Some(format!("{name} uses {used}, and the rules use data types only"))
        } else if place.is_some_and(|(_, places)| !places.contains(&name)) {
            Some(format!("{name} uses {used}, which belongs to another package"))
        } else {
            None
        }
    })
    .collect()
}

#[test]
fn every_package_sees_only_the_layers_below_it() {
    let metadata = Metadata::read();
    assert!(metadata.members().count() > 8, "cargo knows our packages");
    assert_tidy(&metadata.members().flat_map(check).collect::<Vec<_>>());
}

/// Of the centre the training edition takes a file as its store, and no client of a database.
fn check_window(package: &Package) -> Vec<String> {
    let centre = package.dependencies.iter().filter(|used| used.name == "yuyue-central");
    let takes_all =
        |used: &&Dependency| used.uses_default_features || used.features.iter().any(|one| one == "postgres");
    let complaint = |_| format!("{} takes the client of a database along", package.name);
    centre.filter(takes_all).map(complaint).collect()
}

#[test]
fn the_window_takes_no_client_of_a_database_along() {
    let metadata = Metadata::read();
    let window = metadata.members().find(|package| package.name == "yuyue").unwrap();
    assert_tidy(&check_window(window));
    assert_one_complaint(&check_window(&using("yuyue", "yuyue-central", None)), "client of a database");
}

#[test]
fn a_look_at_a_forbidden_layer_is_found() {
    assert_one_complaint(&check(&using("yuyue-desk", "yuyue-central", None)), "must not see");
    assert_one_complaint(&check(&using("yuyue-domain", "rand", None)), "data types only");
    assert_one_complaint(&check(&using("yuyue", "rusqlite", None)), "belongs to another package");
    assert_one_complaint(&check(&using("yuyue-new", "serde", None)), "table of layers");
    assert_tidy(&check(&using("yuyue-desk", "yuyue-central", Some("dev"))));
}

fn using(name: &str, used: &str, kind: Option<&str>) -> Package {
    Package {
        id: String::new(),
        name: name.to_owned(),
        license: None,
        dependencies: vec![Dependency {
            name: used.to_owned(),
            kind: kind.map(str::to_owned),
            uses_default_features: true,
            features: Vec::new(),
        }],
        manifest_path: String::new(),
    }
}
