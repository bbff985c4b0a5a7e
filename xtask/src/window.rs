//! Building, opening and packaging the window.

use crate::{shell, system, ui};
use anyhow::Result;
use std::fs;
use std::path::PathBuf;

pub const RUN_HELP: &str = "\
Build and open the window of the training edition

Usage: cargo xtask run [-- <ARGUMENTS OF THE WINDOW>...]

Needs Rust and Node; on Debian it installs what else is missing (packages of the system with sudo, unless it runs as
root; npm packages inside this repository). The training edition carries a centre of its own with an invented city, so
nothing else has to be set up.

Arguments of the window:
  --kiosk   Open the self-service terminal instead of the counter
";

pub const PACKAGE_HELP: &str = "\
Build installable packages of the windows of both editions, for Debian and for systems with rpm

Usage: cargo xtask package

They go to target/release/bundle.
";

/// The features of the training edition, with the user interface built in.
pub const TRAINING_FEATURES: &str = "yuyue/training,yuyue/custom-protocol";

/// The features of the production edition, which contains no server.
pub const PRODUCTION_FEATURES: &str = "yuyue/custom-protocol";

/// The command line of Tauri, which makes packages; a program that npm has ready, where cargo would have to build it.
const TAURI_COMMAND_LINE: &str = "@tauri-apps/cli@2.12.5";

/// Builds the training edition and opens its window.
///
/// # Errors
/// When a package cannot be installed, something does not build or the window fails.
pub fn run(args: &[String]) -> Result<()> {
    system::install_packages(system::WINDOW_PACKAGES)?;
    ui::build()?;
    shell::cargo(&["run", "--package", "yuyue", "--bin", "yuyue", "--features", TRAINING_FEATURES, "--"])
        .args(args)
        .run()
}

/// Writes the TypeScript bindings of the commands into the user interface.
///
/// # Errors
/// When the window's library does not build or the file cannot be written.
pub fn write_bindings() -> Result<()> {
    system::install_packages(system::WINDOW_PACKAGES)?;
    // The test that guards the file writes it when it is asked to.
    shell::cargo(&["test", "--package", "yuyue-desk", "--features", "bindings", "--test", "bindings"])
        .env("YUYUE_WRITE_BINDINGS", "1")
        .run()
}

/// Builds the windows of both editions, in the debug profile, for the end-to-end tests.
///
/// Everything is built at once and with the same features as the tests, so that no library is built a second time.
///
/// # Errors
/// When something does not build.
pub fn build_editions() -> Result<()> {
    for (edition, features) in [("production", PRODUCTION_FEATURES), ("training", TRAINING_FEATURES)] {
        shell::cargo(&["build", "--workspace", "--bins", "--lib", "--tests", "--features", features]).run()?;
        // Both are built to the same place.
        let program = edition_program(edition);
        fs::create_dir_all(program.with_file_name(""))?;
        fs::copy(shell::target_dir().join("debug/yuyue"), &program)?;
    }
    Ok(())
}

/// Where [`build_editions`] puts the window of an edition.
pub fn edition_program(edition: &str) -> PathBuf {
    shell::target_dir().join("windows").join(edition).join("yuyue")
}

/// Builds the packages of the windows.
///
/// # Errors
/// When something does not build.
pub fn package() -> Result<()> {
    system::install_packages(system::WINDOW_PACKAGES)?;
    ui::build()?;
    for arguments in [&[] as &[&str], &["--features", "training", "--config", "tauri.training.conf.json"]] {
        shell::program("npm", &["exec", "--yes", "--package", TAURI_COMMAND_LINE, "--", "tauri", "build"])
            .args(["--bundles", "deb,rpm"])
            .args(arguments)
            .in_folder("src-tauri")
            .run()?;
    }
    println!("The packages are in {}", shell::target_dir().join("release/bundle").display());
    Ok(())
}
