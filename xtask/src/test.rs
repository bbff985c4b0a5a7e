//! `cargo xtask test`: every check and test of the repository, in one run that goes on after a failure.

use crate::report::{Counts, read_junit};
use crate::{api, shell, system, ui, window};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

pub const HELP: &str = "\
Check and test everything, the real window included

Usage: cargo xtask test

Needs Rust and Node; on Debian it installs what else is missing (packages of the system with sudo, unless it runs as
root; the test runner, npm and Python packages inside this repository). The steps, each with its result and duration:

  building the user interface, formatting, lints, the tests of all packages, the interface of the centre against its
  description, the examples of the documentation, the documentation itself; the user interface: its checks, its unit tests, every screen in a browser engine; and the tests
  in the real window of both editions, on a screen in memory

Pictures of the screens and of failures are in artifacts/.

The last line is `N passed, N failed`, where a check counts as one, and a step that ran no test as failed. The exit
code is 0 only when nothing failed.
";

/// What a step's success consists of.
enum Kind {
    /// The command succeeds.
    Check,
    /// The command succeeds and its reports, JUnit files, each list at least one test.
    Tests(Vec<PathBuf>),
}

struct Step {
    title: &'static str,
    counts: Counts,
    seconds: f32,
}

/// Runs all steps and prints the summary. Whether anything failed is in the exit code.
pub fn run() -> ExitCode {
    let mut steps = Vec::new();
    let mut nextest = PathBuf::new();
    let ready = step(&mut steps, "Preparing the machine", &Kind::Check, || {
        system::install_packages(system::TEST_PACKAGES)?;
        system::check_node()?;
        nextest = system::install_nextest()?;
        Ok(())
    });
    if ready {
        run_steps(&mut steps, &nextest);
    }
    summarise(&steps)
}

fn run_steps(steps: &mut Vec<Step>, nextest: &Path) {
    // It is built into the window, and lints look at the window too.
    step(steps, "User interface: build", &Kind::Check, ui::build);
    step(steps, "Formatting", &Kind::Check, || shell::cargo(&["fmt", "--all", "--check"]).run());
    step(steps, "Lints", &Kind::Check, || {
        for features in [window::PRODUCTION_FEATURES, window::TRAINING_FEATURES] {
            shell::cargo(&["clippy", "--workspace", "--all-targets", "--features", features])
                .args(["--", "-D", "warnings"])
                .run()?;
        }
        Ok(())
    });
    let has_windows = step(steps, "Windows of both editions: build", &Kind::Check, window::build_editions);
    step(steps, "Tests of all packages", &Kind::Tests(vec![nextest_report("default")]), || run_nextest(nextest).run());
    step(steps, "Centre against its description", &Kind::Tests(api::reports()), api::run);
    step(steps, "Examples of the documentation", &Kind::Check, || {
        shell::cargo(&["test", "--doc", "--workspace", "--quiet", "--features", window::TRAINING_FEATURES]).run()
    });
    step(steps, "Documentation", &Kind::Check, || {
        shell::cargo(&["doc", "--workspace", "--no-deps", "--features", window::TRAINING_FEATURES])
            .env("RUSTDOCFLAGS", "-D warnings")
            .run()
    });
    step(steps, "User interface: checks", &Kind::Check, || ui::npm_run("check").run());
    let report = shell::root().join("artifacts/ui-tests.xml");
    step(steps, "User interface: tests", &Kind::Tests(vec![report.clone()]), || {
        ui::npm_run("test")
            .args(["--", "--reporter=default", "--reporter=junit"])
            .args([format!("--outputFile.junit={}", report.display())])
            .run()
    });
    let report = shell::root().join("artifacts/ui-screens.xml");
    step(steps, "User interface: screens", &Kind::Tests(vec![report.clone()]), || {
        ui::npm_run("test:screens").env("JUNIT", &report).run()
    });
    if has_windows {
        step(steps, "In the real window", &Kind::Tests(vec![nextest_report("e2e")]), || run_in_window(nextest));
    }
}

/// Nextest over all packages, with the features with which the windows were built, so that nothing is built twice.
fn run_nextest(nextest: &Path) -> shell::Shell {
    shell::program(nextest, &["nextest", "run", "--workspace", "--features", window::TRAINING_FEATURES])
}

/// The end-to-end tests, with a session bus and a screen of their own that is large enough for a kiosk.
fn run_in_window(nextest: &Path) -> Result<()> {
    shell::program("dbus-run-session", &["--", "xvfb-run", "--auto-servernum"])
        .args(["--server-args=-screen 0 1920x1920x24"])
        .args([nextest])
        .args(["nextest", "run", "--workspace", "--features", window::TRAINING_FEATURES, "--profile", "e2e"])
        .env("YUYUE_TRAINING_WINDOW", window::edition_program("training"))
        .env("YUYUE_CENTRAL", shell::target_dir().join("debug/yuyue-central"))
        .env("YUYUE_PRODUCTION_WINDOW", window::edition_program("production"))
        .run()
}

fn nextest_report(profile: &str) -> PathBuf {
    // Nextest keeps its reports below the workspace, wherever cargo builds to.
    shell::root().join("target/nextest").join(profile).join("junit.xml")
}

/// Runs one step under its heading, notes its result, and tells whether nothing failed.
#[expect(clippy::disallowed_methods, reason = "this is where a developer's command measures how long its steps took")]
fn step(steps: &mut Vec<Step>, title: &'static str, kind: &Kind, work: impl FnOnce() -> Result<()>) -> bool {
    println!("\n=== {}. {title}", steps.len() + 1);
    if let Kind::Tests(reports) = kind {
        for report in reports {
            // The report of an earlier run must not speak for this one; a missing file is what we want.
            let _ = std::fs::remove_file(report);
        }
    }
    let start = Instant::now();
    let result = work();
    if let Err(error) = &result {
        println!("{error:#}");
    }
    let counts = match kind {
        Kind::Check => Counts { passed: usize::from(result.is_ok()), failed: usize::from(result.is_err()) },
        Kind::Tests(reports) => judge(reports.iter().map(|report| read_junit(report)), result.is_ok()),
    };
    let step = Step { title, counts, seconds: start.elapsed().as_secs_f32() };
    println!("{}", step.line());
    let is_good = step.counts.failed == 0;
    steps.push(step);
    is_good
}

/// The counts of a runner's reports, with one failure more when it failed without naming a test, or a report has none.
fn judge(reports: impl Iterator<Item = Result<Counts>>, succeeded: bool) -> Counts {
    let mut counts = Counts::default();
    let mut ran_none = false;
    for report in reports {
        let of_one = report.unwrap_or_else(|error| {
            println!("{error:#}");
            Counts::default()
        });
        ran_none |= of_one == Counts::default();
        counts += of_one;
    }
    if ran_none {
        println!("No test ran.");
    }
    if counts.failed == 0 && (ran_none || !succeeded) {
        counts.failed = 1;
    }
    counts
}

impl Step {
    fn line(&self) -> String {
        let Counts { passed, failed } = self.counts;
        let verdict = if failed == 0 { "ok    " } else { "FAILED" };
        format!("{verdict} {:<32} {passed:>5} passed {failed:>4} failed {:>7.1} s", self.title, self.seconds)
    }
}

fn summarise(steps: &[Step]) -> ExitCode {
    println!("\n=== Summary");
    let mut total = Counts::default();
    for step in steps {
        println!("{}", step.line());
        total += step.counts;
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::{Counts, judge};
    use anyhow::{Result, anyhow};

    fn judged(report: Result<Counts>, succeeded: bool) -> Counts {
        judge([report].into_iter(), succeeded)
    }

    #[test]
    fn a_runner_without_tests_has_failed() {
        assert_eq!(judged(Ok(Counts::default()), true), Counts { passed: 0, failed: 1 }, "no test shows nothing");
        assert_eq!(judged(Err(anyhow!("no file")), true), Counts { passed: 0, failed: 1 }, "nor does a lost report");
    }

    #[test]
    fn one_report_without_tests_is_not_hidden_by_another() {
        let passed = Counts { passed: 3, failed: 0 };
        let reports = [Ok(passed), Ok(Counts::default())];
        assert_eq!(judge(reports.into_iter(), true), Counts { passed: 3, failed: 1 }, "each report has to show tests");
    }

    #[test]
    fn a_runner_that_breaks_off_has_failed_even_when_its_tests_passed() {
        let passed = Counts { passed: 3, failed: 0 };
        assert_eq!(judged(Ok(passed), false), Counts { passed: 3, failed: 1 }, "its exit code counts too");
        assert_eq!(judged(Ok(passed), true), passed, "and a good run is left as it is");
    }
}
