//! The house rules that neither compiler nor clippy checks, one module per family.
//!
//! A rule is a function from the tree to its findings. There are no exceptions by file: a rule that needs one
//! is wrong, and is changed or deleted.

mod documents;
mod layers;
mod length;
mod log_kinds;
mod migrations;
mod names;
mod panics;
mod rust;
mod sql;
mod text;
mod tree;

use std::fmt;

use self::tree::{File, Tree};
use crate::Result;

const RULES: [fn(&Tree) -> Vec<Finding>; 12] = [
    documents::promises_kept,
    layers::crates_point_inward,
    layers::walls_hold,
    layers::faces_are_strangers,
    length::files_and_functions,
    log_kinds::listed,
    migrations::numbered_without_gap,
    names::modules_say_what_they_own,
    names::names_mean_something,
    panics::errors_are_values,
    sql::only_in_the_store,
    text::clean,
];

/// Where a rule is broken, and why there is such a rule.
#[derive(Debug)]
struct Finding {
    path: String,
    line: usize,
    why: String,
}

impl Finding {
    fn new(file: &File, line: usize, why: impl Into<String>) -> Self {
        Self { path: file.path.clone(), line, why: why.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.why)
    }
}

/// `cargo xtask tidy`.
pub(crate) fn run() -> Result {
    eprintln!("── house rules");
    let tree = Tree::of_repository()?;
    let findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    for finding in &findings {
        eprintln!("{finding}");
    }
    if findings.is_empty() { Ok(()) } else { Err(format!("house rules broken: {}", findings.len()).into()) }
}

/// What `rule` finds in a tree of `(path, text)`, as `path:line`.
#[cfg(test)]
fn found(rule: fn(&Tree) -> Vec<Finding>, files: &[(&str, &str)]) -> Vec<String> {
    let tree = Tree { files: files.iter().map(|(path, text)| File::new(path, text)).collect() };
    rule(&tree).iter().map(|finding| format!("{}:{}", finding.path, finding.line)).collect()
}
