//! Nothing in the repository tells on which machine or behind which mirror it was written.

use crate::repository::{File, files};
use crate::{assert_one_complaint, assert_tidy};

/// Beginnings of paths of one machine. Split, so that this file does not find itself.
const MACHINE_PATHS: &[(&str, &str)] =
    &[("/ho", "me/"), ("/ro", "ot/"), ("/Use", "rs/"), ("/wo", "rk/"), ("C:\\", "Users")];

/// Words of package mirrors and of public registries, which the package clients know by themselves.
const REGISTRIES: &[(&str, &str)] = &[
    ("artif", "actory"),
    ("registry.", "npmjs"),
    ("registry.", "npmmirror"),
    ("pypi.", "org"),
    ("index.", "crates.io"),
];

fn check(file: &File) -> Vec<String> {
    let mut complaints = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        let mut complain = |what: &str, found: &str| {
            complaints.push(format!("{}:{}: {what} `{found}`", file.path, number + 1));
        };
        for found in MACHINE_PATHS.iter().map(joined).filter(|found| starts_path(line, found)) {
            complain("a path of one machine", &found);
        }
        for found in REGISTRIES.iter().map(joined).filter(|found| line.contains(found.as_str())) {
            complain("the host of a registry", &found);
        }
    }
    complaints
}

fn joined((first, second): &(&str, &str)) -> String {
    format!("{first}{second}")
}

/// Whether `start` begins a path in `line`, rather than being a part of a longer one such as an address of the web.
fn starts_path(line: &str, start: &str) -> bool {
    let before_path = |c: char| c.is_whitespace() || "\"'`=(:[<".contains(c);
    line.match_indices(start).any(|(at, _)| line[..at].chars().next_back().is_none_or(before_path))
}

#[test]
fn no_file_tells_where_it_was_written() {
    assert_tidy(&files().iter().flat_map(check).collect::<Vec<_>>());
}

#[test]
fn a_path_of_a_machine_is_found() {
    let text = format!("let a = \"{}me/zhang/data\";", "/ho");
    assert_one_complaint(&check(&File::new("a.rs", &text)), "a path of one machine");
    assert_tidy(&check(&File::new("ui/src/a.ts", &format!("import a from '../screens{}me/a';", "/ho"))));
}

#[test]
fn the_host_of_a_registry_is_found() {
    let text = format!("\"resolved\": \"https://{}npmjs.org/a/-/a-1.0.0.tgz\"", "registry.");
    assert_one_complaint(&check(&File::new("ui/package-lock.json", &text)), "the host of a registry");
}
