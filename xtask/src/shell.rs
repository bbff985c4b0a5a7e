//! Starting other programs, from the root of the repository, each command printed before it runs.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A command that is shown before it is run.
pub struct Shell {
    command: Command,
}

/// The folder that holds this repository.
pub fn root() -> &'static Path {
    // The package's folder is one below the root, and that is fixed when it is compiled.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The folder into which cargo builds, absolute.
pub fn target_dir() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from))
}

/// A program with its first arguments.
pub fn program(name: impl AsRef<OsStr>, args: &[&str]) -> Shell {
    let mut command = Command::new(name);
    command.args(args).current_dir(root());
    // `cargo run` describes this package to it in the environment. Build scripts of others would take these for their
    // own and be built again each time.
    for (key, _) in std::env::vars_os() {
        let key_text = key.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_"].iter().any(|own| key_text.starts_with(own)) {
            command.env_remove(&key);
        }
    }
    Shell { command }
}

/// Cargo with its first arguments.
pub fn cargo(args: &[&str]) -> Shell {
    program("cargo", args)
}

impl Shell {
    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable of the environment.
    pub fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Runs it in another folder, relative to the root.
    pub fn in_folder(mut self, folder: &str) -> Self {
        self.command.current_dir(root().join(folder));
        self
    }

    /// Runs it with our own input and output.
    ///
    /// # Errors
    /// When it cannot be started or does not succeed.
    pub fn run(mut self) -> Result<()> {
        let line = self.line();
        println!("$ {line}");
        let status = self.command.status().with_context(|| format!("cannot start `{line}`"))?;
        if !status.success() {
            bail!("`{line}` failed ({status})");
        }
        Ok(())
    }

    /// Runs it silently and returns what it printed, or nothing when it failed or does not exist.
    pub fn output(mut self) -> Option<String> {
        let output = self.command.output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn line(&self) -> String {
        let words = std::iter::once(self.command.get_program()).chain(self.command.get_args());
        words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
    }
}
