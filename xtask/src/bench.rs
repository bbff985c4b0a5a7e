//! `cargo xtask bench`: every benchmark of the repository, one after the other, to the end.

use crate::{shell, system, ui, window};
use anyhow::{Result, bail};
use std::fs;
use std::path::Path;
use std::time::Instant;

pub const HELP: &str = "\
Measure the benchmarks of all packages, one after the other

Usage: cargo xtask bench [-- <WORD>]

With a word only those run that have it in their name, such as `cargo xtask bench -- lookup`. Each prints its own table;
at the end stands which ran to their end. The figures of docs/performance.md come from here.
";

/// Runs the benchmarks; one that fails does not keep the others from running.
///
/// # Errors
/// When there is none with the word in its name, or one failed.
pub fn run(passed_on: &[String]) -> Result<()> {
    system::install_packages(system::BENCH_PACKAGES)?;
    let found = find(shell::root(), passed_on.first().map_or("", String::as_str))?;
    if found.is_empty() {
        bail!("no benchmark has that word in its name");
    }
    for bench in &found {
        if bench.opens_window() {
            system::install_packages(system::TEST_PACKAGES)?;
            ui::build()?;
            window::build_editions()?;
        }
        bench.command().args(["--no-run"]).run()?;
    }
    let mut rows = Vec::new();
    for bench in &found {
        let title = format!("{}: {}", bench.package, bench.name);
        println!("\n=== {title}");
        rows.push((title, measure(bench)));
    }
    println!("\n=== Summary");
    for (title, (has_ended, seconds)) in &rows {
        println!("{} {title:<32} {seconds:>7.1} s", if *has_ended { "ok    " } else { "FAILED" });
    }
    if rows.iter().all(|(_, (has_ended, _))| *has_ended) { Ok(()) } else { bail!("a benchmark failed") }
}

#[expect(clippy::disallowed_methods, reason = "this is where a developer's command measures how long it took")]
fn measure(bench: &Bench) -> (bool, f32) {
    let start = Instant::now();
    let result = bench.command().env("YUYUE_TRAINING_WINDOW", window::edition_program("training")).run();
    if let Err(error) = &result {
        println!("{error:#}");
    }
    (result.is_ok(), start.elapsed().as_secs_f32())
}

#[derive(Debug, PartialEq, Eq)]
struct Bench {
    package: String,
    name: String,
}

impl Bench {
    /// Whether it measures the real window, which is built as the tests build it.
    fn opens_window(&self) -> bool {
        self.package == "yuyue-tests"
    }

    fn command(&self) -> shell::Shell {
        let profile = if self.opens_window() { "dev" } else { "bench" };
        shell::cargo(&["bench", "--profile", profile, "--package", &self.package, "--bench", &self.name])
    }
}

/// The files in the `benches` folders of all packages whose package or name has this word in it.
fn find(root: &Path, word: &str) -> Result<Vec<Bench>> {
    let mut found = Vec::new();
    let mut packages = vec![root.join("tests")];
    for package in fs::read_dir(root.join("crates"))? {
        packages.push(package?.path());
    }
    for folder in packages {
        let Ok(benches) = fs::read_dir(folder.join("benches")) else { continue };
        let package = format!("yuyue-{}", folder.file_name().unwrap_or_default().to_string_lossy());
        for bench in benches {
            let path = bench?.path();
            if path.extension().is_some_and(|extension| extension == "rs")
                && let Some(name) = path.file_stem()
            {
                let bench = Bench { package: package.clone(), name: name.to_string_lossy().into_owned() };
                found.extend(Some(bench).filter(|bench| bench.package.contains(word) || bench.name.contains(word)));
            }
        }
    }
    found.sort_by(|one, other| (&one.package, &one.name).cmp(&(&other.package, &other.name)));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{Bench, find};
    use crate::shell;

    #[test]
    fn benchmarks_are_found_by_a_word_in_their_name() {
        let lookup = Bench { package: "yuyue-desk".to_owned(), name: "lookup".to_owned() };
        assert_eq!(find(shell::root(), "lookup").expect("readable"), [lookup], "the one with this word");
        assert!(find(shell::root(), "").expect("readable").len() >= 5, "without a word all of them");
        assert!(find(shell::root(), "no such").expect("readable").is_empty(), "none has this word");
    }
}
