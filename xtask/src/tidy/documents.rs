//! What the documents owe to their readers.

use super::{File, Finding, Tree};

const MAP_LINES: usize = 300;

/// Each document, and what it must say.
const PROMISES: [(&str, &[&str]); 3] = [
    (".ci/run", &["cargo xtask test"]),
    ("CHANGELOG.md", &["\n## "]),
    ("README.md", &["cargo run --release -- demo", "cargo xtask test"]),
];

pub(super) fn promises_kept(tree: &Tree) -> Vec<Finding> {
    let documents = PROMISES.iter().filter_map(|(path, promises)| Some((tree.find(path)?, promises)));
    let promises =
        documents.flat_map(|(file, promises)| promises.iter().map(move |promise| (file, *promise)));
    let broken = promises.filter(|(file, promise)| !file.text.contains(promise));
    let findings =
        broken.map(|(file, promise)| Finding::new(file, 1, format!("does not say `{}`", promise.trim())));
    findings.chain(tree.find("ARCHITECTURE.md").and_then(too_long)).collect()
}

fn too_long(map: &File) -> Option<Finding> {
    let why = format!("a map of more than {MAP_LINES} lines is not read");
    (map.lines() > MAP_LINES).then(|| Finding::new(map, MAP_LINES + 1, why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn documents_say_what_they_must() {
        let map = "\n".repeat(301);
        let files = [
            (".ci/run", "cargo test\n"),
            ("CHANGELOG.md", "# Changelog\n\n## Unreleased\n"),
            ("README.md", "`cargo xtask test`\n"),
            ("ARCHITECTURE.md", &map),
        ];
        assert_eq!(found(promises_kept, &files), [".ci/run:1", "README.md:1", "ARCHITECTURE.md:301"]);
    }
}
