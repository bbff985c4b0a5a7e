//! The interface of the centre, tested from outside against its own description with schemathesis.

use crate::{shell, window};
use anyhow::Result;
use std::fs;
use std::path::PathBuf;

/// The Python packages with their versions.
const REQUIREMENTS: &str = "tests/api/requirements.txt";
/// Who calls; each has a report of its own.
const CALLERS: [&str; 6] = ["everybody", "counter", "kiosk", "clerk", "supervisor", "operator"];

/// The reports of [`run`].
pub fn reports() -> Vec<PathBuf> {
    CALLERS.iter().map(|caller| folder().join(format!("{caller}.xml"))).collect()
}

/// Builds the centre and tests it as every kind of caller.
///
/// # Errors
/// When something cannot be built or installed, or a test failed.
pub fn run() -> Result<()> {
    let python = install()?;
    // With the same features as everything else, so that nothing is built twice.
    shell::cargo(&["build", "--workspace", "--features", window::TRAINING_FEATURES, "--bin", "yuyue-central"]).run()?;
    let program = shell::target_dir().join("debug/yuyue-central");
    shell::program(python, &["tests/api/run.py"]).args([program, folder()]).run()
}

fn folder() -> PathBuf {
    shell::target_dir().join("api")
}

/// Installs the Python packages into the target folder when the list is another one than at the last installation.
fn install() -> Result<PathBuf> {
    let environment = shell::target_dir().join("tools/api");
    let python = environment.join("bin/python");
    let wanted = fs::read(REQUIREMENTS)?;
    // This copy is there only after an installation that came to its end.
    let installed = environment.join("installed-requirements.txt");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    println!("Installing the test tool of the interface (once)");
    shell::program("python3", &["-m", "venv", "--clear"]).args([&environment]).run()?;
    shell::program(&python, &["-m", "pip", "install", "--quiet", "--no-deps", "--requirement", REQUIREMENTS]).run()?;
    fs::write(installed, wanted)?;
    Ok(python)
}
