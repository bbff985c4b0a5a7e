//! What cargo knows about our packages and everything that they depend on.

use crate::repository::root;
use serde::Deserialize;
use std::path::Path;
use std::process::Command;

/// The answer of `cargo metadata`, as far as we look at it.
#[derive(Deserialize)]
pub struct Metadata {
    pub packages: Vec<Package>,
    pub workspace_members: Vec<String>,
}

#[derive(Deserialize)]
pub struct Package {
    pub id: String,
    pub name: String,
    pub license: Option<String>,
    pub dependencies: Vec<Dependency>,
    pub manifest_path: String,
}

#[derive(Deserialize)]
pub struct Dependency {
    pub name: String,
    /// `dev`, `build`, or none for one that the package itself uses.
    pub kind: Option<String>,
    /// Whether everything of it is taken that it offers by itself.
    #[serde(default)]
    pub uses_default_features: bool,
    /// What is taken of it besides.
    #[serde(default)]
    pub features: Vec<String>,
}

impl Metadata {
    /// Reads it for the platform that we ship for, from what is already on this machine.
    pub fn read() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"])
            .current_dir(root())
            .output()
            .unwrap();
        assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Our own packages.
    pub fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }
}

impl Package {
    /// The folder of the package.
    pub fn folder(&self) -> &Path {
        Path::new(&self.manifest_path).parent().unwrap()
    }
}
