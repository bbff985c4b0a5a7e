//! The files of the repository: everything below its root that a build does not make.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that are made by builds and test runs, or that belong to git.
const MADE: &[&str] = &["target", "node_modules", "dist", "artifacts", ".git", "paraglide", "gen"];

/// A text file of the repository.
pub struct File {
    /// From the root, with `/` between the folders.
    pub path: String,
    pub text: String,
}

impl File {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    pub fn has_extension(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|own| own == extension)
    }

    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether it holds nothing but tests.
    pub fn is_test(&self) -> bool {
        let parts: Vec<&str> = self.path.split('/').collect();
        let name = self.name();
        parts[..parts.len() - 1].contains(&"tests")
            || ["tests.rs", "testing.rs"].contains(&name)
            || name.contains(".test.")
    }
}

/// The folder that holds the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// All text files, sorted by path. Pictures, fonts and other files that are no text are left out.
pub fn files() -> Vec<File> {
    let root = root();
    let mut waiting = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_made = path.file_name().is_some_and(|name| MADE.iter().any(|made| name == *made));
            if is_made {
                continue;
            }
            if path.is_dir() {
                waiting.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let path = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                files.push(File { path, text });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

#[test]
fn this_file_is_among_the_files_and_built_ones_are_not() {
    let files = files();
    assert!(files.iter().any(|file| file.path == "tests/tidy/repository.rs"), "the walk reaches the sources");
    assert!(!files.iter().any(|file| file.path.contains("node_modules/")), "and leaves out what others wrote");
}
