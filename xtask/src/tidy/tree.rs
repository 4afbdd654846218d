//! The files that the rules look at: what git tracks, and what it would if asked.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use super::rust::Rust;
use crate::{Result, command, debian, root};

pub(super) struct Tree {
    pub(super) files: Vec<File>,
}

pub(super) struct File {
    /// Relative to the root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
    /// Only of a Rust file.
    pub(super) rust: Option<Rust>,
}

impl Tree {
    pub(super) fn of_repository() -> Result<Self> {
        if command::find("git").is_none() {
            debian::install("git")?;
        }
        // The checkout may belong to another user than the one who checks it, as in a container.
        let mut list = Command::new("git");
        list.current_dir(root()).args(["-c", "safe.directory=*", "ls-files", "-z"]);
        let paths = command::read(list.args(["--cached", "--others", "--exclude-standard"]))?;
        let mut files = Vec::new();
        for path in paths.split_terminator('\0') {
            match fs::read_to_string(root().join(path)) {
                Ok(text) => files.push(File::new(path, &text)),
                // Deleted but still tracked; or binary, of which no rule speaks.
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidData) => {}
                Err(error) => return Err(format!("{path}: {error}").into()),
            }
        }
        Ok(Self { files })
    }

    pub(super) fn rust(&self) -> impl Iterator<Item = (&File, &Rust)> {
        self.files.iter().filter_map(|file| Some((file, file.rust.as_ref()?)))
    }

    pub(super) fn find(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl File {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let rust = has_extension(path, "rs").then(|| Rust::read(text));
        Self { path: path.into(), text: text.into(), rust }
    }

    pub(super) fn has_extension(&self, extension: &str) -> bool {
        has_extension(&self.path, extension)
    }

    pub(super) fn is_under(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }

    /// A file that only tests compile: in a `tests` folder, or a `tests.rs` next to what it tests.
    pub(super) fn is_test(&self) -> bool {
        self.path.split('/').any(|part| part == "tests" || part == "tests.rs")
    }

    pub(super) fn lines(&self) -> usize {
        self.text.lines().count()
    }
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}
