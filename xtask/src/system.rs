//! What the machine must have besides Rust and Node: packages of the system and the test runner.

use crate::shell;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;

/// What compiling needs.
pub const BUILD_PACKAGES: &[&str] = &["build-essential", "pkg-config", "libssl-dev"];

/// What measuring needs beside the window: the database server, whose own measurement stands beside ours.
pub const BENCH_PACKAGES: &[&str] = &["build-essential", "pkg-config", "libssl-dev", "postgresql"];

/// What building and opening the window needs. Smaller fonts than Noto show rare surnames as boxes; espeak-ng is the voice
/// of the self-service terminal.
pub const WINDOW_PACKAGES: &[&str] =
    &["build-essential", "pkg-config", "libssl-dev", "libwebkit2gtk-4.1-dev", "fonts-noto-cjk", "espeak-ng"];

/// What the tests need in addition: a screen in memory and one with a touch panel, a session bus and a keyring, the driver of
/// the window, a browser engine, Python for the test tool of the interface, and the database server of which tests start one
/// of their own.
pub const TEST_PACKAGES: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libssl-dev",
    "libwebkit2gtk-4.1-dev",
    "fonts-noto-cjk",
    "webkit2gtk-driver",
    "xvfb",
    "xauth",
    "xserver-xorg-core",
    "xserver-xorg-video-dummy",
    "openbox",
    "dbus",
    "gnome-keyring",
    "chromium",
    "python3-venv",
    "postgresql",
];

/// The test runner's version, so that every machine runs the tests alike.
const NEXTEST_VERSION: &str = "0.9.143";

/// Installs those of `packages` that are missing, with `sudo` unless we are root. Does nothing when all are there.
///
/// # Errors
/// When a package cannot be installed; on a system without `dpkg` it only tells what is needed.
pub fn install_packages(packages: &[&str]) -> Result<()> {
    if shell::program("dpkg-query", &["--version"]).output().is_none() {
        println!(
            "This is no Debian system: please see to it yourself that these are installed: {}",
            packages.join(" ")
        );
        return Ok(());
    }
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing system packages that are missing: {}", missing.join(" "));
    apt_get(&["update"])?;
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(&missing);
    apt_get(&install)
}

fn is_installed(package: &str) -> bool {
    shell::program("dpkg-query", &["--show", "--showformat=${db:Status-Status}", package])
        .output()
        .is_some_and(|status| status == "installed")
}

fn apt_get(args: &[&str]) -> Result<()> {
    let is_root = shell::program("id", &["--user"]).output().is_some_and(|id| id.trim() == "0");
    let apt = if is_root {
        shell::program("env", &["DEBIAN_FRONTEND=noninteractive", "apt-get"])
    } else {
        if shell::program("sudo", &["--version"]).output().is_none() {
            bail!(
                "packages can only be installed by root, and there is no `sudo`; as root: apt-get {}",
                args.join(" ")
            );
        }
        shell::program("sudo", &["DEBIAN_FRONTEND=noninteractive", "apt-get"])
    };
    apt.args(args).run()
}

/// Checks that Node and npm are there.
///
/// # Errors
/// When they are not: they are one of the two things that this repository asks a machine for.
pub fn check_node() -> Result<()> {
    shell::program("npm", &["--version"])
        .output()
        .map(drop)
        .context("Node with npm is needed (version 20.19 or newer), and `npm` was not found")
}

/// The command that runs nextest: the one of the machine when its version fits, else one of our own that is built into
/// the target folder, so that nothing outside this repository changes.
///
/// # Errors
/// When it cannot be built.
pub fn install_nextest() -> Result<PathBuf> {
    let wanted = format!("cargo-nextest {NEXTEST_VERSION}");
    let fits = |program: &PathBuf| {
        let version = shell::program(program, &["nextest", "--version"]).output();
        version.is_some_and(|text| text.starts_with(&wanted))
    };
    let folder = shell::target_dir().join("tools");
    let own = folder.join("bin/cargo-nextest");
    let candidates = [PathBuf::from("cargo-nextest"), own.clone()];
    if let Some(found) = candidates.into_iter().find(fits) {
        return Ok(found);
    }
    println!("Building the test runner, nextest {NEXTEST_VERSION} (once)");
    fs::create_dir_all(&folder)?;
    // Without optimisation it is ready in a fraction of the time, and it only starts our tests.
    shell::cargo(&["install", "cargo-nextest", "--locked", "--debug", "--version", NEXTEST_VERSION, "--root"])
        .args([&folder])
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .run()?;
    Ok(own)
}
