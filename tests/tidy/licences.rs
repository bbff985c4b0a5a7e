//! Everything that we ship may be shipped: the licence of each package is one of those that ask for no more than notice.

use crate::metadata::Metadata;
use crate::repository::{File, files};
use crate::{assert_one_complaint, assert_tidy};
use serde_json::Value;

/// Licences that allow shipping with a closed or open product and ask only for their text to go along.
const ALLOWED: &[&str] = &[
    "Apache-2.0",
    "MIT",
    "MIT-0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "ISC",
    "Zlib",
    "0BSD",
    "Unlicense",
    "CC0-1.0",
    "Unicode-3.0",
    "CDLA-Permissive-2.0",
    "OFL-1.1",
    "bzip2-1.0.6",
    "WTFPL",
    "blessing",
    "Apache-2.0 WITH LLVM-exception",
];

/// Licences that reach the files of a work itself: fine for the tools that build and check the user interface, which are
/// not shipped.
const ALLOWED_FOR_TOOLS: &[&str] = &["MPL-2.0", "BlueOak-1.0.0", "CC-BY-4.0", "Python-2.0"];

/// Why the window may use a library under the Mozilla licence.
const REACHES_ITS_FILES: &str = "used unchanged below the window; the licence reaches only its own files";

/// Packages with another licence, and why each may be used.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("cssparser", "MPL-2.0", REACHES_ITS_FILES),
    ("cssparser-macros", "MPL-2.0", REACHES_ITS_FILES),
    ("dtoa-short", "MPL-2.0", REACHES_ITS_FILES),
    ("option-ext", "MPL-2.0", REACHES_ITS_FILES),
    ("selectors", "MPL-2.0", REACHES_ITS_FILES),
    ("webdriver", "MPL-2.0", "part of the end-to-end tests, never shipped"),
    // An empty licence stands for a package that names none.
    ("svelte-toolbelt", "", "its folder holds the MIT licence; only its manifest forgets to name it"),
];

/// A package of another author.
struct Foreign<'a> {
    name: &'a str,
    licence: Option<&'a str>,
}

fn check(package: &Foreign<'_>, more: &[&str]) -> Option<String> {
    let Foreign { name, licence } = package;
    let excepted = EXCEPTIONS.iter().find(|(excepted, ..)| name.trim_start_matches("node_modules/") == *excepted);
    if excepted.is_some_and(|(_, theirs, _)| *theirs == licence.unwrap_or_default()) {
        return None;
    }
    let Some(licence) = licence else { return Some(format!("{name} names no licence")) };
    let Ok(expression) = spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX) else {
        return Some(format!("{name}: the licence `{licence}` cannot be read"));
    };
    let is_allowed = expression.evaluate(|requirement| {
        let requirement = requirement.to_string();
        ALLOWED.iter().chain(more).any(|allowed| *allowed == requirement)
    });
    (!is_allowed).then(|| format!("{name}: the licence `{licence}` is not among the allowed ones"))
}

/// The packages of an npm lock file.
fn npm_packages(lock: &Value) -> Vec<(String, Option<String>)> {
    let packages = lock["packages"].as_object().unwrap().iter().filter(|(path, _)| !path.is_empty());
    packages.map(|(path, package)| (path.clone(), package["license"].as_str().map(str::to_owned))).collect()
}

#[test]
fn every_crate_may_be_shipped() {
    let metadata = Metadata::read();
    let foreign = metadata.packages.iter().filter(|package| !metadata.workspace_members.contains(&package.id));
    let complaints: Vec<String> = foreign
        .filter_map(|package| check(&Foreign { name: &package.name, licence: package.license.as_deref() }, &[]))
        .collect();
    assert_tidy(&complaints);
}

#[test]
fn every_package_of_the_user_interface_may_be_used() {
    for File { text, .. } in files().iter().filter(|file| file.name() == "package-lock.json") {
        let packages = npm_packages(&serde_json::from_str(text).unwrap());
        assert!(!packages.is_empty(), "the lock file lists packages");
        let complaints = packages
            .iter()
            .filter_map(|(name, licence)| check(&Foreign { name, licence: licence.as_deref() }, ALLOWED_FOR_TOOLS));
        assert_tidy(&complaints.collect::<Vec<_>>());
    }
}

#[test]
fn a_licence_that_asks_for_more_is_found() {
    let complaint = |licence| Vec::from_iter(check(&Foreign { name: "some-crate", licence }, &[]));
    assert_one_complaint(&complaint(Some("GPL-3.0-only")), "GPL-3.0-only");
    assert_one_complaint(&complaint(Some("MIT AND AGPL-3.0-only")), "AGPL");
    assert_one_complaint(&complaint(Some("as you like")), "cannot be read");
    assert_one_complaint(&complaint(None), "names no licence");
    assert_tidy(&complaint(Some("GPL-2.0-only OR MIT")));
    assert_tidy(&complaint(Some("MIT/Apache-2.0")));
}

#[test]
fn every_exception_is_still_needed() {
    let crates = Metadata::read().packages.into_iter().map(|package| (package.name, package.license));
    let npm = files().into_iter().filter(|file| file.name() == "package-lock.json");
    let npm = npm.flat_map(|file| npm_packages(&serde_json::from_str(&file.text).unwrap()));
    let used: Vec<(String, String)> =
        crates.chain(npm).map(|(name, licence)| (name, licence.unwrap_or_default())).collect();
    for (name, licence, why) in EXCEPTIONS {
        let is_used =
            used.iter().any(|(used, theirs)| used.trim_start_matches("node_modules/") == *name && theirs == licence);
        assert!(is_used, "nothing uses {name} under `{licence}` any more ({why}): strike the exception out");
    }
}
