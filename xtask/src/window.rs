//! Building, opening and packaging the window.

use crate::{shell, system, ui};
use anyhow::Result;

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
Build installable packages of the window and the central server

Usage: cargo xtask package
";

/// The features of the training edition, with the user interface built in.
pub const TRAINING_FEATURES: &str = "yuyue/training,yuyue/custom-protocol";

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
    shell::cargo(&["run", "--package", "yuyue", "--example", "bindings", "--", "ui/src/ipc/bindings.ts"]).run()
}

/// Builds the packages.
///
/// # Errors
/// When something does not build.
pub fn package() -> Result<()> {
    system::install_packages(system::WINDOW_PACKAGES)?;
    ui::build()?;
    Ok(())
}
